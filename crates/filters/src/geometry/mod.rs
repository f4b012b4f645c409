//! Pixels in other places: nothing is computed, only where each comes from.

use std::sync::Arc;

use raster::{Affine, Region, Sample, Spec, ViewMut};

use crate::depths::with_depth;
use crate::identified::Identified;
use crate::{Demand, Identify, Identity, Law, ParameterError, Window};

mod join;
mod pad;
mod turn;

pub use join::Join;
pub use pad::Pad;
pub use turn::Turn;

/// An arrangement of pixels of one or several images.
pub trait Geometry: Send + Sync {
    /// The operation's name, as the command line spells it.
    fn name(&self) -> &'static str;

    /// The shape of the result.
    fn output(&self) -> &Spec;

    /// What tells it from other operations. One that has none is told apart by where it lies in memory.
    fn identity(&self) -> Option<&Identity> {
        None
    }

    /// What it obeys, if anything is known.
    fn law(&self) -> Option<&Law> {
        None
    }

    /// Where the places of the result are in the first input; `None` if they are nowhere there.
    fn placement(&self) -> Option<Affine> {
        None
    }

    /// What a region of the result is made from: which of the inputs, and what part of each.
    fn demand(&self, region: &Region) -> Vec<(usize, Demand)>;

    /// Fills `region` of the result. `windows` are what [`demand`](Self::demand) asked for, in that
    /// order.
    fn run(&self, windows: &[Window<'_>], region: &Region, out: &mut ViewMut<'_>);
}

/// The parameters of an arrangement, not yet bound to inputs.
pub trait GeometryRecipe: Identify {
    /// The arrangement of images of these shapes.
    ///
    /// # Errors
    /// [`ParameterError`] if the parameters make none.
    fn bind(&self, inputs: &[Spec]) -> Result<Arc<dyn Geometry>, ParameterError> {
        let operation = self.make(inputs)?;
        let output = *operation.output();
        Ok(Identified::of(operation, output, self, self.law(inputs)))
    }

    /// What the operation obeys on images of these shapes, if anything is known.
    fn law(&self, _: &[Spec]) -> Option<Law> {
        None
    }

    /// The same, without its identity.
    ///
    /// # Errors
    /// As [`bind`](Self::bind).
    fn make(&self, inputs: &[Spec]) -> Result<Arc<dyn Geometry>, ParameterError>;
}

/// The bytes of a pixel whose samples are those numbers, or all the one.
fn pixel(spec: &Spec, values: &[f64]) -> Vec<u8> {
    let values = values.iter().cycle().take(spec.channels as usize);
    with_depth!(spec.depth, S => {
        values.flat_map(|&value| bytemuck::bytes_of(&S::from_f64(value)).to_vec()).collect()
    })
}
