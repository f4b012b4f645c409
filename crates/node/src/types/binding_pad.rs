use filters::Pad;
use napi_derive::napi;

use super::BindingBorder;
use crate::error::Thrown;

/// Pixels to add on each side.
#[napi(object)]
pub struct BindingPad {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
    pub border: BindingBorder,
}

impl BindingPad {
    pub(crate) fn convert(&self) -> Result<Pad, Thrown> {
        let Self { left, top, right, bottom, ref border } = *self;
        let [left, top, right, bottom] = [left, top, right, bottom].map(|side| side as u64);
        Ok(Pad { left, top, right, bottom, border: border.convert()? })
    }
}
