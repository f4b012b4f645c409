//! Writing bare pixels.

use raster::{Region, Spec, View, ViewMut};

use crate::{
    ByteOrder, Destination, Durability, Error, Layout, Sink,
    check::{assert_shape, valid},
    gather::gather,
    publish::Output,
};

/// A file of bare pixels: dense rows in the byte order of this machine, nothing before or behind. Also
/// the formats that are that behind a header: [`pnm`](Self::pnm), [`pfm`](Self::pfm) and
/// [`npy`](Self::npy).
pub struct RawSink {
    spec: Spec,
    /// Bytes before the rows.
    head: u64,
    form: Form,
    output: Output,
}

/// How rows lie in a file.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    pub(crate) order: ByteOrder,
    /// Whether the last row comes first.
    pub(crate) is_bottom_up: bool,
}

impl RawSink {
    /// Starts the file. Its name appears when [`finish`](Sink::finish) succeeds; a file that has the
    /// name now stays as it is until then.
    ///
    /// # Errors
    /// [`Error::NoSpace`] if the image does not fit on the disk, [`Error::Io`] if no file can be
    /// made there, [`Error::InvalidArgument`] if the path names no regular file or the spec no image,
    /// [`Error::TooLarge`] if memory may not have so many bytes.
    pub fn create(
        destination: impl Into<Destination>,
        spec: Spec,
        durability: Durability,
    ) -> Result<Self, Error> {
        let form = Form { order: ByteOrder::NATIVE, is_bottom_up: false };
        Self::behind(&[], form, destination, valid(spec)?, durability)
    }

    /// Starts a file whose rows lie behind `head` as `form` says.
    pub(crate) fn behind(
        head: &[u8],
        form: Form,
        destination: impl Into<Destination>,
        spec: Spec,
        durability: Durability,
    ) -> Result<Self, Error> {
        let start = head.len() as u64;
        let output = Output::create(destination, start + spec.bytes(), durability)?;
        output.write_at(0, head)?;
        Ok(Self { spec, head: start, form, output })
    }

    /// Where a row starts in the file.
    const fn row_start(&self, y: u64) -> u64 {
        let y = if self.form.is_bottom_up { self.spec.height - 1 - y } else { y };
        self.head + y * self.spec.row_bytes()
    }

    /// Writes rows of the view that are neighbours in the file, in the file's order.
    fn write_rows(
        &self,
        offset: u64,
        pixels: &View<'_>,
        mut ys: impl Iterator<Item = usize>,
    ) -> Result<(), Error> {
        let sample = self.spec.depth.bytes();
        let is_swapped = self.form.order != ByteOrder::NATIVE && sample > 1;
        gather(&self.output, offset, |out| {
            let mut push = |y| {
                let row = pixels.row_bytes(y);
                if is_swapped { out.push_swapped(row, sample) } else { out.push(row) }
            };
            ys.try_for_each(&mut push)
        })
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
        let (height, left) = (pixels.height(), region.left * self.spec.pixel_bytes());
        if region.width < self.spec.width {
            return (0..height).try_for_each(|y| {
                let offset = self.row_start(region.top + y as u64) + left;
                self.write_rows(offset, pixels, y..=y)
            });
        }
        if self.form.is_bottom_up {
            let offset = self.row_start(region.bottom() - 1);
            return self.write_rows(offset, pixels, (0..height).rev());
        }
        let offset = self.row_start(region.top);
        match pixels.dense() {
            Some(bytes) if self.form.order == ByteOrder::NATIVE => {
                self.output.write_at(offset, bytes)
            }
            _ => self.write_rows(offset, pixels, 0..height),
        }
    }

    fn finish(&self) -> Result<(), Error> {
        self.output.publish()
    }

    fn abort(&self) {
        self.output.discard();
    }
}
