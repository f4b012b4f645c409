use napi_derive::napi;
use pipeline::Part;
use raster::Spec;
use store::{
    Compression, Decimation, DeepZoomOptions, Destination, Durability, JpegOptions, PngOptions,
    Tags, TiffChunks, TiffOptions, TiffPyramid, TiffVariant, WebpOptions,
};

use super::{BindingDeepZoom, BindingTags};

/// An encoded image to write.
#[napi(object)]
pub struct BindingTarget {
    /// The file, unless it is memory.
    pub path: String,
    /// `raw`, `tiff`, `png`, `jpeg`, `webp`, `pnm`, `pfm`, `npy` or `deepzoom`.
    pub format: String,
    pub tile_width: u32,
    pub tile_height: u32,
    /// Strips of so many rows instead of tiles.
    pub rows_per_strip: Option<u32>,
    /// `none`, `lzw`, `deflate`, `zstd`, `jpeg` or `webp`.
    pub compression: String,
    /// Of PNG, `deflate` and `zstd`.
    pub level: Option<u32>,
    /// Of JPEG and WebP, files or compression; none for a WebP that loses nothing.
    pub quality: Option<u32>,
    /// Whether colour has half the columns and rows in a JPEG.
    pub subsampled: bool,
    /// Whether differences are packed; none for whatever packs better.
    pub predictor: Option<bool>,
    /// `chain`, `cog` or `ome`.
    pub pyramid: Option<String>,
    /// `mean` or `gaussian`, of smaller copies.
    pub decimation: String,
    /// Of `deepzoom`.
    pub deep_zoom: Option<BindingDeepZoom>,
    /// `auto`, `classic` or `big`.
    pub variant: String,
    /// What is kept of what the source says: names of parts.
    pub keep: Vec<String>,
    /// Whether to fail if one of them is not so of the image.
    pub keeps_strictly: bool,
    /// What is said instead, or beside.
    pub tags: Option<BindingTags>,
    /// Whether the file is flushed to the disk before it takes its name.
    pub sync: bool,
}

impl BindingTarget {
    pub(crate) const fn durability(&self) -> Durability {
        if self.sync { Durability::Sync } else { Durability::None }
    }

    /// What is kept of what the source says.
    pub(crate) fn kept(&self) -> Vec<Part> {
        let is_named = |part: &Part| self.keep.iter().any(|name| name == part.name());
        Part::ALL.into_iter().filter(is_named).collect()
    }

    /// What is said of the image.
    pub(crate) fn given(&self) -> Tags {
        self.tags.as_ref().map(BindingTags::convert).unwrap_or_default()
    }

    /// The file.
    pub(crate) fn destination(&self) -> Destination {
        self.path.as_str().into()
    }

    /// How to write an image as TIFF.
    pub(crate) fn tiff(&self, spec: Spec) -> TiffOptions {
        let (width, height) = (self.tile_width.into(), self.tile_height.into());
        let tiles = TiffChunks::Tiles { width, height };
        TiffOptions {
            spec,
            chunks: self
                .rows_per_strip
                .map_or(tiles, |rows| TiffChunks::Strips { rows: rows.into() }),
            compression: self.compression(),
            predictor: self.predictor,
            decimation: self.decimation(),
            pyramid: self.pyramid.as_deref().map(|layout| match layout {
                "cog" => TiffPyramid::Cog,
                "ome" => TiffPyramid::Ome,
                _ => TiffPyramid::Chain,
            }),
            variant: match self.variant.as_str() {
                "classic" => TiffVariant::Classic,
                "big" => TiffVariant::Big,
                _ => TiffVariant::Auto,
            },
            durability: self.durability(),
        }
    }

    /// How to write an image as tiles for viewers.
    pub(crate) fn deep_zoom(&self, zoom: &BindingDeepZoom, spec: Spec) -> DeepZoomOptions {
        DeepZoomOptions {
            spec,
            is_archive: zoom.archive,
            format: zoom.format(),
            tile_size: zoom.tile_size.into(),
            overlap: zoom.overlap.into(),
            decimation: self.decimation(),
            durability: self.durability(),
        }
    }

    /// How to write an image as PNG.
    pub(crate) fn png(&self, spec: Spec) -> PngOptions {
        let (level, durability) = (byte(self.level).unwrap_or(0), self.durability());
        PngOptions { spec, level, durability }
    }

    /// How to write an image as JPEG.
    pub(crate) fn jpeg(&self, spec: Spec) -> JpegOptions {
        JpegOptions {
            spec,
            quality: byte(self.quality).unwrap_or(0),
            is_subsampled: self.subsampled,
            durability: self.durability(),
        }
    }

    fn decimation(&self) -> Decimation {
        if self.decimation == "gaussian" { Decimation::Gaussian } else { Decimation::Mean }
    }

    /// How to write an image as WebP.
    pub(crate) fn webp(&self, spec: Spec) -> WebpOptions {
        WebpOptions { spec, quality: byte(self.quality), durability: self.durability() }
    }

    fn compression(&self) -> Compression {
        let level = byte(self.level).unwrap_or(0);
        match self.compression.as_str() {
            "lzw" => Compression::Lzw,
            "deflate" => Compression::Deflate { level },
            "zstd" => Compression::Zstd { level },
            "jpeg" => Compression::Jpeg {
                quality: byte(self.quality).unwrap_or(0),
                is_subsampled: self.subsampled,
            },
            "webp" => Compression::Webp { quality: byte(self.quality) },
            _ => Compression::None,
        }
    }
}

/// A level or quality. The façade has checked the range; what is beyond a byte is refused as too high.
fn byte(value: Option<u32>) -> Option<u8> {
    value.map(|value| u8::try_from(value).unwrap_or(u8::MAX))
}
