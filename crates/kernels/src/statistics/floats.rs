//! Sums and extremes of float32, exact as those of integers.
//!
//! The reference adds up mantissas by exponent. Where the magnitudes of a piece of samples are close
//! enough to one another, sums of float64 round nowhere either, and vectors of them are much faster:
//! samples have 24 bits, which leaves 29 for the span of exponents and for carries. Squares have 48
//! bits, so they are cut in two parts that are summed apart.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use super::{Channels, Layout, Summed};
use crate::Isa;
use crate::isa::{Vectorized, Vectors};

const LANES: usize = 16;
/// The most samples of a piece, as a power of two.
const PIECE_BITS: i32 = 11;
/// By how much the exponents of a piece may differ in sums of float64.
const SPAN: u32 = 18;
/// The bits of infinity; those of NaN, without their sign, are above.
const INFINITY: u32 = 0x7F80_0000;

impl Summed for f32 {
    const LANES: usize = LANES;
    const PIECE: usize = 1 << PIECE_BITS;

    fn add(layout: &Layout<'_, Self>, channels: &mut Channels<'_>, isa: Isa) {
        assert!(layout.samples.len() <= Self::PIECE);
        if isa == Isa::Scalar || !add_vectors(layout, channels, isa) {
            (0..layout.channels).for_each(|channel| add_by_exponent(layout, channel, channels));
        }
    }
}

/// An exponent as it stands in a float32, where subnormal numbers have that of the smallest normal.
const fn exponent(magnitude: u32) -> u32 {
    let exponent = magnitude >> 23;
    if exponent == 0 { 1 } else { exponent }
}

/// Adds the samples of a channel, mantissas by exponent.
fn add_by_exponent(layout: &Layout<'_, f32>, channel: usize, into: &mut Channels<'_>) {
    let (mut sums, mut squares) = ([0i64; 255], [0u64; 255]);
    let (mut low, mut high) = (255, 0);
    let (mut min, mut max) = (f32::INFINITY, f32::NEG_INFINITY);
    let totals = &mut into.totals[channel];
    for &sample in layout.samples[channel..].iter().step_by(layout.channels) {
        let magnitude = sample.to_bits() & !(1 << 31);
        if magnitude > INFINITY {
            totals.nan += 1;
            continue;
        }
        min = if sample < min { sample } else { min };
        max = if sample > max { sample } else { max };
        if magnitude == INFINITY {
            totals.infinite[usize::from(sample > 0.0)] += 1;
            continue;
        }
        let exponent = exponent(magnitude) as usize;
        let hidden = u32::from(magnitude >> 23 != 0) << 23;
        let mantissa = i64::from(magnitude & 0x7F_FFFF | hidden);
        sums[exponent] += if sample < 0.0 { -mantissa } else { mantissa };
        // Below 2^48 each, 2^11 of them.
        squares[exponent] += (mantissa * mantissa) as u64;
        (low, high) = (low.min(exponent), high.max(exponent));
    }
    for exponent in low..=high {
        let scale = exponent as i32 - 150;
        totals.sum.add(sums[exponent].into(), scale);
        totals.squares.add(squares[exponent].into(), 2 * scale);
    }
    into.extremes[channel].widen(min.into(), max.into());
}

/// Adds a piece by vectors; `false`, with nothing done, if that would not be exact.
fn add_vectors(layout: &Layout<'_, f32>, into: &mut Channels<'_>, isa: Isa) -> bool {
    let mut surveys = [const { Survey::NONE }; super::MAX_VECTORS];
    let (mut largest, mut smallest) = (0, u32::MAX);
    for (k, survey) in surveys[..layout.vectors].iter_mut().enumerate() {
        *survey = isa.run(Look { layout, k });
        largest = survey.largest.iter().fold(largest, |a, &b| a.max(b));
        smallest = survey.smallest.iter().fold(smallest, |a, &b| a.min(b));
    }
    // There, zeros have become the largest number.
    let smallest = smallest.saturating_add(1).min(largest);
    if largest >= INFINITY || exponent(largest) - exponent(smallest) > SPAN {
        return false;
    }
    for (k, survey) in surveys[..layout.vectors].iter().enumerate() {
        for channel in 0..layout.channels {
            for i in layout.lanes(k, channel) {
                into.extremes[channel].widen(survey.min[i].into(), survey.max[i].into());
            }
        }
    }
    if largest > 0 {
        let shifter = shifter(largest);
        for k in 0..layout.vectors {
            let lanes = isa.run(Add { layout, k, shifter });
            (0..layout.channels).for_each(|channel| lanes.reduce(layout, k, channel, into));
        }
    }
    true
}

