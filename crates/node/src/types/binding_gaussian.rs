use filters::{GaussianBlur, Precision};
use napi_derive::napi;

use super::BindingBorder;
use crate::error::{Thrown, invalid_argument};

/// A Gaussian blur. 0 derives a sigma from its size, or a size from its sigma.
#[napi(object)]
pub struct BindingGaussian {
    pub sigma_x: f64,
    pub sigma_y: f64,
    pub size_x: u32,
    pub size_y: u32,
    pub border: BindingBorder,
    /// `exact` or `fast`.
    pub precision: String,
}

impl BindingGaussian {
    pub(crate) fn convert(&self) -> Result<GaussianBlur, Thrown> {
        let precision = match self.precision.as_str() {
            "exact" => Precision::Exact,
            "fast" => Precision::Fast,
            other => {
                return Err(invalid_argument(format!("expected a precision but received {other}")));
            }
        };
        Ok(GaussianBlur {
            sigma: (self.sigma_x, self.sigma_y),
            kernel_size: (self.size_x, self.size_y),
            border: self.border.convert()?,
            precision,
        })
    }
}
