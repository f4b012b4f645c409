//! PNG files of every kind, made by hand, against what the specification says of them.

use std::{io::Write, sync::LazyLock, thread};

use flate2::{Compression, Crc, write::ZlibEncoder};
use gigapx_store::{Access, Error, Source, open};
use proptest::prelude::*;
use raster::{Depth, Region};

use crate::build;

/// What a file is like. Samples are stored ones: indices where there is a palette.
#[derive(Clone, Debug)]
pub(crate) struct Png {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// The number of the colour type.
    pub(crate) color: u8,
    pub(crate) bits: u32,
    pub(crate) is_interlaced: bool,
    pub(crate) is_transparent: bool,
    pub(crate) samples: Vec<u16>,
}

/// Where each pass of an interlaced image begins, and how far apart its columns and rows are.
const PASSES: [(usize, usize, usize, usize); 7] = [
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
];

pub(crate) fn chunk(name: &[u8], data: &[u8]) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(name);
    crc.update(data);
    let len = (data.len() as u32).to_be_bytes();
    [&len[..], name, data, &crc.sum().to_be_bytes()].concat()
}

impl Png {
    fn samples(&self) -> usize {
        [1, 0, 3, 1, 2, 0, 4][usize::from(self.color)]
    }

    fn pixel(&self, x: usize, y: usize) -> &[u16] {
        &self.samples[(y * self.width + x) * self.samples()..][..self.samples()]
    }

    /// Rows of one pass, each with a filter that changes from row to row.
    fn pass(&self, (left, top, dx, dy): (usize, usize, usize, usize), out: &mut Vec<u8>) {
        let distance = (self.samples() * self.bits as usize).div_ceil(8);
        let mut before: Vec<u8> = Vec::new();
        if left >= self.width {
            return;
        }
        for (line, y) in (top..self.height).step_by(dy).enumerate() {
            let mut bits = Vec::new();
            for x in (left..self.width).step_by(dx) {
                for sample in self.pixel(x, y) {
                    bits.extend((0..self.bits).rev().map(|bit| sample >> bit & 1));
                }
            }
            let byte = |bits: &[u16]| {
                bits.iter().enumerate().fold(0, |byte, (at, bit)| byte | (*bit as u8) << (7 - at))
            };
            let row: Vec<u8> = bits.chunks(8).map(byte).collect();
            before.resize(row.len(), 0);
            let filter = line as u8 % 5;
            out.push(filter);
            for at in 0..row.len() {
                let back = |row: &[u8]| at.checked_sub(distance).map_or(0, |at| row[at]);
                let (a, b, c) = (back(&row), before[at], back(&before));
                let paeth = || {
                    let [a, b, c] = [a, b, c].map(i32::from);
                    let p = a + b - c;
                    let nearest = [a, b, c].into_iter().min_by_key(|q| (p - q).abs());
                    nearest.unwrap() as u8
                };
                let guess = match filter {
                    0 => 0,
                    1 => a,
                    2 => b,
                    3 => u16::midpoint(a.into(), b.into()) as u8,
                    _ => paeth(),
                };
                out.push(row[at].wrapping_sub(guess));
            }
            before = row;
        }
    }

    fn palette(&self) -> Vec<u8> {
        (0..3usize << self.bits).map(|at| (at * 37 % 251) as u8).collect()
    }

    /// The alpha of half of the colours, or the colour that is transparent.
    fn transparency(&self) -> Vec<u8> {
        match self.color {
            3 => (0..(1usize << self.bits) / 2).map(|at| (at * 11 % 256) as u8).collect(),
            _ => self.pixel(0, 0).iter().flat_map(|sample| sample.to_be_bytes()).collect(),
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut header = Vec::new();
        header.extend((self.width as u32).to_be_bytes());
        header.extend((self.height as u32).to_be_bytes());
        header.extend([self.bits as u8, self.color, 0, 0, self.is_interlaced.into()]);
        let mut rows = Vec::new();
        if self.is_interlaced {
            for pass in PASSES {
                self.pass(pass, &mut rows);
            }
        } else {
            self.pass((0, 0, 1, 1), &mut rows);
        }
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&rows).unwrap();
        let stream = encoder.finish().unwrap();
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        file.extend(chunk(b"IHDR", &header));
        if self.color == 3 {
            file.extend(chunk(b"PLTE", &self.palette()));
        }
        if self.is_transparent {
            file.extend(chunk(b"tRNS", &self.transparency()));
        }
        for part in stream.chunks(50) {
            file.extend(chunk(b"IDAT", part));
        }
        file.extend(chunk(b"IEND", &[]));
        file
    }