/// The float64 that cuts squares: added and subtracted again, it leaves a multiple of its last bit.
///
/// Let `2^a` be above all magnitudes. Squares are below `2^(2a)`, sums of a piece's below `2^(2a + 11)`.
/// A last bit of `2^(2a - 42)` makes the latter 53 bits long: sums of upper parts are exact. What has
/// been cut off is `2^(2a - 43)` at most, sums of it `2^(2a - 32)`; with exponents no more than 18 apart
/// samples are multiples of `2^(a - 42)` and squares of `2^(2a - 84)`, so those have 52 bits and are
/// exact too. Sums of samples lie between `2^(a - 42)` and `2^(a + 11)`, which is 53 bits.
fn shifter(largest: u32) -> f64 {
    const { assert!(PIECE_BITS == 11 && SPAN == 18) };
    let a = exponent(largest) as i32 - 126;
    1.5 * f64::from_bits(((2 * a - 42 + 52 + 1023) as u64) << 52)
}

/// What the lanes of a vector have seen of their samples.
struct Survey {
    min: [f32; LANES],
    max: [f32; LANES],
    /// The bits of the largest magnitude.
    largest: [u32; LANES],
    /// One less than the bits of the smallest but zero, which is the largest of all so.
    smallest: [u32; LANES],
}

impl Survey {
    const NONE: Self = Self {
        min: [f32::INFINITY; LANES],
        max: [f32::NEG_INFINITY; LANES],
        largest: [0; LANES],
        smallest: [u32::MAX; LANES],
    };

    #[inline(always)]
    fn see(&mut self, samples: &[f32]) {
        for (i, &sample) in samples.iter().enumerate() {
            self.min[i] = if sample < self.min[i] { sample } else { self.min[i] };
            self.max[i] = if sample > self.max[i] { sample } else { self.max[i] };
            let magnitude = sample.to_bits() & !(1 << 31);
            self.largest[i] = self.largest[i].max(magnitude);
            self.smallest[i] = self.smallest[i].min(magnitude.wrapping_sub(1));
        }
    }
}

struct Look<'a> {
    layout: &'a Layout<'a, f32>,
    k: usize,
}

impl Vectorized for Look<'_> {
    type Output = Survey;

    #[inline(always)]
    fn run<V: Vectors>(self) -> Survey {
        let mut survey = Survey::NONE;
        let (samples, mut at) = (self.layout.samples, self.k * LANES);
        while at + LANES <= samples.len() {
            survey.see(&samples[at..at + LANES]);
            at += self.layout.vectors * LANES;
        }
        // The last vector may be a short one.
        survey.see(&samples[at.min(samples.len())..]);
        survey
    }
}

/// Sums that have not been rounded.
struct Sums {
    sum: [f64; LANES],
    upper: [f64; LANES],
    lower: [f64; LANES],
}

impl Sums {
    #[inline(always)]
    fn see(&mut self, samples: &[f32], shifter: f64) {
        for (i, &sample) in samples.iter().enumerate() {
            let sample = f64::from(sample);
            let square = sample * sample;
            let upper = (square + shifter) - shifter;
            self.sum[i] += sample;
            self.upper[i] += upper;
            self.lower[i] += square - upper;
        }
    }

    fn reduce(&self, layout: &Layout<'_, f32>, k: usize, channel: usize, into: &mut Channels<'_>) {
        let (mut sum, mut upper, mut lower) = (0.0, 0.0, 0.0);
        for i in layout.lanes(k, channel) {
            sum += self.sum[i];
            upper += self.upper[i];
            lower += self.lower[i];
        }
        let totals = &mut into.totals[channel];
        totals.sum.add_f64(sum);
        totals.squares.add_f64(upper);
        totals.squares.add_f64(lower);
    }
}

struct Add<'a> {
    layout: &'a Layout<'a, f32>,
    k: usize,
    shifter: f64,
}

impl Vectorized for Add<'_> {
    type Output = Sums;

    #[inline(always)]
    fn run<V: Vectors>(self) -> Sums {
        let mut sums = Sums { sum: [0.0; LANES], upper: [0.0; LANES], lower: [0.0; LANES] };
        let (samples, mut at) = (self.layout.samples, self.k * LANES);
        while at + LANES <= samples.len() {
            sums.see(&samples[at..at + LANES], self.shifter);
            at += self.layout.vectors * LANES;
        }
        sums.see(&samples[at.min(samples.len())..], self.shifter);
        sums
    }
}
