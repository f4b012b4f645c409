use napi_derive::napi;
use raster::Border;

use crate::error::{Thrown, invalid_argument};

/// The samples outside an image.
#[napi(object)]
pub struct BindingBorder {
    /// `reflect101`, `replicate`, `reflect`, `wrap` or `constant`.
    pub mode: String,
    /// The constant.
    pub value: f64,
}

impl BindingBorder {
    pub(crate) fn convert(&self) -> Result<Border, Thrown> {
        match self.mode.as_str() {
            "reflect101" => Ok(Border::Reflect101),
            "replicate" => Ok(Border::Replicate),
            "reflect" => Ok(Border::Reflect),
            "wrap" => Ok(Border::Wrap),
            "constant" => Ok(Border::Constant(self.value)),
            mode => Err(invalid_argument(format!("expected a border but received {mode}"))),
        }
    }
}
