//! What rows add up to: sums, squares and extremes of each channel, and counts of values.
//!
//! Everything here is exact, so that parts of an image may be added up in any order. Integers are
//! summed in lanes of integers; float32 in lanes of float64 wherever no rounding can happen there, and
//! by exponent otherwise. What the lanes hold goes into a [`Fixed`] number that holds every sum.

mod counts;
mod fixed;
mod floats;
mod integers;

use raster::{Depth, Sample};

pub use counts::{Rule, count_bytes, count_indices, count_values, indices};
pub use fixed::{Fixed, round};

use crate::Isa;

/// A sum of samples, in units of 2^-149: the smallest float32.
///
/// The largest is that of 2^62 samples below 2^128; with its sign it needs 340 bits.
pub type Sum = Fixed<6, 149>;
/// A sum of squares of samples, in units of 2^-298. The largest needs 617 bits.
pub type Squares = Fixed<10, 298>;

/// What the samples of a channel add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Samples that are no numbers; they count nowhere else.
    pub nan: u64,
    /// Samples that are negative and positive infinity; neither sum has them.
    pub infinite: [u64; 2],
    /// The sum of the finite samples.
    pub sum: Sum,
    /// The sum of their squares.
    pub squares: Squares,
}

impl Totals {
    /// Of no samples.
    pub const ZERO: Self =
        Self { nan: 0, infinite: [0; 2], sum: Sum::ZERO, squares: Squares::ZERO };
}

/// The least and the greatest sample of a channel; never a negative zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extremes {
    /// The least, infinity if there is none.
    pub min: f64,
    /// The greatest, negative infinity if there is none.
    pub max: f64,
}

impl Extremes {
    /// Of no samples.
    pub const NONE: Self = Self { min: f64::INFINITY, max: f64::NEG_INFINITY };

    /// Takes in the extremes of other samples.
    fn widen(&mut self, min: f64, max: f64) {
        // A zero is a zero: its sign must not depend on which of two came first.
        self.min = if min < self.min { min + 0.0 } else { self.min };
        self.max = if max > self.max { max + 0.0 } else { self.max };
    }
}

/// Adds interleaved samples to the totals of their channels, and says what their extremes are.
///
/// # Panics
/// If there is no channel, not an `Extremes` for each `Totals`, or a part of a pixel.
pub fn moments<T: Sample>(
    samples: &[T],
    totals: &mut [Totals],
    extremes: &mut [Extremes],
    isa: Isa,
) {
    assert!(samples.len().is_multiple_of(totals.len()) && totals.len() == extremes.len());
    extremes.fill(Extremes::NONE);
    let channels = &mut Channels { totals, extremes };
    match T::DEPTH {
        Depth::U8 => in_pieces::<u8>(bytemuck::cast_slice(samples), channels, isa),
        Depth::U16 => in_pieces::<u16>(bytemuck::cast_slice(samples), channels, isa),
        Depth::I16 => in_pieces::<i16>(bytemuck::cast_slice(samples), channels, isa),
        Depth::I32 => in_pieces::<i32>(bytemuck::cast_slice(samples), channels, isa),
        Depth::F32 => in_pieces::<f32>(bytemuck::cast_slice(samples), channels, isa),
    }
}

/// Where the results go.
struct Channels<'a> {
    totals: &'a mut [Totals],
    extremes: &'a mut [Extremes],
}

/// How samples of a type are summed up.
trait Summed: Sample {
    /// Sums kept side by side: a power of two.
    const LANES: usize;
    /// The most samples of a piece.
    const PIECE: usize;

    /// Adds a piece of whole pixels.
    fn add(layout: &Layout<'_, Self>, channels: &mut Channels<'_>, isa: Isa);
}

/// A piece of samples, cut into groups of vectors of lanes: such that each lane of each vector sees one
/// channel only. With three channels a group is three vectors, with four it is one.
struct Layout<'a, T> {
    samples: &'a [T],
    channels: usize,
    vectors: usize,
}

/// The most vectors of a group. With more, the channels are summed up one by one.
const MAX_VECTORS: usize = 8;
/// Samples of one channel that are copied together at once.
const PLANE: usize = 1024;

