//! Extrema down columns of any height, after van Herk, and Gil and Werman.
//!
//! Lines come in groups that are nearly as high as the window, so a window is the end of a group and the
//! beginning of the next. Extrema of all ends of a group are made at once ([`suffix`]); that of the
//! beginning grows with each line ([`advance`]).

use super::{Extremum, Sweep, extreme, join, load, store, sweep};
use crate::vector::{Order, Ordered};
use crate::{Isa, Ranked};

/// Replaces each of the lines, of `n` levels at `starts`, by the extrema of itself and all that follow.
///
/// # Panics
/// If a line is not inside.
pub fn suffix<S: Ranked>(
    lines: &mut [S::Level],
    starts: &[usize],
    n: usize,
    which: Extremum,
    isa: Isa,
) {
    assert!(starts.iter().all(|&start| is_inside(start, n, lines.len())));
    sweep(Suffix { lines: lines.as_mut_ptr(), starts }, n, which, isa);
}

/// Replaces the prefix by the extrema of itself and a line.
///
/// # Panics
/// If they differ in length.
pub fn absorb<S: Ranked>(prefix: &mut [S::Level], line: &[S::Level], which: Extremum, isa: Isa) {
    assert_eq!(prefix.len(), line.len());
    let (n, prefix) = (prefix.len(), prefix.as_mut_ptr());
    sweep(Absorb { prefix, line: line.as_ptr() }, n, which, isa);
}

/// Where lines start when a window moves down by two.
#[derive(Clone, Copy, Debug)]
pub struct Rolled {
    /// The last lines of both windows.
    pub enter: [usize; 2],
    /// The suffixes from their first lines on.
    pub suffixes: [usize; 2],
    /// The extrema of what has entered since the group began, and where the next go.
    pub prefixes: [usize; 2],
}

/// Two rows of results, and the next prefix, which goes to a line of its own.
///
/// # Panics
/// If the rows differ in length, or a line is not inside.
pub fn advance<S: Ranked>(
    lines: &mut [S::Level],
    rolled: &Rolled,
    [out, other]: [&mut [S::Level]; 2],
    which: Extremum,
    isa: Isa,
) {
    let n = out.len();
    let Rolled { enter, suffixes, prefixes } = *rolled;
    let starts = [enter, suffixes, prefixes];
    let inside = starts.iter().flatten().all(|&start| is_inside(start, n, lines.len()));
    assert!(other.len() == n && inside);
    let out = [out.as_mut_ptr(), other.as_mut_ptr()];
    sweep(Advance { lines: lines.as_mut_ptr(), rolled, out }, n, which, isa);
}

fn is_inside(start: usize, n: usize, len: usize) -> bool {
    start <= len && n <= len - start
}

struct Suffix<'a, T> {
    lines: *mut T,
    starts: &'a [usize],
}

impl<T: Ordered> Sweep for Suffix<'_, T> {
    type Level = T;

    #[inline(always)]
    unsafe fn at<R: Order<T>, const N: usize, const GREATEST: bool>(&self, at: usize) {
        let Some((&last, others)) = self.starts.split_last() else { return };
        // SAFETY: by the trait's contract; all lines were found inside.
        unsafe {
            let mut extrema: [R; N] = load(self.lines.add(last + at));
            for &start in others.iter().rev() {
                let line = self.lines.add(start + at);
                extrema = join::<T, R, N, GREATEST>(extrema, line);
                store(extrema, line);
            }
        }
    }
}

struct Absorb<T> {
    prefix: *mut T,
    line: *const T,
}

impl<T: Ordered> Sweep for Absorb<T> {
    type Level = T;

    #[inline(always)]
    unsafe fn at<R: Order<T>, const N: usize, const GREATEST: bool>(&self, at: usize) {
        // SAFETY: by the trait's contract.
        unsafe {
            let prefix = self.prefix.add(at);
            let line: [R; N] = load(self.line.add(at));
            store(join::<T, R, N, GREATEST>(line, prefix), prefix);
        }
    }
}

struct Advance<'a, T> {
    lines: *mut T,
    rolled: &'a Rolled,
    out: [*mut T; 2],
}

impl<T: Ordered> Sweep for Advance<'_, T> {
    type Level = T;

    #[inline(always)]
    unsafe fn at<R: Order<T>, const N: usize, const GREATEST: bool>(&self, at: usize) {
        let Rolled { enter, suffixes, prefixes } = *self.rolled;
        // SAFETY: by the trait's contract; all lines were found inside.
        unsafe {
            let lines = self.lines.add(at);
            let mut prefix: [R; N] = load(lines.add(prefixes[0]));
            for row in 0..2 {
                prefix = join::<T, R, N, GREATEST>(prefix, lines.add(enter[row]));
                let mut extrema: [R; N] = load(lines.add(suffixes[row]));
                for (extremum, prefix) in extrema.iter_mut().zip(&prefix) {
                    *extremum = extreme::<T, R, GREATEST>(*extremum, *prefix);
                }
                store(extrema, self.out[row].add(at));
            }
            store(prefix, lines.add(prefixes[1]));
        }
    }
}
