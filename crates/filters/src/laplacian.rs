//! The Laplacian: the sum of the second derivatives along x and y.
//!
//! | | |
//! |---|---|
//! | Formula | a kernel of 3 x 3 for sizes 1 and 3, else the sum of two Sobel derivatives |
//! | Halo | half the kernel |
//! | Borders | all five |
//! | Arithmetic | as `OpenCV`: float32 multiply-adds; from size 5 on each derivative is rounded to int16 (uint8, size 5) or float32 before they are added |
//! | Cost | proportional to the kernel's size |

use std::sync::Arc;

use kernels::separable::Kernel2d;
use kernels::{Isa, combine};
use raster::{Border, Depth, Sample, Spec};

use crate::correlate::{Correlation, dense_operator};
use crate::depths::with_depth;
use crate::derivative::{check_size, difference, gradient_depth, scaled};
use crate::identity::identify;
use crate::pair::Pair;
use crate::parameter::finite;
use crate::strip::{Operator, StripFilter};
use crate::{Filter, ParameterError, Recipe};

/// The sum of the second derivatives.
#[derive(Clone, Debug, PartialEq)]
pub struct Laplacian {
    /// Odd, up to 31; 1 is the smallest kernel of four neighbours.
    pub size: u32,
    /// What the result is multiplied by.
    pub scale: f64,
    /// Added to it.
    pub offset: f64,
    /// The depth of the result; as that of derivatives if `None`.
    pub depth: Option<Depth>,
    /// The samples outside the image.
    pub border: Border,
}

impl Default for Laplacian {
    fn default() -> Self {
        Self { size: 1, scale: 1.0, offset: 0.0, depth: None, border: Border::default() }
    }
}

identify!(Laplacian { size, scale, offset, depth, border });

impl Recipe for Laplacian {
    fn make(&self, input: &Spec, isa: Isa) -> Result<Arc<dyn Filter>, ParameterError> {
        check_size(self.size)?;
        finite("scale", self.scale)?;
        finite("offset", self.offset)?;
        let (border, depth) = (self.border, self.depth.unwrap_or(gradient_depth(input.depth)));
        Ok(with_depth!(depth, D => {
            StripFilter::bound("laplacian", input, border, self.operator::<D>(input, isa))
        }))
    }
}

impl Laplacian {
    fn operator<D: Sample>(&self, input: &Spec, isa: Isa) -> Arc<dyn Operator<D>> {
        let wide = input.depth == Depth::I32 || D::DEPTH == Depth::I32;
        if self.size <= 3 || wide {
            return dense_operator(&self.dense(wide), wide, input, self.border, isa);
        }
        if input.depth == Depth::U8 && self.size == 5 {
            self.sum::<i16, D>(input, isa)
        } else {
            self.sum::<f32, D>(input, isa)
        }
    }

    /// As one kernel of two dimensions.
    fn dense(&self, wide: bool) -> Kernel2d {
        let small = |taps: [f64; 9]| taps.map(|tap| scaled(tap, self.scale, wide)).to_vec();
        let (width, taps, scale) = match self.size {
            1 => (3, small([0.0, 1.0, 0.0, 1.0, -4.0, 1.0, 0.0, 1.0, 0.0]), None),
            3 => (3, small([2.0, 0.0, 2.0, 0.0, -8.0, 0.0, 2.0, 0.0, 2.0]), None),
            size => {
                let (smooth, second) = (difference(size, 0), difference(size, 2));
                let tap = |y: usize, x: usize| smooth[y] * second[x] + second[y] * smooth[x];
                let side = size as usize;
                let taps = (0..side * side).map(|i| tap(i / side, i % side)).collect();
                (side, taps, Some(self.scale))
            }
        };
        Kernel2d { taps, width, height: width, offset: self.offset, scale }
    }

    /// As two derivatives, each rounded to `T`.
    fn sum<T: Sample, D: Sample>(&self, input: &Spec, isa: Isa) -> Arc<dyn Operator<D>> {
        let (smooth, second) = (difference(self.size, 0), difference(self.size, 2));
        let part = |x: &[f64], y: &[f64]| {
            let correlation =
                Correlation { x: x.to_vec(), y: y.to_vec(), offset: 0.0, wide: false };
            correlation.operator::<T>(input, self.border, isa)
        };
        let weights = [self.scale as f32, self.offset as f32];
        Arc::new(Pair {
            parts: [part(&second, &smooth), part(&smooth, &second)],
            combine: Arc::new(move |rows: [&[T]; 2], out: &mut [D]| {
                combine::add(rows, weights, out, isa);
            }),
            channels: input.channels as usize,
        })
    }
}
