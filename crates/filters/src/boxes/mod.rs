//! Box blur: the mean, or the sum, of a rectangle.
//!
//! | | |
//! |---|---|
//! | Formula | the sum over `w` x `h` pixels, divided by `w * h` unless it shall not be |
//! | Halo | `w / 2` before and `(w - 1) / 2` after, in each axis |
//! | Borders | all five |
//! | uint8, uint16, int16, int32 | exact sums, divided as `OpenCV` does: in fixed point for bytes and areas of up to 256, else by a float32 or float64 reciprocal |
//! | float32 | sums in float64: along rows, then down columns |
//! | Cost | the same for every size; for float32 proportional to the sum of the sides |

use std::marker::PhantomData;
use std::sync::Arc;

use kernels::Isa;
use kernels::separable::{ColumnTaps, Symmetry};
use kernels::sums::{Across, Roll, Scale, Sum};
use raster::{Border, Depth, Sample, Spec};

use crate::correlate::Correlation;
use crate::depths::with_depth;
use crate::identity::identify;
use crate::parameter::MAX_TAPS;
use crate::strip::{Operator, StripFilter};
use crate::{Filter, ParameterError, Recipe};

use self::prefix::BoxOperator;
use self::roll::RollOperator;

mod prefix;
mod roll;

/// A rectangle to sum over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoxBlur {
    /// Columns and rows.
    pub size: (u32, u32),
    /// Whether sums are divided by the area.
    pub normalize: bool,
    /// The depth of the result; the input's if `None`.
    pub depth: Option<Depth>,
    /// The samples outside the image.
    pub border: Border,
}

impl BoxBlur {
    /// The mean over so many columns and rows.
    pub const fn new(size: (u32, u32)) -> Self {
        Self { size, normalize: true, depth: None, border: Border::Reflect101 }
    }

    fn area(&self) -> u64 {
        u64::from(self.size.0) * u64::from(self.size.1)
    }

    fn operator<D: Sample>(&self, input: &Spec, isa: Isa) -> Arc<dyn Operator<D>> {
        // What the largest sums of 16-bit samples leave 32 bits with.
        let narrow = self.area() <= 1 << 15;
        match (input.depth, narrow) {
            (Depth::U8, _) if self.area() <= 1 << 23 => self.sums::<u8, i32, D>(input, isa),
            (Depth::U8, _) => self.sums::<u8, i64, D>(input, isa),
            (Depth::U16, true) => self.sums::<u16, i32, D>(input, isa),
            (Depth::U16, false) => self.sums::<u16, i64, D>(input, isa),
            (Depth::I16, true) => self.sums::<i16, i32, D>(input, isa),
            (Depth::I16, false) => self.sums::<i16, i64, D>(input, isa),
            (Depth::I32, _) => self.sums::<i32, i64, D>(input, isa),
            (Depth::F32, _) => self.floats(input, isa),
        }
    }

    fn sums<S: Sample, A: Sum, D: Sample>(&self, input: &Spec, isa: Isa) -> Arc<dyn Operator<D>> {
        let scale =
            if self.normalize { mean(input.depth, D::DEPTH, self.area()) } else { Scale::One };
        let (width, channels) = (self.size.0 as usize, input.channels as usize);
        let across = Across { width, channels, scale };
        let (size, input, border) = (self.size, *input, self.border);
        if let Some(roll) = Roll::new::<S, D>(&across, self.area(), isa) {
            let types = PhantomData;
            let sums = BoxOperator::<S, i32> { across, size, input, border, isa, types };
            return Arc::new(RollOperator { sums: Arc::new(sums), roll });
        }
        let types = PhantomData;
        Arc::new(BoxOperator::<S, A> { across, size, input, border, isa, types })
    }

    /// Sums of float32 round, so they are made in one order: that of a chain whose taps are all 1.
    fn floats<D: Sample>(&self, input: &Spec, isa: Isa) -> Arc<dyn Operator<D>> {
        let ones = |len: u32| vec![1.0; len as usize];
        let y = ColumnTaps {
            taps: ones(self.size.1),
            symmetry: Symmetry::None,
            offset: 0.0,
            scale: self.normalize.then(|| 1.0 / self.area() as f64),
        };
        let (x, taps) = (ones(self.size.0), y.taps.clone());
        let correlation = Correlation { x, y: taps, offset: 0.0, wide: true };
        correlation.chain(input, self.border, &y, true, isa)
    }
}

identify!(BoxBlur { size, normalize, depth, border });

impl Recipe for BoxBlur {
    fn make(&self, input: &Spec, isa: Isa) -> Result<Arc<dyn Filter>, ParameterError> {
        for side in [self.size.0, self.size.1] {
            if side == 0 || side > MAX_TAPS {
                let expected = format!("a number from 1 to {MAX_TAPS}");
                return Err(ParameterError::new("size", expected, side));
            }
        }
        let border = self.border;
        Ok(with_depth!(self.depth.unwrap_or(input.depth), D => {
            StripFilter::bound("box-blur", input, border, self.operator::<D>(input, isa))
        }))
    }
}

/// How `OpenCV` divides by an area.
fn mean(input: Depth, output: Depth, area: u64) -> Scale {
    let reciprocal = 1.0 / area as f64;
    match input {
        _ if area == 1 => Scale::One,
        Depth::U8 if output == Depth::U8 && area <= 256 => fixed_mean(area as u32),
        Depth::U8 => Scale::Single(reciprocal as f32),
        Depth::U16 if area <= 1 << 15 => Scale::Single(reciprocal as f32),
        Depth::I16 if area <= 1 << 16 => Scale::Single(reciprocal as f32),
        _ => Scale::Double(reciprocal),
    }
}

/// The division of a sum of bytes by an area of up to 256, in 23 fraction bits.
fn fixed_mean(area: u32) -> Scale {
    let exact = f64::from(1 << 23) / f64::from(area);
    let (mut add, mut factor) = (area / 2, exact.floor() as u32);
    if area == 2 {
        // OpenCV's formula adds one to every constant image here.
        return Scale::Fixed { add: 1, factor: 1 << 22 };
    }
    if exact - f64::from(factor) < 0.5 {
        add += 1;
    } else {
        factor += 1;
    }
    Scale::Fixed { add, factor }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every division by a small area has an equal one that sums of 16 bits can take.
    #[test]
    fn means_of_small_areas_roll_in_16_bits() {
        let isas = Isa::supported().filter(|isa| matches!(isa, Isa::Avx2 | Isa::Avx512));
        for isa in isas {
            for area in 2..=256 {
                let scale = mean(Depth::U8, Depth::U8, area);
                let across = Across { width: 1, channels: 1, scale };
                assert!(Roll::new::<u8, u8>(&across, area, isa).is_some(), "{area}");
            }
        }
    }
}
