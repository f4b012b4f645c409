//! Derivatives and what is made of them.

use raster::{Border, Depth, Sample};

use super::convolve::sums;
use super::separable::chain;
use super::{Real, convolve, samples, separable, wide};
use crate::image::Dense;
use crate::oracle::Derived;

/// The taps of a derivative of that order in one axis: the coefficients of
/// `(1 + z)^(size - 1 - order) * (z - 1)^order`. Size 1 stands for three taps along a derivative.
pub fn kernel(size: u32, order: u32) -> Vec<f64> {
    let size = if size == 1 && order > 0 { 3 } else { size };
    let mut taps = vec![1.0];
    for step in 1..size {
        let previous = if step < size - order { 1.0 } else { -1.0 };
        // Times z, and plus or minus once.
        let shifted = std::iter::once(&0.0).chain(&taps);
        let kept = taps.iter().chain(std::iter::once(&0.0));
        taps = shifted.zip(kept).map(|(a, b)| a + previous * b).collect();
    }
    taps
}

/// The kernels of a derivative, the scale in one of them. `size` is `None` for Scharr's.
fn kernels(order: (u32, u32), size: Option<u32>, scale: f64, wide: bool) -> [Vec<f64>; 2] {
    let [mut x, mut y] = [order.0, order.1].map(|order| match size {
        Some(size) => kernel(size, order),
        None if order == 0 => vec![3.0, 10.0, 3.0],
        None => vec![-1.0, 0.0, 1.0],
    });
    let scaled = if order.0 == 0 { &mut x } else { &mut y };
    for tap in scaled {
        *tap = if wide { *tap * scale } else { f64::from(*tap as f32 * scale as f32) };
    }
    [x, y]
}

/// The derivative of `order` (x, y), by Sobel's operator of a size or, without one, by Scharr's.
pub fn derivative<S: Sample, D: Sample>(
    image: &Dense<S>,
    order: (u32, u32),
    size: Option<u32>,
    derived: Derived,
) -> Vec<D> {
    let [x, y] = kernels(order, size, derived.scale, wide(S::DEPTH, D::DEPTH));
    separable(image, &x, &y, derived.offset, derived.border)
}

/// The sum of the two second derivatives.
pub fn laplacian<S: Sample, D: Sample>(image: &Dense<S>, size: u32, derived: Derived) -> Vec<D> {
    let Derived { scale, offset, border } = derived;
    let wide = wide(S::DEPTH, D::DEPTH);
    let scaled = |taps: [f64; 9]| {
        taps.map(|tap| if wide { tap * scale } else { f64::from(tap as f32 * scale as f32) })
    };
    match size {
        1 => {
            let taps = scaled([0.0, 1.0, 0.0, 1.0, -4.0, 1.0, 0.0, 1.0, 0.0]);
            convolve(image, &taps, 3, offset, border)
        }
        3 => {
            let taps = scaled([2.0, 0.0, 2.0, 0.0, -8.0, 0.0, 2.0, 0.0, 2.0]);
            convolve(image, &taps, 3, offset, border)
        }
        _ if wide => samples(&second_wide(image, size, derived)),
        // OpenCV keeps those of uint8 and size 5 as int16, which they fit: nothing changes.
        _ => samples(&second::<S, f32>(image, size, derived)),
    }
}

/// As [`second`] for int32, whose definition is ours: one kernel, summed in float64 in row-major order.
fn second_wide<S: Sample>(
    image: &Dense<S>,
    size: u32,
    Derived { scale, offset, border }: Derived,
) -> Vec<f64> {
    let (curve, smooth) = (kernel(size, 2), kernel(size, 0));
    let rows = smooth.iter().zip(&curve);
    let taps: Vec<f64> = rows
        .flat_map(|(a, b)| curve.iter().zip(&smooth).map(move |(c, s)| a * c + b * s))
        .collect();
    let sums: Vec<f64> = sums(image, &taps, size, 0.0, border);
    sums.into_iter().map(|sum| sum.mul_add(scale, offset)).collect()
}

/// Both second derivatives, added, then scaled and moved.
fn second<S: Sample, R: Real>(
    image: &Dense<S>,
    size: u32,
    Derived { scale, offset, border }: Derived,
) -> Vec<R> {
    let (curve, smooth) = (kernel(size, 2), kernel(size, 0));
    let across: Vec<R> = chain(image, &curve, &smooth, 0.0, border);
    let down: Vec<R> = chain(image, &smooth, &curve, 0.0, border);
    let sums = across.iter().zip(down).map(|(a, b)| a.plus(b));
    sums.map(|sum| sum.fma(R::of(scale), R::of(offset))).collect()
}

/// The length of the gradient: of the two first derivatives in float32, which those of int32 are
/// rounded to.
pub fn magnitude<S: Sample, D: Sample>(
    image: &Dense<S>,
    size: Option<u32>,
    scale: f64,
    border: Border,
) -> Vec<D> {
    let [across, down] = [(1, 0), (0, 1)].map(|order| -> Vec<f32> {
        if S::DEPTH == Depth::I32 {
            let [x, y] = kernels(order, size, scale, true);
            let sums = chain::<S, f64>(image, &x, &y, 0.0, border);
            sums.into_iter().map(|sum| sum as f32).collect()
        } else {
            let [x, y] = kernels(order, size, scale, false);
            chain::<S, f32>(image, &x, &y, 0.0, border)
        }
    });
    let lengths: Vec<f32> =
        across.iter().zip(down).map(|(&x, y)| x.mul_add(x, y * y).sqrt()).collect();
    samples(&lengths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_are_the_tables() {
        assert_eq!(kernel(1, 0), [1.0]);
        assert_eq!(kernel(1, 1), [-1.0, 0.0, 1.0]);
        assert_eq!(kernel(1, 2), [1.0, -2.0, 1.0]);
        assert_eq!(kernel(3, 0), [1.0, 2.0, 1.0]);
        assert_eq!(kernel(5, 1), [-1.0, -2.0, 0.0, 2.0, 1.0]);
        assert_eq!(kernel(5, 2), [1.0, 0.0, -2.0, 0.0, 1.0]);
        assert_eq!(kernel(7, 1), [-1.0, -4.0, -5.0, 0.0, 5.0, 4.0, 1.0]);
        assert_eq!(kernel(7, 2), [1.0, 2.0, -1.0, -4.0, -1.0, 2.0, 1.0]);
    }
}
