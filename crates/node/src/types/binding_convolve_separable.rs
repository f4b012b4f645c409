use filters::ConvolveSeparable;
use napi_derive::napi;

use super::{BindingBorder, parse_output};
use crate::error::Thrown;

/// A row and a column of taps.
#[napi(object)]
pub struct BindingConvolveSeparable {
    pub horizontal: Vec<f64>,
    pub vertical: Vec<f64>,
    pub offset: f64,
    /// The input's if not given.
    pub depth: Option<String>,
    pub border: BindingBorder,
}

impl BindingConvolveSeparable {
    pub(crate) fn convert(self) -> Result<ConvolveSeparable, Thrown> {
        Ok(ConvolveSeparable {
            depth: parse_output(self.depth.as_deref())?,
            border: self.border.convert()?,
            horizontal: self.horizontal,
            vertical: self.vertical,
            offset: self.offset,
        })
    }
}
