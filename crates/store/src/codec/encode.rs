//! Packing one chunk after the other, in memory that is kept.

use libdeflater::{CompressionLvl, Compressor};
use raster::Spec;
use weezl::{BitOrder, LzwStatus, encode};

use super::lossy;
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
    /// JPEG, of 8-bit gray or colour.
    Jpeg {
        /// From 1, small, to 100, good.
        quality: u8,
        /// Whether colour, not lightness, has half the columns and rows.
        is_subsampled: bool,
    },
    /// WebP, of 8-bit colour.
    Webp {
        /// From 1, small, to 100, good; if none, nothing is lost.
        quality: Option<u8>,
    },
}

impl Compression {
    /// Deflate as fast as it is useful.
    pub const DEFLATE: Self = Self::Deflate { level: 6 };
    /// Zstandard as fast as it is useful.
    pub const ZSTD: Self = Self::Zstd { level: 3 };

    /// Refuses levels that do not exist and chunks that cannot be packed so.
    pub(crate) fn check(self, chunk: &Spec) -> Result<(), Error> {
        let refuse = |name, last, level| {
            let message =
                format!("expected a level from 1 to {last} for {name} but received {level}");
            Err(Error::InvalidArgument(message))
        };
        match self {
            Self::Deflate { level } if !(1..=12).contains(&level) => refuse("Deflate", 12, level),
            Self::Zstd { level } if !(1..=22).contains(&level) => refuse("Zstd", 22, level),
            Self::Jpeg { quality, .. } => lossy::check_jpeg(chunk, quality),
            Self::Webp { quality } => lossy::check_webp(chunk, quality),
            _ => Ok(()),
        }
    }

    /// Whether differences from neighbours pack better than samples.
    pub(crate) const fn likes_differences(self) -> bool {
        matches!(self, Self::Lzw | Self::Deflate { .. } | Self::Zstd { .. })
    }

    /// The most bytes that `bytes` of pixels are packed into; a generous guess for pictures.
    pub(crate) const fn bound(self, bytes: u64) -> u64 {
        match self {
            Self::None => bytes,
            // A code of at most 12 bits a byte, and some that clear the table.
            Self::Lzw => bytes + bytes / 2 + bytes / 256 + 64,
            // Stored blocks of at least 5,000 bytes.
            Self::Deflate { .. } => bytes + bytes / 1000 + 64,
            Self::Zstd { .. } => bytes + bytes / 256 + 512,
            // Coefficients of up to 26 bits each.
            Self::Jpeg { .. } => 4 * bytes + 4096,
            Self::Webp { .. } => 2 * bytes + 4096,
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
            Self::Zstd { .. } => (6 << 20) + 16 * bytes,
            Self::Jpeg { .. } => (1 << 20) + bytes,
            Self::Webp { .. } => (2 << 20) + 16 * bytes,
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
    /// Those that keep nothing.
    Picture(Compression),
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
            Compression::Jpeg { .. } | Compression::Webp { .. } => Codec::Picture(compression),
        };
        Ok(Self { codec, packed: Vec::new() })
    }

    /// The chunk, whose pixels are as `spec` says, packed.
    pub(crate) fn encode<'a>(
        &'a mut self,
        chunk: &'a [u8],
        spec: &Spec,
    ) -> Result<&'a [u8], Error> {
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
            Codec::Picture(compression) => {
                self.packed.clear();
                let packed = match *compression {
                    Compression::Webp { quality } => {
                        lossy::webp(chunk, spec, quality, &mut self.packed)
                    }
                    Compression::Jpeg { quality, is_subsampled } => {
                        lossy::jpeg(chunk, spec, (quality, is_subsampled), None, &mut self.packed)
                    }
                    _ => Err("it is no codec of pictures".to_owned()),
                };
                packed.map_err(|error| failed("the codec", error))?;
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
    use raster::Depth;

    use super::*;

    const ALL: [Compression; 10] = [
        Compression::None,
        Compression::Lzw,
        Compression::Deflate { level: 1 },
        Compression::Deflate { level: 12 },
        Compression::Zstd { level: 1 },
        Compression::Zstd { level: 19 },
        Compression::Jpeg { quality: 100, is_subsampled: false },
        Compression::Jpeg { quality: 50, is_subsampled: true },
        Compression::Webp { quality: None },
        Compression::Webp { quality: Some(100) },
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
            for width in [1, 2, 85, 1365, 10_000] {
                let spec = Spec::new(width, 7, 3, Depth::U8).unwrap();
                let chunk: Vec<u8> = (0..spec.bytes()).map(|_| noise()).collect();
                let packed = encoder.encode(&chunk, &spec).unwrap();
                let bound = compression.bound(spec.bytes());
                assert!(packed.len() as u64 <= bound, "{compression:?} {width}");
            }
        }
    }

    #[test]
    fn the_same_chunk_packs_to_the_same_bytes() {
        let spec = Spec::new(100, 200, 3, Depth::U8).unwrap();
        let part = Spec { height: 3, ..spec };
        let chunk: Vec<u8> = (0..60_000u32).map(|i| (i.wrapping_mul(i) >> 9) as u8).collect();
        for compression in ALL {
            let mut encoder = Encoder::new(compression).unwrap();
            let once = encoder.encode(&chunk, &spec).unwrap().to_vec();
            encoder.encode(&chunk[..900], &part).unwrap();
            assert!(encoder.encode(&chunk, &spec).unwrap() == once, "{compression:?}");
        }
    }

    #[test]
    fn levels_that_do_not_exist_are_refused() {
        for compression in [
            Compression::Deflate { level: 0 },
            Compression::Deflate { level: 13 },
            Compression::Zstd { level: 0 },
            Compression::Zstd { level: 23 },
            Compression::Jpeg { quality: 0, is_subsampled: true },
            Compression::Webp { quality: Some(101) },
        ] {
            let spec = Spec::new(16, 16, 3, Depth::U8).unwrap();
            assert!(matches!(compression.check(&spec), Err(Error::InvalidArgument(_))));
        }
    }

    #[test]
    fn pictures_take_some_chunks_only() {
        let jpeg = Compression::Jpeg { quality: 80, is_subsampled: true };
        let webp = Compression::Webp { quality: None };
        for (width, channels, depth, fits) in [
            (16, 1, Depth::U8, [true, false]),
            (16, 3, Depth::U8, [true, true]),
            (16, 4, Depth::U8, [false, true]),
            (16, 5, Depth::U8, [false, false]),
            (16, 3, Depth::U16, [false, false]),
            (16_384, 3, Depth::U8, [true, false]),
            (65_536, 3, Depth::U8, [false, false]),
        ] {
            let spec = Spec::new(width, 16, channels, depth).unwrap();
            assert_eq!([jpeg, webp].map(|it| it.check(&spec).is_ok()), fits, "{spec:?}");
            assert!(Compression::Lzw.check(&spec).is_ok());
        }
    }
}
