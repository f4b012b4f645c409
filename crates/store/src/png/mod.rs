//! PNG: filtered rows in one stream of Deflate, in chunks with a checksum each.

mod band;
mod filter;
mod write;

pub use write::{PngOptions, PngSink};
