//! Weighted sums of two images, or of an image and numbers.

use std::sync::Arc;

use kernels::Isa;
use kernels::point::{Linear, Real, Weighted};
use raster::{Depth, Spec};

use super::inputs::{self, one};
use super::row::{Bound, rounded};
use super::staged::{Feed, staged};
use super::{Operand, Point, PointRecipe, Value};
use crate::ParameterError;
use crate::depths::with_depth;
use crate::identity::identify;

/// `a * alpha + b * beta + gamma`, `OpenCV`'s `addWeighted`: fused multiply-adds, `b` first, in float32 for two images
/// of up to 16 bits and in float64 for the others. An image of one channel, either of the two, stands for all
/// channels of the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Blend {
    /// What the image is blended with.
    pub with: Operand,
    /// The weight of the image.
    pub alpha: Value,
    /// The weight of what it is blended with.
    pub beta: Value,
    /// What is added.
    pub gamma: Value,
}

identify!(Blend { with, alpha, beta, gamma });

impl PointRecipe for Blend {
    fn make(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
        match &self.with {
            Operand::Image => {
                let [a, b] = inputs::exactly(inputs)?;
                inputs::same_depth("other", a, b)?;
                let output = Spec { channels: inputs::channels("other", a, b)?, ..*a };
                let inner = weighted(NAME, output, isa, self.weights(output.channels)?);
                let feeds = vec![Feed::image(0, a, &output, isa), Feed::image(1, b, &output, isa)];
                Ok(staged(feeds, inner, output.depth, isa))
            }
            Operand::Constant(value) => {
                let input = one(inputs)?;
                let numbers = value.finite("other", input.channels)?;
                let [alpha, beta, gamma] = self.weights(input.channels)?;
                let at = |values: &[f64], channel: usize| values[channel % values.len()];
                let offset =
                    |channel| at(numbers, channel).mul_add(at(beta, channel), at(gamma, channel));
                let offsets: Vec<f64> = (0..input.channels as usize).map(offset).collect();
                let bound = Bound { name: NAME, output: *input, isa };
                Ok(with_depth!(input.depth, T => {
                    bound.map::<_, T, f64, T, 1, 2>(Linear, [alpha, &offsets])
                }))
            }
        }
    }
}

const NAME: &str = "blend";

impl Blend {
    /// Alpha, beta and gamma.
    fn weights(&self, channels: u32) -> Result<[&[f64]; 3], ParameterError> {
        let alpha = self.alpha.finite("alpha", channels)?;
        let beta = self.beta.finite("beta", channels)?;
        Ok([alpha, beta, self.gamma.finite("gamma", channels)?])
    }
}

fn weighted(name: &'static str, output: Spec, isa: Isa, weights: [&[f64]; 3]) -> Arc<dyn Point> {
    let bound = Bound { name, output, isa };
    let single = weights.map(|numbers| rounded(numbers, f32::nearest));
    let single = [&single[0][..], &single[1][..], &single[2][..]];
    match output.depth {
        Depth::U8 => bound.map::<_, u8, f32, u8, 2, 3>(Weighted, single),
        Depth::U16 => bound.map::<_, u16, f32, u16, 2, 3>(Weighted, single),
        Depth::I16 => bound.map::<_, i16, f32, i16, 2, 3>(Weighted, single),
        Depth::I32 => bound.map::<_, i32, f64, i32, 2, 3>(Weighted, weights),
        Depth::F32 => bound.map::<_, f32, f64, f32, 2, 3>(Weighted, weights),
    }
}
