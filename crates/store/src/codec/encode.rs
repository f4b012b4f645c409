//! Packing one chunk after the other, in memory that is kept.

use libdeflater::{CompressionLvl, Compressor};
use weezl::{BitOrder, LzwStatus, encode};

use crate::Error;

/// How chunks are packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// LZW, as every program reads it.
    Lzw,
    /// Deflate with the header of zlib.
    Deflate {
        /// From 1, fast, to 12, small.
        level: u8,
    },
    /// Zstandard.
    Zstd {
        /// From 1, fast, to 22, small.
        level: u8,
    },
}

impl Compression {
    /// Deflate as fast as it is useful.
    pub const DEFLATE: Self = Self::Deflate { level: 6 };
    /// Zstandard as fast as it is useful.
    pub const ZSTD: Self = Self::Zstd { level: 3 };

    /// Refuses levels that do not exist.
    pub(crate) fn check(self) -> Result<(), Error> {
        let refuse = |name, last, level| {
            let message =
                format!("expected a level from 1 to {last} for {name} but received {level}");
            Err(Error::InvalidArgument(message))
        };
        match self {
            Self::Deflate { level } if !(1..=12).contains(&level) => refuse("Deflate", 12, level),
            Self::Zstd { level } if !(1..=22).contains(&level) => refuse("Zstd", 22, level),
            _ => Ok(()),
        }
    }

    /// Whether differences from neighbours pack better than samples.
    pub(crate) const fn likes_differences(self) -> bool {
        matches!(self, Self::Lzw | Self::Deflate { .. } | Self::Zstd { .. })
    }

    /// The most bytes that `bytes` of pixels are packed into.
    pub(crate) const fn bound(self, bytes: u64) -> u64 {
        match self {
            Self::None => bytes,
            // A code of at most 12 bits a byte, and some that clear the table.
            Self::Lzw => bytes + bytes / 2 + bytes / 256 + 64,
            // Stored blocks of at least 5,000 bytes.
            Self::Deflate { .. } => bytes + bytes / 1000 + 64,
            Self::Zstd { .. } => bytes + bytes / 256 + 512,
        }
    }

    /// Bytes that an encoder of chunks of that many bytes takes, beside what is packed.
    pub(crate) const fn state_bytes(self, bytes: u64) -> u64 {
        match self {
            Self::None => 0,
            Self::Lzw => 256 << 10,
            Self::Deflate { level: ..=9 } => 1 << 20,
            Self::Deflate { .. } => 10 << 20,
            // Tables grow with the level up to some times the window, which a chunk fits.
            Self::Zstd { level: ..=4 } => (2 << 20) + 4 * bytes,
            Self::Zstd { .. } => (6 << 20) + 12 * bytes,
        }
    }
}

/// Packs chunks, one at a time.
pub(crate) struct Encoder {
    codec: Codec,
    packed: Vec<u8>,
}

enum Codec {
    None,
    Lzw(Box<encode::Encoder>),
    Deflate(Compressor),
    Zstd(zstd::bulk::Compressor<'static>),
}

impl Encoder {
    pub(crate) fn new(compression: Compression) -> Result<Self, Error> {
        let codec = match compression {
            Compression::None => Codec::None,
            Compression::Lzw => {
                let encoder = encode::Encoder::with_tiff_size_switch(BitOrder::Msb, 8);
                Codec::Lzw(Box::new(encoder))
            }
            Compression::Deflate { level } => {
                let level = CompressionLvl::new(i32::from(level))
                    .map_err(|_| failed("Deflate", "the level does not exist"))?;
                Codec::Deflate(Compressor::new(level))
            }
            Compression::Zstd { level } => {
                let compressor = zstd::bulk::Compressor::new(i32::from(level));
                Codec::Zstd(compressor.map_err(|error| failed("Zstd", error))?)
            }
        };
        Ok(Self { codec, packed: Vec::new() })
    }

    /// The chunk, packed.
    pub(crate) fn encode<'a>(&'a mut self, chunk: &'a [u8]) -> Result<&'a [u8], Error> {
        match &mut self.codec {
            Codec::None => return Ok(chunk),
            Codec::Lzw(encoder) => {
                self.packed.resize(Compression::Lzw.bound(chunk.len() as u64) as usize, 0);
                let len = lzw(encoder, chunk, &mut self.packed)?;
                return Ok(&self.packed[..len]);
            }
            Codec::Deflate(compressor) => {
                self.packed.resize(compressor.zlib_compress_bound(chunk.len()), 0);
                let packed = compressor.zlib_compress(chunk, &mut self.packed);
                let len = packed.map_err(|error| failed("Deflate", error))?;
                return Ok(&self.packed[..len]);
            }
            Codec::Zstd(compressor) => {
                self.packed.clear();
                self.packed.reserve(zstd::zstd_safe::compress_bound(chunk.len()));
                compressor
                    .compress_to_buffer(chunk, &mut self.packed)
                    .map_err(|error| failed("Zstd", error))?;
            }
        }
        Ok(&self.packed)
    }
}

fn lzw(encoder: &mut encode::Encoder, mut chunk: &[u8], out: &mut [u8]) -> Result<usize, Error> {
    encoder.reset();
    encoder.finish();
    let mut filled = 0;
    loop {
        let result = encoder.encode_bytes(chunk, &mut out[filled..]);
        chunk = &chunk[result.consumed_in..];
        filled += result.consumed_out;
        match result.status {
            Ok(LzwStatus::Done) => return Ok(filled),
            Ok(LzwStatus::Ok) if result.consumed_in + result.consumed_out > 0 => {}
            other => return Err(failed("LZW", format!("{other:?}"))),
        }
    }
}

/// An encoder that fails on valid input is out of memory, or wrong.
fn failed(name: &str, why: impl std::fmt::Display) -> Error {
    Error::Unsupported(format!("{name} cannot pack a chunk: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Compression; 6] = [
        Compression::None,
        Compression::Lzw,
        Compression::Deflate { level: 1 },
        Compression::Deflate { level: 12 },
        Compression::Zstd { level: 1 },
        Compression::Zstd { level: 19 },
    ];

    #[test]
    fn nothing_grows_beyond_its_bound() {
        let mut state = 1u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        };
        for compression in ALL {
            let mut encoder = Encoder::new(compression).unwrap();
            for len in [1, 2, 255, 4095, 70_000, 300_000] {
                let chunk: Vec<u8> = (0..len).map(|_| noise()).collect();
                let packed = encoder.encode(&chunk).unwrap();
                assert!(packed.len() as u64 <= compression.bound(len), "{compression:?} {len}");
            }
        }
    }

    #[test]
    fn the_same_chunk_packs_to_the_same_bytes() {
        let chunk: Vec<u8> = (0..100_000u32).map(|i| (i.wrapping_mul(i) >> 9) as u8).collect();
        for compression in ALL {
            let mut encoder = Encoder::new(compression).unwrap();
            let once = encoder.encode(&chunk).unwrap().to_vec();
            encoder.encode(&chunk[..999]).unwrap();
            assert!(encoder.encode(&chunk).unwrap() == once, "{compression:?}");
        }
    }

    #[test]
    fn levels_that_do_not_exist_are_refused() {
        for compression in [
            Compression::Deflate { level: 0 },
            Compression::Deflate { level: 13 },
            Compression::Zstd { level: 0 },
            Compression::Zstd { level: 23 },
        ] {
            assert!(matches!(compression.check(), Err(Error::InvalidArgument(_))));
        }
        assert!(ALL.into_iter().all(|compression| compression.check().is_ok()));
    }
}
