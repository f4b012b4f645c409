//! Operations on the samples of pixels.

use std::sync::Arc;

use kernels::Isa;
use raster::Spec;

use crate::ParameterError;

/// An operation on the samples of the pixels at one place of one or several images.
pub trait Point: Send + Sync {
    /// The operation's name, as the command line spells it.
    fn name(&self) -> &'static str;

    /// The shape of the result.
    fn output(&self) -> &Spec;

    /// Computes a run of pixels of one row.
    fn run(&self, inputs: &[&[u8]], out: &mut [u8]);
}

/// Parameters of a point operation, not yet bound to inputs.
pub trait PointRecipe {
    /// The operation on images of these shapes.
    ///
    /// # Errors
    /// [`ParameterError`] if the parameters make none.
    fn bind(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError>;
}
