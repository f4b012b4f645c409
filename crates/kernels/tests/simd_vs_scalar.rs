//! Every instruction set reproduces the scalar reference bit for bit.

use gigapx_kernels::Isa;
use gigapx_kernels::separable::{self, Lines, Separable, Taps};
use proptest::prelude::*;
use raster::Sample;

/// Runs both passes over enough random rows for two output rows of `n` samples.
fn filter<S: Sample, M: bytemuck::Pod, D: Sample>(
    kernel: &dyn Separable<S, M, D>,
    n: usize,
    shift: usize,
    sample: impl Fn(usize, usize) -> S,
) -> [Vec<D>; 2] {
    let (count, len) = (kernel.lines(), kernel.line_len(n));
    let mut ring = vec![M::zeroed(); count * len];
    // The window begins in the middle of the ring, as it does in use.
    let first = count / 2;
    for line in 0..count {
        let rows = [0, 1].map(|row| -> Vec<S> {
            // An unaligned start: the kernel sees the row from `shift` samples on.
            (0..shift + kernel.source_len(n)).map(|x| sample(2 * line + row, x)).collect()
        });
        let at = (first + line) % count;
        let out = &mut ring[at * len..][..len];
        kernel.row([&rows[0][shift..], &rows[1][shift..]], out, n);
    }
    let mut out = [vec![D::zeroed(); n], vec![D::zeroed(); n]];
    let [a, b] = &mut out;
    kernel.column(&Lines::new(&ring, len, first), [a, b]);
    out
}

/// A pseudo-random 32-bit word for a position: extremes and ramps as often as noise.
fn noise(seed: u64, y: usize, x: usize) -> u32 {
    let mut h = seed ^ (y as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (x as u64) << 17;
    h = (h ^ (h >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    h = (h ^ (h >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    match (h >> 60) % 4 {
        0 => 0,
        1 => u32::MAX,
        _ => (h >> 16) as u32,
    }
}

/// Random non-negative taps of the given odd count that sum to `one`.
fn fixed_taps(count: usize, seed: u64, one: u64) -> Vec<u32> {
    let weights: Vec<u64> =
        (0..count).map(|i| 1 + u64::from(noise(seed, i, 7)) % 1000 * (seed % 3)).collect();
    let sum: u64 = weights.iter().sum();
    let mut taps: Vec<u32> = weights.iter().map(|w| (w * one / sum) as u32).collect();
    taps[count / 2] += (one - taps.iter().map(|&t| u64::from(t)).sum::<u64>()) as u32;
    taps
}

fn float_taps(count: usize, seed: u64) -> Vec<f64> {
    let half: Vec<f64> =
        (0..=count / 2).map(|i| f64::from(noise(seed, i, 3) % 999) / 999.0).collect();
    (0..count).map(|i| half[i.min(count - 1 - i)]).collect()
}

fn single(taps: &[f64]) -> Vec<f32> {
    taps.iter().map(|&tap| tap as f32).collect()
}

macro_rules! compare {
    ($make:expr, $n:expr, $shift:expr, $sample:expr) => {{
        let reference = filter(&*$make(Isa::Scalar), $n, $shift, $sample);
        for isa in Isa::supported() {
            let result = filter(&*$make(isa), $n, $shift, $sample);
            prop_assert!(result == reference, "{} differs", isa.name());
        }
    }};
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn simd_equals_scalar(
        n in 1usize..200,
        shift in 0usize..33,
        radii in (0usize..20, 0usize..20),
        channels in 1usize..6,
        seed: u64,
    ) {
        let (kx, ky) = (2 * radii.0 + 1, 2 * radii.1 + 1);
        let fixed = |one| Taps { x: fixed_taps(kx, seed, one), y: fixed_taps(ky, !seed, one) };
        let (x, y) = (float_taps(kx, seed), float_taps(ky, !seed));
        let floats = Taps { x: single(&x), y: single(&y) };
        let doubles = Taps { x, y };
        compare!(|isa| separable::gaussian_u8(&fixed(256), channels, isa), n, shift,
            |y, x| noise(seed, y, x) as u8);
        compare!(|isa| separable::gaussian_u16(&fixed(65_536), channels, isa), n, shift,
            |y, x| noise(seed, y, x) as u16);
        compare!(|isa| separable::gaussian_i16(&floats, channels, isa), n, shift,
            |y, x| noise(seed, y, x) as i16);
        compare!(|isa| separable::gaussian_f32(&floats, channels, isa), n, shift,
            |y, x| noise(seed, y, x) as f32 / 4e9 - 0.5);
        compare!(|isa| separable::gaussian_i32(&doubles, channels, isa), n, shift,
            |y, x| noise(seed, y, x) as i32);
    }
}

#[test]
fn every_width_of_peaky_and_flat_kernels() {
    for n in 1..=200 {
        for taps in [vec![256], vec![64, 128, 64], vec![16, 64, 96, 64, 16], vec![0, 255, 1]] {
            let taps = Taps { x: taps.clone(), y: taps };
            let run = |isa| {
                let kernel = separable::gaussian_u8(&taps, 1, isa);
                filter(&*kernel, n, n % 7, |y, x| noise(5, y, x) as u8)
            };
            for isa in Isa::supported() {
                assert_eq!(run(isa), run(Isa::Scalar), "{} at width {n}", isa.name());
            }
        }
    }
}
