//! Where pixels come from and where they go.
//!
//! A [`Source`] is an image that can be read by region from any thread; a [`Sink`] takes finished
//! regions from any thread in any order. Sources are raw pixels ([`open_raw`]), files of many formats
//! ([`open`]) and memory ([`from_memory`]); sinks are memory ([`MemorySink`]), tiles for viewers
//! ([`DeepZoomSink`]), and raw pixels ([`RawSink`]) and files ([`TiffSink`], [`PngSink`], [`JpegSink`],
//! [`WebpSink`]) on a disk or in memory ([`Destination`]).
//!
//! Two decisions shape the crate:
//!
//! - Uncompressed local files are mapped, and a region of them is a [`View`](raster::View) of the
//!   mapping: no pixel is copied before a filter looks at it. What that costs in safety, and how to
//!   avoid it, is said at [`Access`]. Compressed chunks are decoded by whoever needs one first, under
//!   no lock, and kept as long as a job has [planned](Source::keep) for them.
//! - Output is written with positional writes to a temporary file and renamed when it is whole. A
//!   full disk is then an error value rather than a signal, and nobody ever sees half an image.
//!
//! Headers are hostile input: every offset and count is checked against the length of the file
//! before it is used, and nothing is allocated on the word of a header alone.
//!
//! ```
//! use std::sync::Arc;
//!
//! use raster::{Depth, Region, Spec};
//! use gigapx_store::{RawLayout, from_memory};
//!
//! let pixels: Vec<u8> = (0..12).collect();
//! let layout = RawLayout::dense(Spec::new(4, 3, 1, Depth::U8)?);
//! let source = from_memory(Arc::new(pixels), layout)?;
//! let corner = source.view(&Region::new(2, 1, 2, 2)).expect("memory is one raster");
//! assert_eq!(corner.row::<u8>(1), [10, 11]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bytes;
mod cache;
mod check;
mod chunk;
mod codec;
mod deepzoom;
mod dense;
mod error;
mod files;
mod foreign;
mod form;
mod gather;
mod jpeg;
mod memory;
mod metadata;
mod npy;
mod open;
mod pfm;
mod plane;
mod png;
mod pnm;
mod publish;
mod pyramid;
mod raw;
mod reader;
mod row;
mod scratch;
mod sequential;
mod sink;
mod source;
mod spare;
mod stream;
mod tags;
mod tiff;
mod turnstile;
mod webp;
mod whole;

pub use bytes::{Access, Bytes};
pub use codec::Compression;
pub use deepzoom::{DeepZoomOptions, DeepZoomSink, TileFormat};
pub use error::Error;
pub use files::Files;
pub use jpeg::{JpegOptions, JpegSink};
pub use memory::{Encoded, MemorySink, OutputBytes};
pub use metadata::{ByteOrder, Format, Metadata};
pub use open::{Selection, open, open_bytes, open_selected};
pub use png::{PngOptions, PngSink};
pub use publish::{Destination, Durability, remove_all_temporaries};
pub use pyramid::Decimation;
pub use raw::{RawLayout, RawSink, from_memory, open_raw};
pub use sink::{Layout, Sink};
pub use source::{Chunking, Source};
pub use tags::{
    Geo, KeyValue, Keys, Model, Ome, Origin, PixelSize, Place, Resolution, Tags, Unit, icc_fits,
};
pub use tiff::{TiffChunks, TiffOptions, TiffPyramid, TiffSink, TiffVariant};
pub use webp::{WebpOptions, WebpSink};
