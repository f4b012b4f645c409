//! The scale and the offset that take one range of values to another.

use raster::Depth;

/// `value * scale + offset`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// What values are multiplied by.
    pub scale: f64,
    /// What is added then.
    pub offset: f64,
}

impl Stretch {
    /// Takes `from` to `to`, the lower end to the lower one, in the arithmetic of `OpenCV`'s `normalize` by
    /// minimum and maximum. `depth` is that of the result. A range of one value becomes the lower end.
    pub fn between(from: [f64; 2], to: [f64; 2], depth: Depth) -> Self {
        let (low, high) = (to[0].min(to[1]), to[0].max(to[1]));
        let extent = from[1] - from[0];
        let scale = (high - low) * if extent > f64::EPSILON { 1.0 / extent } else { 0.0 };
        if depth == Depth::F32 {
            let scale = f64::from(scale as f32);
            let offset = low as f32 - (from[0] * scale) as f32;
            return Self { scale, offset: offset.into() };
        }
        Self { scale, offset: low - from[0] * scale }
    }
}
