//! Operations on one sample.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use raster::Sample;

use super::map::operations;
use super::number::is_integer;
use super::{Map, Number, Real};

operations! {
    /// |x|.
    Magnitude: [x] of Number => S, x.magnitude();
    /// -x; for unsigned integers, what is missing to the largest.
    Opposite: [x] of Number => S, x.opposite();
}

/// To another depth, rounded half to even and saturated.
#[derive(Clone, Copy, Debug)]
pub struct Cast;

impl<S: Number, D: Number> Map<S, (), D, 1, 0> for Cast {
    #[inline(always)]
    fn of(self, [x]: [S; 1], []: [(); 0]) -> D {
        if is_integer(S::DEPTH) && is_integer(D::DEPTH) {
            D::saturate(x.to_i32())
        } else {
            D::from_f32(x.to_f32())
        }
    }
}

/// x * scale + offset, rounded once and then to the depth.
#[derive(Clone, Copy, Debug)]
pub struct Linear;

impl<S: Sample, C: Real, D: Sample> Map<S, C, D, 1, 2> for Linear {
    #[inline(always)]
    fn of(self, [x]: [S; 1], [scale, offset]: [C; 2]) -> D {
        C::lift(x).fma(scale, offset).round()
    }
}

/// The square root; NaN of what is negative.
#[derive(Clone, Copy, Debug)]
pub struct Root;

impl Map<f32, (), f32, 1, 0> for Root {
    #[inline(always)]
    fn of(self, [x]: [f32; 1], []: [(); 0]) -> f32 {
        x.sqrt()
    }
}

/// x, or the nearest of two bounds if it lies outside. NaN lies nowhere and stays.
#[derive(Clone, Copy, Debug)]
pub struct Clamp;

impl<S: Sample> Map<S, S, S, 1, 2> for Clamp {
    #[inline(always)]
    fn of(self, [x]: [S; 1], [low, high]: [S; 2]) -> S {
        let x = if x < low { low } else { x };
        if x > high { high } else { x }
    }
}
