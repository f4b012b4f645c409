//! The shape of an image, validated once.

use thiserror::Error;

use crate::{Depth, Region};

/// The shape of an image: its size in pixels, its interleaved channels and the depth of a sample.
///
/// A `Spec` made by [`Spec::new`] describes fewer than 2^62 bytes, so byte offsets inside the image
/// fit both `u64` and `i64` and need no further checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Spec {
    /// Columns.
    pub width: u64,
    /// Rows.
    pub height: u64,
    /// Interleaved samples a pixel.
    pub channels: u32,
    /// The type of a sample.
    pub depth: Depth,
}

/// Why a shape is not an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SpecError {
    /// A side or the channel count is zero.
    #[error("the image has no pixels ({width} x {height}, {channels} channels)")]
    Empty {
        /// Columns asked for.
        width: u64,
        /// Rows asked for.
        height: u64,
        /// Channels asked for.
        channels: u32,
    },
    /// More channels than [`Spec::MAX_CHANNELS`].
    #[error("{0} channels are more than the {max} supported", max = Spec::MAX_CHANNELS)]
    TooManyChannels(u32),
    /// A side longer than [`Spec::MAX_SIDE`], or 2^62 bytes or more in all.
    #[error("{width} x {height} pixels with {channels} channels are too many")]
    TooLarge {
        /// Columns asked for.
        width: u64,
        /// Rows asked for.
        height: u64,
        /// Channels asked for.
        channels: u32,
    },
}

impl Spec {
    /// The most channels an image may have; the limit of TIFF's `SamplesPerPixel`.
    pub const MAX_CHANNELS: u32 = 65_535;
    /// The longest side, in pixels.
    pub const MAX_SIDE: u64 = 1 << 40;
    const MAX_BYTES: u128 = 1 << 62;

    /// Checks a shape.
    ///
    /// # Errors
    /// [`SpecError`] if it has no pixels or too many.
    pub fn new(width: u64, height: u64, channels: u32, depth: Depth) -> Result<Self, SpecError> {
        if width == 0 || height == 0 || channels == 0 {
            return Err(SpecError::Empty { width, height, channels });
        }
        if channels > Self::MAX_CHANNELS {
            return Err(SpecError::TooManyChannels(channels));
        }
        let pixel = u128::from(channels) * depth.bytes() as u128;
        // Both sides fit 64 bits, so their product fits 128; the pixel may overflow it.
        let bytes = (u128::from(width) * u128::from(height)).checked_mul(pixel);
        let long = width.max(height) > Self::MAX_SIDE;
        if long || bytes.is_none_or(|bytes| bytes >= Self::MAX_BYTES) {
            return Err(SpecError::TooLarge { width, height, channels });
        }
        Ok(Self { width, height, channels, depth })
    }

    /// Bytes of one pixel.
    pub const fn pixel_bytes(&self) -> u64 {
        self.channels as u64 * self.depth.bytes() as u64
    }

    /// Bytes of one dense row.
    pub const fn row_bytes(&self) -> u64 {
        self.width * self.pixel_bytes()
    }

    /// Bytes of the dense image.
    pub const fn bytes(&self) -> u64 {
        self.height * self.row_bytes()
    }

    /// Bytes of a dense region of this image.
    pub const fn region_bytes(&self, region: &Region) -> u64 {
        region.pixels() * self.pixel_bytes()
    }

    /// The whole image as a region.
    pub const fn region(&self) -> Region {
        Region::new(0, 0, self.width, self.height)
    }

    /// The same samples in another size.
    ///
    /// # Errors
    /// [`SpecError`] as in [`Spec::new`].
    pub fn resized(&self, width: u64, height: u64) -> Result<Self, SpecError> {
        Self::new(width, height, self.channels, self.depth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_64_bit() {
        let spec = Spec::new(80_000, 60_000, 3, Depth::F32).unwrap();
        assert_eq!(spec.row_bytes(), 960_000);
        assert_eq!(spec.bytes(), 57_600_000_000);
    }

    #[test]
    fn refuses_shapes_that_are_not_images() {
        let of = |w, h, c| Spec::new(w, h, c, Depth::F32);
        assert!(matches!(of(0, 1, 1), Err(SpecError::Empty { .. })));
        assert!(matches!(of(1, 1, 0), Err(SpecError::Empty { .. })));
        assert!(matches!(of(1, 1, 65_536), Err(SpecError::TooManyChannels(_))));
        assert!(matches!(of(u64::MAX, u64::MAX, 65_535), Err(SpecError::TooLarge { .. })));
        assert!(matches!(of(1 << 40, 1 << 40, 1), Err(SpecError::TooLarge { .. })));
    }
}
