//! Kernels of two dimensions.

use raster::{Border, Depth, Sample};

use super::{Around, Real, each, samples, wide};
use crate::image::Dense;

/// The area from which on `OpenCV` multiplies spectra, and float64 sums are the definition.
pub fn dft_size(input: Depth, output: Depth) -> usize {
    match (input, output) {
        (Depth::U8, Depth::U8 | Depth::I16) | (Depth::F32, Depth::F32) => 130,
        _ => 50,
    }
}

/// The image correlated with a kernel, row by row, `width` taps each, anchored at half its sides.
pub fn convolve<S: Sample, D: Sample>(
    image: &Dense<S>,
    kernel: &[f64],
    width: u32,
    offset: f64,
    border: Border,
) -> Vec<D> {
    if wide(S::DEPTH, D::DEPTH) {
        return samples::<f64, D>(&sums(image, kernel, width, offset, border));
    }
    let single: Vec<f64> = kernel.iter().map(|&tap| f64::from(tap as f32)).collect();
    if kernel.len() >= dft_size(S::DEPTH, D::DEPTH) {
        samples::<f64, D>(&sums(image, &single, width, offset, border))
    } else {
        samples::<f32, D>(&sums(image, &single, width, offset, border))
    }
}

pub(super) fn sums<S: Sample, R: Real>(
    image: &Dense<S>,
    kernel: &[f64],
    width: u32,
    offset: f64,
    border: Border,
) -> Vec<R> {
    let around = Around::new(image, border);
    let (columns, rows) = (width as usize, kernel.len() / width as usize);
    each(&around, |y, x, channel| {
        let mut sum = R::of(offset);
        for (at, &tap) in kernel.iter().enumerate().filter(|(_, tap)| **tap != 0.0) {
            let row = around.row(y + (at / columns) as i64 - (rows / 2) as i64);
            let column = x + (at % columns) as i64 - (columns / 2) as i64;
            sum = R::of(around.sample(row, column, channel)).fma(R::of(tap), sum);
        }
        sum
    })
}
