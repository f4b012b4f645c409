//! What is asked of a `DeepZoom` image.

use raster::Spec;

use crate::{Compression, Decimation, Durability, Error};

/// The largest side of a tile.
const MAX_TILE: u64 = 8192;

/// Columns and rows that are taken at once at least.
const MIN_STEP: u64 = 64;

/// What a tile is a file of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TileFormat {
    /// JPEG, of 8-bit gray or colour.
    Jpeg {
        /// From 1, small, to 100, good.
        quality: u8,
        /// Whether colour, not lightness, has half the columns and rows.
        is_subsampled: bool,
    },
    /// PNG, of gray or colour with 8 or 16 bits, with transparency or without.
    Png,
    /// WebP, of 8-bit colour.
    Webp {
        /// From 1, small, to 100, good; if none, nothing is lost.
        quality: Option<u8>,
    },
}

impl TileFormat {
    /// The extension of its files.
    pub(super) const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg { .. } => "jpeg",
            Self::Png => "png",
            Self::Webp { .. } => "webp",
        }
    }

    /// The codec that makes such a file, if it is one of those that chunks are packed with.
    pub(super) const fn compression(self) -> Option<Compression> {
        match self {
            Self::Jpeg { quality, is_subsampled } => {
                Some(Compression::Jpeg { quality, is_subsampled })
            }
            Self::Png => None,
            Self::Webp { quality } => Some(Compression::Webp { quality }),
        }
    }
}

/// How to write a `DeepZoom` image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeepZoomOptions {
    /// The shape of the image.
    pub spec: Spec,
    /// Whether all files are in one zip archive.
    pub is_archive: bool,
    /// What tiles are files of.
    pub format: TileFormat,
    /// Columns and rows of a tile, without what it overlaps its neighbours by.
    pub tile_size: u64,
    /// Columns and rows by which tiles overlap their neighbours, on each side.
    pub overlap: u64,
    /// What a pixel of a smaller level is made of.
    pub decimation: Decimation,
    /// What [`finish`](crate::Sink::finish) waits for.
    pub durability: Durability,
}

impl DeepZoomOptions {
    /// A directory of JPEG tiles of 254 x 254 pixels that overlap by one, and durable.
    pub fn new(spec: Spec) -> Self {
        Self {
            spec,
            is_archive: false,
            format: TileFormat::Jpeg { quality: 80, is_subsampled: true },
            tile_size: 254,
            overlap: 1,
            decimation: Decimation::default(),
            durability: Durability::default(),
        }
    }

    /// Refuses what is no `DeepZoom` image.
    pub(super) fn check(&self) -> Result<(), Error> {
        let Self { tile_size, overlap, .. } = *self;
        if !(1..=MAX_TILE).contains(&tile_size) || overlap >= tile_size {
            return Err(Error::InvalidArgument(format!(
                "expected tiles of 1 to {MAX_TILE} pixels that overlap by fewer, but received tiles of \
                 {tile_size} and an overlap of {overlap}"
            )));
        }
        let tile = self.tile();
        match self.format.compression() {
            Some(compression) => compression.check(&tile),
            None => super::png::check(&tile),
        }
    }

    /// Columns and rows that regions come in multiples of: a tile, or several where tiles are small or have
    /// odd sides, since rows are made in pairs.
    pub(super) const fn step(&self) -> u64 {
        let enough = MIN_STEP.next_multiple_of(self.tile_size);
        if enough.is_multiple_of(2) { enough } else { 2 * enough }
    }

    /// The shape of a tile that is larger than its cell on all sides, as far as the image goes.
    pub(super) fn tile(&self) -> Spec {
        let side = |len: u64| len.min(self.tile_size + 2 * self.overlap);
        Spec { width: side(self.spec.width), height: side(self.spec.height), ..self.spec }
    }
}
