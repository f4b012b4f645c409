//! Point operations: every instruction set reproduces the scalar reference bit for bit.

use bytemuck::Pod;
use gigapx_kernels::Isa;
use gigapx_kernels::point::{
    self, And, Bits, Cast, Clamp, Complement, Constants, Distance, DivideBy, Equal, Gray, Greater,
    GreaterEqual, Inside, KeepInside, KeepOutside, Larger, Less, LessEqual, Linear, Magnitude, Map,
    MarkInside, MarkOutside, Matrix, Minus, MultiplyBy, NotEqual, Number, Opposite, Or, Plus,
    Quotient, Real, Root, ScaledTimes, ShiftLeft, ShiftRight, Smaller, Times, Weighted, Xor,
};
use proptest::prelude::*;
use raster::{Depth, Sample};

/// Samples and numbers for a test.
#[derive(Clone, Debug)]
struct Case {
    len: usize,
    channels: usize,
    seed: u64,
    numbers: Vec<f64>,
}

fn cases() -> impl Strategy<Value = Case> {
    let number = prop_oneof![Just(0.0), Just(1.0), -2.0f64..2.0, -300.0f64..300.0, Just(7e4)];
    let numbers = proptest::collection::vec(number, 80);
    (1usize..700, 1usize..70, any::<u64>(), numbers).prop_map(
        |(pixels, channels, seed, numbers)| Case {
            len: pixels.div_ceil(channels) * channels,
            channels,
            seed,
            numbers,
        },
    )
}

/// What arithmetic stumbles over: bits of float32 that are not numbers, their negatives, the extremes.
const BITS: [u32; 8] =
    [0x7FC0_0000, 0xFFC0_0001, 0x7F80_0000, 0xFF80_0000, 0, 1 << 31, 1, u32::MAX];

impl Case {
    /// The samples of input `index`.
    fn samples<T: Sample>(&self, index: u64) -> Vec<T> {
        let mut state = self.seed.wrapping_add(index).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let sample = |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let word = (state >> 32) as u32;
            let bits = if word.is_multiple_of(5) { BITS[(word >> 8) as usize % 8] } else { word };
            if T::DEPTH == Depth::F32 && word % 5 > 1 {
                return T::from_f64(f64::from(word) / 1e7 - 200.0);
            }
            bytemuck::cast_slice(&[bits])[0]
        };
        (0..self.len).map(sample).collect()
    }

    /// Constants for each channel, or for all.
    fn constants<C: Pod, const N: usize>(&self, of: impl Fn(f64) -> C) -> Constants<C, N> {
        let each = self.seed.is_multiple_of(2);
        let count = if each { self.channels } else { 1 };
        let numbers: [Vec<C>; N] = std::array::from_fn(|n| {
            (0..count).map(|channel| of(self.numbers[(n + 3 * channel) % 80])).collect()
        });
        Constants::new(numbers.each_ref().map(Vec::as_slice), self.channels)
    }
}

/// Holds `run` on every instruction set to what it makes on the scalar one.
fn same<D: Sample>(len: usize, run: impl Fn(&mut [D], Isa)) {
    let made = |isa| {
        let mut out = vec![D::zeroed(); len];
        run(&mut out, isa);
        bytemuck::cast_slice::<D, u8>(&out).to_vec()
    };
    let reference = made(Isa::Scalar);
    for isa in Isa::supported() {
        assert!(made(isa) == reference, "{} differs", isa.name());
    }
}

fn hold<M, S, C, D, const K: usize, const N: usize>(case: &Case, map: M, of: impl Fn(f64) -> C)
where
    M: Map<S, C, D, K, N>,
    S: Sample,
    C: Pod,
    D: Sample,
{
    let sources: [Vec<S>; K] = std::array::from_fn(|k| case.samples(k as u64));
    let constants = case.constants(of);
    same::<D>(case.len, |out, isa| {
        point::map(map, sources.each_ref().map(Vec::as_slice), &constants, out, isa);
    });
}

/// Without constants.
fn none(_: f64) {}

fn numbers<T: Number>(case: &Case) {
    hold::<_, T, (), T, 1, 0>(case, Magnitude, none);
    hold::<_, T, (), T, 1, 0>(case, Opposite, none);
    hold::<_, T, (), T, 2, 0>(case, Plus, none);
    hold::<_, T, (), T, 2, 0>(case, Minus, none);
    hold::<_, T, (), T, 2, 0>(case, Times, none);
    hold::<_, T, (), T, 2, 0>(case, Distance, none);
    hold::<_, T, (), T, 2, 0>(case, Smaller, none);
    hold::<_, T, (), T, 2, 0>(case, Larger, none);
    hold::<_, T, (), u8, 2, 0>(case, Equal, none);
    hold::<_, T, (), u8, 2, 0>(case, NotEqual, none);
    hold::<_, T, (), u8, 2, 0>(case, Less, none);
    hold::<_, T, (), u8, 2, 0>(case, LessEqual, none);
    hold::<_, T, (), u8, 2, 0>(case, Greater, none);
    hold::<_, T, (), u8, 2, 0>(case, GreaterEqual, none);
    hold::<_, T, T, u8, 1, 2>(case, Inside { inverse: case.seed.is_multiple_of(3) }, T::from_f64);
    hold::<_, T, T, T, 1, 2>(case, KeepInside, T::from_f64);
    hold::<_, T, T, T, 1, 3>(case, KeepOutside, T::from_f64);
    hold::<_, T, T, T, 1, 3>(case, MarkInside, T::from_f64);
    hold::<_, T, T, T, 1, 3>(case, MarkOutside, T::from_f64);
    hold::<_, T, T, T, 1, 2>(case, Clamp, T::from_f64);
    reals::<T, f32>(case);
    reals::<T, f64>(case);
    conversions::<T, u8>(case);
    conversions::<T, u16>(case);
    conversions::<T, i16>(case);
    conversions::<T, i32>(case);
    conversions::<T, f32>(case);
}

