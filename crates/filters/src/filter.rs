//! What every filter can do.

use kernels::Isa;
use raster::{Region, Spec, ViewMut};

use crate::{Demand, ParameterError, Scratch, Window};

/// The parameters of a filter, not yet bound to an input.
pub trait Recipe {
    /// The filter for images of shape `input`, on processors with `isa`.
    ///
    /// # Errors
    /// [`ParameterError`] if the parameters make no filter, or none for that shape.
    fn bind(&self, input: &Spec, isa: Isa) -> Result<Box<dyn Filter>, ParameterError>;
}

/// A filter with its parameters, bound to the shape of its input.
pub trait Filter: Send + Sync {
    /// The filter's name, as the command line spells it.
    fn name(&self) -> &'static str;

    /// The shape of the result.
    fn output(&self) -> &Spec;

    /// The part of the input that `region` of the output depends on.
    fn demand(&self, region: &Region) -> Demand;

    /// Computes `region` of the output into `out`, which has its size.
    ///
    /// `window` is what [`demand`](Self::demand) asked for.
    fn run(
        &self,
        window: &Window<'_>,
        region: &Region,
        out: &mut ViewMut<'_>,
        scratch: &mut Scratch,
    );

    /// The most bytes of [`Scratch`] that [`run`](Self::run) grows for a region of that width.
    fn scratch_bytes(&self, width: u64) -> u64;
}
