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
//!
//! This is the exact blur; the other, by resampling, is in [`fast`].

use std::sync::Arc;

use kernels::Isa;
use kernels::separable::{self, ColumnTaps, Taps};
use raster::{Border, Sample, Spec};

use crate::correlate::Correlation;
use crate::depths::with_depth;
use crate::identity::identify;
use crate::parameter::MAX_TAPS;
use crate::separable::SeparableOperator;
use crate::strip::{Operator, Reach, StripFilter};
use crate::{Filter, ParameterError, Recipe};

use self::fast::FastGaussian;

mod fast;
mod taps;

/// What to blur with. Pairs are (x, y).
///
/// ```
/// use gigapx_filters::{GaussianBlur, Recipe};
/// use kernels::Isa;
/// use raster::{Depth, Region, Spec};
///
/// let input = Spec::new(80_000, 60_000, 1, Depth::U8)?;
/// let blur = GaussianBlur { sigma: (2.2, 2.2), ..Default::default() };
/// let blur = blur.bind(&input, Isa::best())?;
/// // 15 taps, of which 13 are not 0 in 8 bits: a tile needs 6 pixels around it.
/// let demand = blur.demand(&Region::new(512, 512, 256, 256));
/// assert_eq!((demand.columns.start, demand.columns.len), (506, 268));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct GaussianBlur {
    /// Standard deviation in pixels. 0 derives it from the kernel's size, as `OpenCV` does.
    pub sigma: (f64, f64),
    /// Taps, odd. 0 derives them from sigma: 3 sigma to each side for uint8, 4 for other depths.
    pub kernel_size: (u32, u32),
    /// The samples outside the image.
    pub border: Border,
    /// Whether the result is `OpenCV`'s.
    pub precision: Precision,
}

/// How close to its definition a result must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Precision {
    /// Exactly.
    #[default]
    Exact,
    /// Within an error that the filter states, at a cost that does not depend on sigma.
    Fast,
}

identify!(GaussianBlur { sigma, kernel_size, border, precision });

impl Recipe for GaussianBlur {
    /// # Errors
    /// [`ParameterError`] if sigma is negative, not finite, or missing where the size is too, or if a
    /// size is even or above 32767.
    fn make(&self, input: &Spec, isa: Isa) -> Result<Arc<dyn Filter>, ParameterError> {
        if self.precision == Precision::Fast {
            let sigma = fast_sigma(self)?;
            return Ok(Arc::new(FastGaussian::new(input, sigma, self.border, isa)));
        }
        Ok(with_depth!(input.depth, D => {
            let operator = exact::<D>(input, self, isa)?;
            StripFilter::bound(NAME, input, self.border, operator)
        }))
    }
}

/// The filter's name.
const NAME: &str = "gaussian-blur";

/// The largest sigma of the fast blur: the equations for its taps grow with the cube.
const MAX_FAST_SIGMA: f64 = 5000.0;

/// The sigma of each axis for the fast blur, which cuts no kernel off; 0 for an axis of one tap.
fn fast_sigma(options: &GaussianBlur) -> Result<(f64, f64), ParameterError> {
    let axis = |sigma: f64, size: u32| {
        check_axis(sigma, size)?;
        let sigma = match (sigma, size) {
            (_, 1) => 0.0,
            (0.0, size) => taps::sigma_of(size),
            (sigma, _) => sigma,
        };
        if sigma > MAX_FAST_SIGMA {
            let expected =
                format!("a number of at most {MAX_FAST_SIGMA} where precision is 'fast'");
            return Err(ParameterError::new("sigma", expected, sigma));
        }
        Ok(sigma)
    };
    let GaussianBlur { sigma, kernel_size, .. } = options;
    Ok((axis(sigma.0, kernel_size.0)?, axis(sigma.1, kernel_size.1)?))
}

/// The exact blur of images of depth `D`.
pub(crate) fn exact<D: Blurred>(
    input: &Spec,
    options: &GaussianBlur,
    isa: Isa,
) -> Result<Arc<dyn Operator<D>>, ParameterError> {
    let size = kernel_size(input, options)?;
    let taps = Taps {
        x: taps::gaussian(size.0, options.sigma.0),
        y: taps::gaussian(size.1, options.sigma.1),
    };
    Ok(D::exact(taps, input, options.border, isa))
}

/// A depth and the arithmetic of its blur.
pub(crate) trait Blurred: Sample {
    /// The operator of the taps, for images of this depth.
    fn exact(taps: Taps<f64>, input: &Spec, border: Border, isa: Isa) -> Arc<dyn Operator<Self>>;
}

macro_rules! fixed {
    ($sample:ty, $bits:literal, $kernel:ident $(or $tiny:ident)?) => {
        impl Blurred for $sample {
            fn exact(
                taps: Taps<f64>,
                input: &Spec,
                border: Border,
                isa: Isa,
            ) -> Arc<dyn Operator<Self>> {
                let taps = taps.map(|axis| taps::fixed(axis, $bits));
                let channels = input.channels as usize;
                let reach = Reach::window(taps.x.len() as u64, taps.y.len() as u64);
                $(if let Some(kernel) = separable::$tiny(&taps, channels, isa) {
                    return Arc::new(SeparableOperator { kernel, input: *input, border, reach });
                })?
                let kernel = separable::$kernel(&taps, channels, isa);
                Arc::new(SeparableOperator { kernel, input: *input, border, reach })
            }
        }
    };
}

fixed!(u8, 8, fixed8 or tiny8);
fixed!(u16, 16, fixed16);

macro_rules! float {
    ($($sample:ty, $wide:literal;)*) => {$(
        impl Blurred for $sample {
            fn exact(
                taps: Taps<f64>,
                input: &Spec,
                border: Border,
                isa: Isa,
            ) -> Arc<dyn Operator<Self>> {
                let y = ColumnTaps::new(&taps.y, 0.0);
                let correlation = Correlation { x: taps.x, y: taps.y, offset: 0.0, wide: $wide };
                correlation.chain(input, border, &y, $wide, isa)
            }
        }
    )*};
}

float! { i16, false; f32, false; i32, true; }

/// Checks the parameters of an axis.
fn check_axis(sigma: f64, size: u32) -> Result<(), ParameterError> {
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
    Ok(())
}

/// The taps of each axis, derived where the options leave them open.
fn kernel_size(input: &Spec, options: &GaussianBlur) -> Result<(u32, u32), ParameterError> {
    let axis = |sigma: f64, size: u32, side: u64| {
        check_axis(sigma, size)?;
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
    use raster::Depth;

    use super::*;

    fn size(sigma: f64, kernel_size: u32, spec: &Spec) -> Result<(u32, u32), ParameterError> {
        let options = GaussianBlur {
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
