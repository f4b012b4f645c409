//! The magnitude of the gradient.
//!
//! | | |
//! |---|---|
//! | Formula | the square root of gx² + gy², of the first derivatives along x and y |
//! | Halo | half the kernel |
//! | Borders | all five |
//! | Arithmetic | derivatives in float32, then `OpenCV`'s `magnitude` |
//! | Cost | that of two derivatives, in one pass |

use std::sync::Arc;

use kernels::{Isa, combine};
use raster::{Border, Depth, Spec};

use crate::depths::with_depth;
use crate::derivative::{Derivative, Operator as Family, gradient_depth};
use crate::identity::identify;
use crate::pair::Pair;
use crate::parameter::finite;
use crate::strip::{Operator, StripFilter};
use crate::{Filter, ParameterError, Recipe};

/// How steep the image is.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientMagnitude {
    /// The family of derivatives.
    pub operator: Family,
    /// What each derivative is multiplied by.
    pub scale: f64,
    /// The depth of the result; as that of derivatives if `None`.
    pub depth: Option<Depth>,
    /// The samples outside the image.
    pub border: Border,
}

impl Default for GradientMagnitude {
    fn default() -> Self {
        Self { operator: Family::Sobel(3), scale: 1.0, depth: None, border: Border::default() }
    }
}

identify!(GradientMagnitude { operator, scale, depth, border });

impl Recipe for GradientMagnitude {
    fn make(&self, input: &Spec, isa: Isa) -> Result<Arc<dyn Filter>, ParameterError> {
        finite("scale", self.scale)?;
        let part = |dx, dy| {
            let Self { operator, scale, border, .. } = *self;
            let derivative = Derivative { operator, dx, dy, scale, border, ..Default::default() };
            Ok(derivative
                .correlation(input.depth == Depth::I32)?
                .operator::<f32>(input, border, isa))
        };
        let parts = [part(1, 0)?, part(0, 1)?];
        let channels = input.channels as usize;
        let (border, depth) = (self.border, self.depth.unwrap_or(gradient_depth(input.depth)));
        Ok(with_depth!(depth, D => {
            let combine = move |[x, y]: [&[f32]; 2], out: &mut [D]| combine::magnitude(x, y, out, isa);
            let operator: Arc<dyn Operator<D>> = Arc::new(Pair { parts, combine: Arc::new(combine), channels });
            StripFilter::bound("gradient-magnitude", input, border, operator)
        }))
    }
}
