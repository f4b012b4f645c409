//! Every instruction set reproduces the scalar reference bit for bit.

use gigapx_kernels::Isa;
use gigapx_kernels::combine::{self, Unsharp};
use gigapx_kernels::separable::{self, ColumnTaps, Kernel2d, Lines, Separable, Taps};
use gigapx_kernels::sums::{self, Across, Scale};
use proptest::prelude::*;
use raster::Sample;

/// Runs both passes over enough random rows for two output rows of `n` samples.
fn filter<S: Sample, M: bytemuck::Pod, D: Sample>(
    kernel: &Separable<S, M, D>,
    n: usize,
    shift: usize,
    sample: impl Fn(usize, usize) -> S,
) -> [Vec<D>; 2] {
    let Separable { row, column } = kernel;
    let (count, len) = (column.lines(), row.line_len(n));
    let mut ring = vec![M::zeroed(); count * len];
    // The window begins in the middle of the ring, as it does in use.
    let starts: Vec<usize> = (0..count).map(|line| (count / 2 + line) % count * len).collect();
    for (line, &start) in starts.iter().enumerate() {
        let rows = [0, 1].map(|y| -> Vec<S> {
            // An unaligned start: the kernel sees the row from `shift` samples on.
            (0..shift + row.source_len(n)).map(|x| sample(2 * line + y, x)).collect()
        });
        let source = [&rows[0][shift..], &rows[1][shift..]];
        // In pieces, as in use.
        for at in (0..n).step_by(128) {
            row.run(source, &mut ring[start..][..len], n, at..n.min(at + 128));
        }
    }
    let mut out = [vec![D::zeroed(); n], vec![D::zeroed(); n]];
    let lines = Lines::new(&ring, &starts, len);
    let [a, b] = &mut out;
    for (i, (a, b)) in a.chunks_mut(64).zip(b.chunks_mut(64)).enumerate() {
        column.run(&lines, n, 64 * i, [a, b]);
    }
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

fn float(seed: u64, y: usize, x: usize) -> f32 {
    noise(seed, y, x) as f32 / 4e9 - 0.5
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

/// Taps that mirror each other with a sign, or not at all.
fn float_taps(count: usize, seed: u64, sign: f64) -> Vec<f64> {
    let tap = |i: usize| f64::from(noise(seed, i, 3) % 999) / 999.0 - 0.3;
    let middle = if count % 2 == 1 && sign < 0.0 { 0.0 } else { 1.0 };
    (0..count)
        .map(|i| match count - 1 - i {
            mirror if sign != 0.0 && i > mirror => sign * tap(mirror),
            mirror if i == mirror => middle * tap(i),
            _ => tap(i),
        })
        .collect()
}

macro_rules! compare {
    ($make:expr, $n:expr, $shift:expr, $sample:expr) => {{
        let reference = filter(&$make(Isa::Scalar), $n, $shift, $sample);
        for isa in Isa::supported() {
            let result = filter(&$make(isa), $n, $shift, $sample);
            prop_assert!(result == reference, "{} differs", isa.name());
        }
    }};
}

/// Compares what each instruction set makes of a function of its name.
macro_rules! compare_rows {
    ($make:expr) => {{
        let reference = $make(Isa::Scalar);
        for isa in Isa::supported() {
            prop_assert!($make(isa) == reference, "{} differs", isa.name());
        }
    }};
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn gaussians(
        n in 1usize..200,
        shift in 0usize..33,
        radii in (0usize..20, 0usize..20),
        channels in 1usize..6,
        seed: u64,
    ) {
        let (kx, ky) = (2 * radii.0 + 1, 2 * radii.1 + 1);
        let fixed = |one| Taps { x: fixed_taps(kx, seed, one), y: fixed_taps(ky, !seed, one) };
        compare!(|isa| separable::fixed8(&fixed(256), channels, isa), n, shift,
            |y, x| noise(seed, y, x) as u8);
        compare!(|isa| separable::fixed16(&fixed(65_536), channels, isa), n, shift,
            |y, x| noise(seed, y, x) as u16);
    }

    #[test]
    fn chains(
        n in 1usize..200,
        shift in 0usize..33,
        counts in (1usize..30, 1usize..30),
        channels in 1usize..6,
        signs in (-1i8..2, -1i8..2),
        scaled: bool,
        seed: u64,
    ) {
        let x = float_taps(counts.0, seed, signs.0.into());
        let mut y = ColumnTaps::new(&float_taps(counts.1, !seed, signs.1.into()), 0.7);
        y.scale = scaled.then_some(0.37);
        compare!(|isa| separable::chain::<u8, f32, i16>(&x, &y, channels, isa), n, shift,
            |y, x| noise(seed, y, x) as u8);
        compare!(|isa| separable::chain::<u16, f32, u8>(&x, &y, channels, isa), n, shift,
            |y, x| noise(seed, y, x) as u16);
        compare!(|isa| separable::chain::<i16, f32, u16>(&x, &y, channels, isa), n, shift,
            |y, x| noise(seed, y, x) as i16);
        compare!(|isa| separable::chain::<f32, f32, f32>(&x, &y, channels, isa), n, shift,
            |y, x| float(seed, y, x));
        compare!(|isa| separable::chain::<i32, f64, i32>(&x, &y, channels, isa), n, shift,
            |y, x| noise(seed, y, x) as i32);
        compare!(|isa| separable::chain::<f32, f64, f32>(&x, &y, channels, isa), n, shift,
            |y, x| float(seed, y, x));
    }

    #[test]
    fn small_and_dense_kernels(
        n in 1usize..200,
        shift in 0usize..33,
        counts in (1usize..6, 1usize..6),
        channels in 1usize..6,
        seed: u64,
    ) {
        let small = |count, seed| -> Vec<i16> {
            (0..count).map(|i| (noise(seed, i, 5) % 5) as i16 - 2).collect()
        };
        let taps = Taps { x: small(counts.0, seed), y: small(counts.1, !seed) };
        let bytes = |y, x| noise(seed, y, x) as u8;
        compare!(|isa| separable::small8::<i16>(&taps, 9, channels, isa), n, shift, bytes);
        compare!(|isa| separable::small8::<u8>(&taps, -9, channels, isa), n, shift, bytes);
        compare!(|isa| separable::small8::<f32>(&taps, 0, channels, isa), n, shift, bytes);
        let (width, height) = counts;
        let kernel = Kernel2d {
            taps: float_taps(width * height, seed, 0.0), width, height, offset: 0.3,
            scale: (seed % 2 == 0).then_some(0.7),
        };
        compare!(|isa| separable::dense::<u8, f32, u8>(&kernel, channels, isa), n, shift, bytes);
        compare!(|isa| separable::dense::<f32, f32, f32>(&kernel, channels, isa), n, shift,
            |y, x| float(seed, y, x));
        compare!(|isa| separable::dense::<u16, f64, i32>(&kernel, channels, isa), n, shift,
            |y, x| noise(seed, y, x) as u16);
    }

    #[test]
    fn window_sums(
        n in 1usize..200,
        width in 1usize..60,
        channels in 1usize..5,
        seed: u64,
    ) {
        let across = |scale| Across { width, channels, scale };
        let len = across(Scale::One).columns(n);
        let row = |y| -> Vec<u8> { (0..len).map(|x| noise(seed, y, x) as u8).collect() };
        let sums = |isa| {
            let mut sums = vec![0i32; len];
            sums::enter(&mut sums, &row(0), isa);
            sums::enter(&mut sums, &row(1), isa);
            sums::slide(&mut sums, &row(2), &row(0), isa);
            sums
        };
        compare_rows!(sums);
        let added: Vec<i32> =
            row(1).iter().zip(row(2)).map(|(&a, b)| i32::from(a) + i32::from(b)).collect();
        prop_assert_eq!(sums(Isa::Scalar), &added[..]);
        let scales = [
            Scale::One, Scale::Fixed { add: 3, factor: 9000 }, Scale::Single(0.01), Scale::Double(0.01),
        ];
        for scale in scales {
            let across = across(scale);
            compare_rows!(|isa| {
                let mut out = (vec![0u8; n], vec![0f32; n]);
                let mut prefix = vec![0; across.prefix_len(n)];
                across.prefix(&added, &mut prefix, isa);
                across.run(&prefix, &mut out.0, isa);
                across.run(&prefix, &mut out.1, isa);
                (out, prefix[..len + channels].to_vec())
            });
        }
        let mut out = vec![0i32; n];
        let across = across(Scale::One);
        let mut prefix = vec![0; across.prefix_len(n)];
        across.prefix(&added, &mut prefix, Isa::best());
        across.run(&prefix, &mut out, Isa::best());
        for (i, sum) in out.iter().enumerate() {
            let window = added[i..].iter().step_by(channels).take(width);
            prop_assert_eq!(*sum, window.sum::<i32>());
        }
    }

    #[test]
    fn combinations(n in 1usize..200, amount in -1.0f64..3.0, threshold in 0.0f64..30.0, seed: u64) {
        let weights = Unsharp { amount, threshold };
        let bytes = |y| -> Vec<u8> { (0..n).map(|x| noise(seed, y, x) as u8).collect() };
        let floats = |y| -> Vec<f32> { (0..n).map(|x| float(seed, y, x)).collect() };
        let words = |y| -> Vec<i16> { (0..n).map(|x| noise(seed, y, x) as i16).collect() };
        compare_rows!(|isa| {
            let mut out = vec![0; n];
            combine::unsharp(weights, &bytes(0), &bytes(1), &mut out, isa);
            out
        });
        let whole = Unsharp { amount: amount.round().abs(), threshold: 0.0 };
        compare_rows!(|isa| {
            let mut out = vec![0; n];
            combine::unsharp(whole, &bytes(0), &bytes(1), &mut out, isa);
            out
        });
        // In 16 bits for a whole amount, and in float32 for one that is nearly so.
        let nearly = Unsharp { amount: whole.amount + 1e-9, threshold: 0.0 };
        let mut out = [vec![0; n], vec![0; n]];
        combine::unsharp(whole, &bytes(0), &bytes(1), &mut out[0], Isa::best());
        combine::unsharp(nearly, &bytes(0), &bytes(1), &mut out[1], Isa::best());
        prop_assert_eq!(&out[0], &out[1]);
        compare_rows!(|isa| {
            let mut out = vec![0.0; n];
            combine::unsharp(weights, &floats(0), &floats(1), &mut out, isa);
            out
        });
        compare_rows!(|isa| {
            let mut out = (vec![0.0f32; n], vec![0i16; n]);
            combine::magnitude(&floats(0), &floats(1), &mut out.0, isa);
            combine::magnitude(&floats(0), &floats(1), &mut out.1, isa);
            out
        });
        compare_rows!(|isa| {
            let mut out = (vec![0u8; n], vec![0i16; n]);
            combine::add([&words(0), &words(1)], [0.3, 1.0], &mut out.0, isa);
            combine::add([&floats(0), &floats(1)], [99.0, 0.5], &mut out.1, isa);
            out
        });
    }
}

/// The Gaussian by its definition.
fn naive(taps: &[u32], n: usize, bits: u32, sample: impl Fn(usize, usize) -> u64) -> [Vec<u64>; 2] {
    [0, 1].map(|y| {
        (0..n)
            .map(|x| {
                let products = taps.iter().enumerate().flat_map(|(j, &b)| {
                    let row = taps.iter().enumerate();
                    let sample = &sample;
                    row.map(move |(i, &a)| u64::from(a) * u64::from(b) * sample(y + j, x + i))
                });
                (products.sum::<u64>() + (1 << (2 * bits - 1))) >> (2 * bits)
            })
            .collect()
    })
}

#[test]
fn every_width_of_peaky_and_flat_kernels() {
    let kernels: [&[u32]; 7] = [
        &[256],
        &[64, 128, 64],
        &[16, 64, 96, 64, 16],
        &[0, 255, 1],
        &[2, 252, 2],
        &[61, 134, 61],
        &[2, 7, 17, 31, 45, 52, 45, 31, 17, 7, 2],
    ];
    for n in 1..=200 {
        for taps in kernels {
            let bytes = |y: usize, x: usize| noise(5, y, x) as u8;
            let words = |y: usize, x: usize| noise(5, y, x) as u16;
            let fixed8 = Taps { x: taps.to_vec(), y: taps.to_vec() };
            let fixed16 = fixed8.map(|taps| taps.iter().map(|tap| tap << 8).collect());
            // The source that a kernel sees starts at `shift`.
            let shift = n % 7;
            let expected = naive(taps, n, 8, |y, x| bytes(y, x + shift).into());
            let expected16 = naive(&fixed16.x, n, 16, |y, x| words(y, x + shift).into());
            for isa in Isa::supported() {
                let result = filter(&separable::fixed8(&fixed8, 1, isa), n, shift, bytes);
                let result = result.map(|row| row.into_iter().map(u64::from).collect::<Vec<_>>());
                assert_eq!(result, expected, "uint8, {} at width {n}, {taps:?}", isa.name());
                if let Some(kernel) = separable::tiny8(&fixed8, 1, isa) {
                    let result = filter(&kernel, n, shift, bytes);
                    let result =
                        result.map(|row| row.into_iter().map(u64::from).collect::<Vec<_>>());
                    assert_eq!(result, expected, "in 16 bits, {} at width {n}", isa.name());
                }
                let result = filter(&separable::fixed16(&fixed16, 1, isa), n, shift, words);
                let result = result.map(|row| row.into_iter().map(u64::from).collect::<Vec<_>>());
                assert_eq!(result, expected16, "uint16, {} at width {n}, {taps:?}", isa.name());
            }
        }
    }
}

#[test]
fn every_width_of_every_form() {
    for n in 1..=200 {
        let shift = n % 7;
        for isa in Isa::supported() {
            for (count, sign) in
                [(1, 1.0), (3, 1.0), (3, -1.0), (4, 0.0), (5, 1.0), (5, -1.0), (7, 1.0)]
            {
                let taps = float_taps(count, 11, sign);
                let column = ColumnTaps::new(&taps, 0.25);
                let run = |isa| {
                    let single = separable::chain::<f32, f32, f32>(&taps, &column, 1, isa);
                    let narrow = separable::chain::<i16, f32, i16>(&taps, &column, 1, isa);
                    let wide = separable::chain::<u8, f64, i32>(&taps, &column, 1, isa);
                    (
                        filter(&single, n, shift, |y, x| float(3, y, x)),
                        filter(&narrow, n, shift, |y, x| noise(3, y, x) as i16),
                        filter(&wide, n, shift, |y, x| noise(3, y, x) as u8),
                    )
                };
                assert!(run(isa) == run(Isa::Scalar), "{} at width {n}, {taps:?}", isa.name());
            }
            let taps = Taps { x: vec![-1, 0, 1], y: vec![1, 2, 1] };
            let run = |isa| {
                let kernel = separable::small8::<i16>(&taps, 0, 1, isa);
                filter(&kernel, n, shift, |y, x| noise(3, y, x) as u8)
            };
            assert!(run(isa) == run(Isa::Scalar), "{} at width {n}", isa.name());
        }
    }
}

/// A multiply-add takes two or four taps of up to 127, and sixteen lie in a chunk.
#[test]
fn every_count_of_taps_and_every_place_of_a_peak() {
    let peaky = |count: usize, at: usize, peak: u32| {
        let mut taps = vec![0; count];
        taps[at] = peak;
        taps[(at + 1) % count] += 256 - peak;
        taps
    };
    for count in 1..=70 {
        let n = 1 + 37 * count % 199;
        let mut kernels = vec![fixed_taps(count, 2, 256), fixed_taps(count, 3, 256)];
        kernels.extend((0..count).map(|at| peaky(count, at, [127, 128, 129, 200, 255][at % 5])));
        for x in kernels {
            let taps = Taps { x, y: vec![64, 192] };
            for channels in [1, 3] {
                let bytes = |y: usize, x: usize| noise(5, y, x) as u8;
                let run =
                    |isa| filter(&separable::fixed8(&taps, channels, isa), n, count % 17, bytes);
                let expected = run(Isa::Scalar);
                for isa in Isa::supported() {
                    assert!(run(isa) == expected, "{}, {channels}, {taps:?}", isa.name());
                }
            }
        }
    }
}
