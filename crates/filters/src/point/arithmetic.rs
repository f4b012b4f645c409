//! An image with another, or with numbers: sums, products, extremes.

use std::sync::Arc;

use kernels::Isa;
use kernels::point::{
    Distance, DivideBy, Larger, Minus, MultiplyBy, Plus, Quotient, Real, ScaledTimes, Smaller,
    Times,
};
use raster::{Depth, Sample, Spec};

use super::inputs::{self, one};
use super::row::{Bound, rounded};
use super::staged::{Feed, staged};
use super::{Operand, Point, PointRecipe, Value};
use crate::ParameterError;
use crate::depths::with_depth;
use crate::identity::identify;

/// What is computed of the samples a and b at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArithmeticKind {
    /// a + b.
    Add,
    /// a - b.
    Subtract,
    /// a * scale * b.
    Multiply,
    /// a * scale / b. An integer result is 0 where b is.
    Divide,
    /// |a - b|.
    AbsDiff,
    /// The smaller; NaN if one is.
    Min,
    /// The larger; NaN if one is.
    Max,
}

impl ArithmeticKind {
    /// The name of the operation.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Subtract => "subtract",
            Self::Multiply => "multiply",
            Self::Divide => "divide",
            Self::AbsDiff => "abs-diff",
            Self::Min => "min",
            Self::Max => "max",
        }
    }

    /// Whether it multiplies or divides, and so takes a scale.
    const fn scales(self) -> bool {
        matches!(self, Self::Multiply | Self::Divide)
    }
}

/// An image with another image of its depth, or with numbers. An image of one channel, either of the two,
/// stands for all channels of the other.
///
/// Integers are exact and saturate. What rounds is `OpenCV`'s:
///
/// | | numbers | two images |
/// |---|---|---|
/// | add, subtract, absDiff, min, max | rounded to integers first, if an integer depth comes in and out | exact; float32 where that comes in or goes out |
/// | multiply | `x * scale * b` in float64 | exact without a scale; with one `a * scale * b` in float32 for depths of up to 16 bits, in float64 for int32 and float32 |
/// | divide | `x * scale / b` in float64 | `a * scale / b` in float32, for int32 in float64 |
///
/// A result of another depth comes of the same arithmetic: in int32 where only integers take part and nothing
/// is scaled or divided, else in float32.
///
/// `OpenCV` differs in few cases: it divides int32 in float32, multiplies to int32 by way of float32, rounds float32
/// before it adds integers for an integer result, and leaves something other than 0 of a division by 0 where the
/// depth changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Arithmetic {
    /// What is computed.
    pub kind: ArithmeticKind,
    /// What the image is combined with.
    pub with: Operand,
    /// A factor for [`Multiply`](ArithmeticKind::Multiply) and [`Divide`](ArithmeticKind::Divide); 1 for the others.
    pub scale: Value,
    /// The depth of the result; that of the input if there is none.
    pub depth: Option<Depth>,
}

impl Arithmetic {
    /// Without a scale, in the input's depth.
    pub const fn new(kind: ArithmeticKind, with: Operand) -> Self {
        Self { kind, with, scale: Value::All(1.0), depth: None }
    }
}

identify!(Arithmetic { kind, with, scale, depth });

impl PointRecipe for Arithmetic {
    fn make(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
        match &self.with {
            Operand::Image => self.images(inputs::exactly(inputs)?, isa),
            Operand::Constant(value) => self.numbers(one(inputs)?, value, isa),
        }
    }
}

impl Arithmetic {
    fn images(&self, inputs: &[Spec; 2], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
        let [a, b] = inputs;
        inputs::same_depth("other", a, b)?;
        let channels = inputs::channels("other", a, b)?;
        let scale = self.scale(channels)?;
        let out = self.depth.unwrap_or(a.depth);
        let alike = Spec { channels, depth: self.working(a.depth, out, true), ..*a };
        let feeds = vec![Feed::image(0, a, &alike, isa), Feed::image(1, b, &alike, isa)];
        let inner = self.inner(Bound { name: self.kind.name(), output: alike, isa }, scale, out);
        Ok(staged(feeds, inner, out, isa))
    }

