//! Operations on the bits of integers.

use super::map::operations;
use super::{Bits, Map};

operations! {
    /// Both.
    And: [a, b] of Bits => S, a.and(b);
    /// Either or both.
    Or: [a, b] of Bits => S, a.or(b);
    /// Either, not both.
    Xor: [a, b] of Bits => S, a.xor(b);
    /// The first, shifted up by the second.
    ShiftLeft: [a, b] of Bits => S, a.shift_left(b);
    /// The first, shifted down by the second, its sign kept.
    ShiftRight: [a, b] of Bits => S, a.shift_right(b);
    /// All bits the other way.
    Complement: [x] of Bits => S, x.complement();
}
