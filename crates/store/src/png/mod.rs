//! PNG: filtered rows in one stream of Deflate, in chunks with a checksum each. Rows are decoded one after
//! the other, or, where they are interlaced, the image as a whole; they are packed in bands.

mod band;
mod filter;
mod read;
mod write;

pub(crate) use read::opened;
pub use write::{PngOptions, PngSink};