    fn numbers(
        &self,
        input: &Spec,
        value: &Value,
        isa: Isa,
    ) -> Result<Arc<dyn Point>, ParameterError> {
        let numbers = value.finite("other", input.channels)?;
        let scale = self.scale(input.channels)?;
        let out = self.depth.unwrap_or(input.depth);
        if self.kind.scales() {
            let bound =
                Bound { name: self.kind.name(), output: Spec { depth: out, ..*input }, isa };
            return Ok(self.scaled(bound, input.depth, [scale, numbers]));
        }
        let fits = with_depth!(input.depth, T => {
            numbers.iter().all(|number| T::from_f64(*number).to_f64() == number.round_ties_even())
        });
        let alike = Spec { depth: self.working(input.depth, out, fits), ..*input };
        let feeds = vec![Feed::image(0, input, &alike, isa), Feed::constant(numbers, &alike)];
        let inner = self.inner(Bound { name: self.kind.name(), output: alike, isa }, scale, out);
        Ok(staged(feeds, inner, out, isa))
    }

    /// The scale, if the operation takes it.
    fn scale(&self, channels: u32) -> Result<&[f64], ParameterError> {
        let any = self.kind.scales();
        let kind = if any { "a finite number" } else { "1, or multiply or divide," };
        self.scale
            .check("scale", channels, kind, |scale| scale.is_finite() && (any || scale == 1.0))
    }

    /// The depth that is computed in. `fits` says whether the input's depth holds the other operand.
    fn working(&self, input: Depth, out: Depth, fits: bool) -> Depth {
        let rounds = match self.kind {
            ArithmeticKind::Divide => true,
            ArithmeticKind::Multiply => !self.scale.is(1.0),
            _ => false,
        };
        if out == input && (rounds || fits || input == Depth::F32) {
            input
        } else if rounds || input == Depth::F32 || out == Depth::F32 {
            Depth::F32
        } else {
            Depth::I32
        }
    }

    /// The operation on two inputs of one depth.
    fn inner(&self, bound: Bound, scale: &[f64], out: Depth) -> Arc<dyn Point> {
        macro_rules! plain {
            ($map:expr) => {
                with_depth!(bound.output.depth, T => bound.map::<_, T, (), T, 2, 0>($map, []))
            };
        }
        match self.kind {
            ArithmeticKind::Add => plain!(Plus),
            ArithmeticKind::Subtract => plain!(Minus),
            ArithmeticKind::AbsDiff => plain!(Distance),
            ArithmeticKind::Min => plain!(Smaller),
            ArithmeticKind::Max => plain!(Larger),
            ArithmeticKind::Multiply if self.scale.is(1.0) => plain!(Times),
            ArithmeticKind::Multiply => product(bound, scale),
            ArithmeticKind::Divide => quotient(bound, scale, out),
        }
    }

    /// The product or quotient with numbers.
    fn scaled(&self, bound: Bound, input: Depth, constants: [&[f64]; 2]) -> Arc<dyn Point> {
        with_depth!(input, S => with_depth!(bound.output.depth, D => match self.kind {
            ArithmeticKind::Divide => bound.map::<_, S, f64, D, 1, 2>(DivideBy, constants),
            _ => bound.map::<_, S, f64, D, 1, 2>(MultiplyBy, constants),
        }))
    }
}

fn product(bound: Bound, scale: &[f64]) -> Arc<dyn Point> {
    let single = rounded(scale, f32::nearest);
    match bound.output.depth {
        Depth::U8 => bound.map::<_, u8, f32, u8, 2, 1>(ScaledTimes, [&single]),
        Depth::U16 => bound.map::<_, u16, f32, u16, 2, 1>(ScaledTimes, [&single]),
        Depth::I16 => bound.map::<_, i16, f32, i16, 2, 1>(ScaledTimes, [&single]),
        Depth::I32 => bound.map::<_, i32, f64, i32, 2, 1>(ScaledTimes, [scale]),
        Depth::F32 => bound.map::<_, f32, f64, f32, 2, 1>(ScaledTimes, [scale]),
    }
}

/// `out` is the depth of the result.
fn quotient(bound: Bound, scale: &[f64], out: Depth) -> Arc<dyn Point> {
    let single = rounded(scale, f32::nearest);
    let map = Quotient { zero: out != Depth::F32 };
    match bound.output.depth {
        Depth::U8 => bound.map::<_, u8, f32, u8, 2, 1>(map, [&single]),
        Depth::U16 => bound.map::<_, u16, f32, u16, 2, 1>(map, [&single]),
        Depth::I16 => bound.map::<_, i16, f32, i16, 2, 1>(map, [&single]),
        Depth::I32 => bound.map::<_, i32, f64, i32, 2, 1>(map, [scale]),
        Depth::F32 => bound.map::<_, f32, f32, f32, 2, 1>(map, [&single]),
    }
}
