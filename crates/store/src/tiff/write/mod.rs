//! Writing goes `options` (what is asked for) -> `plan` (the pages, and where everything will lie) ->
//! `sink`. `field` says what a page's tags are, `head` writes them, `places` knows where packed chunks
//! went.

mod field;
mod head;
mod ome;
mod options;
mod places;
mod plan;
mod sink;

pub use options::{TiffChunks, TiffOptions, TiffPyramid, TiffVariant};
pub use sink::TiffSink;
