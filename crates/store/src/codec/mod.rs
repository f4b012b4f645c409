//! Compression of chunks: what is stored of a strip or tile, and its samples as bytes.
//!
//! Everything works from one slice into another that the caller has sized, so no header's word ever
//! becomes an allocation, and nothing is shared between threads but tables that do not change. A
//! decoder stops when its output is full; what it could not fill is reported, not made up. Each chunk is
//! packed by itself too, by whichever thread has its pixels.

mod decode;
mod difference;
mod encode;
mod fax;
mod jpeg;
pub(crate) mod lossy;
mod packer;
mod predictor;
mod webp;

pub(crate) use difference::{Difference, difference};
pub use encode::Compression;
pub(crate) use encode::Encoder;
pub(crate) use fax::Fax;
pub(crate) use jpeg::Jpeg;
pub(crate) use packer::Packer;
pub(crate) use predictor::Predictor;

/// How chunks are compressed.
#[derive(Clone, Debug)]
pub(crate) enum Codec {
    None,
    Lzw,
    Deflate,
    Zstd,
    PackBits,
    Jpeg(Jpeg),
    WebP,
    Fax(Fax),
}

/// The shape of what a chunk decodes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Pixels of a row.
    pub(crate) width: usize,
    /// Bytes of a row.
    pub(crate) row: usize,
    /// Interleaved samples a pixel.
    pub(crate) samples: usize,
}

impl Codec {
    /// The name users see.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Lzw => "lzw",
            Self::Deflate => "deflate",
            Self::Zstd => "zstd",
            Self::PackBits => "packbits",
            Self::Jpeg(_) => "jpeg",
            Self::WebP => "webp",
            Self::Fax(fax) => fax.name(),
        }
    }

    /// Decodes a chunk into `out`, whole rows of it. Returns how many bytes have been filled; what
    /// more there may be in the chunk is left alone.
    ///
    /// # Errors
    /// What is wrong with the chunk.
    pub(crate) fn decode(
        &self,
        chunk: &[u8],
        out: &mut [u8],
        shape: &Shape,
    ) -> Result<usize, String> {
        match self {
            Self::None => {
                let len = chunk.len().min(out.len());
                out[..len].copy_from_slice(&chunk[..len]);
                Ok(len)
            }
            Self::Lzw => decode::lzw(chunk, out),
            Self::Deflate => decode::deflate(chunk, out),
            Self::Zstd => decode::zstd(chunk, out),
            Self::PackBits => Ok(decode::pack_bits(chunk, out)),
            Self::Jpeg(jpeg) => jpeg.decode(chunk, out, shape),
            Self::WebP => webp::decode(chunk, out, shape),
            Self::Fax(fax) => Ok(fax.decode(chunk, out, shape)),
        }
    }

    /// Whether what is compressed is an image, with samples of its own kind.
    pub(crate) const fn is_image(&self) -> bool {
        matches!(self, Self::Jpeg(_) | Self::WebP)
    }

    /// Bytes that one stored byte can become at most; a chunk that claims more lies. Rows of
    /// bilevel images may take one bit each.
    pub(crate) const fn largest_ratio(&self, shape: &Shape) -> u64 {
        match self {
            Self::None => 1,
            // Codes of 9 to 12 bits for strings that grow by a byte each.
            Self::Lzw => 4096,
            // Two bits for 258 bytes.
            Self::Deflate => 1032,
            // Blocks of 128 KiB in four bytes.
            Self::Zstd => 32 << 10,
            Self::PackBits => 64,
            // A bit for each block of 64 samples, of which three quarters may be left out.
            Self::Jpeg(_) => 2048,
            Self::WebP => 1 << 20,
            Self::Fax(_) => 8 * shape.row as u64,
        }
    }
}
