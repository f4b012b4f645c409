//! Bits of integers, combined with those of another image or of numbers.

use std::sync::Arc;

use kernels::Isa;
use kernels::point::{And, Or, ShiftLeft, ShiftRight, Xor};
use raster::{Sample, Spec};

use super::inputs::{self, one};
use super::row::Bound;
use super::simple::with_integer;
use super::staged::{Feed, staged};
use super::{Operand, Point, PointRecipe};
use crate::ParameterError;
use crate::identity::identify;

/// What becomes of the bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BooleanKind {
    /// Those that both have.
    And,
    /// Those that either has.
    Or,
    /// Those that only one has.
    Xor,
    /// Moved up by as many as the other operand says. Bits that leave the depth are lost.
    ShiftLeft,
    /// Moved down by as many as the other operand says, the sign kept.
    ShiftRight,
}

impl BooleanKind {
    /// The name of the operation.
    pub const fn name(self) -> &'static str {
        match self {
            Self::And => "and",
            Self::Or => "or",
            Self::Xor => "xor",
            Self::ShiftLeft => "shift-left",
            Self::ShiftRight => "shift-right",
        }
    }

    const fn shifts(self) -> bool {
        matches!(self, Self::ShiftLeft | Self::ShiftRight)
    }
}

/// An image of integers with another of its depth, or with integers. An image of one channel, either of the
/// two, stands for all channels of the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Boolean {
    /// What becomes of the bits.
    pub kind: BooleanKind,
    /// What the image is combined with: for numbers, integers of its depth; 0 to the bits of a sample less one
    /// for shifts.
    pub with: Operand,
}

identify!(Boolean { kind, with });

impl PointRecipe for Boolean {
    fn make(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
        let (alike, feeds) = match &self.with {
            Operand::Image => {
                let [a, b] = inputs::exactly(inputs)?;
                inputs::same_depth("other", a, b)?;
                let alike = Spec { channels: inputs::channels("other", a, b)?, ..*a };
                (alike, vec![Feed::image(0, a, &alike, isa), Feed::image(1, b, &alike, isa)])
            }
            Operand::Constant(value) => {
                let input = one(inputs)?;
                let (low, high) = self.numbers(input)?;
                let fits = |number: f64| number.fract() == 0.0 && low <= number && number <= high;
                let kind = format!("an integer from {low} to {high}");
                let numbers = value.check("other", input.channels, &kind, fits)?;
                (*input, vec![Feed::image(0, input, input, isa), Feed::constant(numbers, input)])
            }
        };
        let inner = self.inner(Bound { name: self.kind.name(), output: alike, isa })?;
        Ok(staged(feeds, inner, alike.depth, isa))
    }
}

impl Boolean {
    /// The least and the greatest number that an image can be combined with.
    fn numbers(&self, input: &Spec) -> Result<(f64, f64), ParameterError> {
        if self.kind.shifts() {
            return Ok((0.0, 8.0 * input.depth.bytes() as f64 - 1.0));
        }
        with_integer!(input.depth, T => Ok((T::MIN.to_f64(), T::MAX.to_f64())))
    }

    fn inner(&self, bound: Bound) -> Result<Arc<dyn Point>, ParameterError> {
        macro_rules! inner {
            ($map:expr) => {
                with_integer!(bound.output.depth, T => {
                    Ok(bound.map::<_, T, (), T, 2, 0>($map, []))
                })
            };
        }
        match self.kind {
            BooleanKind::And => inner!(And),
            BooleanKind::Or => inner!(Or),
            BooleanKind::Xor => inner!(Xor),
            BooleanKind::ShiftLeft => inner!(ShiftLeft),
            BooleanKind::ShiftRight => inner!(ShiftRight),
        }
    }
}
