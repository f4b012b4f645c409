//! Rows of a group to columns, and back.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]
#![expect(clippy::needless_range_loop, reason = "plain loops over arrays become vectors")]

use super::{Column, GROUP, Real, lanes, lanes_mut};
use crate::Isa;
use crate::isa::{Vectorized, Vectors};

/// Columns that are turned at once.
const SIDE: usize = 8;

/// Fills columns from the samples `at` and following of a group's rows, which begin `stride` apart.
///
/// # Panics
/// If a row does not reach so far.
pub fn gather<R: Real>(isa: Isa, rows: &[R], stride: usize, at: usize, columns: &mut [Column<R>]) {
    assert!(at + columns.len() <= stride && rows.len() >= GROUP * stride);
    isa.run(Gather { rows: &rows[at..], stride, columns });
}

struct Gather<'a, R> {
    rows: &'a [R],
    stride: usize,
    columns: &'a mut [Column<R>],
}

impl<R: Real> Vectorized for Gather<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        let len = self.columns.len();
        if len < SIDE {
            for (at, column) in self.columns.iter_mut().enumerate() {
                for row in 0..GROUP {
                    column[row] = self.rows[row * self.stride + at];
                }
            }
            return;
        }
        for at in (0..len - SIDE).step_by(SIDE) {
            R::gather::<V>(&self.rows[at..], self.stride, lanes_mut(self.columns, at));
        }
        // The last block may repeat columns of the one before.
        let at = len - SIDE;
        R::gather::<V>(&self.rows[at..], self.stride, lanes_mut(self.columns, at));
    }
}

/// Fills the samples `at` and following of a group's rows, which begin `stride` apart, from columns.
///
/// # Panics
/// If a row does not reach so far.
pub fn scatter<R: Real>(isa: Isa, columns: &[Column<R>], rows: &mut [R], stride: usize, at: usize) {
    assert!(at + columns.len() <= stride && rows.len() >= GROUP * stride);
    isa.run(Scatter { columns, rows: &mut rows[at..], stride });
}

struct Scatter<'a, R> {
    columns: &'a [Column<R>],
    rows: &'a mut [R],
    stride: usize,
}

impl<R: Real> Vectorized for Scatter<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        let len = self.columns.len();
        if len < SIDE {
            for (at, column) in self.columns.iter().enumerate() {
                for row in 0..GROUP {
                    self.rows[row * self.stride + at] = column[row];
                }
            }
            return;
        }
        for at in (0..len - SIDE).step_by(SIDE) {
            R::scatter::<V>(lanes(self.columns, at), &mut self.rows[at..], self.stride);
        }
        let at = len - SIDE;
        R::scatter::<V>(lanes(self.columns, at), &mut self.rows[at..], self.stride);
    }
}

/// How a block of numbers is turned: the first of a group's rows to columns, and columns to those.
#[expect(private_bounds, reason = "only this crate implements it")]
pub trait Turn: Copy {
    #[doc(hidden)]
    #[inline(always)]
    fn gather<V: Vectors>(rows: &[Self], stride: usize, columns: &mut [Column<Self>; SIDE]) {
        plain_gather(rows, stride, columns);
    }

    #[doc(hidden)]
    #[inline(always)]
    fn scatter<V: Vectors>(columns: &[Column<Self>; SIDE], rows: &mut [Self], stride: usize) {
        plain_scatter(columns, rows, stride);
    }
}

#[inline(always)]
fn plain_gather<R: Copy>(rows: &[R], stride: usize, columns: &mut [Column<R>; SIDE]) {
    for row in 0..GROUP {
        let samples: &[R; SIDE] = lanes(rows, row * stride);
        for i in 0..SIDE {
            columns[i][row] = samples[i];
        }
    }
}

#[inline(always)]
fn plain_scatter<R: Copy>(columns: &[Column<R>; SIDE], rows: &mut [R], stride: usize) {
    for row in 0..GROUP {
        let samples: &mut [R; SIDE] = lanes_mut(rows, row * stride);
        for i in 0..SIDE {
            samples[i] = columns[i][row];
        }
    }
}

impl Turn for f64 {}

#[cfg(not(target_arch = "x86_64"))]
impl Turn for f32 {}

