//! Point operations: rows of samples in, a row of what becomes of them out.
//!
//! An operation is a formula ([`Map`]) of the samples at one place and of constants that repeat with the
//! channels ([`Constants`]); [`map()`] compiles it into a loop for every instruction set. What looks at
//! whole pixels, or at a table, has a loop of its own.

mod arithmetic;
mod bits;
mod channels;
mod choose;
mod compare;
mod constants;
mod gray;
mod lookup;
mod map;
mod number;
mod recombine;
mod select;
mod unary;

pub use arithmetic::{
    Distance, DivideBy, Larger, Minus, MultiplyBy, Plus, Quotient, ScaledTimes, Smaller, Times,
    Weighted,
};
pub use bits::{And, Complement, Or, ShiftLeft, ShiftRight, Xor};
pub use channels::{extract, place, spread};
pub use choose::{Inside, KeepInside, KeepOutside, MarkInside, MarkOutside};
pub use compare::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
pub use constants::Constants;
pub use gray::{Gray, gray};
pub use lookup::{Index, lookup};
pub use map::{Map, map};
pub use number::{Bits, Number, Real};
pub use recombine::{Matrix, recombine};
pub use select::select;
pub use unary::{Cast, Clamp, Linear, Magnitude, Opposite, Root};
