//! Curves: functions of a sample that no processor has instructions for.
//!
//! They are computed in float64 by a library in Rust, never by the system's, so that results are the same bytes
//! everywhere; and once for each value where samples have up to 16 bits and few channels have curves of their own.

use std::sync::Arc;

use kernels::Isa;
use kernels::point::{Index, Root};
use raster::{Depth, Sample, Spec};

use super::inputs::one;
use super::row::Bound;
use super::{Point, PointRecipe, Value, lut};
use crate::ParameterError;
use crate::depths::with_depth;
use crate::identity::identify;

/// A power of the share of the largest sample: `(x / max) ^ exponent * max`, where max is that of an integer depth, and
/// 1 for float32. Below 0 the result is 0; NaN stays.
///
/// An exponent below 1 makes an image lighter: 1 / 2.2 encodes light for a screen, 2.2 decodes it. (libvips' `gamma`
/// takes the inverse of this exponent.)
#[derive(Clone, Debug, PartialEq)]
pub struct Gamma {
    /// Above 0.
    pub exponent: Value,
}

identify!(Gamma { exponent });

impl PointRecipe for Gamma {
    fn make(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
        let input = one(inputs)?;
        let fits = |exponent: f64| exponent.is_finite() && exponent > 0.0;
        let kind = "a finite number above 0";
        let exponents = self.exponent.check("exponent", input.channels, kind, fits)?;
        let max = match input.depth {
            Depth::F32 => 1.0,
            depth => with_depth!(depth, T => T::from_f64(f64::INFINITY).to_f64()),
        };
        let curve = |&exponent: &f64| Curve::Gamma { exponent, max };
        let curves = exponents.iter().map(curve).collect();
        Ok(along(curves, Bound { name: "gamma", output: *input, isa }, input.depth))
    }
}

/// `x ^ exponent`, by IEEE 754's rules: NaN for a negative sample and an exponent that is no integer, infinite for 0
/// and a negative one.
#[derive(Clone, Debug, PartialEq)]
pub struct Pow {
    /// The exponent.
    pub exponent: Value,
    /// The depth of the result; float32 if there is none.
    pub depth: Option<Depth>,
}

identify!(Pow { exponent, depth });

impl PointRecipe for Pow {
    fn make(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
        let input = one(inputs)?;
        let exponents = self.exponent.finite("exponent", input.channels)?;
        let curves = exponents.iter().map(|&exponent| Curve::Pow { exponent }).collect();
        Ok(along(curves, bound("pow", input, self.depth, isa), input.depth))
    }
}

/// The natural logarithm: minus infinity of 0, NaN below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// The depth of the result; float32 if there is none.
    pub depth: Option<Depth>,
}

identify!(Log { depth });

impl PointRecipe for Log {
    fn make(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
        let input = one(inputs)?;
        Ok(along(vec![Curve::Log], bound("log", input, self.depth, isa), input.depth))
    }
}

/// e to the power of x.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exp {
    /// The depth of the result; float32 if there is none.
    pub depth: Option<Depth>,
}

identify!(Exp { depth });

impl PointRecipe for Exp {
    fn make(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
        let input = one(inputs)?;
        Ok(along(vec![Curve::Exp], bound("exp", input, self.depth, isa), input.depth))
    }
}

/// The square root; NaN below 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sqrt {
    /// The depth of the result; float32 if there is none.
    pub depth: Option<Depth>,
}

identify!(Sqrt { depth });

impl PointRecipe for Sqrt {
    fn make(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
        let input = one(inputs)?;
        let bound = bound("sqrt", input, self.depth, isa);
        if (input.depth, bound.output.depth) == (Depth::F32, Depth::F32) {
            return Ok(bound.map::<_, f32, (), f32, 1, 0>(Root, []));
        }
        Ok(along(vec![Curve::Sqrt], bound, input.depth))
    }
}

fn bound(name: &'static str, input: &Spec, depth: Option<Depth>, isa: Isa) -> Bound {
    Bound { name, output: Spec { depth: depth.unwrap_or(Depth::F32), ..*input }, isa }
}

#[derive(Clone, Copy)]
enum Curve {
    Gamma { exponent: f64, max: f64 },
    Pow { exponent: f64 },
    Log,
    Exp,
    Sqrt,
}

impl Curve {
    fn at(self, x: f64) -> f64 {
        let y = match self {
            Self::Gamma { .. } if x < 0.0 => 0.0,
            Self::Gamma { exponent, max } => libm::pow(x / max, exponent) * max,
            Self::Pow { exponent } => libm::pow(x, exponent),
            Self::Log => libm::log(x),
            Self::Exp => libm::exp(x),
            Self::Sqrt => x.sqrt(),
        };
        // Processors differ in the sign of the NaN that they make.
        if y.is_nan() { f64::NAN } else { y }
    }
}

/// The most curves that have tables: 4 MiB of them.
const TABLES: usize = 16;

/// The operation of one curve for all channels or one for each.
fn along(curves: Vec<Curve>, bound: Bound, input: Depth) -> Arc<dyn Point> {
    with_depth!(bound.output.depth, D => match input {
        Depth::U16 if curves.len() > TABLES => computed::<u16, D>(curves, bound),
        Depth::I16 if curves.len() > TABLES => computed::<i16, D>(curves, bound),
        Depth::U8 => tabled::<u8, D>(&curves, bound),
        Depth::U16 => tabled::<u16, D>(&curves, bound),
        Depth::I16 => tabled::<i16, D>(&curves, bound),
        Depth::I32 => computed::<i32, D>(curves, bound),
        Depth::F32 => computed::<f32, D>(curves, bound),
    })
}

fn tabled<S: Index, D: Sample>(curves: &[Curve], bound: Bound) -> Arc<dyn Point> {
    let entries = |curve: &Curve| {
        let curve = *curve;
        (0..S::COUNT).map(move |index| D::from_f64(curve.at(S::at(index).to_f64())))
    };
    lut::row::<S, D>(curves.iter().flat_map(entries).collect(), bound)
}

fn computed<S: Sample, D: Sample>(curves: Vec<Curve>, bound: Bound) -> Arc<dyn Point> {
    bound.samples::<S, D, _>(move |source, out, _| {
        for ((out, sample), curve) in out.iter_mut().zip(source).zip(curves.iter().cycle()) {
            *out = D::from_f64(curve.at(sample.to_f64()));
        }
    })
}
