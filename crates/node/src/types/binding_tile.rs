use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;

use crate::error::BindingError;

/// A finished tile: dense rows.
#[napi(object, object_from_js = false)]
pub struct BindingTile {
    pub data: Uint8Array,
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

/// The next tile, or why there is none; neither at the end.
#[napi(object, object_from_js = false)]
pub struct BindingNextTile {
    pub tile: Option<BindingTile>,
    pub error: Option<BindingError>,
}
