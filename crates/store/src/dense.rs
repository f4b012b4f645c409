//! Uncompressed images whose rows lie one after the other: any region at once.

use raster::{Region, Spec, ViewMut};

use crate::{
    Bytes, Error, Metadata,
    form::Form,
    plane::Plane,
    reader::Reader,
    row::{Columns, read_row},
};

/// Rows of stored samples in a file.
pub(crate) struct Dense {
    pub(crate) spec: Spec,
    pub(crate) metadata: Metadata,
    pub(crate) form: Form,
    /// Where the first row begins.
    pub(crate) offset: u64,
    /// Whether the last row comes first.
    pub(crate) is_bottom_up: bool,
}

impl Dense {
    /// The image, if the file is as long as that takes.
    pub(crate) fn checked(self, bytes: &Bytes) -> Result<Self, Error> {
        let needed = self.stored().end(self.stride(), self.spec.height);
        if needed > u128::from(bytes.len()) {
            let Spec { width, height, .. } = self.spec;
            let message = format!(
                "{width} x {height} pixels from byte {} on end at byte {needed}, but the file has {}",
                self.offset,
                bytes.len()
            );
            return Err(Error::corrupt(bytes.path(), message));
        }
        Ok(self)
    }

    /// Bytes of a stored row.
    fn stride(&self) -> u64 {
        self.form.row_bytes(self.spec.width)
    }

    fn stored(&self) -> Plane {
        Plane { offset: self.offset, stride: self.stride() }
    }

    /// Where a row of the image begins.
    fn start(&self, y: u64) -> u64 {
        let row = if self.is_bottom_up { self.spec.height - 1 - y } else { y };
        self.offset + row * self.stride()
    }
}

impl Reader for Dense {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn plane(&self, region: &Region) -> Option<(Plane, Region)> {
        let is_native = self.form.is_plain() && !self.form.is_foreign();
        (is_native && !self.is_bottom_up).then(|| (self.stored(), *region))
    }

    fn read(&self, bytes: &Bytes, region: &Region, out: &mut ViewMut<'_>) -> Result<(), Error> {
        if self.form.is_plain() && !self.is_bottom_up {
            self.stored().read(bytes, &self.spec, region, out)?;
            (0..out.height()).for_each(|y| self.form.swap(out.row_bytes(y)));
            return Ok(());
        }
        let columns = Columns { plane: 0, left: region.left, width: region.width };
        (0..region.height).try_for_each(|y| {
            let row = out.row_bytes(y as usize);
            read_row(bytes, &self.form, self.start(region.top + y), &columns, |_| {}, row)
        })
    }

    fn advise(&self, bytes: &Bytes, region: &Region) {
        let first = if self.is_bottom_up { region.bottom() - 1 } else { region.top };
        bytes.advise(self.start(first), region.height.saturating_mul(self.stride()));
    }
}
