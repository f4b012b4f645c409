//! Counts of values, and of values by range.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use raster::Sample;

use crate::Isa;
use crate::isa::{Vectorized, Vectors};

/// Values that bytes have.
const BYTES: usize = 256;

/// Counts the values of rows of interleaved bytes: `counts` has 256 of each channel, one channel after
/// the other.
///
/// Meant for many bytes: what it does once costs as much as some hundreds of them.
///
/// # Panics
/// If there are not 256 counts a channel, or a row holds a part of a pixel.
pub fn count_bytes<'a>(rows: impl Iterator<Item = &'a [u8]>, channels: usize, counts: &mut [u64]) {
    assert!(counts.len() == channels * BYTES);
    match channels {
        1 | 2 | 4 | 8 => count_side_by_side::<8>(rows, channels, counts),
        3 | 6 => count_side_by_side::<6>(rows, channels, counts),
        _ => rows.for_each(|row| count_values(row, channels, counts)),
    }
}

/// Counts in `G` tables, whole pixels at once. Flat areas would make each count wait for the last one if
/// there were one table a channel.
fn count_side_by_side<'a, const G: usize>(
    rows: impl Iterator<Item = &'a [u8]>,
    channels: usize,
    counts: &mut [u64],
) {
    let mut tables = [[0u32; BYTES]; G];
    let mut room = u32::MAX as usize;
    for row in rows {
        assert!(row.len().is_multiple_of(channels));
        // The tables hold what one piece adds, as long as there is room for all of it.
        for piece in row.chunks(1 << 30) {
            if piece.len() > room {
                flush(&mut tables, channels, counts);
                room = u32::MAX as usize;
            }
            room -= piece.len();
            let (groups, rest) = piece.as_chunks::<G>();
            for group in groups {
                for (table, &value) in tables.iter_mut().zip(group) {
                    table[value as usize] += 1;
                }
            }
            for (table, &value) in tables.iter_mut().zip(rest) {
                table[value as usize] += 1;
            }
        }
    }
    flush(&mut tables, channels, counts);
}

fn flush<const G: usize>(tables: &mut [[u32; BYTES]; G], channels: usize, counts: &mut [u64]) {
    for (i, table) in tables.iter_mut().enumerate() {
        let counts = &mut counts[i % channels * BYTES..][..BYTES];
        for (count, part) in counts.iter_mut().zip(table) {
            *count += u64::from(std::mem::take(part));
        }
    }
}

/// An unsigned sample whose values have a count each.
pub trait Value: Sample + Into<usize> {
    /// How many values there are.
    const VALUES: usize;
}

impl Value for u8 {
    const VALUES: usize = BYTES;
}

impl Value for u16 {
    const VALUES: usize = 1 << 16;
}

/// Counts the values of a row of interleaved samples, as [`count_bytes`] does.
///
/// # Panics
/// If there is not a count for each value of each channel.
pub fn count_values<T: Value>(row: &[T], channels: usize, counts: &mut [u64]) {
    assert!(counts.len() == channels * T::VALUES);
    for (channel, counts) in counts.chunks_exact_mut(T::VALUES).enumerate() {
        let samples = row.get(channel..).unwrap_or_default();
        let mut pairs = samples.chunks(2 * channels);
        for pair in &mut pairs {
            let first: usize = pair[0].into();
            match pair.get(channels) {
                // Together, as the second would wait for the first.
                Some(&second) if second == pair[0] => counts[first] += 2,
                Some(&second) => {
                    counts[first] += 1;
                    counts[second.into()] += 1;
                }
                None => counts[first] += 1,
            }
        }
    }
}

/// Ranges of equal width, counted from 0, and the indices of what is in none of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Where the first range begins.
    pub low: f64,
    /// Where the last one ends, exclusively.
    pub high: f64,
    /// A value's place is `value * scale + offset`, rounded down, but in a range in any case if it is
    /// between `low` and `high`.
    pub scale: f64,
    /// See `scale`.
    pub offset: f64,
    /// The number of ranges. Values below `low` have this index, those from `high` on the next one, and
    /// NaN the one after that.
    pub ranges: u32,
}

/// The index of each sample's range.
///
/// # Panics
/// If the slices differ in length, or the rule has no range or 2^30 or more.
pub fn indices<T: Sample>(samples: &[T], rule: &Rule, out: &mut [u32], isa: Isa) {
    assert!(samples.len() == out.len() && (1..1 << 30).contains(&rule.ranges));
    isa.run(Indices { samples, rule, out });
}

struct Indices<'a, T> {
    samples: &'a [T],
    rule: &'a Rule,
    out: &'a mut [u32],
}

impl<T: Sample> Vectorized for Indices<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        let Rule { low, high, scale, offset, ranges } = *self.rule;
        let last = f64::from(ranges) - 1.0;
        for (out, sample) in self.out.iter_mut().zip(self.samples) {
            let value = sample.to_f64();
            let place = value * scale + offset;
            // In this order NaN becomes 0. No place is negative then, and the conversion rounds down.
            let place = if place > 0.0 { place } else { 0.0 };
            let place = if place < last { place } else { last };
            // SAFETY: the place is not NaN, and between 0 and `last`: 0 or more and below 2^30, as
            // `indices` has asserted of the ranges.
            let index = unsafe { place.to_int_unchecked::<i32>() } as u32;
            let index = if value < low { ranges } else { index };
            let index = if value >= high { ranges + 1 } else { index };
            *out = if value.is_nan() { ranges + 2 } else { index };
        }
    }
}

/// Counts the indices of interleaved samples, the first of which is of channel `first`; `counts` has as
/// many of each channel.
///
/// # Panics
/// If an index has no count.
pub fn count_indices(indices: &[u32], first: usize, channels: usize, counts: &mut [u64]) {
    let each = counts.len() / channels;
    let mut channel = first;
    for &index in indices {
        counts[channel * each..][..each][index as usize] += 1;
        channel = if channel + 1 == channels { 0 } else { channel + 1 };
    }
}
