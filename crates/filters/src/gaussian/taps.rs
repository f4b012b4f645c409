//! The taps of a Gaussian, in double and spread to fixed point.
//!
//! As `OpenCV` computes them (`docs/design/exactness.md`): automatic sizes, binomial tables for small
//! kernels without a sigma, and error diffusion so that fixed-point taps sum to exactly one.

use raster::Depth;

/// Taps that reach 3 sigma to each side for uint8 and 4 sigma for other depths; may be any size.
pub(super) fn automatic_size(sigma: f64, depth: Depth) -> f64 {
    let reach = if depth == Depth::U8 { 3.0 } else { 4.0 };
    let size = (sigma * reach * 2.0 + 1.0).round_ties_even();
    if size % 2.0 == 0.0 { size + 1.0 } else { size }
}

/// The sigma that `OpenCV` gives a kernel of `n` taps.
pub(super) fn sigma_of(n: u32) -> f64 {
    f64::from(n).mul_add(0.15, 0.35)
}

/// `n` taps, odd, that sum to one. Sigma 0 takes the table or derives sigma from `n`.
pub(super) fn gaussian(n: u32, sigma: f64) -> Vec<f64> {
    if sigma <= 0.0
        && let Some(taps) = binomial(n)
    {
        return taps;
    }
    let sigma = if sigma > 0.0 { sigma } else { sigma_of(n) };
    let n = i64::from(n);
    let scale = -0.125 / (sigma * sigma);
    let half: Vec<f64> = (0..n / 2)
        .map(|i| {
            let x = 1 - n + 2 * i;
            ((x * x) as f64 * scale).exp()
        })
        .collect();
    let centre = 1.0 / (2.0 * half.iter().sum::<f64>() + 1.0);
    mirror(half.iter().map(|tap| tap * centre).collect(), centre)
}

/// The taps that `OpenCV` uses for small kernels when no sigma is given.
fn binomial(n: u32) -> Option<Vec<f64>> {
    let (weights, sum): (&[u32], _) = match n {
        1 => (&[1], 1.0),
        3 => (&[1, 2, 1], 4.0),
        5 => (&[1, 4, 6, 4, 1], 16.0),
        7 => (&[8, 28, 56, 72, 56, 28, 8], 256.0),
        9 => (&[4, 13, 30, 51, 60, 51, 30, 13, 4], 256.0),
        _ => return None,
    };
    Some(weights.iter().map(|&weight| f64::from(weight) / sum).collect())
}

/// The taps in `bits` fraction bits, summing to exactly one: each is rounded half to even with the
/// error of the one before it, from the outside in, and the centre takes the rest. Zeros at the ends
/// are cut off, since they contribute nothing.
pub(super) fn fixed(taps: &[f64], bits: u32) -> Vec<u32> {
    let one = f64::from(1u32 << bits);
    let mut error = 0.0;
    let half: Vec<u32> = taps[..taps.len() / 2]
        .iter()
        .map(|tap| {
            let exact = tap * one + error;
            let rounded = exact.round_ties_even();
            error = exact - rounded;
            rounded as u32
        })
        .collect();
    let centre = (1 << bits) - 2 * half.iter().sum::<u32>();
    mirror(half.into_iter().skip_while(|&tap| tap == 0).collect(), centre)
}

fn mirror<T: Copy>(half: Vec<T>, centre: T) -> Vec<T> {
    let mut taps = half;
    let count = taps.len();
    taps.push(centre);
    taps.extend_from_within(..count);
    taps[count + 1..].reverse();
    taps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn q(bits: u32, n: u32, sigma: f64) -> Vec<u32> {
        fixed(&gaussian(n, sigma), bits)
    }

    /// Measured on `OpenCV` 4.6.0 by filtering an impulse; zeros at the ends left off.
    #[test]
    fn fixed_point_taps_are_opencvs() {
        assert_eq!(q(8, 3, 0.8), [61, 134, 61]);
        assert_eq!(q(8, 5, 0.5), [27, 202, 27]);
        assert_eq!(q(8, 7, 1.0), [1, 14, 62, 102, 62, 14, 1]);
        assert_eq!(q(8, 7, 1.2), [4, 21, 60, 86, 60, 21, 4]);
        assert_eq!(q(8, 13, 2.0), [1, 2, 7, 16, 31, 45, 52, 45, 31, 16, 7, 2, 1]);
        assert_eq!(q(8, 11, 0.0), [2, 7, 17, 31, 45, 52, 45, 31, 17, 7, 2]);
        assert_eq!(q(8, 13, 0.0), [1, 5, 10, 19, 30, 41, 44, 41, 30, 19, 10, 5, 1]);
        assert_eq!(q(16, 5, 1.0), [3571, 16004, 26386, 16004, 3571]);
        assert_eq!(q(16, 9, 1.0), [9, 290, 3539, 15857, 26146, 15857, 3539, 290, 9]);
    }

    #[test]
    fn taps_sum_to_one() {
        for n in (1..400).step_by(2) {
            for sigma in [0.0, 0.1, 0.7, 3.3, 80.0] {
                assert_eq!(q(8, n, sigma).iter().sum::<u32>(), 256);
                assert_eq!(q(16, n, sigma).iter().sum::<u32>(), 65_536);
                let sum: f64 = gaussian(n, sigma).iter().sum();
                assert!((sum - 1.0).abs() < 1e-12);
            }
        }
    }
}
