//! Erosion and dilation: the least or the greatest sample under a structuring element.
//!
//! | | |
//! |---|---|
//! | Formula | the extremum of `p(x + i - ax, y + j - ay)` over all pixels (i, j) of the element, anchored at (ax, ay) |
//! | Halo | `ax`, `ay` before and what is left of the size after |
//! | Borders | all five, and none: what is outside is ignored |
//! | Arithmetic | the order of samples; of float32, -0 is below 0 and NaN above infinity |
//! | Cost | of rectangles the same for every height, and a step more for four times the width; of others proportional to the runs of their rows |
//!
//! Everything else, such as openings, is made of these two by the graph, in one pass.

use std::sync::Arc;

use kernels::extrema::Extremum;
use kernels::{Isa, Ranked};
use raster::{Border, Sample, Spec};

use crate::depths::with_depth;
use crate::identity::identify;
use crate::strip::StripFilter;
use crate::{Filter, ParameterError, Recipe};

use self::operator::MorphologyOperator;

mod columns;
mod element;
mod lines;
mod operator;

pub use element::{Element, Shape};

/// What to look for, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Morphology {
    /// The least sample erodes, the greatest dilates.
    pub extremum: Extremum,
    /// Where it is looked for.
    pub element: Element,
    /// The samples outside the image; they are ignored if `None`.
    pub border: Option<Border>,
}

identify!(Morphology { extremum, element, border });

impl Recipe for Morphology {
    fn make(&self, input: &Spec, isa: Isa) -> Result<Arc<dyn Filter>, ParameterError> {
        let name = match self.extremum {
            Extremum::Least => "erode",
            Extremum::Greatest => "dilate",
        };
        Ok(with_depth!(input.depth, S => {
            let border = self.border.unwrap_or_else(|| ignored::<S>(self.extremum));
            let operator = MorphologyOperator::<S>::new(self, input, border, isa);
            StripFilter::<S>::bound(name, input, border, Arc::new(operator))
        }))
    }
}

/// A border that changes no extremum.
fn ignored<S: Ranked>(extremum: Extremum) -> Border {
    Border::Constant(Sample::to_f64(extremum.neutral::<S>()))
}
