//! The fixed-point Gaussians: what defines them, and a shortcut for the smallest.
//!
//! Sums are exact in both passes and rounded once, half up, so that the order of operations is free.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use super::plane::{ColumnLoop, PlaneColumn, PlaneRow, RowLoop, Rows, lanes};
use super::{Separable, Taps};
use crate::Isa;

/// Defines the uint8 Gaussian: a row sum is at most 255 * 256 and fits 16 bits, a column sum is below
/// 2^24.
pub(super) fn fixed8(taps: &Taps<u32>, channels: usize, isa: Isa) -> Separable<u8, u16, u8> {
    let row = FixedRow8 { taps: words(&taps.x) };
    let column = FixedColumn8 { taps: taps.y.clone() };
    Separable {
        row: Box::new(PlaneRow { arithmetic: row, channels, isa }),
        column: Box::new(PlaneColumn { arithmetic: column, isa }),
    }
}

/// Defines the uint16 Gaussian: a row sum is at most 65535 * 65536 and fits 32 bits, a column sum is
/// below 2^48.
pub(super) fn fixed16(taps: &Taps<u32>, channels: usize, isa: Isa) -> Separable<u16, u32, u16> {
    Separable {
        row: Box::new(PlaneRow { arithmetic: FixedRow16 { taps: taps.x.clone() }, channels, isa }),
        column: Box::new(PlaneColumn { arithmetic: FixedColumn16 { taps: taps.y.clone() }, isa }),
    }
}

/// Taps such as 64 128 64 are multiples of a power of two, which can be taken out: with 1 2 1 all sums
/// fit 16 bits, in both axes together. `None` if they would not.
pub(super) fn tiny8(taps: &Taps<u32>, channels: usize, isa: Isa) -> Option<Separable<u8, u16, u8>> {
    let shift =
        |axis: &[u32]| axis.iter().map(|tap| tap.trailing_zeros()).min().unwrap_or(0).min(8);
    let (x, y) = (shift(&taps.x), shift(&taps.y));
    let shift = 16 - x - y;
    // 255 * 2^shift and the rounding 2^(shift - 1) fit 16 bits.
    if shift > 8 || !is_mirrored(&taps.y) {
        return None;
    }
    let reduced = |axis: &[u32], by: u32| axis.iter().map(|tap| (tap >> by) as u16).collect();
    let row = FixedRow8 { taps: reduced(&taps.x, x) };
    let column = TinyColumn8 { taps: reduced(&taps.y, y), shift };
    Some(Separable {
        row: Box::new(PlaneRow { arithmetic: row, channels, isa }),
        column: Box::new(PlaneColumn { arithmetic: column, isa }),
    })
}

fn is_mirrored(taps: &[u32]) -> bool {
    taps.len() % 2 == 1 && taps.iter().eq(taps.iter().rev())
}

fn words(taps: &[u32]) -> Vec<u16> {
    taps.iter().map(|&tap| tap as u16).collect()
}

struct FixedRow8 {
    taps: Vec<u16>,
}

impl RowLoop for FixedRow8 {
    type Source = u8;
    type Mid = u16;

    fn taps(&self) -> usize {
        self.taps.len()
    }

    #[inline(always)]
    fn filter<const L: usize>(&self, source: &[u8], channels: usize) -> [u16; L] {
        let mut sum = [0u16; L];
        for (j, &tap) in self.taps.iter().enumerate() {
            let x = lanes::<_, L>(source, j * channels);
            for i in 0..L {
                sum[i] = sum[i].wrapping_add(u16::from(x[i]).wrapping_mul(tap));
            }
        }
        sum
    }
}

struct FixedColumn8 {
    taps: Vec<u32>,
}

impl ColumnLoop for FixedColumn8 {
    type Mid = u16;
    type Out = u8;

    fn taps(&self) -> usize {
        self.taps.len()
    }

    #[inline(always)]
    fn filter<const L: usize>(&self, rows: &Rows<'_, u16>) -> [[u8; L]; 2] {
        let mut out = [[0; L]; 2];
        for (y, out) in out.iter_mut().enumerate() {
            let mut sum = [1u32 << 15; L];
            for (j, &tap) in self.taps.iter().enumerate() {
                let row = rows.get::<L>(j + y);
                for i in 0..L {
                    sum[i] += u32::from(row[i]) * tap;
                }
            }
            for i in 0..L {
                out[i] = (sum[i] >> 16) as u8;
            }
        }
        out
    }
}

/// Mirrored taps whose sums, with those of the row pass, fit 16 bits.
struct TinyColumn8 {
    taps: Vec<u16>,
    shift: u32,
}

impl ColumnLoop for TinyColumn8 {
    type Mid = u16;
    type Out = u8;

    fn taps(&self) -> usize {
        self.taps.len()
    }

    #[inline(always)]
    fn filter<const L: usize>(&self, rows: &Rows<'_, u16>) -> [[u8; L]; 2] {
        let c = self.taps.len() / 2;
        let half = (1u16 << self.shift) >> 1;
        let mut out = [[0; L]; 2];
        for (y, out) in out.iter_mut().enumerate() {
            let centre = rows.get::<L>(c + y);
            let mut sum = [half; L];
            for i in 0..L {
                sum[i] = sum[i].wrapping_add(centre[i].wrapping_mul(self.taps[c]));
            }
            for j in 1..=c {
                let (above, below) = (rows.get::<L>(c + y - j), rows.get::<L>(c + y + j));
                let tap = self.taps[c + j];
                for i in 0..L {
                    let pair = above[i].wrapping_add(below[i]);
                    sum[i] = sum[i].wrapping_add(pair.wrapping_mul(tap));
                }
            }
            for i in 0..L {
                out[i] = (sum[i] >> self.shift) as u8;
            }
        }
        out
    }
}

struct FixedRow16 {
    taps: Vec<u32>,
}

impl RowLoop for FixedRow16 {
    type Source = u16;
    type Mid = u32;

    fn taps(&self) -> usize {
        self.taps.len()
    }

    #[inline(always)]
    fn filter<const L: usize>(&self, source: &[u16], channels: usize) -> [u32; L] {
        let mut sum = [0u32; L];
        for (j, &tap) in self.taps.iter().enumerate() {
            let x = lanes::<_, L>(source, j * channels);
            for i in 0..L {
                sum[i] = sum[i].wrapping_add(u32::from(x[i]).wrapping_mul(tap));
            }
        }
        sum
    }
}

struct FixedColumn16 {
    taps: Vec<u32>,
}

impl ColumnLoop for FixedColumn16 {
    type Mid = u32;
    type Out = u16;

    fn taps(&self) -> usize {
        self.taps.len()
    }

    #[inline(always)]
    fn filter<const L: usize>(&self, rows: &Rows<'_, u32>) -> [[u16; L]; 2] {
        let mut out = [[0; L]; 2];
        for (y, out) in out.iter_mut().enumerate() {
            let mut sum = [1u64 << 31; L];
            for (j, &tap) in self.taps.iter().enumerate() {
                let row = rows.get::<L>(j + y);
                for i in 0..L {
                    sum[i] += u64::from(row[i]) * u64::from(tap);
                }
            }
            for i in 0..L {
                out[i] = (sum[i] >> 32) as u16;
            }
        }
        out
    }
}
