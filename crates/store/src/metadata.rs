//! What a container says about its image.

use std::path::PathBuf;

use raster::Spec;

use crate::Bytes;

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
    /// How regions are reached: `random` if each costs about the same, wherever it lies; `sequential` if
    /// rows are decoded one after the other from the top; `whole` if the image has to be decoded as a whole.
    pub access: &'static str,
}

impl Metadata {
    /// Of the one image of a container, uncompressed and read at random unless the caller knows better.
    pub(crate) fn single(format: Format, bytes: &Bytes, spec: &Spec) -> Self {
        Self {
            format,
            path: bytes.path().map(std::path::Path::to_path_buf),
            byte_order: ByteOrder::NATIVE,
            tile: None,
            rows_per_strip: None,
            compression: "none",
            pages: 1,
            levels: vec![(spec.width, spec.height)],
            access: "random",
        }
    }
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
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    WebP,
    /// Portable anymaps: PBM, PGM, PPM and PAM.
    Pnm,
    /// Portable float maps.
    Pfm,
    /// An array of `NumPy`.
    Npy,
    /// Windows bitmaps.
    Bmp,
    /// GIF.
    Gif,
    /// Windows icons.
    Ico,
    /// Truevision TGA.
    Tga,
    /// QOI.
    Qoi,
    /// Radiance HDR.
    Radiance,
    /// `OpenEXR`.
    OpenExr,
    /// farbfeld.
    Farbfeld,
    /// `DirectDraw` surfaces.
    Dds,
    /// Bare pixels in memory.
    Memory,
}

impl Format {
    /// The name users see, in small letters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Tiff => "tiff",
            Self::BigTiff => "bigtiff",
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::WebP => "webp",
            Self::Pnm => "pnm",
            Self::Pfm => "pfm",
            Self::Npy => "npy",
            Self::Bmp => "bmp",
            Self::Gif => "gif",
            Self::Ico => "ico",
            Self::Tga => "tga",
            Self::Qoi => "qoi",
            Self::Radiance => "radiance",
            Self::OpenExr => "openexr",
            Self::Farbfeld => "farbfeld",
            Self::Dds => "dds",
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
