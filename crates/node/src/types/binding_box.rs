use filters::BoxBlur;
use napi_derive::napi;

use super::{BindingBorder, parse_output};
use crate::error::Thrown;

/// The mean, or the sum, of a rectangle.
#[napi(object)]
pub struct BindingBox {
    pub size_x: u32,
    pub size_y: u32,
    pub normalize: bool,
    /// The input's if not given.
    pub depth: Option<String>,
    pub border: BindingBorder,
}

impl BindingBox {
    pub(crate) fn convert(&self) -> Result<BoxBlur, Thrown> {
        Ok(BoxBlur {
            size: (self.size_x, self.size_y),
            normalize: self.normalize,
            depth: parse_output(self.depth.as_deref())?,
            border: self.border.convert()?,
        })
    }
}
