//! JPEG files.

mod write;

pub use write::{JpegOptions, JpegSink};
