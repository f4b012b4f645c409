//! The plain layout of a line: its two rows one after the other.
//!
//! Rows are padded to whole blocks of every instruction set, and have room for the reach of the row
//! pass, so that samples can be converted into a line and filtered there in place.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use super::{Lines, PAD};

/// The length of one row of a line, for `n` samples and `reach` beyond them.
pub(super) const fn row_len(n: usize, reach: usize) -> usize {
    n.next_multiple_of(PAD) + reach.next_multiple_of(PAD)
}

/// The rows of a window of lines.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a, M> {
    lines: &'a Lines<'a, M>,
    row_len: usize,
}

impl<'a, M> Rows<'a, M> {
    /// Rows of `row_len` samples.
    ///
    /// # Panics
    /// If lines are too short for two of them.
    pub(super) fn new(lines: &'a Lines<'a, M>, row_len: usize) -> Self {
        assert!(lines.line_len() >= 2 * row_len, "a line holds two rows");
        Self { lines, row_len }
    }

    /// Where row `index` begins.
    ///
    /// # Safety
    /// The lines have such a row. `row_len` samples from there on are readable.
    #[inline(always)]
    pub(super) unsafe fn start(&self, index: usize) -> *const M {
        // SAFETY: by the contract; `new` has checked that a line holds two rows.
        unsafe { self.lines.start(index / 2).add((index % 2) * self.row_len) }
    }
}
