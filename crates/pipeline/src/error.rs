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
    #[error("the job needs a memory limit of {needed} bytes, but it is {limit}")]
    MemoryLimit {
        /// The smallest limit that would do, in bytes.
        needed: u64,
        /// The limit in force.
        limit: u64,
    },
    /// A defect of this library.
    #[error("internal error: {0}")]
    Internal(String),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(Arc::new(error))
    }
}
