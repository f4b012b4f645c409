//! Samples as integers of the same order.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use bytemuck::Pod;
use raster::Sample;

use crate::vector::Ordered;

/// A sample whose order is that of an integer.
#[expect(private_bounds, reason = "registers are private, and so is what they hold")]
pub trait Ranked: Sample {
    /// The integer.
    type Level: Ordered + Pod + Ord + Send + Sync;

    /// The integer that stands for this sample.
    fn level(self) -> Self::Level;

    /// The sample that an integer stands for.
    fn of(level: Self::Level) -> Self;

    /// The level as an unsigned integer of the same order and size.
    fn key(self) -> u32;

    /// The sample that a key stands for.
    fn from_key(key: u32) -> Self;
}

macro_rules! ranked {
    ($($type:ty: $unsigned:ty),*) => {$(
        impl Ranked for $type {
            type Level = Self;

            #[inline(always)]
            fn level(self) -> Self {
                self
            }

            #[inline(always)]
            fn of(level: Self) -> Self {
                level
            }

            #[inline(always)]
            fn key(self) -> u32 {
                (self.wrapping_sub(Self::MIN) as $unsigned).into()
            }

            #[inline(always)]
            fn from_key(key: u32) -> Self {
                (key as Self).wrapping_add(Self::MIN)
            }
        }
    )*};
}

ranked!(u8: u8, u16: u16, i16: u16, i32: u32);

/// The level of every NaN: that of the positive quiet one, above infinity.
const NAN: i32 = 0x7FC0_0000;

impl Ranked for f32 {
    type Level = i32;

    /// Negative numbers have all bits but the sign's inverted, so that larger ones are larger integers;
    /// -0 is just below 0.
    #[inline(always)]
    fn level(self) -> i32 {
        let bits = self.to_bits() as i32;
        let level = bits ^ ((bits >> 31) & i32::MAX);
        if self.is_nan() { NAN } else { level }
    }

    #[inline(always)]
    fn of(level: i32) -> Self {
        Self::from_bits((level ^ ((level >> 31) & i32::MAX)) as u32)
    }

    #[inline(always)]
    fn key(self) -> u32 {
        self.level().key()
    }

    #[inline(always)]
    fn from_key(key: u32) -> Self {
        Self::of(i32::from_key(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_in_the_order_of_floats() {
        let ascending = [
            f32::NEG_INFINITY,
            f32::MIN,
            -1.0,
            -f32::MIN_POSITIVE,
            -f32::from_bits(1),
            -0.0,
            0.0,
            f32::from_bits(1),
            1.0,
            f32::MAX,
            f32::INFINITY,
            f32::NAN,
        ];
        for pair in ascending.windows(2) {
            assert!(pair[0].level() < pair[1].level(), "{pair:?}");
        }
        for sample in ascending {
            assert_eq!(f32::of(sample.level()).to_bits(), sample.to_bits());
        }
        assert_eq!((-f32::NAN).level(), f32::NAN.level());
    }
}