    /// The samples that are to be read.
    fn expected(&self) -> Vec<u16> {
        let most = if self.bits == 16 { u16::MAX } else { 255 };
        let scale = |sample: u16| {
            if self.bits < 8 { sample * (255 / ((1 << self.bits) - 1)) } else { sample }
        };
        let mut out = Vec::new();
        for y in 0..self.height {
            for x in 0..self.width {
                let pixel = self.pixel(x, y);
                let key = self.pixel(0, 0);
                if self.color == 3 {
                    let index = usize::from(pixel[0]);
                    out.extend(
                        self.palette()[3 * index..][..3].iter().map(|&byte| u16::from(byte)),
                    );
                    let alpha = self.transparency().get(index).map_or(255, |&byte| byte.into());
                    out.extend(self.is_transparent.then_some(alpha));
                } else {
                    out.extend(pixel.iter().map(|&sample| scale(sample)));
                    let alpha = if pixel == key { 0 } else { most };
                    out.extend(self.is_transparent.then_some(alpha));
                }
            }
        }
        out
    }

    /// As bytes of the depth that is read.
    pub(crate) fn pixels(&self) -> Vec<u8> {
        let wide = |sample: u16| sample.to_ne_bytes().to_vec();
        let narrow = |sample: u16| vec![sample as u8];
        let samples = self.expected();
        samples
            .into_iter()
            .flat_map(|it| if self.bits == 16 { wide(it) } else { narrow(it) })
            .collect()
    }
}

pub(crate) fn any_png(side: usize) -> impl Strategy<Value = Png> {
    let kinds: Vec<(u8, u32)> = [
        (0, &[1, 2, 4, 8, 16][..]),
        (2, &[8, 16]),
        (3, &[1, 2, 4, 8]),
        (4, &[8, 16]),
        (6, &[8, 16]),
    ]
    .into_iter()
    .flat_map(|(color, bits)| bits.iter().map(move |&bits| (color, bits)))
    .collect();
    (1..=side, 1..=side, prop::sample::select(kinds), any::<bool>(), any::<bool>(), any::<u32>())
        .prop_map(|(width, height, (color, bits), is_interlaced, is_transparent, seed)| {
            let is_transparent = is_transparent && color < 4;
            let mut png = Png {
                width,
                height,
                color,
                bits,
                is_interlaced,
                is_transparent,
                samples: Vec::new(),
            };
            let mut state = seed | 1;
            png.samples = (0..width * height * png.samples())
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 16) as u16 & (u32::MAX >> (32 - bits)) as u16
                })
                .collect();
            png
        })
}

proptest! {
    #[test]
    fn every_kind_is_read(png in any_png(40)) {
        let source = build::open(&png.bytes()).unwrap();
        let metadata = source.metadata();
        let access = if png.is_interlaced { "whole" } else { "sequential" };
        prop_assert_eq!((metadata.format.name(), metadata.access), ("png", access));
        let depth = if png.bits == 16 { Depth::U16 } else { Depth::U8 };
        prop_assert_eq!(source.spec().depth, depth);
        prop_assert!(build::image(&*source) == png.pixels());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn regions_are_read_in_any_order(
        kept in 0u64..3 << 20,
        regions in prop::collection::vec((0u64..2000, 0u64..3000, 1u64..300, 1u64..700), 1..6),
    ) {
        static FILE: LazyLock<(Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
            let png = tall(5);
            (png.bytes(), png.pixels())
        });
        let (content, expected) = &*FILE;
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        for access in [Access::Mmap, Access::Pread] {
            let source = open(file.path(), access).unwrap();
            source.keep(kept);
            thread::scope(|scope| {
                for &(left, top, width, height) in &regions {
                    let region = Region::new(left, top, width, height);
                    let source = &source;
                    scope.spawn(move || check(&**source, &region, expected));
                }
            });
            source.release(kept);
            prop_assert_eq!(source.held(), 0);
        }
    }
}

