//! A tile as a file.

use raster::{Spec, View};

use super::{TileFormat, png};
use crate::{
    Error,
    codec::{Difference, Packer},
};

/// Makes files of tiles, one at a time.
pub(super) enum TileEncoder {
    Packer(Packer),
    Png { samples: Vec<u8>, file: Vec<u8> },
}

impl TileEncoder {
    pub(super) fn new(format: TileFormat) -> Result<Self, Error> {
        match format.compression() {
            Some(compression) => Ok(Self::Packer(Packer::new(compression, Difference::None)?)),
            None => Ok(Self::Png { samples: Vec::new(), file: Vec::new() }),
        }
    }

    /// Bytes that an encoder of such tiles takes.
    pub(super) const fn bytes(format: TileFormat, tile: &Spec) -> u64 {
        match format.compression() {
            Some(compression) => Packer::bytes(compression, tile),
            None => png::bytes(tile),
        }
    }

    pub(super) fn encode(&mut self, pixels: &View<'_>) -> Result<&[u8], Error> {
        match self {
            Self::Packer(packer) => {
                packer.pack(pixels, (pixels.width() as u64, pixels.height() as u64))
            }
            Self::Png { samples, file } => {
                file.clear();
                png::encode(pixels, samples, file)?;
                Ok(file)
            }
        }
    }
}
