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
    #[error("the job needs a memory limit of {needed} bytes, but it is {limit}{}", advice(*chunk, *is_sequential))]
    MemoryLimit {
        /// The smallest limit that would do, in bytes.
        needed: u64,
        /// The limit in force.
        limit: u64,
        /// Columns and rows of what a source has to decode as a whole, if it does.
        chunk: Option<(u64, u64)>,
        /// Whether a source is decoded from the top on, such chunks one after the other.
        is_sequential: bool,
    },
    /// A defect of this library.
    #[error("internal error: {0}")]
    Internal(String),
}

/// What can be done about sources that are decoded chunk by chunk, or from the top on.
fn advice(chunk: Option<(u64, u64)>, is_sequential: bool) -> String {
    let Some((width, height)) = chunk else { return String::new() };
    if is_sequential {
        return "; a source is decoded row by row from the top, and rows that are needed again are kept: \
                raise the limit, or convert it once to TIFF"
            .into();
    }
    format!(
        "; a source is compressed in chunks of {width} x {height} pixels, each of which has to be \
         decoded as a whole: raise the limit, or store it in tiles, as TIFF can"
    )
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(Arc::new(error))
    }
}
