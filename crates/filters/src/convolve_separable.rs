//! Convolution with the product of a row and a column of taps.
//!
//! | | |
//! |---|---|
//! | Formula | sum of `horizontal[i] * vertical[j] * p(x + i - w / 2, y + j - h / 2)`, plus an offset |
//! | Halo | `w / 2` before and `(w - 1) / 2` after, in each axis |
//! | Borders | all five |
//! | Arithmetic | chains of float32 multiply-adds; float64 where int32 is involved |
//! | Cost | proportional to the sum of the kernel's sides |

use std::sync::Arc;

use kernels::Isa;
use raster::{Border, Depth, Spec};

use crate::correlate::Correlation;
use crate::depths::with_depth;
use crate::identity::identify;
use crate::parameter::{finite, taps};
use crate::strip::StripFilter;
use crate::{Filter, ParameterError, Recipe};

/// A separable kernel. It is not flipped: the first tap lies left of, or above, the others.
#[derive(Clone, Debug, PartialEq)]
pub struct ConvolveSeparable {
    /// Taps along a row, any number.
    pub horizontal: Vec<f64>,
    /// Taps down a column.
    pub vertical: Vec<f64>,
    /// Added to every sum.
    pub offset: f64,
    /// The depth of the result; the input's if `None`.
    pub depth: Option<Depth>,
    /// The samples outside the image.
    pub border: Border,
}

identify!(ConvolveSeparable { horizontal, vertical, offset, depth, border });

impl Recipe for ConvolveSeparable {
    fn make(&self, input: &Spec, isa: Isa) -> Result<Arc<dyn Filter>, ParameterError> {
        taps("horizontal", &self.horizontal)?;
        taps("vertical", &self.vertical)?;
        finite("offset", self.offset)?;
        let correlation = Correlation {
            x: self.horizontal.clone(),
            y: self.vertical.clone(),
            offset: self.offset,
            wide: false,
        };
        let border = self.border;
        Ok(with_depth!(self.depth.unwrap_or(input.depth), D => {
            let operator = correlation.operator::<D>(input, border, isa);
            StripFilter::bound("convolve-separable", input, border, operator)
        }))
    }
}
