//! Extrema along a row, of longer runs from those of shorter ones.

use super::{Extremum, Sweep, join, load, store, sweep};
use crate::vector::{Order, Ordered};
use crate::{Isa, Ranked};

/// The most terms of a step. A longer run costs less in several steps: each of its own reads a few
/// terms and writes one, where a load costs half as much as a store.
pub const MAX_TERMS: usize = 6;

/// One step along a row: `to[i]` is the extremum of `from[i + offset]` over all offsets.
///
/// # Panics
/// If there are no offsets or more than [`MAX_TERMS`], or if `from` ends before what they reach.
pub fn spread<S: Ranked>(
    from: &[S::Level],
    to: &mut [S::Level],
    offsets: &[usize],
    which: Extremum,
    isa: Isa,
) {
    let reach = offsets.iter().copied().max().expect("an offset");
    assert!(from.len() >= to.len() + reach);
    macro_rules! run {
        ($($terms:literal)*) => {
            match offsets.len() {
                $($terms => {
                    let offsets: [usize; $terms] = offsets.try_into().expect("as many");
                    let (from, n) = (from.as_ptr(), to.len());
                    let spread = Spread { from, to: to.as_mut_ptr(), offsets };
                    sweep(spread, n, which, isa);
                })*
                terms => panic!("{terms} terms"),
            }
        };
    }
    run!(1 2 3 4 5 6);
}

struct Spread<T, const TERMS: usize> {
    from: *const T,
    to: *mut T,
    offsets: [usize; TERMS],
}

impl<T: Ordered, const TERMS: usize> Sweep for Spread<T, TERMS> {
    type Level = T;

    #[inline(always)]
    unsafe fn at<R: Order<T>, const N: usize, const GREATEST: bool>(&self, at: usize) {
        // SAFETY: by the trait's contract; `from` reaches beyond `to` by the largest offset.
        unsafe {
            let from = self.from.add(at);
            let mut extrema: [R; N] = load(from.add(self.offsets[0]));
            for term in 1..TERMS {
                extrema = join::<T, R, N, GREATEST>(extrema, from.add(self.offsets[term]));
            }
            store(extrema, self.to.add(at));
        }
    }
}
