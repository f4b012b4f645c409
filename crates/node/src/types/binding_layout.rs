use napi_derive::napi;
use raster::Spec;
use store::RawLayout;

use super::parse_depth;
use crate::error::{Thrown, invalid_argument};

/// Bare pixels in memory or in a file.
#[napi(object)]
pub struct BindingLayout {
    pub width: i64,
    pub height: i64,
    pub channels: u32,
    pub depth: String,
    /// Bytes before the first pixel.
    pub offset: i64,
    /// Bytes from row to row; dense if not given.
    pub row_stride: Option<i64>,
}

impl BindingLayout {
    pub(crate) fn convert(&self) -> Result<RawLayout, Thrown> {
        let depth = parse_depth(&self.depth)?;
        let count = |name: &str, value: i64| {
            u64::try_from(value).map_err(|_| {
                invalid_argument(format!("expected a count for {name} but received {value}"))
            })
        };
        let (width, height) = (count("width", self.width)?, count("height", self.height)?);
        let spec = Spec::new(width, height, self.channels, depth);
        Ok(RawLayout {
            spec: spec.map_err(invalid_argument)?,
            offset: count("offset", self.offset)?,
            row_stride: self.row_stride.map(|stride| count("rowStride", stride)).transpose()?,
        })
    }
}