fn reals<T: Number, C: Real>(case: &Case) {
    hold::<_, T, C, T, 2, 1>(case, ScaledTimes, C::nearest);
    hold::<_, T, C, T, 2, 1>(case, Quotient { zero: case.seed.is_multiple_of(3) }, C::nearest);
    hold::<_, T, C, T, 2, 3>(case, Weighted, C::nearest);
    for (columns, rows) in [(1, 3), (2, 2), (3, 1), (3, 3), (4, 4), (3, 7), (6, 2)] {
        let row = |row: usize| case.numbers[row..][..columns + row % 2].to_vec();
        let matrix = Matrix::<C>::new(&(0..rows).map(row).collect::<Vec<_>>(), columns);
        let pixels = case.len / columns;
        let source = &case.samples::<T>(0)[..pixels * columns];
        same::<T>(pixels * rows, |out, isa| point::recombine(&matrix, source, out, isa));
    }
}

fn conversions<S: Number, D: Number>(case: &Case) {
    hold::<_, S, (), D, 1, 0>(case, Cast, none);
    hold::<_, S, f32, D, 1, 2>(case, Linear, f32::nearest);
    hold::<_, S, f64, D, 1, 2>(case, Linear, f64::nearest);
    hold::<_, S, f64, D, 1, 2>(case, MultiplyBy, f64::nearest);
    hold::<_, S, f64, D, 1, 2>(case, DivideBy, f64::nearest);
}

fn bits<T: Bits>(case: &Case) {
    hold::<_, T, (), T, 2, 0>(case, And, none);
    hold::<_, T, (), T, 2, 0>(case, Or, none);
    hold::<_, T, (), T, 2, 0>(case, Xor, none);
    hold::<_, T, (), T, 2, 0>(case, ShiftLeft, none);
    hold::<_, T, (), T, 2, 0>(case, ShiftRight, none);
    hold::<_, T, (), T, 1, 0>(case, Complement, none);
    let (mask, a, b) = (case.samples::<u8>(0), case.samples::<T>(1), case.samples::<T>(2));
    same::<T>(case.len, |out, isa| point::select(&mask, &a, &b, out, isa));
}

fn pixels<T: Gray>(case: &Case) {
    let samples = case.samples::<T>(0);
    for channels in [3, 4] {
        let count = case.len / channels;
        let source = &samples[..count * channels];
        same::<T>(count, |out, isa| point::gray(source, channels, out, isa));
    }
    for channels in [1, 2, 3, 4, 5, case.channels] {
        let count = case.len / channels;
        let (all, one) = (&samples[..count * channels], &samples[..count]);
        for index in 0..channels.min(4) {
            same::<T>(count, |out, isa| point::extract(all, channels, index, out, isa));
            same::<T>(count * channels, |out, isa| {
                point::place(one, 1, out, (channels, index), isa);
            });
        }
        same::<T>(count * channels, |out, isa| point::spread(one, channels, out, isa));
        same::<T>(count * (channels + 1), |out, isa| {
            point::place(all, channels, out, (channels + 1, 1), isa);
        });
    }
}

macro_rules! depths {
    ($($depth:ident: $($check:ident)+;)*) => {
        proptest! {
            #![proptest_config(ProptestConfig::with_cases(60))]
            $(#[test]
            fn $depth(case in cases()) {
                $($check::<$depth>(&case);)+
            })*

            #[test]
            fn roots(case in cases()) {
                hold::<_, f32, (), f32, 1, 0>(&case, Root, none);
            }
        }
    };
}

depths! {
    u8: numbers bits pixels;
    u16: numbers bits pixels;
    i16: numbers bits pixels;
    i32: numbers bits pixels;
    f32: numbers pixels;
}

#[test]
fn tables_are_looked_up_by_channel() {
    let tables: Vec<i16> = (0..512).collect();
    let mut out = [0i16; 5];
    point::lookup(&tables, &[0u8, 0, 255, 255, 7], &mut out);
    assert_eq!(out, [0, 256, 255, 511, 7]);
    let tables: Vec<u16> = (0..=u16::MAX).rev().collect();
    let mut out = [0u16; 3];
    point::lookup(&tables, &[0i16, -1, i16::MIN], &mut out);
    assert_eq!(out, [u16::MAX, 0, i16::MAX as u16]);
}