/// An image of many strips, mostly flat.
fn tall(seed: u32) -> Png {
    let (width, height) = (2300, 3700);
    let sample =
        |at: usize| ((at / width) as u32 * 7 + (at % width) as u32 / 256 + seed) as u16 & 255;
    let samples = (0..width * height).map(sample).collect();
    Png { width, height, color: 0, bits: 8, is_interlaced: false, is_transparent: false, samples }
}

fn check(source: &dyn Source, region: &Region, expected: &[u8]) {
    let width = source.spec().row_bytes();
    let read = build::pixels(source, region);
    for (y, row) in read.chunks(region.width as usize).enumerate() {
        let start = (region.top + y as u64) * width + region.left;
        assert!(row == &expected[start as usize..][..row.len()], "row {y} of {region:?}");
    }
}

#[test]
fn forward_reading_decodes_each_strip_once_and_going_back_counts() {
    let png = tall(1);
    let source = build::open(&png.bytes()).unwrap();
    let strips = source.chunks().unwrap();
    assert!(strips.is_sequential);
    let count = source.spec().height.div_ceil(strips.height);
    source.keep(2 * strips.bytes);
    for top in (0..3700).step_by(100) {
        build::pixels(&*source, &Region::new(0, top, 2300, 100));
    }
    assert_eq!(source.decoded(), count);
    build::pixels(&*source, &Region::new(0, 0, 1, 1));
    assert_eq!(source.decoded(), count + 1);
    build::pixels(&*source, &Region::new(0, 3699, 1, 1));
    assert_eq!(source.decoded(), count + 1, "the last one was kept");
    source.release(2 * strips.bytes);
}

#[test]
fn damage_is_found() {
    let png = Png { height: 20, ..tall(3) };
    let png = Png { samples: png.samples[..20 * 2300].to_vec(), ..png };
    let file = png.bytes();
    let read = |file: &[u8]| {
        build::open(file).and_then(|source| build::try_pixels(&*source, &source.spec().region()))
    };
    read(&file).unwrap();
    let idat = file.windows(4).position(|name| name == b"IDAT").unwrap();
    let mut changed = file.clone();
    changed[idat + 20] ^= 1;
    let mut unchecked = file.clone();
    unchecked[idat + 4 + 50] ^= 1;
    for broken in
        [&changed, &unchecked, &file[..file.len() - 40].to_vec(), &file[..file.len() - 12].to_vec()]
    {
        let error = read(broken).unwrap_err();
        assert!(matches!(error, Error::Corrupt { .. }), "{error}");
    }
}

#[test]
fn sizes_that_cannot_be_are_refused() {
    let png = Png {
        width: 1,
        height: 1,
        color: 0,
        bits: 8,
        is_interlaced: false,
        is_transparent: false,
        samples: vec![1],
    };
    let file = png.bytes();
    for (width, height) in [(0, 1), (1, 0), (1 << 30, 1 << 30), (u32::MAX, u32::MAX), (1, 1 << 20)]
    {
        let mut header = Vec::new();
        header.extend(u32::to_be_bytes(width));
        header.extend(u32::to_be_bytes(height));
        header.extend([8, 0, 0, 0, 0]);
        let changed = [&file[..8], &chunk(b"IHDR", &header), &file[33..]].concat();
        assert!(matches!(build::open(&changed), Err(Error::Corrupt { .. })), "{width} x {height}");
    }
}
