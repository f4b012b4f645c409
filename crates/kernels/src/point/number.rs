//! Samples as numbers: the arithmetic of each depth.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use bytemuck::Pod;
use raster::{Depth, Sample};

/// A sample with the arithmetic of its depth: exact and saturated for integers, IEEE 754's for float32.
pub trait Number: Sample {
    /// The nearest sample to an integer.
    fn saturate(value: i32) -> Self;
    /// self + other.
    #[must_use]
    fn plus(self, other: Self) -> Self;
    /// self - other.
    #[must_use]
    fn minus(self, other: Self) -> Self;
    /// self * other.
    #[must_use]
    fn times(self, other: Self) -> Self;
    /// |self - other|.
    #[must_use]
    fn distance(self, other: Self) -> Self;
    /// |self|.
    #[must_use]
    fn magnitude(self) -> Self;
    /// -self; for unsigned integers, what is missing to the largest.
    #[must_use]
    fn opposite(self) -> Self;
}

/// An integer sample with operations on its bits.
pub trait Bits: Number {
    /// Both.
    #[must_use]
    fn and(self, other: Self) -> Self;
    /// Either or both.
    #[must_use]
    fn or(self, other: Self) -> Self;
    /// Either, not both.
    #[must_use]
    fn xor(self, other: Self) -> Self;
    /// All bits the other way.
    #[must_use]
    fn complement(self) -> Self;
    /// Shifted up; what leaves the depth is lost, also all of it. A negative count is a large one.
    #[must_use]
    fn shift_left(self, count: Self) -> Self;
    /// Shifted down, the sign kept. A negative count is a large one.
    #[must_use]
    fn shift_right(self, count: Self) -> Self;
}

macro_rules! integer {
    ($($type:ty, $unsigned:ty, $wide:ty, $magnitude:expr, $opposite:expr;)*) => {$(
        impl Number for $type {
            #[inline(always)]
            fn saturate(value: i32) -> Self {
                const MIN: i32 = <$type>::MIN as i32;
                const MAX: i32 = <$type>::MAX as i32;
                value.clamp(MIN, MAX) as Self
            }

            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.saturating_add(other)
            }

            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                self.saturating_sub(other)
            }

            #[inline(always)]
            fn times(self, other: Self) -> Self {
                const MIN: $wide = <$type>::MIN as $wide;
                const MAX: $wide = <$type>::MAX as $wide;
                (self as $wide * other as $wide).clamp(MIN, MAX) as Self
            }

            #[inline(always)]
            fn distance(self, other: Self) -> Self {
                let (low, high) = if self < other { (self, other) } else { (other, self) };
                high.saturating_sub(low)
            }

            #[inline(always)]
            fn magnitude(self) -> Self {
                $magnitude(self)
            }

            #[inline(always)]
            fn opposite(self) -> Self {
                $opposite(self)
            }
        }

        impl Bits for $type {
            #[inline(always)]
            fn and(self, other: Self) -> Self {
                self & other
            }

            #[inline(always)]
            fn or(self, other: Self) -> Self {
                self | other
            }

            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                self ^ other
            }

            #[inline(always)]
            fn complement(self) -> Self {
                !self
            }

            #[inline(always)]
            fn shift_left(self, count: Self) -> Self {
                let count = count as $unsigned as u32;
                if count < Self::BITS { self.wrapping_shl(count) } else { 0 }
            }

            #[inline(always)]
            fn shift_right(self, count: Self) -> Self {
                let count = (count as $unsigned as u32).min(Self::BITS);
                // By all bits but one and then by one: a shift by all of them at once does not exist.
                let most = count.min(Self::BITS - 1);
                self.wrapping_shr(most).wrapping_shr(count - most)
            }
        }
    )*};
}

integer! {
    u8, u8, u16, |x| x, |x: u8| u8::MAX - x;
    u16, u16, u32, |x| x, |x: u16| u16::MAX - x;
    i16, u16, i32, i16::saturating_abs, i16::saturating_neg;
    i32, u32, i64, i32::saturating_abs, i32::saturating_neg;
}

impl Number for f32 {
    #[inline(always)]
    fn saturate(value: i32) -> Self {
        value as Self
    }

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        self + other
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        self - other
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        self * other
    }

    #[inline(always)]
    fn distance(self, other: Self) -> Self {
        (self - other).abs()
    }

    #[inline(always)]
    fn magnitude(self) -> Self {
        self.abs()
    }

    #[inline(always)]
    fn opposite(self) -> Self {
        -self
    }
}

/// `f32` or `f64`: what formulas are computed in.
pub trait Real: Pod + PartialOrd + Send + Sync {
    /// Rounded to this type.
    fn nearest(value: f64) -> Self;
    /// A sample, rounded to this type.
    fn lift<S: Sample>(sample: S) -> Self;
    /// self * a + b, rounded once.
    #[must_use]
    fn fma(self, a: Self, b: Self) -> Self;
    /// self * other.
    #[must_use]
    fn times(self, other: Self) -> Self;
    /// self / other.
    #[must_use]
    fn over(self, other: Self) -> Self;
    /// Rounded half to even and saturated where `D` is an integer.
    fn round<D: Sample>(self) -> D;
}

macro_rules! real {
    ($($type:ident, $lift:ident, $round:ident;)*) => {$(
        impl Real for $type {
            #[inline(always)]
            fn nearest(value: f64) -> Self {
                value as Self
            }

            #[inline(always)]
            fn lift<S: Sample>(sample: S) -> Self {
                sample.$lift()
            }

            #[inline(always)]
            fn fma(self, a: Self, b: Self) -> Self {
                self.mul_add(a, b)
            }

            #[inline(always)]
            fn times(self, other: Self) -> Self {
                self * other
            }

            #[inline(always)]
            fn over(self, other: Self) -> Self {
                self / other
            }

            #[inline(always)]
            fn round<D: Sample>(self) -> D {
                D::$round(self)
            }
        }
    )*};
}

real! {
    f32, to_f32, from_f32;
    f64, to_f64, from_f64;
}

/// Whether the samples of a depth are integers.
#[inline(always)]
pub(super) const fn is_integer(depth: Depth) -> bool {
    !matches!(depth, Depth::F32)
}
