use napi_derive::napi;
use store::TileFormat;

/// How to write tiles for viewers, beside what the target says.
#[napi(object)]
pub struct BindingDeepZoom {
    /// Whether all files are in one zip archive.
    pub archive: bool,
    pub tile_size: u32,
    pub overlap: u32,
    /// `jpeg`, `png` or `webp`.
    pub tile_format: String,
    /// Of `jpeg` and `webp`; none for a `webp` that loses nothing.
    pub quality: Option<u32>,
    /// Whether colour has half the columns and rows in a `jpeg`.
    pub subsampled: bool,
}

impl BindingDeepZoom {
    pub(crate) fn format(&self) -> TileFormat {
        // The façade has checked the range; what is beyond a byte is refused as too high.
        let quality = self.quality.map(|value| u8::try_from(value).unwrap_or(u8::MAX));
        match self.tile_format.as_str() {
            "png" => TileFormat::Png,
            "webp" => TileFormat::Webp { quality },
            _ => TileFormat::Jpeg { quality: quality.unwrap_or(0), is_subsampled: self.subsampled },
        }
    }
}
