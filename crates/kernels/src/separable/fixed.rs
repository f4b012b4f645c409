//! The fixed-point Gaussians by their definition, for processors without a kernel of their own.
//!
//! Sums are exact in both passes and rounded once, half up, so that the order of operations is free.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use std::marker::PhantomData;
use std::ops::Range;

use raster::Sample;

use super::plane::{Rows, row_len};
use super::{ColumnPass, Lines, PAD, RowPass, Separable, Taps, assert_column, assert_row};
use crate::Isa;
use crate::isa::{Vectorized, Vectors};

/// The arithmetic of a depth.
pub(super) trait Fixed: Sample {
    /// Holds the sum of a row.
    type Mid: bytemuck::Pod + Send + Sync;
    /// Holds the sum of both axes, in fraction bits that are half of its own.
    type Sum: Copy + Send + Sync;

    /// Half of one, to round by.
    const HALF: Self::Sum;

    /// sum + sample * tap.
    fn add(sum: Self::Mid, sample: Self, tap: u32) -> Self::Mid;
    /// sum + mid * tap.
    fn add_mid(sum: Self::Sum, mid: Self::Mid, tap: u32) -> Self::Sum;
    /// The sum without its fraction.
    fn whole(sum: Self::Sum) -> Self;
}

macro_rules! fixed {
    ($sample:ident, $mid:ident, $sum:ident, $bits:literal) => {
        impl Fixed for $sample {
            type Mid = $mid;
            type Sum = $sum;

            const HALF: $sum = 1 << ($bits - 1);

            #[inline(always)]
            fn add(sum: $mid, sample: $sample, tap: u32) -> $mid {
                sum.wrapping_add($mid::from(sample).wrapping_mul(tap as $mid))
            }

            #[inline(always)]
            fn add_mid(sum: $sum, mid: $mid, tap: u32) -> $sum {
                sum.wrapping_add($sum::from(mid).wrapping_mul($sum::from(tap)))
            }

            #[inline(always)]
            fn whole(sum: $sum) -> $sample {
                (sum >> $bits) as $sample
            }
        }
    };
}

// A row sum is at most 255 * 2^8, or 65535 * 2^16; that of both axes is below 2^24, or 2^48.
fixed!(u8, u16, u32, 16);
fixed!(u16, u32, u64, 32);

pub(super) fn fixed<T: Fixed>(
    taps: &Taps<u32>,
    channels: usize,
    isa: Isa,
) -> Separable<T, T::Mid, T> {
    let row = Row { taps: taps.x.clone(), channels, isa, sample: PhantomData::<T> };
    let column = Column { taps: taps.y.clone(), isa, sample: PhantomData::<T> };
    Separable { row: Box::new(row), column: Box::new(column) }
}

struct Row<T> {
    taps: Vec<u32>,
    channels: usize,
    isa: Isa,
    sample: PhantomData<T>,
}

struct Column<T> {
    taps: Vec<u32>,
    isa: Isa,
    sample: PhantomData<T>,
}

impl<T: Fixed> RowPass<T, T::Mid> for Row<T> {
    fn source_len(&self, n: usize) -> usize {
        n + (self.taps.len() - 1) * self.channels
    }

    fn line_len(&self, n: usize) -> usize {
        2 * row_len(n, 0)
    }

    fn run(&self, source: [&[T]; 2], line: &mut [T::Mid], n: usize, range: Range<usize>) {
        assert_row(self, source, line, n, &range);
        let Self { taps, channels, isa, .. } = self;
        for (source, out) in source.into_iter().zip(line.chunks_exact_mut(row_len(n, 0))) {
            let (source, out) = (&source[range.start..], &mut out[range.clone()]);
            isa.run(RowRun { taps, channels: *channels, source, out });
        }
    }
}

struct RowRun<'a, T: Fixed> {
    taps: &'a [u32],
    channels: usize,
    source: &'a [T],
    out: &'a mut [T::Mid],
}

impl<T: Fixed> Vectorized for RowRun<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        let zero = <T::Mid as bytemuck::Zeroable>::zeroed();
        for (chunk, out) in self.out.chunks_mut(PAD).enumerate() {
            out.fill(zero);
            for (j, &tap) in self.taps.iter().enumerate() {
                let source = &self.source[chunk * PAD + j * self.channels..][..out.len()];
                for (sum, sample) in out.iter_mut().zip(source) {
                    *sum = T::add(*sum, *sample, tap);
                }
            }
        }
    }
}

impl<T: Fixed> ColumnPass<T::Mid, T> for Column<T> {
    fn lines(&self) -> usize {
        (self.taps.len() + 1).div_ceil(2)
    }

    fn run(&self, lines: &Lines<'_, T::Mid>, n: usize, at: usize, out: [&mut [T]; 2]) {
        let row_len = row_len(n, 0);
        assert_column(self, lines, 2 * row_len, n, at, &out);
        let rows = Rows::new(lines, row_len);
        for (y, out) in out.into_iter().enumerate() {
            self.isa.run(ColumnRun { taps: &self.taps, rows, y, at, out });
        }
    }
}

struct ColumnRun<'a, T: Fixed> {
    taps: &'a [u32],
    rows: Rows<'a, T::Mid>,
    y: usize,
    at: usize,
    out: &'a mut [T],
}

impl<T: Fixed> Vectorized for ColumnRun<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        for (chunk, out) in self.out.chunks_mut(PAD).enumerate() {
            let mut sums = [T::HALF; PAD];
            for (j, &tap) in self.taps.iter().enumerate() {
                // SAFETY: `assert_column` has found all rows of the window, each padded to chunks.
                let row: &[T::Mid; PAD] =
                    unsafe { &*self.rows.start(j + self.y).add(self.at + chunk * PAD).cast() };
                for (sum, mid) in sums.iter_mut().zip(row) {
                    *sum = T::add_mid(*sum, *mid, tap);
                }
            }
            for (out, sum) in out.iter_mut().zip(sums) {
                *out = T::whole(sum);
            }
        }
    }
}
