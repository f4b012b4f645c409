//! Extrema of lines at any places: two results at once, which share most of what they read.

use super::{Extremum, Sweep, join, store, sweep};
use crate::vector::{Order, Ordered};
use crate::{Isa, Ranked};

/// Where the first sample of a row has its terms.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// Single ones.
    pub once: Vec<usize>,
    /// Pairs, for runs that are not as long as what a line holds the extrema of, but up to twice as
    /// long.
    pub twice: Vec<[usize; 2]>,
}

impl Places {
    /// Forgets all.
    pub fn clear(&mut self) {
        self.once.clear();
        self.twice.clear();
    }

    /// One past the last place; 0 if there is none.
    fn end(&self) -> usize {
        let once = self.once.iter().copied().max().map_or(0, |place| place + 1);
        self.twice.iter().flatten().fold(once, |end, &place| end.max(place + 1))
    }
}

/// Registers of any instruction set have no more levels than this.
const WIDEST: usize = 64;

/// Two rows of results: the extrema of `lines` at the places for both, and at those for each.
///
/// # Panics
/// If the rows differ in length, or lines end before their last term.
pub fn gather<S: Ranked>(
    lines: &[S::Level],
    [both, first, second]: &[Places; 3],
    [out, other]: [&mut [S::Level]; 2],
    which: Extremum,
    isa: Isa,
) {
    let n = out.len();
    let end = both.end().max(first.end()).max(second.end());
    assert!(other.len() == n && (n == 0 || end + n - 1 <= lines.len()));
    let gather = Gather {
        lines: lines.as_ptr(),
        both,
        each: [first, second],
        out: [out.as_mut_ptr(), other.as_mut_ptr()],
        neutral: [which.neutral::<S>().level(); WIDEST],
    };
    sweep(gather, n, which, isa);
}

struct Gather<'a, T> {
    lines: *const T,
    both: &'a Places,
    each: [&'a Places; 2],
    out: [*mut T; 2],
    neutral: [T; WIDEST],
}

impl<T: Ordered> Sweep for Gather<'_, T> {
    type Level = T;

    #[inline(always)]
    unsafe fn at<R: Order<T>, const N: usize, const GREATEST: bool>(&self, at: usize) {
        // SAFETY: by the trait's contract; no register holds more than the neutral levels, and the
        // lines hold all terms of the `n` results.
        unsafe {
            let lines = self.lines.add(at);
            let neutral = [R::load(self.neutral.as_ptr()); N];
            let common = fold::<T, R, N, GREATEST>(neutral, lines, self.both);
            for row in 0..2 {
                let extrema = fold::<T, R, N, GREATEST>(common, lines, self.each[row]);
                store(extrema, self.out[row].add(at));
            }
        }
    }
}

/// # Safety
/// The processor has `R`, and the lines hold as many levels from each place on.
#[inline(always)]
unsafe fn fold<T, R: Order<T>, const N: usize, const GREATEST: bool>(
    mut extrema: [R; N],
    lines: *const T,
    places: &Places,
) -> [R; N] {
    for &place in &places.once {
        // SAFETY: by the contract.
        extrema = unsafe { join::<T, R, N, GREATEST>(extrema, lines.add(place)) };
    }
    for &[place, other] in &places.twice {
        // SAFETY: as above.
        unsafe {
            extrema = join::<T, R, N, GREATEST>(extrema, lines.add(place));
            extrema = join::<T, R, N, GREATEST>(extrema, lines.add(other));
        }
    }
    extrema
}