#[cfg(target_arch = "x86_64")]
#[expect(private_bounds, reason = "only this crate calls it")]
impl Turn for f32 {
    #[inline(always)]
    fn gather<V: Vectors>(rows: &[Self], stride: usize, columns: &mut [Column<Self>; SIDE]) {
        if V::BYTES < 32 {
            return plain_gather(rows, stride, columns);
        }
        assert!(rows.len() >= (GROUP - 1) * stride + SIDE);
        // SAFETY: registers of 32 bytes mean AVX2; the rows have just been checked.
        unsafe { avx::gather(rows.as_ptr(), stride, columns) };
    }

    #[inline(always)]
    fn scatter<V: Vectors>(columns: &[Column<Self>; SIDE], rows: &mut [Self], stride: usize) {
        if V::BYTES < 32 {
            return plain_scatter(columns, rows, stride);
        }
        assert!(rows.len() >= (GROUP - 1) * stride + SIDE);
        // SAFETY: registers of 32 bytes mean AVX2; the rows have just been checked.
        unsafe { avx::scatter(columns, rows.as_mut_ptr(), stride) };
    }
}

#[cfg(target_arch = "x86_64")]
mod avx {
    //! Blocks of 4 x 4 numbers are turned inside the 128-bit halves of registers.

    use std::arch::x86_64::{
        __m256, _mm_loadu_ps, _mm256_castps128_ps256, _mm256_insertf128_ps, _mm256_loadu_ps,
        _mm256_permute2f128_ps, _mm256_shuffle_ps, _mm256_storeu_ps, _mm256_unpackhi_ps,
        _mm256_unpacklo_ps,
    };

    use super::{Column, GROUP, SIDE};

    /// Turns the 4 x 4 numbers in each half of four registers.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn turn([a, b, c, d]: [__m256; 4]) -> [__m256; 4] {
        let (ab, cd) = (_mm256_unpacklo_ps(a, b), _mm256_unpacklo_ps(c, d));
        let (ab_high, cd_high) = (_mm256_unpackhi_ps(a, b), _mm256_unpackhi_ps(c, d));
        [
            _mm256_shuffle_ps::<0x44>(ab, cd),
            _mm256_shuffle_ps::<0xEE>(ab, cd),
            _mm256_shuffle_ps::<0x44>(ab_high, cd_high),
            _mm256_shuffle_ps::<0xEE>(ab_high, cd_high),
        ]
    }

    /// # Safety
    /// Each of the rows, which begin `stride` apart, holds `SIDE` numbers.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn gather(
        rows: *const f32,
        stride: usize,
        columns: &mut [Column<f32>; SIDE],
    ) {
        for first in (0..GROUP).step_by(8) {
            for at in (0..SIDE).step_by(4) {
                // Rows `i` and `i + 4` side by side.
                let pair = |i: usize| {
                    // SAFETY: `first + i + 4` is a row, and `at + 4` numbers of it are there.
                    unsafe {
                        let low = rows.add((first + i) * stride + at);
                        let high = _mm_loadu_ps(low.add(4 * stride));
                        _mm256_insertf128_ps::<1>(_mm256_castps128_ps256(_mm_loadu_ps(low)), high)
                    }
                };
                let turned = turn([pair(0), pair(1), pair(2), pair(3)]);
                for (column, half) in columns[at..at + 4].iter_mut().zip(turned) {
                    // SAFETY: a column has 16 numbers, of which these are the first or last 8.
                    unsafe { _mm256_storeu_ps(column.as_mut_ptr().add(first), half) };
                }
            }
        }
    }

    /// # Safety
    /// Each of the rows, which begin `stride` apart, has room for `SIDE` numbers.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn scatter(columns: &[Column<f32>; SIDE], rows: *mut f32, stride: usize) {
        for first in (0..GROUP).step_by(8) {
            // SAFETY: a column has 16 numbers, of which these are the first or last 8.
            let half = |i: usize| unsafe { _mm256_loadu_ps(columns[i].as_ptr().add(first)) };
            let low = turn([half(0), half(1), half(2), half(3)]);
            let high = turn([half(4), half(5), half(6), half(7)]);
            for i in 0..4 {
                // SAFETY: `first + i + 4` is a row, and has room for 8 numbers.
                unsafe {
                    let row = rows.add((first + i) * stride);
                    _mm256_storeu_ps(row, _mm256_permute2f128_ps::<0x20>(low[i], high[i]));
                    let row = row.add(4 * stride);
                    _mm256_storeu_ps(row, _mm256_permute2f128_ps::<0x31>(low[i], high[i]));
                }
            }
        }
    }
}
