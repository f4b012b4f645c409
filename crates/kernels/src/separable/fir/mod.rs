//! Sums over taps, in registers: along rows and down columns.
//!
//! The order of the operations is what `docs/design/exactness.md` defines: a row is summed in ascending
//! order, a mirrored column from its centre outwards, any other column in ascending order. For 16-bit
//! integers, whose sums are exact modulo 2^16, any order would do.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use super::Symmetry;
use crate::isa::Vectors;
use crate::vector::Element;

mod column;
mod row;

pub(super) use column::{Finish, FirColumn};
pub(super) use row::FirRow;

/// What a row or column is summed in, from source samples `S`.
pub(in crate::separable) trait From<S>: Element {
    /// The sample; exact, or rounded once.
    fn of(sample: S) -> Self;

    /// A register of samples, if there is an instruction for it.
    ///
    /// # Safety
    /// The processor has `V`, and a register of samples is readable.
    #[inline(always)]
    unsafe fn load<V: Vectors>(_source: *const S) -> Option<Self::In<V>> {
        None
    }
}

/// How a row is summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::separable) enum Form {
    /// s = 0; ascending: s = x * k + s.
    Chain,
    /// The short forms of mirrored rows of 3 and 5 taps.
    Even3,
    Even5,
    Odd3,
    Odd5,
}

impl Form {
    /// The shortest for these taps.
    pub(in crate::separable) fn of(taps: &[f64]) -> Self {
        match (Symmetry::of(taps), taps.len()) {
            (Symmetry::Even, 3) => Self::Even3,
            (Symmetry::Even, 5) => Self::Even5,
            (Symmetry::Odd, 3) => Self::Odd3,
            (Symmetry::Odd, 5) => Self::Odd5,
            _ => Self::Chain,
        }
    }
}
