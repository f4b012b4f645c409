//! Compressed files and odd samples, against a plain model of what TIFF's specification says.

use gigapx_store::ByteOrder;
use proptest::prelude::*;
use raster::{Depth, Region, Spec};

use crate::build::{self, LONG, LONG8, SHORT, Tiff};

/// How a file stores its samples.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Storage {
    pub(crate) bits: u32,
    /// `SampleFormat`: 1 unsigned, 2 signed, 3 floating point.
    pub(crate) format: u64,
    pub(crate) photometric: u64,
    pub(crate) samples: u64,
    pub(crate) planar: bool,
    pub(crate) order: ByteOrder,
    pub(crate) compression: u64,
    pub(crate) predictor: u64,
}

const FORMATS: [(u32, u64); 17] = [
    (1, 1),
    (2, 1),
    (4, 1),
    (6, 1),
    (8, 1),
    (10, 1),
    (12, 1),
    (16, 1),
    (32, 1),
    (64, 1),
    (8, 2),
    (16, 2),
    (32, 2),
    (64, 2),
    (16, 3),
    (32, 3),
    (64, 3),
];

fn storages() -> impl Strategy<Value = Storage> {
    let codes = prop::sample::select(vec![1u64, 5, 8, 32_946, 50_000, 32_773]);
    let formats = prop::sample::select(FORMATS.to_vec());
    let flags = any::<(bool, bool, bool, bool)>();
    (formats, codes, 1u64..5, flags).prop_map(|((bits, format), compression, samples, flags)| {
        let (planar, foreign, inverted, predicted) = flags;
        let can_predict = matches!(bits, 8 | 16 | 32 | 64) && matches!(compression, 5 | 8 | 50_000);
        let predictor = match (predicted && can_predict, format) {
            (false, _) => 1,
            // Bytes apart make sense for what has several.
            (true, 3) => 3,
            (true, _) => 2,
        };
        Storage {
            bits,
            format,
            photometric: u64::from(!inverted),
            samples,
            planar,
            order: if foreign { ByteOrder::Big } else { ByteOrder::Little },
            compression,
            predictor,
        }
    })
}

/// The sample that a stored one, whose bits are given, is read as.
fn expected(storage: &Storage, stored: u64, channel: u64) -> (Depth, Vec<u8>) {
    let Storage { bits, format, photometric, .. } = *storage;
    let most = u64::MAX >> (64 - bits);
    let is_inverted = photometric == 0 && channel == 0 && format == 1 && bits <= 16;
    let value = if is_inverted { most - stored } else { stored };
    let signed = (stored << (64 - bits)) as i64 >> (64 - bits);
    let narrow = |value: i64| value.clamp(i32::MIN.into(), i32::MAX.into()) as i32;
    match (bits, format) {
        (..8, _) => {
            let grey = (value as f64 * 255.0 / most as f64).round() as u8;
            (Depth::U8, vec![grey])
        }
        (8, 1) => (Depth::U8, vec![value as u8]),
        (9..=16, 1) => (Depth::U16, (value as u16).to_ne_bytes().to_vec()),
        (_, 1) => {
            let value = value.min(i32::MAX as u64) as i32;
            (Depth::I32, value.to_ne_bytes().to_vec())
        }
        (8 | 16, 2) => (Depth::I16, (signed as i16).to_ne_bytes().to_vec()),
        (_, 2) => (Depth::I32, narrow(signed).to_ne_bytes().to_vec()),
        (16, _) => (Depth::F32, half(stored as u16).to_ne_bytes().to_vec()),
        (32, _) => (Depth::F32, (stored as u32).to_ne_bytes().to_vec()),
        _ => (Depth::F32, (f64::from_bits(stored) as f32).to_ne_bytes().to_vec()),
    }
}

fn half(bits: u16) -> f32 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023));
    let magnitude = match exponent {
        0 => fraction * 2f32.powi(-24),
        _ => (1024.0 + fraction) * 2f32.powi(exponent - 25),
    };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}

/// A stored sample that is a number: no NaN, whose bits may change on their way.
pub(crate) fn sample(storage: &Storage, random: u64) -> u64 {
    let bits = random >> (64 - storage.bits);
    match (storage.format, storage.bits) {
        (3, 16) => bits & 0xbfff,
        (3, 32) => u64::from((random as i32 as f32 / 7.0).to_bits()),
        (3, _) => (random as i64 as f64 / 7.0).to_bits(),
        _ => bits,
    }
}

