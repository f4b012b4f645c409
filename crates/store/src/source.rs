//! What the pipeline reads from.

use raster::{Region, Spec, View, ViewMut};

use crate::{Error, Metadata};

/// An image that can be read by region, from any thread.
///
/// A region is always inside the image. Implementations are immutable: several threads read at once
/// and none of them waits for another.
pub trait Source: Send + Sync {
    /// The shape of the image.
    fn spec(&self) -> &Spec;

    /// What the container says about the image.
    fn metadata(&self) -> &Metadata;

    /// The region as it lies in memory, when it does so as one strided rectangle, aligned and in
    /// the machine's byte order. No pixel is copied.
    fn view(&self, region: &Region) -> Option<View<'_>>;

    /// Reads the region into `out`, which has its size.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be read, [`Error::Corrupt`] if it ends before the region.
    fn read(&self, region: &Region, out: &mut ViewMut<'_>) -> Result<(), Error>;

    /// Says that the region will be read soon, so that the system may fetch it ahead.
    fn advise(&self, region: &Region);

    /// Checks that the source is still the one that was opened; called when a job has read it.
    ///
    /// # Errors
    /// [`Error::SourceChanged`] if the file's identity, size or modification time differ.
    fn verify(&self) -> Result<(), Error>;
}
