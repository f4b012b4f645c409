//! Point operations: each sample of the result depends on what stands at its place, and on nothing around.
//!
//! A [`PointRecipe`] holds the parameters of an operation. Bound to the shapes of its inputs, which is when
//! they are checked, it makes a [`Point`], which computes rows and knows no images. Whoever runs several of
//! them in turn does so a few KiB at a time, so that what they hand on never leaves the nearest cache.
//!
//! The arithmetic is `OpenCV`'s, but that int32 saturates where `OpenCV`'s wraps, and that what is too large
//! for int32 saturates in every depth. Integers are rounded half to even and saturated.

use std::sync::Arc;

use kernels::Isa;
use raster::Spec;

use crate::identified::Identified;
use crate::{Identify, Identity, Law, ParameterError};

mod arithmetic;
mod blend;
mod boolean;
mod bounds;
mod channels;
mod compare;
mod curve;
mod inputs;
mod linear;
mod lut;
mod recombine;
mod row;
mod select;
mod simple;
mod staged;
mod threshold;
mod value;

pub use arithmetic::{Arithmetic, ArithmeticKind};
pub use blend::Blend;
pub use boolean::{Boolean, BooleanKind};
pub use channels::{ExtractChannel, JoinChannels};
pub use compare::{Compare, Relation};
pub use curve::{Exp, Gamma, Log, Pow, Sqrt};
pub use linear::{Cast, Linear};
pub use lut::Lut;
pub use recombine::{Grayscale, Recombine};
pub use select::Select;
pub use simple::{Abs, Clamp, Negate, Not};
pub use threshold::{Threshold, ThresholdKind};
pub use value::{Operand, Value};

/// An operation on the samples of the pixels at one place of one or several images.
pub trait Point: Send + Sync {
    /// The operation's name, as the command line spells it.
    fn name(&self) -> &'static str;

    /// The shape of the result, which has the width and height of the inputs.
    fn output(&self) -> &Spec;

    /// What tells it from other operations. One that has none is told apart by where it lies in memory.
    fn identity(&self) -> Option<&Identity> {
        None
    }

    /// What it obeys, if anything is known.
    fn law(&self) -> Option<&Law> {
        None
    }

    /// Computes a run of pixels of one row. Each input is the bytes of its pixels: interleaved samples in the
    /// machine's byte order, aligned for their depth. All are of as many pixels as `out`.
    ///
    /// # Panics
    /// If they are not.
    fn run(&self, inputs: &[&[u8]], out: &mut [u8]);
}

/// The parameters of a point operation, not yet bound to inputs.
pub trait PointRecipe: Identify {
    /// The operation for images of these shapes, on processors with `isa`.
    ///
    /// # Errors
    /// [`ParameterError`] if the parameters make no operation, or none for those shapes.
    fn bind(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
        let operation = self.make(inputs, isa)?;
        let output = *operation.output();
        Ok(Identified::of(operation, output, self, self.law(inputs, isa)))
    }

    /// What the operation obeys on images of these shapes, if anything is known.
    fn law(&self, _: &[Spec], _: Isa) -> Option<Law> {
        None
    }

    /// The same, without its identity.
    ///
    /// # Errors
    /// As [`bind`](Self::bind).
    fn make(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError>;
}
