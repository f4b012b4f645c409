//! Channels made of channels: colour transforms, and gray.

use std::sync::Arc;

use kernels::Isa;
use kernels::point::{self, Matrix};
use raster::{Depth, Spec};

use super::inputs::one;
use super::row::Bound;
use super::staged::{Feed, staged};
use super::{ExtractChannel, Point, PointRecipe};
use crate::depths::with_depth;
use crate::identity::identify;
use crate::parameter::finite;
use crate::{Law, ParameterError};

/// Channels as weighted sums of channels, as `OpenCV`'s `transform` makes them: each sum starts with the offset and
/// takes the channels in ascending order, by fused multiply-adds in float32, or in float64 from int32 to int32. It is
/// rounded once.
///
/// `OpenCV` takes other orders for some counts of channels, and 10 fraction bits for 3 x 3 weights of uint8: integers
/// differ by 1 at most, float32 in the last bits of the largest term.
#[derive(Clone, Debug, PartialEq)]
pub struct Recombine {
    /// A row for each channel of the result: a weight for each channel of the input and, if there is one more
    /// number, an offset.
    pub matrix: Vec<Vec<f64>>,
    /// The depth of the result; that of the input if there is none.
    pub depth: Option<Depth>,
}

identify!(Recombine { matrix, depth });

impl PointRecipe for Recombine {
    fn make(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
        let input = one(inputs)?;
        let depth = self.depth.unwrap_or(input.depth);
        let columns = input.channels as usize;
        let output = Spec { channels: self.check(columns)?, ..*input };
        if (input.depth, depth) == (Depth::I32, Depth::I32) {
            let matrix = Matrix::<f64>::new(&self.matrix, columns);
            return Ok(Bound { name: NAME, output, isa }.samples::<i32, i32, _>(
                move |source, out, isa| point::recombine(&matrix, source, out, isa),
            ));
        }
        let matrix = Matrix::<f32>::new(&self.matrix, columns);
        let output = Spec { depth: Depth::F32, ..output };
        let inner =
            Bound { name: NAME, output, isa }.samples::<f32, f32, _>(move |source, out, isa| {
                point::recombine(&matrix, source, out, isa);
            });
        let real = Spec { depth: Depth::F32, ..*input };
        Ok(staged(vec![Feed::image(0, input, &real, isa)], inner, depth, isa))
    }
}

const NAME: &str = "recombine";

impl Recombine {
    /// The channels of the result, if the matrix fits an input of so many.
    fn check(&self, columns: usize) -> Result<u32, ParameterError> {
        let most = Spec::MAX_CHANNELS as usize;
        if self.matrix.is_empty() || self.matrix.len() > most {
            let expected = format!("1 to {most} rows");
            return Err(ParameterError::new("matrix", expected, self.matrix.len()));
        }
        let fits = |row: &Vec<f64>| row.len() == columns || row.len() == columns + 1;
        if let Some(row) = self.matrix.iter().find(|row| !fits(row)) {
            let expected = format!("rows of {columns} or {} numbers", columns + 1);
            return Err(ParameterError::new("matrix", expected, row.len()));
        }
        self.matrix.iter().flatten().try_for_each(|&number| finite("matrix", number))?;
        Ok(self.matrix.len() as u32)
    }
}

/// Gray of red, green and blue, which are the first channels; a fourth is dropped. One channel is gray already, and of
/// two the first is.
///
/// Integers are `(9798 R + 19235 G + 3735 B + 2^14) >> 15`, float32 is
/// `fma(B, 0.114, fma(G, 0.587, R * 0.299))`, both as in `OpenCV`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grayscale;

identify!(Grayscale {});

impl PointRecipe for Grayscale {
    fn make(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
        let input = one(inputs)?;
        let channels = input.channels as usize;
        let bound = Bound { name: "grayscale", output: Spec { channels: 1, ..*input }, isa };
        match channels {
            1 | 2 => ExtractChannel { channel: 0 }.named(bound.name, input, isa),
            3 | 4 => Ok(with_depth!(input.depth, T => {
                bound.samples::<T, T, _>(move |source, out, isa| {
                    point::gray(source, channels, out, isa);
                })
            })),
            _ => Err(ParameterError::new("channels", "1 to 4 channels", channels)),
        }
    }

    fn law(&self, inputs: &[Spec], _: Isa) -> Option<Law> {
        (inputs[0].channels == 1).then_some(Law::Same)
    }
}
