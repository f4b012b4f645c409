//! One strided raster of pixels somewhere in a store of bytes.
//!
//! A raw image is one plane; so is a tile, a strip, and a whole TIFF file whose strips lie one after
//! the other. Addresses are computed here and nowhere else.

use raster::{Region, Spec, View, ViewMut};

use crate::{
    Bytes, Error,
    scratch::{SCRATCH, with_scratch},
};

/// Rows that are advised one by one before the rest is left to the system.
const MAX_ADVISED_ROWS: u64 = 1024;

/// Where the rows of a raster lie: the first at `offset`, each next `stride` bytes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plane {
    pub(crate) offset: u64,
    pub(crate) stride: u64,
}

/// The bytes of a region of a plane.
struct Rows {
    start: u64,
    row: u64,
    count: u64,
}

impl Plane {
    /// One past the last byte of a raster of `height` rows of `row` bytes. It fits no 64-bit file if
    /// the header is hostile, hence the wider type.
    pub(crate) fn end(&self, row: u64, height: u64) -> u128 {
        let before_last = u128::from(self.stride) * u128::from(height.saturating_sub(1));
        // Both factors fit 64 bits; two more terms cannot overflow 128 unless both are at the limit.
        before_last.saturating_add(u128::from(self.offset)).saturating_add(u128::from(row))
    }

    /// The region as it lies in memory, if the bytes are addressable and aligned.
    pub(crate) fn view<'a>(
        &self,
        bytes: &'a Bytes,
        spec: &Spec,
        region: &Region,
    ) -> Option<View<'a>> {
        let rows = self.rows(spec, region)?;
        // All that follows, so that wide loads may run past a row (`View::samples_from`).
        let data = bytes.slice(rows.start, bytes.len().checked_sub(rows.start)?)?;
        let (width, height) = (region.width.try_into().ok()?, region.height.try_into().ok()?);
        View::new(data, self.stride.try_into().ok()?, width, height, spec)
    }

    /// Whether [`view`](Self::view) of a mapping of `len` bytes lends the region. A mapping starts where pages
    /// do, so an offset tells how a row is aligned.
    pub(crate) fn lends(&self, len: u64, spec: &Spec, region: &Region) -> bool {
        let Some(rows) = self.rows(spec, region) else { return false };
        let sample = spec.depth.bytes() as u64;
        let is_one = rows.count == 1;
        let aligned = rows.start.is_multiple_of(sample)
            && (is_one || self.stride.is_multiple_of(sample) && self.stride >= rows.row);
        // `rows` has checked the sum.
        let end = rows.start + self.stride * rows.count.saturating_sub(1) + rows.row;
        aligned && rows.row > 0 && rows.count > 0 && end <= len
    }

    /// Copies the region into `out`, byte by byte as stored.
    pub(crate) fn read(
        &self,
        bytes: &Bytes,
        spec: &Spec,
        region: &Region,
        out: &mut ViewMut<'_>,
    ) -> Result<(), Error> {
        assert_eq!(
            (region.width, region.height, spec.channels as usize, spec.depth),
            (out.width() as u64, out.height() as u64, out.channels(), out.depth()),
            "the memory to read into has another shape than its region"
        );
        let outside =
            || Error::corrupt(bytes.path(), "a region lies past the end of the address space");
        let rows = self.rows(spec, region).ok_or_else(outside)?;
        let at = |y: u64| rows.start + y * self.stride;
        // Where the rest of a row is short, one read of everything between is cheaper than many.
        let batched = !bytes.is_addressable()
            && rows.row.saturating_mul(2) >= self.stride
            && self.stride <= SCRATCH as u64 / 2;
        if !batched {
            return (0..rows.count)
                .try_for_each(|y| bytes.read_at(at(y), out.row_bytes(y as usize)));
        }
        let step = SCRATCH as u64 / self.stride;
        with_scratch(|block| {
            for first in (0..rows.count).step_by(step as usize) {
                let count = step.min(rows.count - first);
                let span = (count - 1) * self.stride + rows.row;
                bytes.read_at(at(first), &mut block[..span as usize])?;
                for y in 0..count {
                    let row = &block[(y * self.stride) as usize..][..rows.row as usize];
                    out.row_bytes((first + y) as usize).copy_from_slice(row);
                }
            }
            Ok(())
        })
    }

    /// Says that the region will be read soon.
    pub(crate) fn advise(&self, bytes: &Bytes, spec: &Spec, region: &Region) {
        let Some(rows) = self.rows(spec, region) else { return };
        // Pages between narrow rows are not wanted, but a call a row is not free either.
        if rows.row.saturating_mul(4) >= self.stride || self.stride <= 4096 {
            let span = self.stride.saturating_mul(rows.count.saturating_sub(1));
            bytes.advise(rows.start, span.saturating_add(rows.row));
        } else {
            for y in 0..rows.count.min(MAX_ADVISED_ROWS) {
                bytes.advise(rows.start + y * self.stride, rows.row);
            }
        }
    }

    /// The bytes of a region; `None` if their addresses do not fit 64 bits, which a plane checked
    /// against the length of its file rules out for regions inside it.
    fn rows(&self, spec: &Spec, region: &Region) -> Option<Rows> {
        let pixel = spec.pixel_bytes();
        let row = region.width.checked_mul(pixel)?;
        let left = region.left.checked_mul(pixel)?;
        let top = region.top.checked_mul(self.stride)?;
        let start = self.offset.checked_add(top)?.checked_add(left)?;
        let last = self.stride.checked_mul(region.height.saturating_sub(1))?;
        start.checked_add(last)?.checked_add(row)?;
        Some(Rows { start, row, count: region.height })
    }
}
