//! TIFF and `BigTIFF`, read and written by hand.
//!
//! Reading goes `header` -> `pages` (which images there are) -> `directory` (the table of tags) ->
//! `description` (what the tags say the image is) -> `chunks` (where its strips or tiles lie) ->
//! `source`, which lends pixels that are stored as they are read, converts others row by row (`rows`)
//! or, if they are compressed, chunk by chunk (`packed`), by the rules of [`form`](crate::form). Writing is `write`.

mod chunks;
mod description;
mod directory;
mod header;
mod packed;
mod pages;
mod palette;
mod rows;
mod source;
mod tag;
mod tags;
mod write;

pub(crate) use source::TiffImage;
pub use write::{TiffChunks, TiffOptions, TiffPyramid, TiffSink, TiffVariant};

/// The most strips or tiles of one image, here and in what is written. At 8 bytes each their table
/// takes 128 MiB.
const MAX_CHUNKS: u64 = 1 << 24;
