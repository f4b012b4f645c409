//! The median of 3 x 3, for two rows at once.
//!
//! A column is sorted from the pair that both rows share. The median is that of three: the largest of the
//! least, the middle of the middle, and the smallest of the largest of three columns. Columns are sorted
//! anew for each of the three places that they have in windows: that is cheaper than to keep them.

use super::Ranked;
use crate::Isa;
use crate::isa::{Vectorized, Vectors};
use crate::vector::{Order, Ordered};

/// The medians of two rows, from the four rows that their windows cover; each starts with the first sample
/// of the first window. `channels` samples are between neighbours.
///
/// # Panics
/// If a row is shorter than the results and two pixels, or the results differ in length.
pub fn median3<L: Level>(rows: [&[L]; 4], channels: usize, out: [&mut [L]; 2], isa: Isa) {
    assert!(out[0].len() == out[1].len());
    assert!(rows.iter().all(|row| row.len() >= out[0].len() + 2 * channels));
    isa.run(Median3 { rows, channels, out });
}

/// A sample that is its own level.
#[expect(private_bounds, reason = "registers are private, and so is what they hold")]
pub trait Level: Ranked<Level = Self> + Ordered {}

impl<T: Ranked<Level = T> + Ordered> Level for T {}

struct Median3<'a, L> {
    rows: [&'a [L]; 4],
    channels: usize,
    out: [&'a mut [L]; 2],
}

impl<L: Level> Vectorized for Median3<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        let Self { rows, channels, out: [first, second] } = self;
        let lanes = <L::In<V> as Order<L>>::LANES;
        let whole = first.len() / lanes * lanes;
        let rows = rows.map(<[L]>::as_ptr);
        let out = [first.as_mut_ptr(), second.as_mut_ptr()];
        for at in (0..whole).step_by(lanes) {
            // SAFETY: `Isa::run` compiles this for registers that the processor has; the entry has
            // checked that rows reach two pixels further than the results.
            unsafe { medians::<L, L::In<V>>(rows, at, channels, out) };
        }
        for at in whole..first.len() {
            // SAFETY: as above.
            unsafe { medians::<L, L::One>(rows, at, channels, out) };
        }
    }
}

/// # Safety
/// The processor has `R`; rows are readable for a register at each of three pixels from `at` on, results
/// writable for one.
#[inline(always)]
unsafe fn medians<L: Level, R: Order<L>>(
    rows: [*const L; 4],
    at: usize,
    channels: usize,
    out: [*mut L; 2],
) {
    // SAFETY: by the contract.
    unsafe {
        let left = columns::<L, R>(rows, at);
        let middle = columns::<L, R>(rows, at + channels);
        let right = columns::<L, R>(rows, at + 2 * channels);
        for row in 0..2 {
            let ([a, b, c], [d, e, f], [g, h, i]) = (left[row], middle[row], right[row]);
            let low = a.most(d).most(g);
            let high = c.least(f).least(i);
            let median = middle_of(low, middle_of(b, e, h), high);
            median.store(out[row].add(at));
        }
    }
}

/// A column for each of both rows, sorted.
///
/// # Safety
/// The processor has `R`; rows are readable for a register.
#[inline(always)]
unsafe fn columns<L, R: Order<L>>(rows: [*const L; 4], at: usize) -> [[R; 3]; 2] {
    // SAFETY: by the contract.
    unsafe {
        let (top, bottom) = (R::load(rows[0].add(at)), R::load(rows[3].add(at)));
        let (a, b) = (R::load(rows[1].add(at)), R::load(rows[2].add(at)));
        let (low, high) = (a.least(b), a.most(b));
        [insert(low, high, top), insert(low, high, bottom)]
    }
}

/// Three, sorted, of which two are.
///
/// # Safety
/// The processor has `R`.
#[inline(always)]
unsafe fn insert<L, R: Order<L>>(low: R, high: R, sample: R) -> [R; 3] {
    // SAFETY: by the contract.
    unsafe {
        let rest = low.most(sample);
        [low.least(sample), rest.least(high), rest.most(high)]
    }
}

/// # Safety
/// The processor has `R`.
#[inline(always)]
unsafe fn middle_of<L, R: Order<L>>(a: R, b: R, c: R) -> R {
    // SAFETY: by the contract.
    unsafe { a.least(b).most(a.most(b).least(c)) }
}
