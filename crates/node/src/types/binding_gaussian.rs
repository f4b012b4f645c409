use napi_derive::napi;

use super::BindingBorder;

/// A Gaussian blur. 0 derives a sigma from its size, or a size from its sigma.
#[napi(object)]
pub struct BindingGaussian {
    pub sigma_x: f64,
    pub sigma_y: f64,
    pub size_x: u32,
    pub size_y: u32,
    pub border: BindingBorder,
}
