use filters::UnsharpMask;
use napi_derive::napi;

use super::BindingBorder;
use crate::error::Thrown;

/// An unsharp mask. 0 derives a size from its sigma.
#[napi(object)]
pub struct BindingUnsharp {
    pub sigma_x: f64,
    pub sigma_y: f64,
    pub size_x: u32,
    pub size_y: u32,
    pub amount: f64,
    pub threshold: f64,
    pub border: BindingBorder,
}

impl BindingUnsharp {
    pub(crate) fn convert(&self) -> Result<UnsharpMask, Thrown> {
        Ok(UnsharpMask {
            sigma: (self.sigma_x, self.sigma_y),
            kernel_size: (self.size_x, self.size_y),
            amount: self.amount,
            threshold: self.threshold,
            border: self.border.convert()?,
        })
    }
}
