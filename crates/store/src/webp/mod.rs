//! WebP files.

mod write;

pub use write::{WebpOptions, WebpSink};
