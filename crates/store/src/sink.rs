//! What the pipeline writes to.

use raster::{Region, Spec, View, ViewMut};

use crate::Error;

/// The shape of the regions a sink takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Any rectangle, in place: the sink is memory.
    Free,
    /// Any rectangle, by [`write`](Sink::write).
    Any,
    /// Whole rows, any number of them; parts of rows too, but each is a write of its own.
    Rows,
    /// A grid of tiles anchored at the image's corner. A region is one tile or several neighbours of
    /// one row of tiles, cut at the image's edge.
    Tiles {
        /// Columns of a tile.
        width: u64,
        /// Rows of a tile: an even number, unless one tile holds all, since rows are made in pairs.
        height: u64,
    },
}

impl Layout {
    /// The number of the band that a region is, where tiles are bands of all columns.
    ///
    /// # Panics
    /// If the region is no such band.
    pub(crate) fn band(self, spec: &Spec, region: &Region) -> u64 {
        let Self::Tiles { height, .. } = self else { panic!("{self:?} has no bands") };
        let bottom = region.bottom();
        let is_band = region.left == 0
            && region.width == spec.width
            && region.top.is_multiple_of(height)
            && bottom == (region.top + height).min(spec.height);
        assert!(is_band, "{region:?} is no band of {height} rows");
        region.top / height
    }
}

/// A destination that takes finished regions from any thread in any order.
///
/// Nothing is visible under the destination's name before [`finish`](Sink::finish) returns. A sink
/// dropped unfinished, or aborted, leaves nothing behind.
pub trait Sink: Send + Sync {
    /// The regions that this sink takes.
    fn layout(&self) -> Layout;

    /// The memory of a region, for a [`Layout::Free`] sink: pixels written there need no
    /// [`write`](Sink::write). `None` for all others.
    ///
    /// # Safety
    /// The regions claimed from one sink do not overlap, and none is in use any more when
    /// [`finish`](Self::finish) is called.
    unsafe fn claim(&self, region: &Region) -> Option<ViewMut<'_>>;

    /// Writes the pixels of a region.
    ///
    /// # Errors
    /// [`Error::NoSpace`] if the disk is full, [`Error::Io`] if it fails otherwise.
    fn write(&self, region: &Region, pixels: &View<'_>) -> Result<(), Error>;

    /// Bytes that a thread may need to write, beyond the pixels.
    fn worker_bytes(&self) -> u64 {
        0
    }

    /// Bytes that the sink needs beside those, however many threads there are.
    fn fixed_bytes(&self) -> u64 {
        0
    }

    /// Makes the result durable and publishes it under its name. Called once, after every region has
    /// been written.
    ///
    /// # Errors
    /// As [`write`](Sink::write); the destination is then untouched, unless all that failed was to
    /// flush the directory that now names it.
    fn finish(&self) -> Result<(), Error>;

    /// Gives up: removes what was written. Harmless after [`finish`](Sink::finish) and when repeated.
    fn abort(&self);
}
