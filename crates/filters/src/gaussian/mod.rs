//! Gaussian blur.
//!
//! | | |
//! |---|---|
//! | Formula | separable convolution with taps exp(-x² / 2σ²), normalised |
//! | Halo | half the kernel, in each axis |
//! | Borders | all five |
//! | uint8, uint16 | taps in 8 or 16 fraction bits, exact sums, one rounding; `OpenCV`'s bytes |
//! | int16, float32 | chains of float32 multiply-adds; `OpenCV`'s bytes with FMA |
//! | int32 | chains of float64 multiply-adds; `OpenCV` has no such filter |
//! | Cost | proportional to the sum of the kernel's sides |

use kernels::Isa;
use kernels::separable::{self, Taps};
use raster::{Border, Depth, Region, Spec, ViewMut};

use crate::separable::SeparableFilter;
use crate::{Demand, Filter, ParameterError, Scratch, Window};

mod taps;

/// What to blur with. Pairs are (x, y).
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct GaussianOptions {
    /// Standard deviation in pixels. 0 derives it from the kernel's size, as `OpenCV` does.
    pub sigma: (f64, f64),
    /// Taps, odd. 0 derives them from sigma: 3 sigma to each side for uint8, 4 for other depths.
    pub kernel_size: (u32, u32),
    /// The samples outside the image.
    pub border: Border,
}

/// The most taps a kernel may have.
const MAX_TAPS: u32 = 32_767;

/// A Gaussian blur, bound to an input.
pub struct Gaussian {
    spec: Spec,
    passes: Passes,
}

enum Passes {
    U8(SeparableFilter<u8, u16, u8>),
    U16(SeparableFilter<u16, u32, u16>),
    I16(SeparableFilter<i16, f32, i16>),
    I32(SeparableFilter<i32, f64, i32>),
    F32(SeparableFilter<f32, f32, f32>),
}

/// Calls the same method on whichever depth the filter has.
macro_rules! dispatch {
    ($self:expr, $passes:ident => $call:expr) => {
        match &$self.passes {
            Passes::U8($passes) => $call,
            Passes::U16($passes) => $call,
            Passes::I16($passes) => $call,
            Passes::I32($passes) => $call,
            Passes::F32($passes) => $call,
        }
    };
}

impl Gaussian {
    /// A blur of images of shape `input`.
    ///
    /// ```
    /// use gigapx_filters::{Filter, Gaussian, GaussianOptions};
    /// use kernels::Isa;
    /// use raster::{Depth, Region, Spec};
    ///
    /// let input = Spec::new(80_000, 60_000, 1, Depth::U8)?;
    /// let options = GaussianOptions { sigma: (2.2, 2.2), ..Default::default() };
    /// let blur = Gaussian::new(&input, &options, Isa::best())?;
    /// // 15 taps, of which 13 are not 0 in 8 bits: a tile needs 6 pixels around it.
    /// let demand = blur.demand(&Region::new(512, 512, 256, 256));
    /// assert_eq!((demand.columns.start, demand.columns.len), (506, 268));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ParameterError`] if sigma is negative, not finite, or missing where the size is too, or if a
    /// size is even or above 32767.
    pub fn new(input: &Spec, options: &GaussianOptions, isa: Isa) -> Result<Self, ParameterError> {
        let size = kernel_size(input, options)?;
        let taps = Taps {
            x: taps::gaussian(size.0, options.sigma.0),
            y: taps::gaussian(size.1, options.sigma.1),
        };
        let channels = input.channels as usize;
        let border = options.border;
        let passes = match input.depth {
            Depth::U8 => {
                let taps = taps.map(|axis| taps::fixed(axis, 8));
                Passes::U8(bind(input, border, &taps, separable::gaussian_u8(&taps, channels, isa)))
            }
            Depth::U16 => {
                let taps = taps.map(|axis| taps::fixed(axis, 16));
                let kernel = separable::gaussian_u16(&taps, channels, isa);
                Passes::U16(bind(input, border, &taps, kernel))
            }
            Depth::I16 => {
                let taps = taps.map(taps::single);
                let kernel = separable::gaussian_i16(&taps, channels, isa);
                Passes::I16(bind(input, border, &taps, kernel))
            }
            Depth::F32 => {
                let taps = taps.map(taps::single);
                let kernel = separable::gaussian_f32(&taps, channels, isa);
                Passes::F32(bind(input, border, &taps, kernel))
            }
            Depth::I32 => {
                let kernel = separable::gaussian_i32(&taps, channels, isa);
                Passes::I32(bind(input, border, &taps, kernel))
            }
        };
        Ok(Self { spec: *input, passes })
    }
}

