//! `DeepZoom`: an image and its halves down to one pixel, cut into files of tiles that web viewers ask for.
//!
//! `options` is what is asked for. `sink` has tiles made by a pyramid; the worker that completes one
//! encodes it by `tile` and writes it to an `output`: a directory, or a `zip` archive with the same names.

mod descriptor;
mod options;
mod output;
mod png;
mod sink;
mod tile;
mod zip;

pub use options::{DeepZoomOptions, TileFormat};
pub use sink::DeepZoomSink;

/// The most tiles of one image.
const MAX_TILES: u64 = 1 << 24;
