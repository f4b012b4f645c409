//! Writing goes `options` (what is asked for) -> `plan` (the pages, and where everything will lie) ->
//! `sink`. `field` says what a page's tags are, `describe` (with `ome`) those that describe the image,
//! `head` writes them, `places` knows where packed chunks went.

mod describe;
mod field;
mod head;
mod ome;
mod options;
mod places;
mod plan;
mod sink;

pub use options::{TiffChunks, TiffOptions, TiffPyramid, TiffVariant};
pub use sink::TiffSink;
