//! The Gaussian of int32 and what is made of it; `OpenCV` has none.

use raster::Border;

use super::{chain, samples};
use crate::image::Dense;

/// The Gaussian blur of int32: chains of float64. Pairs are (x, y); 0 is derived from the other.
pub fn gaussian_i32(
    image: &Dense<i32>,
    size: (u32, u32),
    sigma: (f64, f64),
    border: Border,
) -> Vec<i32> {
    let axis = |size: u32, sigma: f64, side: u64| {
        // A single row or column has no neighbours to blur with, unless the border is one.
        if side == 1 && !matches!(border, Border::Constant(_)) {
            return vec![1.0];
        }
        taps(if size > 0 { size } else { (sigma * 8.0 + 1.0).round_ties_even() as u32 | 1 }, sigma)
    };
    let x = axis(size.0, sigma.0, image.spec.width);
    let y = axis(size.1, sigma.1, image.spec.height);
    samples::<f64, i32>(&chain(image, &x, &y, 0.0, border))
}

/// Unsharp masking of int32: `(1 + amount) * image - amount * blurred`, where the two are at least
/// `threshold` apart.
pub fn unsharp_i32(
    image: &Dense<i32>,
    blurred: &[i32],
    (amount, threshold): (f64, f64),
) -> Vec<i32> {
    let sharpened = image.samples.iter().zip(blurred).map(|(&sample, &blurred)| {
        let (a, b) = (f64::from(sample), f64::from(blurred));
        if (a - b).abs() < threshold { a } else { a.mul_add(1.0 + amount, b * -amount) }
    });
    samples(&sharpened.collect::<Vec<f64>>())
}

/// `n` taps that sum to one.
fn taps(n: u32, sigma: f64) -> Vec<f64> {
    if sigma <= 0.0 && n <= 9 {
        let table: &[f64] = match n {
            1 => &[1.0],
            3 => &[0.25, 0.5, 0.25],
            5 => &[0.0625, 0.25, 0.375, 0.25, 0.0625],
            7 => &[0.03125, 0.109_375, 0.21875, 0.28125, 0.21875, 0.109_375, 0.03125],
            _ => &[4.0, 13.0, 30.0, 51.0, 60.0, 51.0, 30.0, 13.0, 4.0].map(|tap| tap / 256.0),
        };
        return table.to_vec();
    }
    let n = i64::from(n);
    let sigma = if sigma > 0.0 { sigma } else { (n as f64).mul_add(0.15, 0.35) };
    let scale = -0.125 / (sigma * sigma);
    let weight = |i: i64| (((1 - n + 2 * i).pow(2)) as f64 * scale).exp();
    let half: f64 = (0..n / 2).map(weight).sum();
    let centre = 1.0 / (2.0 * half + 1.0);
    // From both ends, so that the two halves are the same.
    (0..n).map(|i| if i == n / 2 { centre } else { weight(i.min(n - 1 - i)) * centre }).collect()
}
