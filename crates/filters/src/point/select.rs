//! Samples of one image or another, as a mask says.

use std::sync::Arc;

use bytemuck::{cast_slice, cast_slice_mut};
use kernels::Isa;
use kernels::point::{self, Bits};
use raster::{Depth, Spec};

use super::row::Bound;
use super::staged::{Feed, spread, staged};
use super::{Point, PointRecipe, Relation, compare, inputs};
use crate::ParameterError;
use crate::identity::identify;

/// Of three inputs, a mask and two images a and b of one size and depth: a where the mask is not 0, else b. NaN is
/// not 0.
///
/// The mask may have any depth. It has one channel or as many as the result; a or b may have one channel that
/// stands for all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Select;

identify!(Select {});

impl PointRecipe for Select {
    fn make(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
        let [mask, a, b] = inputs::exactly(inputs)?;
        inputs::same_depth("b", a, b)?;
        let output = Spec { channels: inputs::channels("b", a, b)?, ..*a };
        inputs::same_size("mask", a, mask)?;
        if mask.channels != 1 && mask.channels != output.channels {
            let expected = format!("an image of {} channels or 1", output.channels);
            return Err(ParameterError::new("mask", expected, mask.channels));
        }
        let feeds = vec![
            Feed::steps(0, steps(mask, &output, isa)),
            Feed::image(1, a, &output, isa),
            Feed::image(2, b, &output, isa),
        ];
        let bound = Bound { name: "select", output, isa };
        let inner = match output.depth.bytes() {
            1 => bound.bytes(run::<u8>),
            2 => bound.bytes(run::<u16>),
            _ => bound.bytes(run::<i32>),
        };
        Ok(staged(feeds, inner, output.depth, isa))
    }
}

/// What makes a mask of uint8 with the channels of `output`.
fn steps(mask: &Spec, output: &Spec, isa: Isa) -> Vec<Arc<dyn Point>> {
    let mut steps = Vec::new();
    if mask.depth != Depth::U8 {
        steps.push(compare::with_numbers(Relation::NotEqual, mask, &[0.0], isa));
    }
    if mask.channels != output.channels {
        steps.push(spread(&Spec { depth: Depth::U8, ..*output }, isa));
    }
    steps
}

/// `T` has the size of the samples.
fn run<T: Bits>(inputs: &[&[u8]], out: &mut [u8], isa: Isa) {
    let [a, b] = [1, 2].map(|index| cast_slice::<u8, T>(inputs[index]));
    point::select(inputs[0], a, b, cast_slice_mut(out), isa);
}
