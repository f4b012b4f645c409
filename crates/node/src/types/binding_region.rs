use std::num::TryFromIntError;

use napi_derive::napi;
use raster::Region;

/// A rectangle of pixels.
#[napi(object)]
pub struct BindingRegion {
    pub left: i64,
    pub top: i64,
    pub width: i64,
    pub height: i64,
}

impl TryFrom<BindingRegion> for Region {
    type Error = TryFromIntError;

    fn try_from(region: BindingRegion) -> Result<Self, TryFromIntError> {
        Ok(Self::new(
            region.left.try_into()?,
            region.top.try_into()?,
            region.width.try_into()?,
            region.height.try_into()?,
        ))
    }
}
