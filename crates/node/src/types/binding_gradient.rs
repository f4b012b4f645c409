use filters::GradientMagnitude;
use napi_derive::napi;

use super::binding_derivative::operator;
use super::{BindingBorder, parse_output};
use crate::error::Thrown;

/// The magnitude of the gradient.
#[napi(object)]
pub struct BindingGradient {
    /// The size of Sobel's kernel; Scharr's if not given.
    pub size: Option<u32>,
    pub scale: f64,
    /// That of derivatives of the input if not given.
    pub depth: Option<String>,
    pub border: BindingBorder,
}

impl BindingGradient {
    pub(crate) fn convert(&self) -> Result<GradientMagnitude, Thrown> {
        Ok(GradientMagnitude {
            operator: operator(self.size),
            scale: self.scale,
            depth: parse_output(self.depth.as_deref())?,
            border: self.border.convert()?,
        })
    }
}
