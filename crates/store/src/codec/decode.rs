//! The compressions that know bytes and not pixels.

use std::cell::RefCell;

use libdeflater::{DecompressionError, Decompressor};
use weezl::{BitOrder, LzwStatus, decode};
use zstd::bulk;

thread_local! {
    static DECODERS: RefCell<Decoders> = RefCell::default();
}

/// Decoders keep tables of up to a hundred KiB, so each thread makes them once.
#[derive(Default)]
struct Decoders {
    deflate: Option<Decompressor>,
    zstd: Option<bulk::Decompressor<'static>>,
    lzw: Option<decode::Decoder>,
    old_lzw: Option<decode::Decoder>,
}

/// Decodes a zlib stream.
pub(super) fn deflate(chunk: &[u8], out: &mut [u8]) -> Result<usize, String> {
    let whole = DECODERS.with_borrow_mut(|decoders| {
        decoders.deflate.get_or_insert_default().zlib_decompress(chunk, out)
    });
    match whole {
        Ok(len) => Ok(len),
        // A last strip may go on below the image, and a file may end within the checksum.
        Err(DecompressionError::InsufficientSpace | DecompressionError::BadData) => {
            inflate(chunk, out)
        }
    }
}

/// Decodes as much of a zlib stream as there is room for: slower, but content with a part.
fn inflate(chunk: &[u8], out: &mut [u8]) -> Result<usize, String> {
    let mut stream = flate2::Decompress::new(true);
    let result = stream.decompress(chunk, out, flate2::FlushDecompress::Finish);
    let len = stream.total_out() as usize;
    match result {
        Ok(_) => Ok(len),
        // What is wrong lies behind the last byte that is wanted.
        Err(_) if len == out.len() => Ok(len),
        Err(error) => Err(error.to_string()),
    }
}

/// Decodes a Zstandard frame.
pub(super) fn zstd(chunk: &[u8], out: &mut [u8]) -> Result<usize, String> {
    DECODERS.with_borrow_mut(|decoders| {
        let failed = |error: std::io::Error| error.to_string();
        if decoders.zstd.is_none() {
            decoders.zstd = Some(bulk::Decompressor::new().map_err(failed)?);
        }
        let zstd = decoders.zstd.as_mut().expect("made above");
        zstd.decompress_to_buffer(chunk, out).map_err(failed)
    })
}

/// Decodes LZW: that of TIFF's specification, or that of writers before it, which filled bytes from
/// the lowest bit on. Those start with a clear code of another look.
pub(super) fn lzw(chunk: &[u8], out: &mut [u8]) -> Result<usize, String> {
    let is_old = matches!(chunk, [0, second, ..] if second & 1 == 1);
    DECODERS.with_borrow_mut(|Decoders { lzw, old_lzw, .. }| {
        let decoder = if is_old {
            let make = || decode::Configuration::new(BitOrder::Lsb, 8);
            old_lzw.get_or_insert_with(|| make().with_yield_on_full_buffer(true).build())
        } else {
            let make = || decode::Configuration::with_tiff_size_switch(BitOrder::Msb, 8);
            lzw.get_or_insert_with(|| make().with_yield_on_full_buffer(true).build())
        };
        decoder.reset();
        let (mut read, mut filled) = (0, 0);
        while filled < out.len() {
            let step = decoder.decode_bytes(&chunk[read..], &mut out[filled..]);
            read += step.consumed_in;
            filled += step.consumed_out;
            match step.status {
                Ok(LzwStatus::Ok) => {}
                Ok(LzwStatus::Done | LzwStatus::NoProgress) => break,
                Err(error) => return Err(error.to_string()),
            }
        }
        Ok(filled)
    })
}

