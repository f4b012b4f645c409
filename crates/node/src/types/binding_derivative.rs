use filters::{Derivative, Operator};
use napi_derive::napi;

use super::{BindingBorder, parse_output};
use crate::error::Thrown;

/// A derivative.
#[napi(object)]
pub struct BindingDerivative {
    /// The size of Sobel's kernel; Scharr's if not given.
    pub size: Option<u32>,
    pub dx: u32,
    pub dy: u32,
    pub scale: f64,
    pub offset: f64,
    /// That of derivatives of the input if not given.
    pub depth: Option<String>,
    pub border: BindingBorder,
}

impl BindingDerivative {
    pub(crate) fn convert(&self) -> Result<Derivative, Thrown> {
        Ok(Derivative {
            operator: operator(self.size),
            dx: self.dx,
            dy: self.dy,
            scale: self.scale,
            offset: self.offset,
            depth: parse_output(self.depth.as_deref())?,
            border: self.border.convert()?,
        })
    }
}

/// Sobel's operator of a size, or Scharr's, which has only one.
pub(crate) fn operator(size: Option<u32>) -> Operator {
    size.map_or(Operator::Scharr, Operator::Sobel)
}
