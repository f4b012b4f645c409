//! Chains of fused multiply-adds, in float32 or float64.
//!
//! The order of the operations is the definition of the result and is `OpenCV`'s
//! (`docs/design/exactness.md`): a row is summed in ascending order, a symmetric or antisymmetric
//! column from its centre outwards, any other column in ascending order; float32 rows of 3 and 5
//! taps that mirror each other have shorter forms.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use std::marker::PhantomData;

use raster::{Depth, Sample};

use super::Separable;
use super::fir::{self, Finish, FirColumn, FirRow, Form};
use crate::Isa;
use crate::isa::Vectors;
use crate::vector::{Element, Vector};

/// How the taps of an axis mirror each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symmetry {
    /// k\[c + i\] = k\[c - i\].
    Even,
    /// k\[c + i\] = -k\[c - i\].
    Odd,
    /// Neither, or no tap in the middle.
    None,
}

impl Symmetry {
    /// That of `taps`.
    pub fn of(taps: &[f64]) -> Self {
        let mirrored = |sign: f64| taps.iter().rev().zip(taps).all(|(a, b)| *a == sign * b);
        if taps.len().is_multiple_of(2) {
            Self::None
        } else if mirrored(1.0) {
            Self::Even
        } else if mirrored(-1.0) {
            Self::Odd
        } else {
            Self::None
        }
    }
}

/// The taps of a column and what becomes of their sum.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnTaps {
    /// First tap first.
    pub taps: Vec<f64>,
    /// Decides the order of the sum.
    pub symmetry: Symmetry,
    /// What the sum starts with.
    pub offset: f64,
    /// What the sum is multiplied by in the end, if anything.
    pub scale: Option<f64>,
}

impl ColumnTaps {
    /// Taps with the symmetry that they have.
    pub fn new(taps: &[f64], offset: f64) -> Self {
        Self { taps: taps.to_vec(), symmetry: Symmetry::of(taps), offset, scale: None }
    }
}

/// What chains are computed in: `f32` or `f64`, from samples `S`.
#[expect(private_bounds, reason = "sealed: float32 and float64 only")]
pub trait Float<S>: Real + fir::From<S> {
    /// Whether short mirrored rows of `S` take the short forms.
    const SHORT_ROWS: bool;
}

/// `f32` or `f64`.
#[expect(private_bounds, reason = "sealed: float32 and float64 only")]
pub trait Real: Element + PartialOrd {
    /// Rounded to this type.
    fn from_f64(value: f64) -> Self;
    /// self * a + b, rounded once.
    #[must_use]
    fn fma(self, a: Self, b: Self) -> Self;
    /// self - other.
    #[must_use]
    fn minus(self, other: Self) -> Self;
    /// self * other.
    #[must_use]
    fn times(self, other: Self) -> Self;
    /// Rounded half to even and saturated where `D` is an integer.
    fn to_sample<D: Sample>(self) -> D;
}

macro_rules! real {
    ($($float:ident, $convert:ident;)*) => {$(
        impl Real for $float {
            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $float
            }

            #[inline(always)]
            fn fma(self, a: Self, b: Self) -> Self {
                self.mul_add(a, b)
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
            fn to_sample<D: Sample>(self) -> D {
                D::$convert(self)
            }
        }
    )*};
}

real! { f32, from_f32; f64, from_f64; }

macro_rules! float {
    ($($sample:ty => $float:ty, $short:literal;)*) => {$(
        impl Float<$sample> for $float {
            const SHORT_ROWS: bool = $short;
        }

        impl fir::From<$sample> for $float {
            #[inline(always)]
            fn of(sample: $sample) -> Self {
                sample.into()
            }
        }
    )*};
}

float! {
    u8 => f32, false;
    u16 => f32, false;
    i16 => f32, false;
    f32 => f32, true;
    u8 => f64, false;
    u16 => f64, false;
    i16 => f64, false;
    i32 => f64, false;
    f32 => f64, false;
}

pub(super) fn chain<S, M, D>(
    x: &[f64],
    y: &ColumnTaps,
    channels: usize,
    isa: Isa,
) -> Separable<S, M, D>
where
    S: Sample,
    M: Float<S>,
    D: Sample,
{
    let form = if M::SHORT_ROWS { Form::of(x) } else { Form::Chain };
    let real = |taps: &[f64]| taps.iter().map(|&tap| M::from_f64(tap)).collect();
    let row = FirRow { taps: real(x), form, channels, isa, source: PhantomData };
    let column = FirColumn {
        taps: real(&y.taps),
        symmetry: y.symmetry,
        offset: M::from_f64(y.offset),
        finish: Rounded { scale: y.scale.map(M::from_f64) },
        reach: (x.len() - 1) * channels,
        isa,
        out: PhantomData,
    };
    Separable { row: Box::new(row), column: Box::new(column) }
}

/// Scales sums, if at all, and rounds them to the depth of the result.
pub(super) struct Rounded<M> {
    pub(super) scale: Option<M>,
}

impl<M: Real, D: Sample> Finish<M, D> for Rounded<M> {
    #[inline(always)]
    unsafe fn store<V: Vectors>(&self, sum: M::In<V>, out: *mut D) -> bool {
        let is_same = D::DEPTH == Depth::F32 && size_of::<M>() == size_of::<f32>();
        if is_same && self.scale.is_none() {
            // SAFETY: by the contract; both are `f32`.
            unsafe { sum.store(out.cast()) };
            return true;
        }
        false
    }

    #[inline(always)]
    fn finish(&self, sums: &[M], out: &mut [D]) {
        if let Some(scale) = self.scale {
            for (out, sum) in out.iter_mut().zip(sums) {
                *out = sum.times(scale).to_sample();
            }
        } else {
            for (out, sum) in out.iter_mut().zip(sums) {
                *out = sum.to_sample();
            }
        }
    }
}
