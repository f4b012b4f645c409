use filters::Convolve;
use napi_derive::napi;

use super::{BindingBorder, parse_output};
use crate::error::Thrown;

/// A kernel of two dimensions.
#[napi(object)]
pub struct BindingConvolve {
    /// Taps, row by row.
    pub kernel: Vec<f64>,
    pub width: u32,
    pub height: u32,
    pub scale: f64,
    pub offset: f64,
    /// The input's if not given.
    pub depth: Option<String>,
    pub border: BindingBorder,
}

impl BindingConvolve {
    pub(crate) fn convert(self) -> Result<Convolve, Thrown> {
        Ok(Convolve {
            depth: parse_output(self.depth.as_deref())?,
            border: self.border.convert()?,
            kernel: self.kernel,
            width: self.width,
            height: self.height,
            scale: self.scale,
            offset: self.offset,
        })
    }
}
