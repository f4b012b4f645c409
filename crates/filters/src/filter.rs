//! What every filter can do.

use std::sync::Arc;

use kernels::Isa;
use raster::{Region, Spec, ViewMut};

use crate::identified::Identified;
use crate::{Demand, Identify, Identity, ParameterError, Scratch, Window};

/// The parameters of a filter, not yet bound to an input.
pub trait Recipe: Identify {
    /// The filter for images of shape `input`, on processors with `isa`.
    ///
    /// # Errors
    /// [`ParameterError`] if the parameters make no filter, or none for that shape.
    fn bind(&self, input: &Spec, isa: Isa) -> Result<Arc<dyn Filter>, ParameterError> {
        let operation = self.make(input, isa)?;
        let output = *operation.output();
        Ok(Identified::of(operation, output, self, None))
    }

    /// The same, without its identity.
    ///
    /// # Errors
    /// As [`bind`](Self::bind).
    fn make(&self, input: &Spec, isa: Isa) -> Result<Arc<dyn Filter>, ParameterError>;
}

/// A filter with its parameters, bound to the shape of its input.
pub trait Filter: Send + Sync {
    /// The filter's name, as the command line spells it.
    fn name(&self) -> &'static str;

    /// The shape of the result.
    fn output(&self) -> &Spec;

    /// What tells it from other operations. One that has none is told apart by where it lies in memory.
    fn identity(&self) -> Option<&Identity> {
        None
    }

    /// The part of the input that `region` of the output depends on. That of a part of a region is a
    /// part of the region's.
    fn demand(&self, region: &Region) -> Demand;

    /// Begins a pass down `region` of the output.
    fn open(self: Arc<Self>, region: &Region) -> Box<dyn Pass>;

    /// Rows before and behind those that a pass is asked for whose demand it may look at too: it works
    /// in groups of rows, and keeps what it made for the last group.
    fn slack(&self) -> [u64; 2];

    /// The most bytes of [`Scratch`] that a pass down a region of that width holds.
    fn scratch_bytes(&self, width: u64) -> u64;
}

/// A filter on its way down a region of its output, which it keeps what it needs of from one part to
/// the next.
pub trait Pass: Send {
    /// Computes the next rows into `out`, which has their size: all columns of the region, an even
    /// number of rows unless they are its last.
    ///
    /// `window` holds what [`Filter::demand`] says that those rows need, and the rows next to them
    /// within [`Filter::slack`] that belong to the region. What the first call borrows from `scratch`,
    /// [`close`](Self::close) gives back.
    fn next(
        &mut self,
        window: &Window<'_>,
        rows: &Region,
        out: &mut ViewMut<'_>,
        scratch: &mut Scratch,
    );

    /// Bytes held.
    fn bytes(&self) -> u64;

    /// Ends the pass. Of several, the one that was first called last ends first, so that memory comes
    /// back in the order in which the next ones borrow it.
    fn close(self: Box<Self>, scratch: &mut Scratch);
}

/// Computes one region in one part.
///
/// `window` is what [`Filter::demand`] asks for.
pub fn run(
    filter: &Arc<dyn Filter>,
    window: &Window<'_>,
    region: &Region,
    out: &mut ViewMut<'_>,
    scratch: &mut Scratch,
) {
    let mut pass = Arc::clone(filter).open(region);
    pass.next(window, region, out, scratch);
    pass.close(scratch);
}
