//! Scale and offset, and other depths.

use std::sync::Arc;

use kernels::Isa;
use kernels::point::{self, Real};
use raster::{Depth, Spec};

use super::inputs::one;
use super::row::{Bound, rounded};
use super::{Point, PointRecipe, Value};
use crate::depths::with_depth;
use crate::identity::identify;
use crate::{Identify, Identity, Law, ParameterError};

/// `x * scale + offset`, `OpenCV`'s `convertTo`: a fused multiply-add in float32, or in float64 from int32 to
/// int32.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    /// What samples are multiplied by.
    pub scale: Value,
    /// What is added then.
    pub offset: Value,
    /// The depth of the result; that of the input if there is none.
    pub depth: Option<Depth>,
}

impl Default for Linear {
    fn default() -> Self {
        Self { scale: Value::All(1.0), offset: Value::All(0.0), depth: None }
    }
}

identify!(Linear { scale, offset, depth });

impl PointRecipe for Linear {
    fn make(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
        let input = one(inputs)?;
        let scale = self.scale.finite("scale", input.channels)?;
        let offset = self.offset.finite("offset", input.channels)?;
        let depth = self.depth.unwrap_or(input.depth);
        let bound = Bound { name: "linear", output: Spec { depth, ..*input }, isa };
        if self.scale.is(1.0) && self.offset.is(0.0) {
            return Ok(converted(bound, input.depth));
        }
        if (input.depth, depth) == (Depth::I32, Depth::I32) {
            return Ok(bound.map::<_, i32, f64, i32, 1, 2>(point::Linear, [scale, offset]));
        }
        let [scale, offset] = [scale, offset].map(|numbers| rounded(numbers, f32::nearest));
        Ok(with_depth!(input.depth, S => with_depth!(depth, D => {
            bound.map::<_, S, f32, D, 1, 2>(point::Linear, [&scale, &offset])
        })))
    }

    fn law(&self, inputs: &[Spec], isa: Isa) -> Option<Law> {
        let is_cast = self.scale.is(1.0) && self.offset.is(0.0);
        let depth = self.depth.unwrap_or(inputs[0].depth);
        if is_cast { Cast(depth).law(inputs, isa) } else { None }
    }
}

/// To another depth: rounded half to even and saturated, NaN as 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cast(
    /// The depth.
    pub Depth,
);

impl Identify for Cast {
    fn identity(&self) -> Identity {
        Identity::of::<Self>(&[&self.0])
    }
}

impl PointRecipe for Cast {
    fn make(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
        Ok(cast(one(inputs)?, self.0, isa))
    }

    fn law(&self, inputs: &[Spec], isa: Isa) -> Option<Law> {
        // Of all kinds of NaN one is left.
        let is_same = self.0 == inputs[0].depth && self.0 != Depth::F32;
        Some(if is_same { Law::Same } else { Law::Cast(*self, isa) })
    }
}

/// The cast of images of shape `input`.
pub(super) fn cast(input: &Spec, depth: Depth, isa: Isa) -> Arc<dyn Point> {
    converted(Bound { name: "cast", output: Spec { depth, ..*input }, isa }, input.depth)
}

fn converted(bound: Bound, from: Depth) -> Arc<dyn Point> {
    with_depth!(from, S => with_depth!(bound.output.depth, D => {
        bound.map::<_, S, (), D, 1, 0>(point::Cast, [])
    }))
}