impl Filter for Gaussian {
    fn name(&self) -> &'static str {
        "gaussian-blur"
    }

    fn output(&self) -> &Spec {
        &self.spec
    }

    fn demand(&self, region: &Region) -> Demand {
        dispatch!(self, passes => passes.demand(region))
    }

    fn run(
        &self,
        window: &Window<'_>,
        region: &Region,
        out: &mut ViewMut<'_>,
        scratch: &mut Scratch,
    ) {
        dispatch!(self, passes => passes.run(window, region, out, scratch));
    }

    fn scratch_bytes(&self, width: u64) -> u64 {
        dispatch!(self, passes => passes.scratch_bytes(width))
    }
}

fn bind<S, M, D, T>(
    input: &Spec,
    border: Border,
    taps: &Taps<T>,
    kernel: Box<dyn separable::Separable<S, M, D>>,
) -> SeparableFilter<S, M, D> {
    let radius = [taps.x.len() as u64 / 2, taps.y.len() as u64 / 2];
    SeparableFilter { kernel, input: *input, before: radius, after: radius, border }
}

/// The taps of each axis, derived where the options leave them open.
fn kernel_size(input: &Spec, options: &GaussianOptions) -> Result<(u32, u32), ParameterError> {
    let axis = |sigma: f64, size: u32, side: u64| {
        if !(sigma.is_finite() && sigma >= 0.0) {
            return Err(ParameterError::new("sigma", "a number of at least 0", sigma));
        }
        if size == 0 && sigma == 0.0 {
            return Err(ParameterError::new("sigma", "a number above 0 or a kernelSize", sigma));
        }
        if size != 0 && (size.is_multiple_of(2) || size > MAX_TAPS) {
            let expected = format!("an odd number of at most {MAX_TAPS}");
            return Err(ParameterError::new("kernelSize", expected, size));
        }
        // One row or column of an image has no neighbours to blur with, unless the border is one.
        if side == 1 && !matches!(options.border, Border::Constant(_)) {
            return Ok(1);
        }
        if size != 0 {
            return Ok(size);
        }
        let derived = taps::automatic_size(sigma, input.depth);
        if derived > f64::from(MAX_TAPS) {
            let expected = format!("a number that needs at most {MAX_TAPS} taps");
            return Err(ParameterError::new("sigma", expected, sigma));
        }
        Ok(derived as u32)
    };
    Ok((
        axis(options.sigma.0, options.kernel_size.0, input.width)?,
        axis(options.sigma.1, options.kernel_size.1, input.height)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(sigma: f64, kernel_size: u32, spec: &Spec) -> Result<(u32, u32), ParameterError> {
        let options = GaussianOptions {
            sigma: (sigma, sigma),
            kernel_size: (kernel_size, kernel_size),
            ..Default::default()
        };
        super::kernel_size(spec, &options)
    }

    #[test]
    fn sizes_follow_sigma_and_depth() {
        let spec = |depth| Spec::new(100, 100, 1, depth).unwrap();
        for (sigma, narrow, wide) in [
            (0.5, 5, 5),
            (1.0, 7, 9),
            (1.5, 11, 13),
            (2.0, 13, 17),
            (2.2, 15, 19),
            (20.0, 121, 161),
        ] {
            assert_eq!(size(sigma, 0, &spec(Depth::U8)), Ok((narrow, narrow)));
            assert_eq!(size(sigma, 0, &spec(Depth::U16)), Ok((wide, wide)));
        }
        assert_eq!(size(0.25, 0, &spec(Depth::U8)), Ok((3, 3)));
    }

    #[test]
    fn a_single_row_is_not_blurred_down() {
        let row = Spec::new(100, 1, 1, Depth::F32).unwrap();
        assert_eq!(size(2.0, 0, &row), Ok((17, 1)));
    }

    #[test]
    fn refuses_what_makes_no_kernel() {
        let spec = Spec::new(100, 100, 1, Depth::U8).unwrap();
        for (sigma, kernel_size, parameter) in [
            (0.0, 0, "sigma"),
            (-1.0, 3, "sigma"),
            (f64::NAN, 3, "sigma"),
            (1.0, 4, "kernelSize"),
            (1.0, 32_769, "kernelSize"),
            (1e6, 0, "sigma"),
        ] {
            assert_eq!(size(sigma, kernel_size, &spec).unwrap_err().parameter, parameter);
        }
    }
}
