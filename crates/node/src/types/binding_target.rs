use napi_derive::napi;

/// A file to write.
#[napi(object)]
pub struct BindingTarget {
    pub path: String,
    /// `raw` or `tiff`.
    pub format: String,
    pub tile_width: u32,
    pub tile_height: u32,
    /// `auto`, `classic` or `big`.
    pub variant: String,
    /// Whether the file is flushed to the disk before it takes its name.
    pub sync: bool,
}
