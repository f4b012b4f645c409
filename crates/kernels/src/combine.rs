//! Point by point: what composite filters make of the rows of their parts.
//!
//! The formulas are `OpenCV`'s `addWeighted`, `magnitude` and `convertTo`, fused multiply-adds
//! included.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use raster::{Depth, Sample};

use crate::Isa;
use crate::isa::{Vectorized, Vectors};
use crate::separable::Real;

/// How an unsharp mask weighs a sample and its blur.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unsharp {
    /// How much of the difference is added.
    pub amount: f64,
    /// Samples that differ less than this from their blur stay as they are.
    pub threshold: f64,
}

/// Sharpens: `(1 + amount) * source - amount * blurred`, in float32 for depths of up to 16 bits and in
/// float64 for the others.
///
/// # Panics
/// If the rows differ in length.
pub fn unsharp<T: Sample>(weights: Unsharp, source: &[T], blurred: &[T], out: &mut [T], isa: Isa) {
    assert!(source.len() == out.len() && blurred.len() == out.len());
    isa.run(UnsharpRun { weights, source, blurred, out });
}

struct UnsharpRun<'a, T> {
    weights: Unsharp,
    source: &'a [T],
    blurred: &'a [T],
    out: &'a mut [T],
}

impl<T: Sample> Vectorized for UnsharpRun<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        let Unsharp { amount, threshold } = self.weights;
        let is_small = amount.fract() == 0.0 && (0.0..=63.0).contains(&amount);
        match T::DEPTH {
            Depth::U8 if is_small && threshold == 0.0 => self.small(amount as i16),
            Depth::I32 | Depth::F32 => self.rows::<f64>(T::to_f64),
            Depth::U8 | Depth::U16 | Depth::I16 => self.rows::<f32>(T::to_f32),
        }
    }
}

impl<T: Sample> UnsharpRun<'_, T> {
    #[inline(always)]
    fn rows<M: Real>(self, real: fn(T) -> M) {
        if self.weights.threshold > 0.0 {
            self.weigh::<M, true>(real);
        } else {
            self.weigh::<M, false>(real);
        }
    }

    #[inline(always)]
    fn weigh<M: Real, const THRESHOLD: bool>(self, real: fn(T) -> M) {
        let alpha = M::from_f64(1.0 + self.weights.amount);
        let beta = M::from_f64(-self.weights.amount);
        let threshold = M::from_f64(self.weights.threshold);
        let (source, blurred) = (&self.source[..self.out.len()], &self.blurred[..self.out.len()]);
        for i in 0..self.out.len() {
            let (a, b) = (real(source[i]), real(blurred[i]));
            self.out[i] = a.fma(alpha, b.times(beta)).to_sample();
            if THRESHOLD {
                let difference = a.minus(b);
                let stays = difference < threshold && M::zeroed().minus(difference) < threshold;
                self.out[i] = if stays { source[i] } else { self.out[i] };
            }
        }
    }

    /// Bytes and a whole amount: exact in 16 bits, and so the same.
    #[inline(always)]
    fn small(self, amount: i16) {
        let (source, blurred) = (&self.source[..self.out.len()], &self.blurred[..self.out.len()]);
        for i in 0..self.out.len() {
            let (a, b) = (source[i].to_i32() as i16, blurred[i].to_i32() as i16);
            self.out[i] = T::from_i16(a + (a - b) * amount);
        }
    }
}

/// The length of each gradient: the square root of `x * x + y * y`.
///
/// # Panics
/// If the rows differ in length.
pub fn magnitude<D: Sample>(x: &[f32], y: &[f32], out: &mut [D], isa: Isa) {
    assert!(x.len() == out.len() && y.len() == out.len());
    isa.run(MagnitudeRun { x, y, out });
}

struct MagnitudeRun<'a, D> {
    x: &'a [f32],
    y: &'a [f32],
    out: &'a mut [D],
}

impl<D: Sample> Vectorized for MagnitudeRun<'_, D> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        let (x, y) = (&self.x[..self.out.len()], &self.y[..self.out.len()]);
        for i in 0..self.out.len() {
            self.out[i] = D::from_f32(x[i].mul_add(x[i], y[i] * y[i]).sqrt());
        }
    }
}

/// Sums of two rows of int16 or float32, saturated, then `sum * scale + offset`.
///
/// # Panics
/// If the rows differ in length.
pub fn add<T: Sample, D: Sample>(
    [a, b]: [&[T]; 2],
    [scale, offset]: [f32; 2],
    out: &mut [D],
    isa: Isa,
) {
    assert!(a.len() == out.len() && b.len() == out.len());
    isa.run(AddRun { a, b, scale, offset, out });
}

struct AddRun<'a, T, D> {
    a: &'a [T],
    b: &'a [T],
    scale: f32,
    offset: f32,
    out: &'a mut [D],
}

impl<T: Sample, D: Sample> Vectorized for AddRun<'_, T, D> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        let (a, b) = (&self.a[..self.out.len()], &self.b[..self.out.len()]);
        for i in 0..self.out.len() {
            // Exact for int16, so that only the saturation is left to do.
            let sum = T::from_f32(a[i].to_f32() + b[i].to_f32()).to_f32();
            self.out[i] = D::from_f32(sum.mul_add(self.scale, self.offset));
        }
    }
}
