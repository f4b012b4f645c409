//! What is asked of a TIFF file.

use raster::Spec;

use crate::{Compression, Decimation, Durability};

/// Which kind of TIFF to write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TiffVariant {
    /// Classic if the file stays below 4 GiB however badly it packs, since every program reads that;
    /// otherwise `BigTIFF`.
    #[default]
    Auto,
    /// TIFF with 32-bit offsets.
    Classic,
    /// TIFF with 64-bit offsets.
    Big,
}

/// What the image is cut into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TiffChunks {
    /// Tiles, whose sides are multiples of 16.
    Tiles {
        /// Columns of a tile.
        width: u64,
        /// Rows of a tile.
        height: u64,
    },
    /// Strips of all columns.
    Strips {
        /// Rows of a strip.
        rows: u64,
    },
}

/// Where the smaller copies of an image lie in the file. Each is half as wide and as high as the one
/// before, odd sides rounded up, until one tile holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TiffPyramid {
    /// Pages after the image, as `OpenSlide` and libvips have it.
    Chain,
    /// The same, with all tags at the start of the file and the pixels of small copies before those of
    /// large ones: a cloud optimised `GeoTIFF`.
    Cog,
    /// Below the tags of the image, which say what it is in XML: OME-TIFF.
    Ome,
}

/// How to write a TIFF file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TiffOptions {
    /// The shape of the image.
    pub spec: Spec,
    /// What it is cut into.
    pub chunks: TiffChunks,
    /// How that is packed.
    pub compression: Compression,
    /// Whether differences of neighbours are packed rather than samples; by default where that helps.
    pub predictor: Option<bool>,
    /// Whether smaller copies are written too, which takes tiles.
    pub pyramid: Option<TiffPyramid>,
    /// What a pixel of a smaller copy is made of.
    pub decimation: Decimation,
    /// Which kind of TIFF.
    pub variant: TiffVariant,
    /// What [`finish`](crate::Sink::finish) waits for.
    pub durability: Durability,
}

impl TiffOptions {
    /// Tiles of 512 x 512 pixels, not packed, the kind of TIFF that fits, and durable.
    pub fn new(spec: Spec) -> Self {
        Self {
            spec,
            chunks: TiffChunks::Tiles { width: 512, height: 512 },
            compression: Compression::default(),
            predictor: None,
            pyramid: None,
            decimation: Decimation::default(),
            variant: TiffVariant::default(),
            durability: Durability::default(),
        }
    }
}
