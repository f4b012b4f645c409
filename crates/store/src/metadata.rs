//! What a container says about its image.

use std::path::PathBuf;

/// What a container says about its image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// The container.
    pub format: Format,
    /// The file, unless the image is in memory.
    pub path: Option<PathBuf>,
    /// The order of the bytes of a sample.
    pub byte_order: ByteOrder,
    /// Columns and rows of a tile, if the image is stored in tiles.
    pub tile: Option<(u64, u64)>,
    /// Rows of a strip, if the image is stored in strips.
    pub rows_per_strip: Option<u64>,
    /// How pixels are compressed; `none` if they are not.
    pub compression: &'static str,
    /// Images in the file, smaller versions of them not counted.
    pub pages: u64,
    /// Columns and rows of the versions of this page: of itself, and of smaller ones, the largest
    /// first.
    pub levels: Vec<(u64, u64)>,
    /// How regions are reached: `random` if each costs about the same, wherever it lies; `whole` if
    /// the image has to be decoded as a whole.
    pub access: &'static str,
}

/// A container of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Bare pixels in a file.
    Raw,
    /// TIFF with 32-bit offsets.
    Tiff,
    /// TIFF with 64-bit offsets.
    BigTiff,
    /// Bare pixels in memory.
    Memory,
}

impl Format {
    /// The name users see: `raw`, `tiff`, `bigtiff`, `memory`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Tiff => "tiff",
            Self::BigTiff => "bigtiff",
            Self::Memory => "memory",
        }
    }
}

/// The order of the bytes of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ByteOrder {
    /// The lowest byte first.
    Little,
    /// The highest byte first.
    Big,
}

impl ByteOrder {
    /// The order of this machine.
    pub const NATIVE: Self = if cfg!(target_endian = "big") { Self::Big } else { Self::Little };

    /// The name users see: `little`, `big`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Little => "little",
            Self::Big => "big",
        }
    }
}
