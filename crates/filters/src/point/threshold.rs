//! Thresholds.

use std::sync::Arc;

use kernels::Isa;
use kernels::point::{KeepInside, KeepOutside, MarkInside, MarkOutside};
use raster::{Depth, Sample, Spec};

use super::bounds::{Bounds, ranges};
use super::inputs::one;
use super::row::{Bound, rounded};
use super::{Point, PointRecipe, Relation, Value};
use crate::ParameterError;
use crate::depths::with_depth;
use crate::identity::identify;

/// What becomes of samples above the level, and of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThresholdKind {
    /// `max` above, else 0.
    Binary,
    /// 0 above, else `max`.
    BinaryInverse,
    /// The level above, else the sample.
    Truncate,
    /// The sample above, else 0.
    ToZero,
    /// 0 above, else the sample.
    ToZeroInverse,
}

/// Splits samples by a level, as `OpenCV` does: those above it, and those that equal it or lie below.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// The level: rounded down for integers, to the nearest float32 for float32.
    pub level: Value,
    /// The result of the binary kinds, rounded to the depth.
    pub max: Value,
    /// What becomes of the samples.
    pub kind: ThresholdKind,
}

identify!(Threshold { level, max, kind });

impl PointRecipe for Threshold {
    fn make(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
        let input = one(inputs)?;
        let levels = self.level.finite("level", input.channels)?;
        let max = self.max.finite("max", input.channels)?;
        let bound = Bound { name: "threshold", output: *input, isa };
        Ok(with_depth!(input.depth, T => {
            row::<T>(bound, levels, &rounded(max, T::from_f64), self.kind)
        }))
    }
}

fn row<T: Bounds>(bound: Bound, levels: &[f64], max: &[T], kind: ThresholdKind) -> Arc<dyn Point> {
    let [low, high] = ranges::<T>(Relation::Greater, levels);
    let (low, high) = (&low[..], &high[..]);
    match kind {
        ThresholdKind::Binary => bound.map::<_, T, T, T, 1, 3>(MarkInside, [low, high, max]),
        ThresholdKind::BinaryInverse => {
            bound.map::<_, T, T, T, 1, 3>(MarkOutside, [low, high, max])
        }
        ThresholdKind::Truncate => {
            let down = |level: f64| if T::DEPTH == Depth::F32 { level } else { level.floor() };
            let levels = rounded(levels, |level| T::from_f64(down(level)));
            bound.map::<_, T, T, T, 1, 3>(KeepOutside, [low, high, &levels])
        }
        ThresholdKind::ToZero => bound.map::<_, T, T, T, 1, 2>(KeepInside, [low, high]),
        ThresholdKind::ToZeroInverse => {
            bound.map::<_, T, T, T, 1, 3>(KeepOutside, [low, high, &[T::zeroed()]])
        }
    }
}
