//! Pixels in other places: nothing is computed, only where each comes from.

use std::sync::Arc;

use raster::{Region, Spec, ViewMut};

use crate::{Demand, ParameterError, Window};

/// An arrangement of pixels of one or several images.
pub trait Geometry: Send + Sync {
    /// The operation's name, as the command line spells it.
    fn name(&self) -> &'static str;

    /// The shape of the result.
    fn output(&self) -> &Spec;

    /// What a region of the result is made from: which of the inputs, and what part of each.
    fn demand(&self, region: &Region) -> Vec<(usize, Demand)>;

    /// Fills `region` of the result. `windows` are what [`demand`](Self::demand) asked for, in that
    /// order.
    fn run(&self, windows: &[Window<'_>], region: &Region, out: &mut ViewMut<'_>);
}

/// The parameters of an arrangement, not yet bound to inputs.
pub trait GeometryRecipe {
    /// The arrangement of images of these shapes.
    ///
    /// # Errors
    /// [`ParameterError`] if the parameters make none.
    fn bind(&self, inputs: &[Spec]) -> Result<Arc<dyn Geometry>, ParameterError>;
}
