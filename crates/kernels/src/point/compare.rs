//! Comparisons of two samples: 255 where they hold, else 0. None holds with NaN, but for being different.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use super::map::operations;
use super::{Map, Number};

operations! {
    /// a = b.
    Equal: [a, b] of Number => u8, truth(a == b);
    /// a is not b.
    NotEqual: [a, b] of Number => u8, truth(a != b);
    /// a < b.
    Less: [a, b] of Number => u8, truth(a < b);
    /// a <= b.
    LessEqual: [a, b] of Number => u8, truth(a <= b);
    /// a > b.
    Greater: [a, b] of Number => u8, truth(a > b);
    /// a >= b.
    GreaterEqual: [a, b] of Number => u8, truth(a >= b);
}

/// 255 or 0.
#[inline(always)]
pub(super) fn truth(holds: bool) -> u8 {
    if holds { u8::MAX } else { 0 }
}
