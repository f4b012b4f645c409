//! Orders all samples of a patch of an image, so that windows in it can be ranked by bytes.
//!
//! Once sorted, a sample is its place in the order, and the upper bits of that are a byte, whatever the depth.
//! A byte is found by histograms. It stands for a run of places in the order; which of them lies in a window
//! is told by their coordinates.

use super::Ranked;
use super::sixteen::{Sixteen, with_sixteen};
use crate::Isa;
use crate::isa::{Vectorized, Vectors};

/// A sample on its way: its level, ordered as an unsigned integer, above its place in the patch.
pub type Entry = u64;

/// Coordinates that are compared at once.
const CHUNK: usize = 16;
/// Bits of a digit.
const DIGIT: u32 = 8;

/// The samples of a patch, in order.
#[derive(Clone, Copy, Debug)]
pub struct Ordering<'a> {
    /// The samples.
    pub entries: &'a [Entry],
    /// Column and row of each.
    pub coordinates: [&'a [u16]; 2],
}

/// A window: its first column and row, and as many.
#[derive(Clone, Copy, Debug)]
pub struct Rectangle {
    /// The first column and row.
    pub at: [u16; 2],
    /// Columns and rows.
    pub size: [u16; 2],
}

/// The entry of the sample at a place of a patch, row by row.
#[inline(always)]
pub fn entry<S: Ranked>(sample: S, place: usize) -> Entry {
    u64::from(sample.key()) << 32 | place as u64
}

/// How many of a patch's samples a byte stands for, as a power of two.
const fn shift(samples: usize) -> u32 {
    samples.next_power_of_two().ilog2().saturating_sub(8)
}

/// Sorts the samples of a patch of so many columns, with as many entries for work; finds the coordinates of
/// each, and the bytes that stand for them in the patch.
///
/// # Panics
/// If there are not as many coordinates and entries for work as samples, and bytes.
pub fn order<S: Ranked>(
    entries: &mut [Entry],
    work: &mut [Entry],
    [xs, ys]: [&mut [u16]; 2],
    bytes: &mut [u8],
    columns: usize,
) {
    let (mut from, mut to) = (&mut *entries, work);
    for digit in 0..size_of::<S>() as u32 {
        distribute(from, to, 32 + digit * DIGIT);
        (from, to) = (to, from);
    }
    if size_of::<S>() % 2 == 1 {
        to.copy_from_slice(from);
    }
    let shift = shift(bytes.len());
    for (order, entry) in entries.iter().enumerate() {
        let place = *entry as u32 as usize;
        bytes[place] = (order >> shift) as u8;
        (xs[order], ys[order]) = ((place % columns) as u16, (place / columns) as u16);
    }
}

impl Ordering<'_> {
    /// The samples of windows beside one another, from `first` on, that `bytes` stand for: of each the one of
    /// that place among them. `out` has as many samples, `step` apart.
    ///
    /// # Panics
    /// If there are fewer coordinates than samples, or bytes than places.
    pub fn find<S: Ranked>(
        &self,
        (bytes, places): (&[u8], &[u16]),
        first: &Rectangle,
        (out, step): (&mut [S], usize),
        isa: Isa,
    ) {
        isa.run(Find { order: self, bytes, places, first, out, step });
    }
}

/// Distributes entries by eight bits from one on, keeping the order of equals.
fn distribute(from: &[Entry], to: &mut [Entry], bit: u32) {
    let mut starts = [0u32; 256];
    for entry in from {
        starts[(entry >> bit) as u8 as usize] += 1;
    }
    let mut sum = 0;
    for start in &mut starts {
        (*start, sum) = (sum, sum + *start);
    }
    for &entry in from {
        let start = &mut starts[(entry >> bit) as u8 as usize];
        to[*start as usize] = entry;
        *start += 1;
    }
}

struct Find<'a, S> {
    order: &'a Ordering<'a>,
    bytes: &'a [u8],
    places: &'a [u16],
    first: &'a Rectangle,
    out: &'a mut [S],
    step: usize,
}

impl<S: Ranked> Vectorized for Find<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        with_sixteen!(V, B => self.row::<B>());
    }
}

impl<S: Ranked> Find<'_, S> {
    #[inline(always)]
    fn row<B: Sixteen>(self) {
        let Self { order: Ordering { entries, coordinates: [xs, ys] }, bytes, places, .. } = self;
        let shift = shift(entries.len());
        let samples = self.out.iter_mut().step_by(self.step);
        for (x, ((&byte, &place), sample)) in bytes.iter().zip(places).zip(samples).enumerate() {
            let first = usize::from(byte) << shift;
            let end = (first + (1 << shift)).min(entries.len());
            let mut window = *self.first;
            window.at[0] += x as u16;
            let found = window.find::<B>([&xs[first..end], &ys[first..end]], place);
            *sample = S::from_key((entries[first + found] >> 32) as u32);
        }
    }
}

impl Rectangle {
    /// Which of some coordinates is the one of that place among those within.
    #[inline(always)]
    fn find<B: Sixteen>(self, [xs, ys]: [&[u16]; 2], place: u16) -> usize {
        let Self { at, size } = self;
        let mut place = u32::from(place);
        let (columns, _) = xs.as_chunks::<CHUNK>();
        let (rows, _) = ys.as_chunks::<CHUNK>();
        // SAFETY: `Isa::run` compiles this for registers that the processor has.
        unsafe {
            let [left, top] = [B::splat(at[0]), B::splat(at[1])];
            let [right, bottom] = [B::splat(size[0] - 1), B::splat(size[1] - 1)];
            for (chunk, (x, y)) in columns.iter().zip(rows).enumerate() {
                let mut inside = B::load(x).minus(left).at_most(right);
                inside &= B::load(y).minus(top).at_most(bottom);
                let count = inside.count_ones();
                if count > place {
                    for _ in 0..place {
                        inside &= inside - 1;
                    }
                    return chunk * CHUNK + inside.trailing_zeros() as usize;
                }
                place -= count;
            }
        }
        let first = columns.len() * CHUNK;
        let is_inside = |i: &usize| {
            (xs[*i].wrapping_sub(at[0]) < size[0]) & (ys[*i].wrapping_sub(at[1]) < size[1])
        };
        (first..xs.len()).filter(is_inside).nth(place as usize).unwrap_or(first)
    }
}
