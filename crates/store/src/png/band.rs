//! Packing a band of rows, by itself.

use flate2::{Compress, Compression, FlushCompress, Status};
use libdeflater::{Crc, adler32};
use raster::{Depth, View};

use super::filter::{Row, filter};
use crate::Error;

/// Bytes of the state of a compressor: its window and tables.
const STATE: u64 = 512 << 10;

/// What a thread packs bands with.
pub(super) struct Packer {
    compress: Compress,
    filtered: Vec<u8>,
    /// Two rows in the byte order of the format.
    rows: [Vec<u8>; 2],
    packed: Vec<u8>,
}

impl Packer {
    pub(super) fn new(level: u8) -> Self {
        let compress = Compress::new(Compression::new(level.into()), false);
        Self { compress, filtered: Vec::new(), rows: [Vec::new(), Vec::new()], packed: Vec::new() }
    }

    /// Bytes that a packer of so many bytes a band and a row takes.
    pub(super) const fn bytes(band: u64, row: u64) -> u64 {
        // What cannot be packed may take an eighth more.
        STATE + 2 * band + band / 8 + 2 * row
    }

    /// A band as a chunk of image data: Deflate that begins with `head` and goes on behind it, at a
    /// byte's boundary. With the checksum of what was packed.
    pub(super) fn pack(&mut self, head: &[u8], pixels: &View<'_>) -> Result<(&[u8], u32), Error> {
        self.filter(pixels);
        self.packed.clear();
        // The length is written when it is known.
        self.packed.extend_from_slice(&[0; 4]);
        self.packed.extend_from_slice(b"IDAT");
        self.packed.extend_from_slice(head);
        self.deflate()?;
        end_chunk(&mut self.packed, 0);
        Ok((&self.packed, adler32(&self.filtered)))
    }

    fn filter(&mut self, pixels: &View<'_>) {
        let (row, sample) = (pixels.row_bytes(0).len(), pixels.depth().bytes());
        let pixel = sample * pixels.channels();
        // Every byte is written below.
        self.filtered.resize((row + 1) * pixels.height(), 0);
        let [bytes, above] = &mut self.rows;
        for (y, out) in self.filtered.chunks_exact_mut(row + 1).enumerate() {
            let (bytes, above) = if pixels.depth() == Depth::U16 {
                std::mem::swap(bytes, above);
                bytes.clear();
                bytes.extend(pixels.row::<u16>(y).iter().flat_map(|sample| sample.to_be_bytes()));
                (bytes.as_slice(), above.as_slice())
            } else {
                (pixels.row_bytes(y), pixels.row_bytes(y.saturating_sub(1)))
            };
            filter(Row { bytes, above: (y > 0).then_some(above), pixel }, out);
        }
    }

    fn deflate(&mut self) -> Result<(), Error> {
        self.compress.reset();
        // Room for the worst case, so that what is packed does not depend on where room ends.
        let len = self.filtered.len();
        self.packed.reserve(len + len / 8 + 4096);
        let result =
            self.compress.compress_vec(&self.filtered, &mut self.packed, FlushCompress::Sync);
        let is_whole =
            self.compress.total_in() == len as u64 && self.packed.len() < self.packed.capacity();
        match result {
            Ok(Status::Ok) if is_whole => Ok(()),
            other => Err(Error::Unsupported(format!("Deflate cannot pack rows: {other:?}"))),
        }
    }
}

/// Appends a chunk.
pub(super) fn push_chunk(out: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&kind);
    out.extend_from_slice(data);
    end_chunk(out, start);
}

/// Completes the chunk that starts at `start`, by its length and its checksum.
fn end_chunk(out: &mut Vec<u8>, start: usize) {
    let len = (out.len() - start - 8) as u32;
    out[start..][..4].copy_from_slice(&len.to_be_bytes());
    let mut crc = Crc::new();
    crc.update(&out[start + 4..]);
    out.extend_from_slice(&crc.sum().to_be_bytes());
}

/// The checksum of two pieces one after the other, the second of which has `len` bytes.
pub(super) const fn combine(first: u32, second: u32, len: u64) -> u32 {
    const BASE: u64 = 65_521;
    let (low, high) = ((first & 0xffff) as u64, (first >> 16) as u64);
    let (other_low, other_high) = ((second & 0xffff) as u64, (second >> 16) as u64);
    let len = len % BASE;
    let sum = (low + other_low + BASE - 1) % BASE;
    let sums = (high + other_high + len * low + BASE - len) % BASE;
    (sums << 16) as u32 | sum as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_combine() {
        let bytes: Vec<u8> = (0..200_000u32).map(|i| (i.wrapping_mul(i) >> 7) as u8).collect();
        for at in [0, 1, 65_520, 65_521, 65_522, 131_042, 199_999, 200_000] {
            let (first, second) = bytes.split_at(at);
            let combined = combine(adler32(first), adler32(second), second.len() as u64);
            assert_eq!(combined, adler32(&bytes), "{at}");
        }
    }
}