/// A row of one plane as the file has it, uncompressed.
fn stored_row(storage: &Storage, row: &[u64], samples: usize) -> Vec<u8> {
    let Storage { bits, order, predictor, .. } = *storage;
    let mask = u64::MAX >> (64 - bits);
    let size = bits as usize / 8;
    if !bits.is_multiple_of(8) {
        let bit = |&value: &u64| (0..bits).rev().map(move |bit| (value >> bit & 1) as u8);
        let all: Vec<u8> = row.iter().flat_map(bit).collect();
        return all
            .chunks(8)
            .map(|part| part.iter().enumerate().fold(0, |byte, (i, bit)| byte | bit << (7 - i)))
            .collect();
    }
    let number = |value: u64| match order {
        ByteOrder::Little => value.to_le_bytes()[..size].to_vec(),
        ByteOrder::Big => value.to_be_bytes()[8 - size..].to_vec(),
    };
    match predictor {
        2 => {
            let before = |i: usize| if i < samples { 0 } else { row[i - samples] };
            (0..row.len()).flat_map(|i| number(row[i].wrapping_sub(before(i)) & mask)).collect()
        }
        3 => {
            let byte = |plane: usize, value: u64| (value >> (8 * (size - 1 - plane))) as u8;
            let planes: Vec<u8> = (0..size)
                .flat_map(|plane| row.iter().map(move |&value| byte(plane, value)))
                .collect();
            let before = |i: usize| if i < samples { 0 } else { planes[i - samples] };
            (0..planes.len()).map(|i| planes[i].wrapping_sub(before(i))).collect()
        }
        _ => row.iter().flat_map(|&value| number(value)).collect(),
    }
}

pub(crate) fn compress(scheme: u64, data: &[u8]) -> Vec<u8> {
    match scheme {
        5 => weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8)
            .encode(data)
            .unwrap(),
        8 | 32_946 => {
            let level = libdeflater::CompressionLvl::default();
            let mut compressor = libdeflater::Compressor::new(level);
            let mut out = vec![0; compressor.zlib_compress_bound(data.len())];
            let len = compressor.zlib_compress(data, &mut out).unwrap();
            out.truncate(len);
            out
        }
        50_000 => zstd::bulk::compress(data, 3).unwrap(),
        32_773 => {
            data.chunks(100).flat_map(|part| [&[part.len() as u8 - 1], part].concat()).collect()
        }
        _ => data.to_vec(),
    }
}

/// A file of `values`, one for each sample of each pixel, and the image it is read as.
pub(crate) fn file(
    storage: &Storage,
    (width, height): (u64, u64),
    chunk: (u64, u64),
    tiled: bool,
    big: bool,
    values: &[u64],
) -> (Tiff, Spec, Vec<u8>) {
    let samples = storage.samples;
    let planes = if storage.planar { samples } else { 1 };
    let beside = samples / planes;
    let mut chunks = Vec::new();
    for plane in 0..planes {
        for top in (0..height).step_by(chunk.1 as usize) {
            for left in (0..width).step_by(chunk.0 as usize) {
                let rows = if tiled { chunk.1 } else { chunk.1.min(height - top) };
                let row = |y: u64| {
                    let at = |x: u64, s: u64| {
                        let inside = y < height && x < width;
                        let index = (y * width + x) * samples + plane + s;
                        if inside { values[index as usize] } else { 1 }
                    };
                    let pixels =
                        (left..left + chunk.0).flat_map(|x| (0..beside).map(move |s| (x, s)));
                    let row: Vec<u64> = pixels.map(|(x, s)| at(x, s)).collect();
                    stored_row(storage, &row, beside as usize)
                };
                let data: Vec<u8> = (top..top + rows).flat_map(row).collect();
                chunks.push(compress(storage.compression, &data));
            }
        }
    }
    let (tiff, spec) = container(storage, (width, height), chunk, tiled, big, &chunks);
    let image = values.iter().enumerate();
    let image = image.flat_map(|(i, &value)| expected(storage, value, i as u64 % samples).1);
    (tiff, spec, image.collect())
}

