//! Derivatives: Sobel and Scharr.
//!
//! | | |
//! |---|---|
//! | Formula | difference taps along the derivative, smoothing taps across |
//! | Halo | half the kernel |
//! | Borders | all five |
//! | Arithmetic | exact integers for bytes, else chains of float32 multiply-adds; float64 for int32 |
//! | Cost | proportional to the kernel's size |

use std::sync::Arc;

use kernels::Isa;
use raster::{Border, Depth, Spec};

use crate::correlate::Correlation;
use crate::depths::with_depth;
use crate::identity::identify;
use crate::parameter::finite;
use crate::strip::StripFilter;
use crate::{Filter, ParameterError, Recipe};

/// The family of kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// Binomial smoothing and differences, of an odd size up to 31. Size 1 does not smooth.
    Sobel(u32),
    /// 3 10 3 across -1 0 1.
    Scharr,
}

/// A derivative of the image.
#[derive(Clone, Debug, PartialEq)]
pub struct Derivative {
    /// The family of kernels.
    pub operator: Operator,
    /// Order along x.
    pub dx: u32,
    /// Order along y.
    pub dy: u32,
    /// What the result is multiplied by.
    pub scale: f64,
    /// Added to it.
    pub offset: f64,
    /// The depth of the result; see [`gradient_depth`] if `None`.
    pub depth: Option<Depth>,
    /// The samples outside the image.
    pub border: Border,
}

impl Default for Derivative {
    fn default() -> Self {
        Self {
            operator: Operator::Sobel(3),
            dx: 1,
            dy: 0,
            scale: 1.0,
            offset: 0.0,
            depth: None,
            border: Border::default(),
        }
    }
}

identify!(Derivative { operator, dx, dy, scale, offset, depth, border });

impl Recipe for Derivative {
    fn make(&self, input: &Spec, isa: Isa) -> Result<Arc<dyn Filter>, ParameterError> {
        finite("scale", self.scale)?;
        finite("offset", self.offset)?;
        let (border, depth) = (self.border, self.depth.unwrap_or(gradient_depth(input.depth)));
        let correlation = self.correlation(input.depth == Depth::I32 || depth == Depth::I32)?;
        let name = match self.operator {
            Operator::Sobel(_) => "sobel",
            Operator::Scharr => "scharr",
        };
        Ok(with_depth!(depth, D => {
            let operator = correlation.operator::<D>(input, border, isa);
            StripFilter::bound(name, input, border, operator)
        }))
    }
}

impl Derivative {
    /// The taps of both axes, scaled in float64 if `wide`.
    pub(crate) fn correlation(&self, wide: bool) -> Result<Correlation, ParameterError> {
        let (mut x, mut y) = match self.operator {
            Operator::Sobel(size) => sobel_taps(size, self.dx, self.dy)?,
            Operator::Scharr => scharr_taps(self.dx, self.dy)?,
        };
        // As OpenCV does it: on the axis across a derivative along x.
        let axis = if self.dx == 0 { &mut x } else { &mut y };
        for tap in axis {
            *tap = scaled(*tap, self.scale, wide);
        }
        Ok(Correlation { x, y, offset: self.offset, wide: false })
    }
}

/// A tap times a scale: in float32, as `OpenCV` does it, unless sums are `wide`.
pub(crate) fn scaled(tap: f64, scale: f64, wide: bool) -> f64 {
    if wide { tap * scale } else { f64::from(tap as f32 * scale as f32) }
}

/// The depth that holds derivatives of images of that depth: int16 for uint8, int32 for int32, else
/// float32.
pub const fn gradient_depth(input: Depth) -> Depth {
    match input {
        Depth::U8 => Depth::I16,
        Depth::I32 => Depth::I32,
        Depth::U16 | Depth::I16 | Depth::F32 => Depth::F32,
    }
}

/// An odd size of at most 31.
pub(crate) fn check_size(size: u32) -> Result<(), ParameterError> {
    if size % 2 == 1 && size <= 31 {
        Ok(())
    } else {
        Err(ParameterError::new("size", "an odd number from 1 to 31", size))
    }
}

type Axes = (Vec<f64>, Vec<f64>);

fn sobel_taps(size: u32, dx: u32, dy: u32) -> Result<Axes, ParameterError> {
    check_size(size)?;
    // Size 1 differentiates with 3 taps and leaves the other axis alone.
    let axis = |order: u32| if size == 1 && order > 0 { 3 } else { size };
    let most = axis(1) - 1;
    for (parameter, order) in [("dx", dx), ("dy", dy)] {
        if order > most {
            return Err(ParameterError::new(parameter, format!("0 to {most}"), order));
        }
    }
    if dx + dy == 0 {
        return Err(ParameterError::new("dx", "an order above 0 in x or y", 0));
    }
    Ok((difference(axis(dx), dx), difference(axis(dy), dy)))
}

fn scharr_taps(dx: u32, dy: u32) -> Result<Axes, ParameterError> {
    let (across, along) = (vec![3.0, 10.0, 3.0], vec![-1.0, 0.0, 1.0]);
    match (dx, dy) {
        (1, 0) => Ok((along, across)),
        (0, 1) => Ok((across, along)),
        _ => {
            let received = format!("dx {dx}, dy {dy}");
            Err(ParameterError::new("dx", "1 where dy is 0, or 0 where dy is 1", received))
        }
    }
}

/// The coefficients of (1 + z)^(size - 1 - order) (z - 1)^order: `order` differences, the rest
/// smoothing.
pub(crate) fn difference(size: u32, order: u32) -> Vec<f64> {
    let mut taps = vec![1.0];
    for step in 0..size - 1 {
        let sign = if step < order { -1.0 } else { 1.0 };
        taps.push(0.0);
        for i in (1..taps.len()).rev() {
            taps[i] = taps[i - 1] + sign * taps[i];
        }
        taps[0] *= sign;
    }
    taps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taps_are_opencvs() {
        assert_eq!(difference(3, 0), [1.0, 2.0, 1.0]);
        assert_eq!(difference(3, 1), [-1.0, 0.0, 1.0]);
        assert_eq!(difference(3, 2), [1.0, -2.0, 1.0]);
        assert_eq!(difference(5, 1), [-1.0, -2.0, 0.0, 2.0, 1.0]);
        assert_eq!(difference(5, 2), [1.0, 0.0, -2.0, 0.0, 1.0]);
        assert_eq!(difference(7, 1), [-1.0, -4.0, -5.0, 0.0, 5.0, 4.0, 1.0]);
        assert_eq!(difference(7, 2), [1.0, 2.0, -1.0, -4.0, -1.0, 2.0, 1.0]);
        assert_eq!(sobel_taps(1, 1, 0).unwrap(), (vec![-1.0, 0.0, 1.0], vec![1.0]));
        assert_eq!(sobel_taps(1, 0, 2).unwrap(), (vec![1.0], vec![1.0, -2.0, 1.0]));
    }

    #[test]
    fn refuses_what_makes_no_derivative() {
        assert_eq!(sobel_taps(3, 0, 0).unwrap_err().parameter, "dx");
        assert_eq!(sobel_taps(3, 3, 0).unwrap_err().parameter, "dx");
        assert_eq!(sobel_taps(3, 0, 3).unwrap_err().parameter, "dy");
        assert_eq!(sobel_taps(4, 1, 0).unwrap_err().parameter, "size");
        assert!(scharr_taps(1, 1).is_err());
    }
}
