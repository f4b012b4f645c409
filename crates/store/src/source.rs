//! What the pipeline reads from.

use std::sync::Arc;

use raster::{Region, Spec, View, ViewMut};

use crate::{Error, Metadata, Tags};

/// An image that can be read by region, from any thread.
///
/// A region is always inside the image. Implementations are immutable: several threads read at once, and
/// none waits for another but for a chunk that the other is decoding.
pub trait Source: Send + Sync {
    /// The shape of the image.
    fn spec(&self) -> &Spec;

    /// What the container says about the image.
    fn metadata(&self) -> &Metadata;

    /// Whether [`view`](Self::view) of what [`hold`](Self::hold) returns will lend the region. No file is
    /// opened to answer.
    fn lends(&self, region: &Region) -> bool {
        self.view(region).is_some()
    }

    /// The source with its file at hand for as long as the result lives; `None` if it is so always.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be opened, [`Error::SourceChanged`] if it is not the one whose
    /// header was read.
    fn hold(&self) -> Result<Option<Arc<dyn Source>>, Error> {
        Ok(None)
    }

    /// What describes the image beside its pixels: colour profile, resolution, where on earth it is.
    /// Read from the file when asked for.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    fn tags(&self) -> Result<Tags, Error> {
        Ok(Tags::default())
    }

    /// The region as it lies in memory, when it does so as one strided rectangle, aligned and in
    /// the machine's byte order. No pixel is copied.
    fn view(&self, region: &Region) -> Option<View<'_>>;

    /// Reads the region into `out`, which has its size.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be read, [`Error::Corrupt`] if it ends before the region.
    fn read(&self, region: &Region, out: &mut ViewMut<'_>) -> Result<(), Error>;

    /// The chunks that can only be had as a whole, if there are such.
    fn chunks(&self) -> Option<Chunking> {
        None
    }

    /// Keeps decoded chunks of up to `bytes` more than before, until as many are
    /// [let go](Self::release). Without it a chunk is decoded by every read.
    fn keep(&self, bytes: u64) {
        let _ = bytes;
    }

    /// Takes back a [`keep`](Self::keep).
    fn release(&self, bytes: u64) {
        let _ = bytes;
    }

    /// Bytes of decoded chunks that are kept.
    fn held(&self) -> u64 {
        0
    }

    /// Chunks decoded so far.
    fn decoded(&self) -> u64 {
        0
    }

    /// Says that the region will be read soon, so that the system may fetch it ahead.
    fn advise(&self, region: &Region);

    /// Checks that the source is still the one that was opened; called when a job has read it.
    ///
    /// # Errors
    /// [`Error::SourceChanged`] if the file's identity, size or modification time differ.
    fn verify(&self) -> Result<(), Error>;
}

/// Parts of an image that are decoded as a whole, in a grid from the upper left corner on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunking {
    /// Columns of a chunk; where they are those of the image, chunks are strips.
    pub width: u64,
    /// Rows of a chunk.
    pub height: u64,
    /// Bytes of one when it is decoded.
    pub bytes: u64,
    /// Bytes that a thread needs besides while it decodes one.
    pub scratch: u64,
    /// Whether chunks are decoded one after the other, so that what lies before one has to be decoded first.
    pub is_sequential: bool,
}