pub(crate) fn container(
    storage: &Storage,
    (width, height): (u64, u64),
    chunk: (u64, u64),
    tiled: bool,
    big: bool,
    chunks: &[Vec<u8>],
) -> (Tiff, Spec) {
    let mut tiff = Tiff::new(storage.order, big, width, height, 0);
    let mut at = 2048 + 20 * chunks.len();
    let mut offsets = Vec::new();
    for data in chunks {
        offsets.push(at as u64);
        tiff = tiff.at(at, data);
        at += data.len() + 1;
    }
    let counts: Vec<u64> = chunks.iter().map(|chunk| chunk.len() as u64).collect();
    let kind = if big { LONG8 } else { LONG };
    let samples = storage.samples;
    let tiff = tiff
        .tag(258, SHORT, &vec![storage.bits.into(); samples as usize])
        .tag(259, SHORT, &[storage.compression])
        .tag(262, SHORT, &[storage.photometric])
        .tag(277, SHORT, &[samples])
        .tag(284, SHORT, &[if storage.planar { 2 } else { 1 }])
        .tag(317, SHORT, &[storage.predictor])
        .tag(339, SHORT, &vec![storage.format; samples as usize]);
    let tiff = if tiled {
        tiff.tag(322, LONG, &[chunk.0])
            .tag(323, LONG, &[chunk.1])
            .tag(324, kind, &offsets)
            .tag(325, kind, &counts)
    } else {
        tiff.tag(278, LONG, &[chunk.1]).tag(273, kind, &offsets).tag(279, kind, &counts)
    };
    let depth = expected(storage, 0, 0).0;
    (tiff, Spec::new(width, height, samples as u32, depth).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn any_storage_is_read(
        storage in storages(),
        size in (1u64..40, 1u64..40),
        chunk in (1u64..30, 1u64..50),
        (tiled, big, kept) in any::<(bool, bool, bool)>(),
        seed: u64,
        cut in (0.0..1.0, 0.0..1.0, 0.0..1.0, 0.0..1.0),
    ) {
        let (width, height) = size;
        let chunk = if tiled { chunk } else { (width, chunk.1.min(height)) };
        let count = width * height * storage.samples;
        let values: Vec<u64> = (0..count)
            .map(|i| (i ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(27))
            .map(|random| sample(&storage, random))
            .collect();
        let (tiff, spec, image) = file(&storage, size, chunk, tiled, big, &values);
        let source = tiff.open().unwrap();
        prop_assert_eq!(*source.spec(), spec);
        if kept {
            source.keep(1 << 20);
        }
        let span = |a: f64, b: f64, len: u64| {
            let start = (a * len as f64) as u64;
            (start, 1 + (b * (len - start - 1) as f64) as u64)
        };
        let (left, width) = span(cut.0, cut.1, width);
        let (top, height) = span(cut.2, cut.3, height);
        let region = Region::new(left, top, width, height);
        prop_assert_eq!(build::pixels(&*source, &region), build::cut(&image, &spec, &region));
        prop_assert_eq!(build::image(&*source), image);
        if let (Some(chunks), true) = (source.chunks(), kept) {
            let cells = spec.region().cells(chunks.width, chunks.height).count() as u64;
            prop_assert_eq!(source.decoded(), cells);
            prop_assert_eq!(source.held(), cells * chunks.bytes);
            source.release(1 << 20);
        }
        prop_assert_eq!(source.held(), 0);
    }

    #[test]
    fn palettes_are_looked_up(
        bits in prop::sample::select(vec![1u32, 2, 4, 8, 16]),
        (compression, foreign, deep) in (prop::sample::select(vec![1u64, 5, 8]), any::<bool>(), any::<bool>()),
        seed: u64,
    ) {
        let order = if foreign { ByteOrder::Big } else { ByteOrder::Little };
        let storage = Storage {
            bits, format: 1, photometric: 3, samples: 1, planar: false, order, compression, predictor: 1,
        };
        let random = |i: u64| (i ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(27);
        let values: Vec<u64> = (0..13 * 7).map(|i| random(i) >> (64 - bits)).collect();
        let entries = 1u64 << bits;
        let colour =
            |at: u64| if deep && at == 0 { 0x1234 } else { (random(at + 1000) & 255) * 257 };
        let map: Vec<u64> = (0..3 * entries).map(colour).collect();
        let (tiff, ..) = file(&storage, (13, 7), (13, 3), false, true, &values);
        // The map of 16 bits would not fit before the pixels.
        let moved = tiff.data.iter().map(|(at, data)| (at + (1 << 20), data.clone())).collect();
        let offsets: Vec<u64> = tiff.data.iter().map(|(at, _)| (at + (1 << 20)) as u64).collect();
        let tiff = Tiff { data: moved, ..tiff }.tag(320, SHORT, &map).tag(273, LONG8, &offsets);
        let source = tiff.open().unwrap();
        let depth = if deep { Depth::U16 } else { Depth::U8 };
        prop_assert_eq!(*source.spec(), Spec::new(13, 7, 3, depth).unwrap());
        let samples = values.iter().flat_map(|&index| (0..3).map(move |of| of * entries + index));
        let image: Vec<u8> = samples
            .flat_map(|at| match depth {
                Depth::U8 => vec![(map[at as usize] >> 8) as u8],
                _ => (map[at as usize] as u16).to_ne_bytes().to_vec(),
            })
            .collect();
        prop_assert_eq!(build::image(&*source), image);
    }
}
