//! Uncompressed pixels that are not stored as they are read: converted row by row, any region at once.

use raster::{Region, ViewMut};

use super::{chunks::Chunks, description::Coding, form::Form};
use crate::{Bytes, Error, scratch::with_scratch};

/// Samples converted at a time. A pixel has at most 65,535 of 8 bytes, so the block holds one at least.
const PIECE: usize = 32 << 10;

/// Where the converted samples of a plane lie in the block, behind the stored ones.
const SECOND: usize = PIECE * 8 + 64;

/// Reads a region of all planes.
pub(super) fn read(
    bytes: &Bytes,
    chunks: &Chunks,
    form: &Form,
    coding: &Coding,
    region: &Region,
    out: &mut ViewMut<'_>,
) -> Result<(), Error> {
    let rows = Rows { bytes, form, coding };
    for plane in 0..form.planes {
        for (part, local, place) in chunks.parts(*region, plane as u64) {
            for y in 0..part.height {
                let row = (part.top - region.top + y) as usize;
                let start = place.offset + (local.top + y) * place.stride;
                let left = (part.left - region.left) as usize;
                let out = &mut out.row_bytes(row)[left * form.pixel_bytes()..];
                rows.read(plane, start, &local, out)?;
            }
        }
    }
    Ok(())
}

struct Rows<'a> {
    bytes: &'a Bytes,
    form: &'a Form,
    coding: &'a Coding,
}

impl Rows<'_> {
    /// Reads one row of a plane, which begins at byte `start` of the file, into its pixels.
    fn read(&self, plane: usize, start: u64, local: &Region, out: &mut [u8]) -> Result<(), Error> {
        let form = self.form;
        let pixel_bits = form.samples as u64 * u64::from(form.bits);
        let step = (PIECE / form.samples).max(1) as u64;
        with_scratch(|block| {
            for left in (0..local.width).step_by(step as usize) {
                let width = step.min(local.width - left);
                let first = (local.left + left) * pixel_bits;
                let end = (first + width * pixel_bits).div_ceil(8);
                let (offset, skip) = (first / 8, first as usize % 8);
                let (stored, spare) = block.split_at_mut(SECOND.max((end - offset) as usize));
                let stored = &mut stored[..(end - offset) as usize];
                self.bytes.read_at(start + offset, stored)?;
                self.coding.arrange(stored);
                form.swap(stored);
                let out = &mut out[left as usize * form.pixel_bytes()..];
                form.place(plane, stored, skip, width as usize, out, spare);
            }
            Ok(())
        })
    }
}
