//! Drives arithmetic that is written once over arrays of samples.
//!
//! A [`RowLoop`] or [`ColumnLoop`] filters `L` neighbouring samples. With `L` = 1 it is the scalar
//! reference that defines the result; wider instances are the same statements over arrays, which the
//! compiler keeps in vector registers. Floating-point blocks fuse their multiply-adds in every
//! instance, so that all agree bit for bit.
//!
//! A line stores its two rows one after the other, each padded to whole blocks.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use bytemuck::Pod;
use raster::Sample;

use super::{ColumnPass, Lines, RowPass, assert_column, assert_row};
use crate::Isa;
use crate::isa::{Vectorized, Vectors, with_lanes};

/// Samples that rows are padded to: whole blocks on every instruction set.
const PAD: usize = 64;

/// How a row pass filters.
pub(super) trait RowLoop: Send + Sync {
    type Source: Sample;
    type Mid: Pod + Send + Sync;

    /// Taps of a row.
    fn taps(&self) -> usize;

    /// Filters `L` samples; taps lie `channels` samples apart in `source`, which holds all of them.
    fn filter<const L: usize>(&self, source: &[Self::Source], channels: usize) -> [Self::Mid; L];
}

/// How a column pass filters.
pub(super) trait ColumnLoop: Send + Sync {
    type Mid: Pod + Send + Sync;
    type Out: Sample;

    /// Taps of a column.
    fn taps(&self) -> usize;

    /// Samples that a row of the lines has beyond those of the result.
    fn reach(&self) -> usize {
        0
    }

    /// Filters `L` samples of two neighbouring rows: the first from rows `0 .. taps` of the window,
    /// the second from rows `1 ..= taps`.
    fn filter<const L: usize>(&self, rows: &Rows<'_, Self::Mid>) -> [[Self::Out; L]; 2];
}

/// `L` samples from `at` on.
#[inline(always)]
pub(super) fn lanes<T, const L: usize>(source: &[T], at: usize) -> &[T; L] {
    source[at..].first_chunk().expect("the entry checks the length")
}

/// A pass along rows by a [`RowLoop`].
pub(super) struct PlaneRow<A> {
    pub(super) arithmetic: A,
    pub(super) channels: usize,
    pub(super) isa: Isa,
}

/// A pass down columns by a [`ColumnLoop`].
pub(super) struct PlaneColumn<A> {
    pub(super) arithmetic: A,
    pub(super) isa: Isa,
}

/// The length of one row of a line, for `n` samples and `reach` beyond them.
pub(super) const fn row_len(n: usize, reach: usize) -> usize {
    n.next_multiple_of(PAD) + reach.next_multiple_of(PAD)
}

impl<A: RowLoop> RowPass<A::Source, A::Mid> for PlaneRow<A> {
    fn source_len(&self, n: usize) -> usize {
        n.next_multiple_of(PAD) + (self.arithmetic.taps() - 1) * self.channels
    }

    fn line_len(&self, n: usize) -> usize {
        2 * row_len(n, 0)
    }

    fn run(&self, source: [&[A::Source]; 2], line: &mut [A::Mid], n: usize) {
        assert_row(self, source, line, n);
        let (first, second) = line[..2 * row_len(n, 0)].split_at_mut(row_len(n, 0));
        for (source, out) in source.into_iter().zip([first, second]) {
            let Self { arithmetic, channels, isa } = self;
            isa.run(RowRun { arithmetic, source, out, channels: *channels });
        }
    }
}

struct RowRun<'a, A: RowLoop> {
    arithmetic: &'a A,
    source: &'a [A::Source],
    out: &'a mut [A::Mid],
    channels: usize,
}

impl<A: RowLoop> Vectorized for RowRun<'_, A> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        // Eight registers of sums: fewer would leave multiply-adds waiting for each other.
        with_lanes!(8 * V::BYTES / size_of::<A::Mid>(), L => {
            for (block, out) in self.out.as_chunks_mut::<L>().0.iter_mut().enumerate() {
                *out = self.arithmetic.filter::<L>(&self.source[block * L..], self.channels);
            }
        });
    }
}

impl<A: ColumnLoop> ColumnPass<A::Mid, A::Out> for PlaneColumn<A> {
    fn lines(&self) -> usize {
        (self.arithmetic.taps() + 1).div_ceil(2)
    }

    fn run(&self, lines: &Lines<'_, A::Mid>, out: [&mut [A::Out]; 2]) {
        let line_len = 2 * row_len(out[0].len(), self.arithmetic.reach());
        assert_column(self, lines, line_len, &out);
        self.isa.run(ColumnRun { arithmetic: &self.arithmetic, lines, out });
    }
}

struct ColumnRun<'a, A: ColumnLoop> {
    arithmetic: &'a A,
    lines: &'a Lines<'a, A::Mid>,
    out: [&'a mut [A::Out]; 2],
}

impl<A: ColumnLoop> Vectorized for ColumnRun<'_, A> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        // Two output rows of four registers each.
        with_lanes!(4 * V::BYTES / size_of::<A::Mid>(), L => {
            column::<A, L>(self.arithmetic, self.lines, self.out);
        });
    }
}

#[inline(always)]
fn column<A: ColumnLoop, const L: usize>(
    arithmetic: &A,
    lines: &Lines<'_, A::Mid>,
    [first, second]: [&mut [A::Out]; 2],
) {
    let half = row_len(first.len(), arithmetic.reach());
    let mut rows = Rows { lines, half, at: 0, count: arithmetic.taps() + 1 };
    let (blocks, tail) = first.as_chunks_mut::<L>();
    let (other_blocks, other_tail) = second.as_chunks_mut::<L>();
    for (out, other) in blocks.iter_mut().zip(other_blocks) {
        [*out, *other] = arithmetic.filter::<L>(&rows);
        rows.at += L;
    }
    if !tail.is_empty() {
        let [a, b] = arithmetic.filter::<L>(&rows);
        tail.copy_from_slice(&a[..tail.len()]);
        other_tail.copy_from_slice(&b[..other_tail.len()]);
    }
}

/// The rows of a window at a position along them.
pub(super) struct Rows<'a, M> {
    lines: &'a Lines<'a, M>,
    /// Where the second row of a line begins.
    half: usize,
    at: usize,
    count: usize,
}

impl<'a, M> Rows<'a, M> {
    /// `L` samples of row `index`.
    #[inline(always)]
    pub(super) fn get<const L: usize>(&self, index: usize) -> &'a [M; L] {
        self.shifted(index, 0)
    }

    /// `L` samples of row `index`, `shift` beyond those of the result.
    #[inline(always)]
    pub(super) fn shifted<const L: usize>(&self, index: usize, shift: usize) -> &'a [M; L] {
        let at = self.at + shift;
        debug_assert!(index < self.count && at + L <= self.half);
        // SAFETY: the pass has checked that the window has `count` rows in its lines, each padded to
        // whole blocks and to the arithmetic's reach, which `shift` keeps to, so that the samples are
        // in the half of the line that the row has.
        unsafe { &*self.lines.start(index / 2).add((index % 2) * self.half + at).cast() }
    }
}
