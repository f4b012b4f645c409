//! TIFF and `BigTIFF`, read and written by hand.
//!
//! Reading goes `header` -> `directory` (the table of tags) -> `description` (what the tags say the
//! image is) -> `chunks` (where its strips or tiles lie) -> `source`. Writing is `write`.

mod chunks;
mod description;
mod directory;
mod header;
mod source;
mod tag;
mod write;

pub(crate) use source::TiffSource;
pub use write::{TiffChunks, TiffOptions, TiffPyramid, TiffSink, TiffVariant};

/// The most strips or tiles of one image, here and in what is written. At 8 bytes each their table
/// takes 128 MiB.
const MAX_CHUNKS: u64 = 1 << 24;
