//! Why a job did not finish.

use std::sync::Arc;

use thiserror::Error;

/// Why a job did not finish. Cheap to clone, since every tile of a failed job reports it.
#[derive(Clone, Debug, Error)]
pub enum Error {
    /// A source or a sink failed.
    #[error(transparent)]
    Store(Arc<store::Error>),
    /// The job was cancelled.
    #[error("the job was cancelled")]
    Cancelled,
    /// One unit on one thread needs more than the memory limit.
    #[error("the job needs a memory limit of {needed} bytes, but it is {limit}{}", advice(*chunk))]
    MemoryLimit {
        /// The smallest limit that would do, in bytes.
        needed: u64,
        /// The limit in force.
        limit: u64,
        /// Columns and rows of what a source has to decode as a whole, if it does.
        chunk: Option<(u64, u64)>,
    },
    /// A defect of this library.
    #[error("internal error: {0}")]
    Internal(String),
}

/// What can be done about sources that are decoded chunk by chunk.
fn advice(chunk: Option<(u64, u64)>) -> String {
    chunk.map_or(String::new(), |(width, height)| {
        format!(
            "; a source is compressed in chunks of {width} x {height} pixels, each of which has to be \
             decoded as a whole: raise the limit, or store it in tiles"
        )
    })
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(Arc::new(error))
    }
}
