//! Uncompressed pixels that are not stored as they are read: converted row by row, any region at once.

use raster::{Region, ViewMut};

use super::{chunks::Chunks, description::Coding};
use crate::{
    Bytes, Error,
    form::Form,
    row::{Columns, read_row},
};

/// Reads a region of all planes.
pub(super) fn read(
    bytes: &Bytes,
    chunks: &Chunks,
    form: &Form,
    coding: &Coding,
    region: &Region,
    out: &mut ViewMut<'_>,
) -> Result<(), Error> {
    for plane in 0..form.planes {
        for (part, local, place) in chunks.parts(*region, plane as u64) {
            let columns = Columns { plane, left: local.left, width: local.width };
            for y in 0..part.height {
                let row = (part.top - region.top + y) as usize;
                let start = place.offset + (local.top + y) * place.stride;
                let left = (part.left - region.left) as usize;
                let out = &mut out.row_bytes(row)[left * form.pixel_bytes()..];
                read_row(bytes, form, start, &columns, |stored| coding.arrange(stored), out)?;
            }
        }
    }
    Ok(())
}