/// Decodes runs and literals of Apple's `PackBits`.
pub(super) fn pack_bits(mut chunk: &[u8], out: &mut [u8]) -> usize {
    let mut filled = 0;
    while let [head, rest @ ..] = chunk {
        let room = out.len() - filled;
        if room == 0 {
            break;
        }
        let head = *head as i8;
        let (len, used) = match (head, rest) {
            // Does nothing.
            (i8::MIN, _) => (0, 0),
            (0.., _) => {
                let len = (head as usize + 1).min(rest.len());
                let taken = len.min(room);
                out[filled..][..taken].copy_from_slice(&rest[..taken]);
                (taken, len)
            }
            (_, [value, ..]) => {
                let len = (1 - isize::from(head)) as usize;
                let taken = len.min(room);
                out[filled..][..taken].fill(*value);
                (taken, 1)
            }
            (_, []) => break,
        };
        filled += len;
        chunk = &rest[used..];
    }
    filled
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Bytes that compress, more or less.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let runs = prop::collection::vec((any::<u8>(), 1usize..300, any::<bool>()), 0..60);
        runs.prop_map(|runs| {
            let run = |(value, len, is_flat): (u8, usize, bool)| {
                (0..len).map(move |i| if is_flat { value } else { value.wrapping_mul(i as u8) })
            };
            runs.into_iter().flat_map(run).collect()
        })
    }

    type Encode = fn(&[u8]) -> Vec<u8>;
    type Decode = fn(&[u8], &mut [u8]) -> Result<usize, String>;

    fn zlib(data: &[u8]) -> Vec<u8> {
        let mut compressor = libdeflater::Compressor::new(libdeflater::CompressionLvl::default());
        let mut out = vec![0; compressor.zlib_compress_bound(data.len())];
        let len = compressor.zlib_compress(data, &mut out).unwrap();
        out.truncate(len);
        out
    }

    fn tiff_lzw(data: &[u8]) -> Vec<u8> {
        weezl::encode::Encoder::with_tiff_size_switch(BitOrder::Msb, 8).encode(data).unwrap()
    }

    fn old_lzw(data: &[u8]) -> Vec<u8> {
        weezl::encode::Encoder::new(BitOrder::Lsb, 8).encode(data).unwrap()
    }

    fn packed(data: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        for run in data.chunk_by(|a, b| a == b) {
            for part in run.chunks(128) {
                if part.len() > 2 {
                    out.extend([(1 - part.len() as isize) as u8, part[0]]);
                } else {
                    out.push(part.len() as u8 - 1);
                    out.extend(part);
                    out.push(128);
                }
            }
        }
        out
    }

    const CODECS: [(Encode, Decode); 5] = [
        (zlib, deflate),
        (|data| bulk::compress(data, 3).unwrap(), zstd),
        (tiff_lzw, lzw),
        (old_lzw, lzw),
        (packed, |chunk, out| Ok(pack_bits(chunk, out))),
    ];

    proptest! {
        #[test]
        fn what_was_encoded_comes_back(data in bytes(), room in 0usize..100) {
            for (encode, decode) in CODECS {
                let chunk = encode(&data);
                let mut out = vec![7; data.len() + room];
                prop_assert_eq!(decode(&chunk, &mut out), Ok(data.len()));
                prop_assert_eq!(&out[..data.len()], &data[..]);
            }
        }

        #[test]
        fn a_part_is_decoded_where_there_is_no_room_for_more(data in bytes(), share in 0.0..1.0) {
            let wanted = (data.len() as f64 * share) as usize;
            for (at, (encode, decode)) in CODECS.into_iter().enumerate() {
                let chunk = encode(&data);
                let mut out = vec![7; wanted];
                let filled = decode(&chunk, &mut out);
                // Zstandard's one-shot decoder takes all or nothing.
                if at != 1 {
                    prop_assert_eq!(filled, Ok(wanted));
                    prop_assert_eq!(&out[..], &data[..wanted]);
                }
            }
        }

        #[test]
        fn anything_is_survived(chunk in prop::collection::vec(any::<u8>(), 0..300), len in 0usize..500) {
            for (_, decode) in CODECS {
                let mut out = vec![0; len];
                if let Ok(filled) = decode(&chunk, &mut out) {
                    prop_assert!(filled <= len);
                }
            }
        }

        #[test]
        fn changed_bytes_are_survived(
            data in bytes(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..9),
        ) {
            for (encode, decode) in CODECS {
                let mut chunk = encode(&data);
                if chunk.is_empty() {
                    continue;
                }
                for (at, value) in &changes {
                    let at = at.index(chunk.len());
                    chunk[at] = *value;
                }
                let mut out = vec![0; data.len()];
                let _ = decode(&chunk, &mut out);
            }
        }
    }
}
