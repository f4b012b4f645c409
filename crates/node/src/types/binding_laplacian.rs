use filters::Laplacian;
use napi_derive::napi;

use super::{BindingBorder, parse_output};
use crate::error::Thrown;

/// The sum of the second derivatives.
#[napi(object)]
pub struct BindingLaplacian {
    pub size: u32,
    pub scale: f64,
    pub offset: f64,
    /// That of derivatives of the input if not given.
    pub depth: Option<String>,
    pub border: BindingBorder,
}

impl BindingLaplacian {
    pub(crate) fn convert(&self) -> Result<Laplacian, Thrown> {
        Ok(Laplacian {
            size: self.size,
            scale: self.scale,
            offset: self.offset,
            depth: parse_output(self.depth.as_deref())?,
            border: self.border.convert()?,
        })
    }
}