impl<T: Summed> Layout<'_, T> {
    fn vectors(channels: usize) -> usize {
        channels / (1 << channels.trailing_zeros().min(T::LANES.trailing_zeros()))
    }

    /// The lanes of vector `k` that see `channel`.
    fn lanes(&self, k: usize, channel: usize) -> std::iter::StepBy<std::ops::Range<usize>> {
        let first = (channel + self.channels - k * T::LANES % self.channels) % self.channels;
        // A vector may have no lane for it.
        (first..T::LANES.max(first)).step_by(self.channels)
    }
}

fn in_pieces<T: Summed>(samples: &[T], into: &mut Channels<'_>, isa: Isa) {
    let channels = into.totals.len();
    let vectors = Layout::<T>::vectors(channels);
    if vectors > MAX_VECTORS {
        return plane_by_plane(samples, into, isa);
    }
    for samples in samples.chunks(T::PIECE / channels * channels) {
        T::add(&Layout { samples, channels, vectors }, into, isa);
    }
}

fn plane_by_plane<T: Summed>(samples: &[T], into: &mut Channels<'_>, isa: Isa) {
    let channels = into.totals.len();
    let mut plane = [T::zeroed(); PLANE];
    for samples in samples.chunks(PLANE * channels) {
        let pixels = samples.len() / channels;
        for channel in 0..channels {
            for (i, sample) in plane[..pixels].iter_mut().enumerate() {
                *sample = samples[i * channels + channel];
            }
            let mut one = Channels {
                totals: &mut into.totals[channel..=channel],
                extremes: &mut into.extremes[channel..=channel],
            };
            T::add(&Layout { samples: &plane[..pixels], channels: 1, vectors: 1 }, &mut one, isa);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Found = (Vec<Totals>, Vec<Extremes>);

    fn found<T: Sample>(samples: &[T], channels: usize, isa: Isa) -> Found {
        let mut totals = vec![Totals::ZERO; channels];
        let mut extremes = vec![Extremes::NONE; channels];
        moments(samples, &mut totals, &mut extremes, isa);
        (totals, extremes)
    }

    /// Sample by sample.
    fn expected<T: Sample>(samples: &[T], channels: usize) -> Found {
        let mut totals = vec![Totals::ZERO; channels];
        let mut extremes = vec![Extremes::NONE; channels];
        for (i, sample) in samples.iter().enumerate() {
            let (totals, extremes) = (&mut totals[i % channels], &mut extremes[i % channels]);
            let value = sample.to_f64();
            if value.is_nan() {
                totals.nan += 1;
                continue;
            }
            extremes.min = extremes.min.min(value) + 0.0;
            extremes.max = extremes.max.max(value) + 0.0;
            if value.is_infinite() {
                totals.infinite[usize::from(value > 0.0)] += 1;
            } else if T::DEPTH == Depth::F32 {
                // Exact: squares of float32 have 48 bits.
                totals.sum.add_f64(value);
                totals.squares.add_f64(value * value);
            } else {
                let integer = i128::from(sample.to_i32());
                totals.sum.add(integer, 0);
                totals.squares.add(integer * integer, 0);
            }
        }
        (totals, extremes)
    }

    fn check<T: Sample>(samples: &[T], channels: usize) {
        let samples = &samples[..samples.len() / channels * channels];
        let wanted = expected(samples, channels);
        for isa in Isa::supported() {
            assert!(found(samples, channels, isa) == wanted, "{} x {channels}", isa.name());
        }
    }

    /// Extremes as often as noise.
    fn words(seed: u64, len: usize) -> impl Iterator<Item = u32> {
        (0..len as u64).map(move |i| {
            let mut h = (seed ^ i).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            h = (h ^ (h >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            match (h >> 60) % 4 {
                0 => 0,
                1 => u32::MAX << ((h >> 50) % 2 * 31),
                _ => (h >> 16) as u32,
            }
        })
    }

    /// Floats of a kind: of one magnitude, of magnitudes around what vectors can sum exactly, of all.
    fn floats(kind: u32, seed: u64, len: usize) -> Vec<f32> {
        let float = |word: u32| {
            let (sign, fraction) = (word & 1 << 31, word & 0x7F_FFFF);
            let exponent = word >> 23 & 0xFF;
            let exponent = match kind {
                0 => 127,
                1 => 100 + exponent % 19,
                2 => 100 + exponent % 20,
                3 => exponent % 19,
                4 => 236 + exponent % 19,
                5 => exponent % 255,
                // Infinities and NaN among the others.
                _ => exponent,
            };
            f32::from_bits(sign | exponent << 23 | fraction)
        };
        words(seed, len).map(float).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(120))]

        #[test]
        fn integers_are_summed_exactly(
            seed: u64,
            len in prop_oneof![0usize..300, 0usize..40_000],
            channels in prop_oneof![1usize..9, 1usize..40, Just(64), Just(255), Just(256)],
        ) {
            let words: Vec<u32> = words(seed, len).collect();
            check(&words.iter().map(|&word| word as u8).collect::<Vec<_>>(), channels);
            check(&words.iter().map(|&word| word as u16).collect::<Vec<_>>(), channels);
            check(&words.iter().map(|&word| word as i16).collect::<Vec<_>>(), channels);
            check(&words.iter().map(|&word| word as i32).collect::<Vec<_>>(), channels);
        }

        #[test]
        fn floats_are_summed_exactly(
            seed: u64,
            kind in 0u32..7,
            len in prop_oneof![0usize..300, 0usize..9000],
            channels in prop_oneof![1usize..9, 1usize..40],
        ) {
            check(&floats(kind, seed, len), channels);
        }

        #[test]
        fn counts_are_those_of_each_value(
            seed: u64,
            lens in prop::collection::vec(0usize..600, 1..5),
            channels in 1usize..10,
        ) {
            let rows = lens.iter().zip(seed..).map(|(len, seed)| {
                words(seed, len * channels).map(|word| word as u8).collect::<Vec<u8>>()
            });
            let rows: Vec<_> = rows.collect();
            let mut wanted = vec![0u64; channels << 8];
            for row in &rows {
                for (i, &value) in row.iter().enumerate() {
                    wanted[i % channels * 256 + value as usize] += 1;
                }
            }
            let (mut many, mut few) = (vec![0; channels << 8], vec![0; channels << 8]);
            count_bytes(rows.iter().map(Vec::as_slice), channels, &mut many);
            for row in &rows {
                count_values(row, channels, &mut few);
            }
            prop_assert!(many == wanted && few == wanted);
        }

        #[test]
        fn ranges_are_found_alike(
            seed: u64,
            kind in 0u32..7,
            len in 0usize..200,
            ranges in 1u32..5000,
            low in -10.0f64..10.0,
            extent in 0.001f64..30.0,
        ) {
            let (samples, high) = (floats(kind, seed, len), low + extent);
            let scale = f64::from(ranges) / (high - low);
            let rule = Rule { low, high, scale, offset: -scale * low, ranges };
            let wanted: Vec<u32> = samples.iter().map(|&sample| {
                let value = f64::from(sample);
                match value {
                    _ if value.is_nan() => ranges + 2,
                    _ if value < low => ranges,
                    _ if value >= high => ranges + 1,
                    _ => ((value * scale + rule.offset).floor().max(0.0) as u32).min(ranges - 1),
                }
            }).collect();
            for isa in Isa::supported() {
                let mut out = vec![0; len];
                indices(&samples, &rule, &mut out, isa);
                prop_assert_eq!(&out, &wanted);
            }
        }
    }

    #[test]
    fn the_largest_samples_overflow_nothing() {
        check(&vec![u8::MAX; 50_000], 1);
        check(&vec![u16::MAX; 50_000], 1);
        check(&vec![i16::MIN; 50_000], 1);
        check(&vec![i32::MIN; 50_000], 1);
        check(&vec![f32::MAX; 50_000], 1);
        check(&vec![-f32::MAX; 50_000], 3);
        check(&vec![f32::from_bits(1); 50_000], 1);
        check(&[-0.0f32; 50], 1);
        check(&[f32::NAN; 50], 1);
        check(&[f32::INFINITY; 50], 1);
        check(&[f32::NEG_INFINITY; 50], 2);
    }
}
