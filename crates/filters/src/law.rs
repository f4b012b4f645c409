//! What is known of an operation that spares a graph some of them.

use kernels::Isa;

use crate::Turn;
use crate::point::{Cast, Clamp};

/// A rule that an operation obeys byte for byte, whatever the pixels.
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    /// The result is the input.
    Same,
    /// Done twice it is not done at all.
    UndoesItself,
    /// Done twice it is done once.
    OnceIsEnough,
    /// Turns follow one another as one turn, or none.
    Turn(Turn),
    /// A range within a range is a range. Of integers: float32 has two zeros.
    Clamp(Clamp, Isa),
    /// A cast to a depth that holds all samples, and another to a further depth, are one cast.
    Cast(Cast, Isa),
}
