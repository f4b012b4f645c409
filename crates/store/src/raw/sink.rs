//! Writing bare pixels.

use std::path::Path;

use raster::{Region, Spec, View, ViewMut};

use crate::{
    Durability, Error, Layout, Sink,
    check::{assert_shape, valid},
    gather::gather,
    publish::Draft,
};

/// A file of bare pixels: dense rows in the byte order of this machine, nothing before or behind.
pub struct RawSink {
    spec: Spec,
    draft: Draft,
}

impl RawSink {
    /// Starts the file. Its name appears when [`finish`](Sink::finish) succeeds; a file that has the
    /// name now stays as it is until then.
    ///
    /// # Errors
    /// [`Error::NoSpace`] if the image does not fit on the disk, [`Error::Io`] if no file can be
    /// made there, [`Error::InvalidArgument`] if the path names no regular file or the spec no image.
    pub fn create(
        path: impl AsRef<Path>,
        spec: Spec,
        durability: Durability,
    ) -> Result<Self, Error> {
        let spec = valid(spec)?;
        Ok(Self { spec, draft: Draft::create(path.as_ref(), spec.bytes(), durability)? })
    }
}

impl Sink for RawSink {
    fn layout(&self) -> Layout {
        Layout::Rows
    }

    unsafe fn claim(&self, _region: &Region) -> Option<ViewMut<'_>> {
        None
    }

    fn write(&self, region: &Region, pixels: &View<'_>) -> Result<(), Error> {
        assert!(self.spec.region().contains(region), "{region:?} is not in the image");
        assert_shape(&self.spec, region, pixels);
        let pixel = self.spec.pixel_bytes();
        let offset = region.top * self.spec.row_bytes() + region.left * pixel;
        if region.width < self.spec.width {
            return (0..pixels.height()).try_for_each(|y| {
                let offset = offset + y as u64 * self.spec.row_bytes();
                self.draft.write_at(offset, pixels.row_bytes(y))
            });
        }
        if let Some(bytes) = pixels.dense() {
            return self.draft.write_at(offset, bytes);
        }
        gather(&self.draft, offset, |out| {
            (0..pixels.height()).try_for_each(|y| out.push(pixels.row_bytes(y)))
        })
    }

    fn finish(&self) -> Result<(), Error> {
        self.draft.publish()
    }

    fn abort(&self) {
        self.draft.discard();
    }
}
