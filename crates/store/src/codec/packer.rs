//! From pixels to the bytes of a chunk.

use raster::{Buffer, Spec, View};

use super::{Compression, Difference, Encoder, difference};
use crate::Error;

/// Makes chunks dense and packs them, one at a time.
pub(crate) struct Packer {
    encoder: Encoder,
    difference: Difference,
    chunk: Buffer,
    /// A row that ends before its chunk does, filled up.
    row: Buffer,
}

impl Packer {
    pub(crate) fn new(compression: Compression, difference: Difference) -> Result<Self, Error> {
        let encoder = Encoder::new(compression)?;
        Ok(Self { encoder, difference, chunk: Buffer::new(), row: Buffer::new() })
    }

    /// Bytes that a packer of such chunks takes.
    pub(crate) const fn bytes(compression: Compression, chunk: &Spec) -> u64 {
        let bytes = chunk.bytes();
        bytes + chunk.row_bytes() + compression.bound(bytes) + compression.state_bytes(bytes)
    }

    /// The pixels as a chunk of `width` x `height`, packed. Where pixels end before it does, the last
    /// ones are repeated, which packs well and leaves no mark on those beside.
    pub(crate) fn pack(
        &mut self,
        pixels: &View<'_>,
        (width, height): (u64, u64),
    ) -> Result<&[u8], Error> {
        let (depth, channels) = (pixels.depth(), pixels.channels());
        let spec = Spec { width, height, channels: channels as u32, depth };
        let (row, pixel) = (spec.row_bytes() as usize, spec.pixel_bytes() as usize);
        let chunk = self.chunk.take(row * height as usize);
        for (y, out) in chunk.chunks_exact_mut(row).enumerate().take(pixels.height()) {
            let mut from = pixels.row_bytes(y);
            if from.len() < row {
                let (whole, len) = (self.row.take(row), from.len());
                whole[..len].copy_from_slice(from);
                for end in (len..row).step_by(pixel) {
                    whole.copy_within(end - pixel..end, end);
                }
                from = whole;
            }
            difference(self.difference, depth, channels, from, out);
        }
        for y in pixels.height()..height as usize {
            chunk.copy_within((y - 1) * row..y * row, y * row);
        }
        self.encoder.encode(chunk, &spec)
    }
}
