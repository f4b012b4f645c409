//! Resampling: every instruction set reproduces the scalar reference bit for bit, and sums do not
//! depend on how rows are handed in.

use bytemuck::Pod;
use gigapx_kernels::Isa;
use gigapx_kernels::resample::{
    BLOCK, Column, GROUP, Real, Resample, Spread, blur_columns, blur_rows, down_columns, down_rows,
    gather, scatter, up_columns, up_rows,
};
use proptest::prelude::*;

/// A pseudo-random 32-bit word: extremes as often as noise.
fn noise(seed: u64, at: usize) -> u32 {
    let mut h = seed ^ (at as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    h = (h ^ (h >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    h = (h ^ (h >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    match (h >> 60) % 4 {
        0 => 0,
        1 => u32::MAX,
        _ => (h >> 16) as u32,
    }
}

fn numbers<R: Real>(seed: u64, len: usize, scale: f64) -> Vec<R> {
    let number = |i| f64::from(noise(seed, i)) / f64::from(u32::MAX) - 0.4;
    (0..len).map(|i| R::from_f64(number(i) * scale)).collect()
}

fn columns<R: Real>(seed: u64, len: usize) -> Vec<Column<R>> {
    numbers::<R>(seed, len * GROUP, 300.0).as_chunks().0.to_vec()
}

/// The bytes of some numbers, to compare bit for bit.
fn bits<T: Pod>(numbers: &[T]) -> Vec<u8> {
    bytemuck::cast_slice(numbers).to_vec()
}

/// Both row kernels on rows that begin `shift` samples after an aligned one.
fn rows<S: Resample>(
    isa: Isa,
    seed: u64,
    [order, step, len, shift]: [usize; 4],
    cuts: [usize; 2],
    sample: fn(u32) -> S,
) -> Vec<u8> {
    let weights = numbers::<S::Real>(!seed, order * step, 1.0);
    let spread = Spread::new(&weights, order);
    let stride = len.next_multiple_of(BLOCK) + 16;
    let source: Vec<Vec<S>> = (0..3 * step)
        .map(|y| (0..shift + len).map(|x| sample(noise(seed, 1000 * y + x))).collect())
        .collect();
    let mut sums = vec![S::Real::ZERO; order * stride];
    let mut nodes = vec![S::Real::ZERO; 4 * stride];
    let ends = [cuts[0].min(cuts[1]), cuts[0].max(cuts[1]), 100].map(|cut| 3 * step * cut / 100);
    let mut begin = 0;
    for end in ends {
        let rows: Vec<&[S]> = source[begin..end].iter().map(|row| &row[shift..]).collect();
        let done = &mut nodes[begin / step * stride..];
        down_rows(isa, spread, begin % step, &rows, &mut sums, done, stride);
        begin = end;
    }
    let mut result = Vec::new();
    for y in 0..3 {
        result.extend(bits(&nodes[y * stride..][..len]));
    }
    let nodes = numbers::<S::Real>(seed, (order + 2) * stride, f64::from(u32::MAX));
    let scale = if size_of::<S>() == 4 { 1.0 } else { 3e-5 };
    let nodes: Vec<S::Real> = nodes.iter().map(|&n| n * S::Real::from_f64(scale)).collect();
    let phase = (seed % step as u64) as usize;
    let mut out = vec![vec![S::zeroed(); shift + len]; 3 * step - phase];
    let mut out_rows: Vec<&mut [S]> = out.iter_mut().map(|row| &mut row[shift..]).collect();
    up_rows(isa, spread, phase, &nodes, stride, &mut out_rows);
    for row in &out {
        result.extend(bits(row));
    }
    result
}

/// The column kernels, turning and blurs.
fn group<R: Real>(isa: Isa, seed: u64, shape: [usize; 5]) -> Vec<u8> {
    let [order, step, cells, channels, radius] = shape;
    let weights = numbers::<R>(!seed, order * step, 1.0);
    let spread = Spread::new(&weights, order);
    let taps = numbers::<R>(seed, radius + 1, 1.0);
    let len = cells * step * channels;
    let stride = len + 3;
    let slab = numbers::<R>(seed, GROUP * stride, 200.0);
    let mut tile = vec![[R::ZERO; GROUP]; len];
    gather(isa, &slab, stride, 2, &mut tile);
    let mut nodes = vec![[R::ZERO; GROUP]; cells * channels];
    let mut sums = vec![[R::ZERO; GROUP]; order * channels];
    down_columns(isa, spread, channels, &tile, &mut sums, &mut nodes);
    let mut result = bits(&nodes);
    result.extend(bits(&sums));

    let nodes = columns::<R>(seed, (cells + order - 1 + 2 * radius) * channels);
    let mut blurred = vec![[R::ZERO; GROUP]; (cells + order - 1) * channels];
    blur_columns(isa, &taps, channels, &nodes, &mut blurred);
    up_columns(isa, spread, channels, &blurred, &mut tile);
    result.extend(bits(&tile));
    let mut slab = vec![R::ZERO; GROUP * stride];
    scatter(isa, &tile, &mut slab, stride, 1);
    result.extend(bits(&slab));

    let width = (cells * channels).next_multiple_of(16);
    let rows = numbers::<R>(seed, (cells + 2 * radius) * (width + 16), 100.0);
    let mut out = vec![R::ZERO; cells * (width + 16)];
    blur_rows(isa, &taps, &rows, width + 16, &mut out, [cells, width]);
    result.extend(bits(&out));
    result
}

macro_rules! compare {
    ($run:expr) => {{
        let reference = $run(Isa::Scalar);
        for isa in Isa::supported() {
            prop_assert!($run(isa) == reference, "{} differs", isa.name());
        }
        reference
    }};
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn rows_equal_the_reference(
        order in prop_oneof![Just(1usize), Just(3), Just(4)],
        step in 1usize..12,
        len in 1usize..300,
        shift in 0usize..33,
        cuts in [0usize..100, 0usize..100],
        seed: u64,
    ) {
        let shape = [order, step, len, shift];
        let whole = [100, 100];
        let cut = compare!(|isa| rows(isa, seed, shape, cuts, |word| word as u8));
        let uncut = rows(Isa::best(), seed, shape, whole, |word| word as u8);
        prop_assert!(cut == uncut, "the cut is seen");
        compare!(|isa| rows(isa, seed, shape, cuts, |word| word as u16));
        compare!(|isa| rows(isa, seed, shape, cuts, |word| word as i16));
        compare!(|isa| rows(isa, seed, shape, cuts, |word| word as i32));
        compare!(|isa| rows(isa, seed, shape, cuts, |word| word as f32 / 4e9 - 0.5));
    }

    #[test]
    fn columns_equal_the_reference(
        order in prop_oneof![Just(1usize), Just(3), Just(4)],
        step in 1usize..12,
        cells in 1usize..20,
        channels in 1usize..5,
        radius in 0usize..11,
        seed: u64,
    ) {
        let shape = [order, step, cells, channels, radius];
        compare!(|isa| group::<f32>(isa, seed, shape));
        compare!(|isa| group::<f64>(isa, seed, shape));
    }
}

#[test]
fn rounds_to_even_and_saturates() {
    let spread = Spread::new(&[1.0f32], 1);
    let values = [-7.0, -0.5, 0.5, 1.5, 2.5, 254.5, 255.5, 300.0, 1e5];
    let mut node = vec![0.0f32; BLOCK];
    node[..values.len()].copy_from_slice(&values);
    for isa in Isa::supported() {
        let mut out = vec![0u8; BLOCK];
        up_rows(isa, spread, 0, &node, BLOCK, &mut [&mut out]);
        assert_eq!(out[..9], [0, 0, 0, 2, 2, 254, 255, 255, 255], "{}", isa.name());
        let mut out = vec![0i16; BLOCK];
        up_rows(isa, spread, 0, &node, BLOCK, &mut [&mut out]);
        assert_eq!(out[..9], [-7, 0, 0, 2, 2, 254, 256, 300, 32_767], "{}", isa.name());
        let mut out = vec![0u16; BLOCK];
        up_rows(isa, spread, 0, &node, BLOCK, &mut [&mut out]);
        assert_eq!(out[..9], [0, 0, 0, 2, 2, 254, 256, 300, 65_535], "{}", isa.name());
    }
}
