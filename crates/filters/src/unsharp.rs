//! Unsharp mask: sharpens by adding what a Gaussian blur takes away.
//!
//! | | |
//! |---|---|
//! | Formula | `(1 + amount) * p - amount * blurred`, where p and its blur differ by `threshold` or more; else p |
//! | Halo | half the Gaussian's kernel |
//! | Borders | all five |
//! | Arithmetic | the exact Gaussian of the depth, rounded to it, then `OpenCV`'s `addWeighted` |
//! | Cost | that of the Gaussian, in one pass |

use std::sync::Arc;

use kernels::Isa;
use kernels::combine::{self, Unsharp};
use raster::{Border, Buffer, Region, Sample, Spec};

use crate::depths::with_depth;
use crate::gaussian;
use crate::identity::identify;
use crate::parameter::finite;
use crate::rows::Rows;
use crate::scratch::held;
use crate::strip::{Operator, Reach, RowPair, Stream, StripFilter, pieces};
use crate::{Filter, GaussianBlur, ParameterError, Recipe, Scratch, Window};

/// How to sharpen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnsharpMask {
    /// Standard deviation of the blur in pixels, x and y; 0 as for [`GaussianBlur`].
    pub sigma: (f64, f64),
    /// Taps of the blur; 0 derives them from sigma.
    pub kernel_size: (u32, u32),
    /// How much of the difference is added.
    pub amount: f64,
    /// In levels: samples that differ less from their blur stay as they are.
    pub threshold: f64,
    /// The samples outside the image.
    pub border: Border,
}

impl Default for UnsharpMask {
    fn default() -> Self {
        Self {
            sigma: (1.0, 1.0),
            kernel_size: (0, 0),
            amount: 1.0,
            threshold: 0.0,
            border: Border::default(),
        }
    }
}

identify!(UnsharpMask { sigma, kernel_size, amount, threshold, border });

impl Recipe for UnsharpMask {
    fn make(&self, input: &Spec, isa: Isa) -> Result<Arc<dyn Filter>, ParameterError> {
        finite("amount", self.amount)?;
        if !(self.threshold.is_finite() && self.threshold >= 0.0) {
            let expected = "a number of at least 0";
            return Err(ParameterError::new("threshold", expected, self.threshold));
        }
        let Self { sigma, kernel_size, border, .. } = *self;
        let blur = GaussianBlur { sigma, kernel_size, border, ..Default::default() };
        let weights = Unsharp { amount: self.amount, threshold: self.threshold };
        Ok(with_depth!(input.depth, D => {
            let blur = gaussian::exact::<D>(input, &blur, isa)?;
            let operator = UnsharpOperator { blur, weights, input: *input, border, isa };
            StripFilter::<D>::bound("unsharp-mask", input, border, Arc::new(operator))
        }))
    }
}

struct UnsharpOperator<D> {
    blur: Arc<dyn Operator<D>>,
    weights: Unsharp,
    input: Spec,
    border: Border,
    isa: Isa,
}

impl<D: Sample> UnsharpOperator<D> {
    const fn channels(&self) -> usize {
        self.input.channels as usize
    }
}

impl<D: Sample> Operator<D> for UnsharpOperator<D> {
    fn reach(&self) -> Reach {
        self.blur.reach()
    }

    fn strip_width(&self) -> usize {
        self.blur.strip_width()
    }

    fn scratch_bytes(&self, width: usize) -> u64 {
        let rows = 4 * width * self.channels() * size_of::<D>();
        rows as u64 + self.blur.scratch_bytes(width)
    }

    fn open(
        self: Arc<Self>,
        window: &Window<'_>,
        strip: Region,
        scratch: &mut Scratch,
    ) -> Box<dyn Stream<D>> {
        let blur = Arc::clone(&self.blur).open(window, strip, scratch);
        Box::new(UnsharpStream {
            operator: self,
            blur,
            strip,
            y: strip.top,
            blurred: scratch.borrow(),
            pads: [scratch.borrow(), scratch.borrow()],
        })
    }
}

struct UnsharpStream<D> {
    operator: Arc<UnsharpOperator<D>>,
    blur: Box<dyn Stream<D>>,
    strip: Region,
    y: u64,
    blurred: Buffer,
    pads: [Buffer; 2],
}

impl<D: Sample> Stream<D> for UnsharpStream<D> {
    fn next(&mut self, window: &Window<'_>, out: &mut RowPair<'_, D>) {
        let len = out.len();
        let UnsharpOperator { weights, ref input, border, isa, .. } = *self.operator;
        let rows = Rows { window, input, border };
        let (first, second) = self.blurred.take_samples::<D>(2 * len).split_at_mut(len);
        self.blur.next(window, &mut RowPair::new([&mut *first, &mut *second]));
        let columns = [self.strip.left as i64, self.strip.right() as i64];
        let [pad, other_pad] = &mut self.pads;
        // Below the strip any row will do.
        let y = [self.y, self.y + 1].map(|y| y.min(self.strip.bottom() - 1) as i64);
        let source = rows.row::<D>(y[0], columns, len, pad);
        let other_source = rows.row::<D>(y[1], columns, len, other_pad);
        for range in pieces(len, size_of::<D>()) {
            out.write(range.clone(), |[out, other]| {
                combine::unsharp(weights, &source[range.clone()], &first[range.clone()], out, isa);
                let blurred = &second[range.clone()];
                combine::unsharp(weights, &other_source[range.clone()], blurred, other, isa);
            });
        }
        self.y += 2;
    }

    fn bytes(&self) -> u64 {
        held([&self.blurred]) + held(&self.pads) + self.blur.bytes()
    }

    fn close(self: Box<Self>, scratch: &mut Scratch) {
        let Self { blur, blurred, pads: [pad, other_pad], .. } = *self;
        scratch.give(other_pad);
        scratch.give(pad);
        scratch.give(blurred);
        blur.close(scratch);
    }
}
