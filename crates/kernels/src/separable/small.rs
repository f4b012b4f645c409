//! Kernels of small integers on bytes, in 16-bit arithmetic: derivatives and their like.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use std::marker::PhantomData;

use raster::Sample;

use super::plane::{ColumnLoop, PlaneColumn, PlaneRow, RowLoop, Rows, lanes};
use super::{Separable, Taps};
use crate::Isa;

pub(super) fn small8<D: Sample>(
    taps: &Taps<i16>,
    offset: i16,
    channels: usize,
    isa: Isa,
) -> Separable<u8, i16, D> {
    let row = SmallRow { taps: nonzero(&taps.x), len: taps.x.len() };
    let column =
        SmallColumn { taps: nonzero(&taps.y), len: taps.y.len(), offset, out: PhantomData };
    Separable {
        row: Box::new(PlaneRow { arithmetic: row, channels, isa }),
        column: Box::new(PlaneColumn { arithmetic: column, isa }),
    }
}

/// The taps that count, with their places. Sums are exact, so that the rest can be left out.
fn nonzero(taps: &[i16]) -> Vec<(usize, i16)> {
    taps.iter().copied().enumerate().filter(|&(_, tap)| tap != 0).collect()
}

struct SmallRow {
    taps: Vec<(usize, i16)>,
    len: usize,
}

impl RowLoop for SmallRow {
    type Source = u8;
    type Mid = i16;

    fn taps(&self) -> usize {
        self.len
    }

    #[inline(always)]
    fn filter<const L: usize>(&self, source: &[u8], channels: usize) -> [i16; L] {
        let mut sum = [0i16; L];
        for &(j, tap) in &self.taps {
            let x = lanes::<_, L>(source, j * channels);
            for i in 0..L {
                sum[i] = sum[i].wrapping_add(i16::from(x[i]).wrapping_mul(tap));
            }
        }
        sum
    }
}

struct SmallColumn<D> {
    taps: Vec<(usize, i16)>,
    len: usize,
    offset: i16,
    out: PhantomData<D>,
}

impl<D: Sample> ColumnLoop for SmallColumn<D> {
    type Mid = i16;
    type Out = D;

    fn taps(&self) -> usize {
        self.len
    }

    #[inline(always)]
    fn filter<const L: usize>(&self, rows: &Rows<'_, i16>) -> [[D; L]; 2] {
        let mut sums = [[self.offset; L]; 2];
        for &(j, tap) in &self.taps {
            for (y, sum) in sums.iter_mut().enumerate() {
                let row = rows.get::<L>(j + y);
                for i in 0..L {
                    sum[i] = sum[i].wrapping_add(row[i].wrapping_mul(tap));
                }
            }
        }
        let mut out = [[D::zeroed(); L]; 2];
        for (out, sum) in out.iter_mut().zip(&sums) {
            for i in 0..L {
                out[i] = D::from_i16(sum[i]);
            }
        }
        out
    }
}
