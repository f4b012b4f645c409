use napi_derive::napi;
use raster::Spec;
use store::Metadata;

/// Columns and rows.
#[napi(object)]
pub struct BindingSize {
    pub width: f64,
    pub height: f64,
}

/// What a container says, and the shape of the image computed from it.
#[napi(object)]
pub struct BindingMetadata {
    pub format: String,
    pub path: Option<String>,
    pub width: f64,
    pub height: f64,
    pub channels: u32,
    pub depth: String,
    pub byte_order: String,
    pub tile_width: Option<f64>,
    pub tile_height: Option<f64>,
    pub rows_per_strip: Option<f64>,
    pub compression: String,
    pub pages: f64,
    pub levels: Vec<BindingSize>,
    pub access: String,
}

impl BindingMetadata {
    pub(crate) fn new(metadata: &Metadata, spec: &Spec) -> Self {
        Self {
            format: metadata.format.name().to_owned(),
            path: metadata.path.as_ref().map(|path| path.to_string_lossy().into_owned()),
            width: spec.width as f64,
            height: spec.height as f64,
            channels: spec.channels,
            depth: spec.depth.name().to_owned(),
            byte_order: metadata.byte_order.name().to_owned(),
            tile_width: metadata.tile.map(|tile| tile.0 as f64),
            tile_height: metadata.tile.map(|tile| tile.1 as f64),
            rows_per_strip: metadata.rows_per_strip.map(|rows| rows as f64),
            compression: metadata.compression.to_owned(),
            pages: metadata.pages as f64,
            levels: metadata.levels.iter().map(size).collect(),
            access: metadata.access.to_owned(),
        }
    }
}

fn size(&(width, height): &(u64, u64)) -> BindingSize {
    BindingSize { width: width as f64, height: height as f64 }
}
