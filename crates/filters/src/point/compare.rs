//! Comparisons, whose results are masks.

use std::sync::Arc;

use kernels::Isa;
use kernels::point::{self, Inside};
use raster::{Depth, Spec};

use super::bounds::ranges;
use super::inputs::{self, one};
use super::row::Bound;
use super::staged::{Feed, staged};
use super::{Operand, Point, PointRecipe};
use crate::ParameterError;
use crate::depths::with_depth;
use crate::identity::identify;

/// How two numbers relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// They are the same.
    Equal,
    /// They are not.
    NotEqual,
    /// The first is less.
    Less,
    /// The first is less, or they are the same.
    LessEqual,
    /// The first is greater.
    Greater,
    /// The first is greater, or they are the same.
    GreaterEqual,
}

impl Relation {
    /// Every relation.
    pub const ALL: [Self; 6] = [
        Self::Equal,
        Self::NotEqual,
        Self::Less,
        Self::LessEqual,
        Self::Greater,
        Self::GreaterEqual,
    ];

    /// Whether two numbers relate so. NaN is not equal to anything, and that is all.
    pub fn holds(self, a: f64, b: f64) -> bool {
        match self {
            Self::Equal => a == b,
            Self::NotEqual => a != b,
            Self::Less => a < b,
            Self::LessEqual => a <= b,
            Self::Greater => a > b,
            Self::GreaterEqual => a >= b,
        }
    }

    /// The name of the operation.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::NotEqual => "not-equal",
            Self::Less => "less",
            Self::LessEqual => "less-equal",
            Self::Greater => "greater",
            Self::GreaterEqual => "greater-equal",
        }
    }
}

/// 255 where a comparison holds, else 0: a mask of uint8. Integers are compared with the number itself, float32
/// with the nearest float32.
#[derive(Clone, Debug, PartialEq)]
pub struct Compare {
    /// The comparison.
    pub relation: Relation,
    /// What samples are compared with.
    pub with: Operand,
}

identify!(Compare { relation, with });

impl PointRecipe for Compare {
    fn make(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
        match &self.with {
            Operand::Image => images(self.relation, inputs, isa),
            Operand::Constant(value) => {
                let input = one(inputs)?;
                let numbers = value.finite("other", input.channels)?;
                Ok(with_numbers(self.relation, input, numbers, isa))
            }
        }
    }
}

/// The comparison of an image with one number or one a channel.
pub(super) fn with_numbers(
    relation: Relation,
    input: &Spec,
    numbers: &[f64],
    isa: Isa,
) -> Arc<dyn Point> {
    let output = Spec { depth: Depth::U8, ..*input };
    let bound = Bound { name: relation.name(), output, isa };
    let map = Inside { inverse: relation == Relation::NotEqual };
    with_depth!(input.depth, T => {
        let [low, high] = ranges::<T>(relation, numbers);
        bound.map::<_, T, T, u8, 1, 2>(map, [&low, &high])
    })
}

fn images(relation: Relation, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
    let [a, b] = inputs::exactly(inputs)?;
    inputs::same_depth("other", a, b)?;
    let alike = Spec { channels: inputs::channels("other", a, b)?, ..*a };
    let bound = Bound { name: relation.name(), output: Spec { depth: Depth::U8, ..alike }, isa };
    macro_rules! inner {
        ($map:expr) => {
            with_depth!(a.depth, T => bound.map::<_, T, (), u8, 2, 0>($map, []))
        };
    }
    let inner = match relation {
        Relation::Equal => inner!(point::Equal),
        Relation::NotEqual => inner!(point::NotEqual),
        Relation::Less => inner!(point::Less),
        Relation::LessEqual => inner!(point::LessEqual),
        Relation::Greater => inner!(point::Greater),
        Relation::GreaterEqual => inner!(point::GreaterEqual),
    };
    let feeds = vec![Feed::image(0, a, &alike, isa), Feed::image(1, b, &alike, isa)];
    Ok(staged(feeds, inner, Depth::U8, isa))
}
