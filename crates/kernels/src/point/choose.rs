//! Choices by where a sample lies: thresholds, and comparisons with constants.
//!
//! The constants `low` and `high` bound a range, ends included. It is empty if they are in the wrong order,
//! and NaN lies in none.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]
#![expect(clippy::needless_bitwise_bool, reason = "without a branch for each sample")]

use raster::Sample;

use super::Map;
use super::compare::truth;

/// 255 inside, 0 outside, or the reverse.
#[derive(Clone, Copy, Debug)]
pub struct Inside {
    /// Whether it is the reverse.
    pub inverse: bool,
}

impl<S: Sample> Map<S, S, u8, 1, 2> for Inside {
    #[inline(always)]
    fn of(self, [x]: [S; 1], bounds: [S; 2]) -> u8 {
        truth(inside(x, bounds) != self.inverse)
    }
}

/// A constant inside, 0 outside.
#[derive(Clone, Copy, Debug)]
pub struct MarkInside;

impl<S: Sample> Map<S, S, S, 1, 3> for MarkInside {
    #[inline(always)]
    fn of(self, [x]: [S; 1], [low, high, mark]: [S; 3]) -> S {
        if inside(x, [low, high]) { mark } else { S::zeroed() }
    }
}

/// 0 inside, a constant outside.
#[derive(Clone, Copy, Debug)]
pub struct MarkOutside;

impl<S: Sample> Map<S, S, S, 1, 3> for MarkOutside {
    #[inline(always)]
    fn of(self, [x]: [S; 1], [low, high, mark]: [S; 3]) -> S {
        if inside(x, [low, high]) { S::zeroed() } else { mark }
    }
}

/// x inside, 0 outside.
#[derive(Clone, Copy, Debug)]
pub struct KeepInside;

impl<S: Sample> Map<S, S, S, 1, 2> for KeepInside {
    #[inline(always)]
    fn of(self, [x]: [S; 1], bounds: [S; 2]) -> S {
        if inside(x, bounds) { x } else { S::zeroed() }
    }
}

/// A constant inside, x outside.
#[derive(Clone, Copy, Debug)]
pub struct KeepOutside;

impl<S: Sample> Map<S, S, S, 1, 3> for KeepOutside {
    #[inline(always)]
    fn of(self, [x]: [S; 1], [low, high, yes]: [S; 3]) -> S {
        if inside(x, [low, high]) { yes } else { x }
    }
}

#[inline(always)]
fn inside<S: Sample>(x: S, [low, high]: [S; 2]) -> bool {
    (low <= x) & (x <= high)
}
