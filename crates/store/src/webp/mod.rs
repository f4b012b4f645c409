//! WebP files.

mod read;
mod write;

pub(crate) use read::opened;
pub use write::{WebpOptions, WebpSink};
