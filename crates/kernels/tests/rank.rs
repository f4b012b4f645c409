//! Networks are what sorting the window gives, on every instruction set.

use gigapx_kernels::Isa;
use gigapx_kernels::rank::{
    Level, Network, Planes, Ranked, interleave, median3, median5, median5_memory, split,
};
use proptest::prelude::*;

/// A sample from a hash: noise, or one of few values.
trait Noise: Ranked {
    fn noise(hash: u32, few: bool) -> Self;
}

macro_rules! noise {
    ($($type:ty),*) => {$(
        impl Noise for $type {
            fn noise(hash: u32, few: bool) -> Self {
                if few { (hash % 3) as Self } else { hash as Self }
            }
        }
    )*};
}

noise!(u8, u16, i16, i32);

impl Noise for f32 {
    fn noise(hash: u32, few: bool) -> Self {
        const SPECIAL: [f32; 6] = [-0.0, 0.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1.0];
        if few { SPECIAL[hash as usize % 6] } else { Self::from_bits(hash) }
    }
}

fn hash(seed: u32, y: usize, x: usize) -> u32 {
    let mut state =
        seed ^ (y as u32).wrapping_mul(0x9E37_79B9) ^ (x as u32).wrapping_mul(0x85EB_CA6B);
    for _ in 0..3 {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
    }
    state.wrapping_mul(0x2C1B_3C6D)
}

#[derive(Clone, Copy, Debug)]
struct Case {
    window: [usize; 2],
    index: usize,
    width: usize,
    seed: u32,
}

/// The definition: the sorted window's sample, by its level.
fn definition<S: Ranked>(rows: &[Vec<S>], case: &Case, row: usize) -> Vec<S::Level> {
    let [width, height] = case.window;
    (0..case.width)
        .map(|x| {
            let mut levels: Vec<_> = rows[row..row + height]
                .iter()
                .flat_map(|samples| samples[x..x + width].iter().map(|sample| sample.level()))
                .collect();
            levels.sort_unstable();
            levels[case.index]
        })
        .collect()
}

fn rows<S: Noise>(case: &Case, few: bool) -> Vec<Vec<S>> {
    let [width, height] = case.window;
    let row =
        |y| (0..case.width + width - 1).map(|x| S::noise(hash(case.seed, y, x), few)).collect();
    (0..=height).map(row).collect()
}

fn network<S: Noise>(case: &Case, few: bool) {
    let rows = rows::<S>(case, few);
    let network = Network::<S>::new(case.window, case.index);
    let columns = network.columns();
    let stride = Network::<S>::plane_len(rows[0].len().div_ceil(columns));
    let starts: Vec<_> = (0..rows.len()).map(|row| row * columns * stride).collect();
    let expected = [0, 1].map(|row| definition(&rows, case, row));
    for isa in Isa::supported() {
        let mut levels = vec![S::of(S::zeroed().level()).level(); rows.len() * columns * stride];
        for (row, &start) in rows.iter().zip(&starts) {
            split(row, columns, &mut levels[start..][..columns * stride], stride, isa);
        }
        let planes = Planes { levels: &levels, rows: &starts, stride };
        let mut memory = vec![S::zeroed().level(); network.memory_len()];
        for lane in (0..case.width.div_ceil(columns)).step_by(Network::<S>::BLOCK) {
            network.run(planes, lane, &mut memory, isa);
            let first = lane * columns;
            let len = (case.width - first).min(Network::<S>::BLOCK * columns);
            for (row, expected) in expected.iter().enumerate() {
                let mut out = vec![S::zeroed(); len];
                interleave(&memory, network.results(row), &mut out, isa);
                let out: Vec<_> = out.into_iter().map(S::level).collect();
                assert!(out == expected[first..][..len], "{isa:?} {row}");
            }
        }
    }
}

fn medians<S: Noise + Level + Ord>(case: &Case, channels: usize, few: bool, side: usize) {
    // Channels beside one another make a wide window of one.
    let case = Case { window: [(side - 1) * channels + 1, side], ..*case };
    let rows = rows::<S>(&case, few);
    let median = |row: usize, x: usize| {
        let samples = |row: &Vec<S>| (0..side).map(|i| row[x + i * channels]).collect::<Vec<_>>();
        let mut levels: Vec<S> = rows[row..row + side].iter().flat_map(samples).collect();
        levels.sort_unstable();
        levels[side * side / 2]
    };
    let expected = [0, 1].map(|row| (0..case.width).map(|x| median(row, x)).collect::<Vec<_>>());
    for isa in Isa::supported() {
        let mut out = [vec![S::zeroed(); case.width], vec![S::zeroed(); case.width]];
        let [first, second] = &mut out;
        if side == 3 {
            median3([0, 1, 2, 3].map(|row| &rows[row][..]), channels, [first, second], isa);
        } else {
            let mut memory = vec![S::zeroed(); median5_memory(case.width, channels)];
            let source = [0, 1, 2, 3, 4, 5].map(|row| &rows[row][..]);
            median5(source, channels, &mut memory, [first, second], isa);
        }
        assert!(out == expected, "{isa:?}");
    }
}

fn cases() -> impl Strategy<Value = Case> {
    let side = |most: usize| (0..=most / 2).prop_map(|half| 2 * half + 1);
    (side(11), side(11), any::<f64>(), 1..300usize, any::<u32>()).prop_map(
        |(x, y, part, width, seed)| {
            let index = match part.to_bits() % 4 {
                0 => (part.to_bits() >> 32) as usize % (x * y),
                _ => x * y / 2,
            };
            Case { window: [x, y], index, width, seed }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn networks_sort(case in cases(), few: bool) {
        network::<u8>(&case, few);
        network::<u16>(&case, few);
        network::<i16>(&case, few);
        network::<i32>(&case, few);
        network::<f32>(&case, few);
    }

    #[test]
    fn medians_in_registers(case in cases(), channels in 1..5usize, few: bool) {
        for side in [3, 5] {
            medians::<u8>(&case, channels, few, side);
            medians::<u16>(&case, channels, few, side);
            medians::<i16>(&case, channels, few, side);
            medians::<i32>(&case, channels, few, side);
        }
    }
}

#[test]
fn wide_and_high_windows() {
    for window in [[33, 1], [1, 33], [33, 3], [3, 33], [17, 15]] {
        let all = window[0] * window[1];
        for index in [0, all / 2, all - 1] {
            let case = Case { window, index, width: 1200, seed: 7 };
            network::<u8>(&case, false);
            network::<f32>(&case, false);
        }
    }
}
