//! What needs no more than the sample and its depth: sizes, opposites, bounds.

use std::sync::Arc;

use kernels::Isa;
use kernels::point;
use raster::{Depth, Sample, Spec};

use super::inputs::one;
use super::row::{Bound, rounded};
use super::{Point, PointRecipe, Value};
use crate::depths::with_depth;
use crate::identity::identify;
use crate::{Law, ParameterError};

/// |x|; the smallest integer of a depth gives the largest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Abs;

identify!(Abs {});

impl PointRecipe for Abs {
    fn make(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
        let bound = Bound { name: "abs", output: *one(inputs)?, isa };
        Ok(with_depth!(bound.output.depth, T => {
            bound.map::<_, T, (), T, 1, 0>(point::Magnitude, [])
        }))
    }

    fn law(&self, inputs: &[Spec], _: Isa) -> Option<Law> {
        let is_unsigned = matches!(inputs[0].depth, Depth::U8 | Depth::U16);
        Some(if is_unsigned { Law::Same } else { Law::OnceIsEnough })
    }
}

/// The negative: 255 - x of uint8, 65535 - x of uint16, -x of signed depths; the smallest integer of a depth
/// gives the largest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Negate;

identify!(Negate {});

impl PointRecipe for Negate {
    fn make(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
        let bound = Bound { name: "negate", output: *one(inputs)?, isa };
        Ok(with_depth!(bound.output.depth, T => {
            bound.map::<_, T, (), T, 1, 0>(point::Opposite, [])
        }))
    }

    fn law(&self, inputs: &[Spec], _: Isa) -> Option<Law> {
        // The smallest integer of a signed depth has no opposite, and of all kinds of NaN one is left.
        matches!(inputs[0].depth, Depth::U8 | Depth::U16).then_some(Law::UndoesItself)
    }
}

/// All bits of integers the other way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Not;

identify!(Not {});

impl PointRecipe for Not {
    fn make(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
        let bound = Bound { name: "not", output: *one(inputs)?, isa };
        with_integer!(bound.output.depth, T => {
            Ok(bound.map::<_, T, (), T, 1, 0>(point::Complement, []))
        })
    }

    fn law(&self, _: &[Spec], _: Isa) -> Option<Law> {
        Some(Law::UndoesItself)
    }
}

/// Runs an expression with the type `$sample` set to that of an integer depth, or returns an error.
macro_rules! with_integer {
    ($depth:expr, $sample:ident => $body:expr) => {{
        use $crate::ParameterError;
        macro_rules! body {
            ($type:ty) => {{
                type $sample = $type;
                $body
            }};
        }
        match $depth {
            raster::Depth::U8 => body!(u8),
            raster::Depth::U16 => body!(u16),
            raster::Depth::I16 => body!(i16),
            raster::Depth::I32 => body!(i32),
            raster::Depth::F32 => {
                Err(ParameterError::new("depth", "an integer depth (see cast)", $depth))
            }
        }
    }};
}
pub(super) use with_integer;

/// x, or the nearer of two bounds, rounded to the depth. NaN stays.
#[derive(Clone, Debug, PartialEq)]
pub struct Clamp {
    /// The lower bound; may be infinite.
    pub min: Value,
    /// The upper bound, not below `min`; may be infinite.
    pub max: Value,
}

identify!(Clamp { min, max });

impl PointRecipe for Clamp {
    fn make(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
        let input = one(inputs)?;
        let number = |value: f64| !value.is_nan();
        let low = self.min.check("min", input.channels, "a number", number)?;
        let high = self.max.check("max", input.channels, "a number", number)?;
        for channel in 0..low.len().max(high.len()) {
            let (low, high) = (low[channel % low.len()], high[channel % high.len()]);
            if low > high {
                return Err(ParameterError::new("max", format!("at least min, {low},"), high));
            }
        }
        let bound = Bound { name: "clamp", output: *input, isa };
        Ok(with_depth!(input.depth, T => {
            let [low, high] = [low, high].map(|numbers| rounded(numbers, T::from_f64));
            bound.map::<_, T, T, T, 1, 2>(point::Clamp, [&low, &high])
        }))
    }

    fn law(&self, inputs: &[Spec], isa: Isa) -> Option<Law> {
        with_integer!(inputs[0].depth, T => {
            let (least, most) = (T::MIN.to_f64(), T::MAX.to_f64());
            let is_all = self.min.numbers().iter().all(|&min| min <= least)
                && self.max.numbers().iter().all(|&max| max >= most);
            Ok(if is_all { Law::Same } else { Law::Clamp(self.clone(), isa) })
        })
        .ok()
    }
}

impl Clamp {
    /// The one range that two ranges in turn are.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        let within = |bound: &Value| bound.with(&next.min, f64::max).with(&next.max, f64::min);
        Self { min: within(&self.min), max: within(&self.max) }
    }
}
