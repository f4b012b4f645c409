//! Rows of stored samples that are converted as they are read.

use crate::{Bytes, Error, form::Form, scratch::with_scratch};

/// Samples converted at a time. A pixel has at most 65,535 of 8 bytes, so the block holds one at least.
const PIECE: usize = 32 << 10;

/// Where the converted samples of a plane lie in the block, behind the stored ones.
const SECOND: usize = PIECE * 8 + 64;

/// The pixels of a row that are wanted of a plane.
pub(crate) struct Columns {
    pub(crate) plane: usize,
    pub(crate) left: u64,
    pub(crate) width: u64,
}

/// Reads columns of a row, which begins at byte `start` of the file, into the pixels of all planes.
/// `arrange` puts the bits of stored bytes in order.
pub(crate) fn read_row(
    bytes: &Bytes,
    form: &Form,
    start: u64,
    columns: &Columns,
    arrange: impl Fn(&mut [u8]),
    out: &mut [u8],
) -> Result<(), Error> {
    let pixel_bits = form.samples as u64 * u64::from(form.bits);
    let step = (PIECE / form.samples).max(1) as u64;
    with_scratch(|block| {
        for left in (0..columns.width).step_by(step as usize) {
            let width = step.min(columns.width - left);
            let first = (columns.left + left) * pixel_bits;
            let end = (first + width * pixel_bits).div_ceil(8);
            let (offset, skip) = (first / 8, first as usize % 8);
            let (stored, spare) = block.split_at_mut(SECOND.max((end - offset) as usize));
            let stored = &mut stored[..(end - offset) as usize];
            bytes.read_at(start + offset, stored)?;
            arrange(stored);
            form.swap(stored);
            let out = &mut out[left as usize * form.pixel_bytes()..];
            form.place(columns.plane, stored, skip, width as usize, out, spare);
        }
        Ok(())
    })
}
