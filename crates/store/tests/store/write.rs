//! TIFF files of ours: read back by us and by the `tiff` crate.

use std::{fs, io::BufReader, path::Path, sync::atomic::AtomicUsize, sync::atomic::Ordering};

use gigapx_store::{
    Access, Compression, Durability, Format, Layout, Sink, TiffChunks, TiffOptions, TiffSink,
    TiffVariant, open,
};
use libdeflater::Decompressor;
use proptest::prelude::*;
use raster::{Buffer, Depth, Region, Spec, View};
use tiff::{
    decoder::{Decoder as Oracle, DecodingResult, Limits},
    tags::Tag,
};
use weezl::{BitOrder, decode::Decoder};

use crate::build;

/// Regions of one to three tiles, or of whole rows and parts of them, that cover the image, shuffled by
/// `seed`.
fn units(sink: &dyn Sink, spec: &Spec, seed: u64) -> Vec<Region> {
    let (width, height) = match sink.layout() {
        Layout::Tiles { width, height } => (width * (1 + seed % 3), height),
        _ => (spec.width.div_ceil(1 + seed % 2), 1 + seed % 40),
    };
    let mut units: Vec<_> = spec.region().cells(width, height).collect();
    let mut state = seed;
    for i in (1..units.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        units.swap(i, (state >> 33) as usize % (i + 1));
    }
    units
}

/// Writes the image in units of some order, with so many threads.
pub(crate) fn write(path: &Path, options: TiffOptions, image: &[u8], seed: u64, threads: usize) {
    fill(&TiffSink::create(path, options).unwrap(), &options.spec, image, seed, threads);
}

/// Writes the image to a sink in units of some order, with so many threads, and finishes it.
pub(crate) fn fill(sink: &dyn Sink, spec: &Spec, image: &[u8], seed: u64, threads: usize) {
    pour(sink, spec, image, seed, threads);
    sink.finish().unwrap();
}

/// The same, without an end.
pub(crate) fn pour(sink: &dyn Sink, spec: &Spec, image: &[u8], seed: u64, threads: usize) {
    let (units, next) = (units(sink, spec, seed), AtomicUsize::new(0));
    let work = || {
        while let Some(region) = units.get(next.fetch_add(1, Ordering::Relaxed)) {
            // A strided view of the whole image and a dense copy must write the same.
            let dense = build::cut(image, spec, region);
            let mut aligned = Buffer::zeroed(dense.len());
            aligned.take(dense.len()).copy_from_slice(&dense);
            let (width, height) = (region.width as usize, region.height as usize);
            let row = width * spec.pixel_bytes() as usize;
            let view = View::new(aligned.bytes(), row, width, height, spec).unwrap();
            sink.write(region, &view).unwrap();
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
}

fn bytes<T: bytemuck::Pod>(samples: &[T]) -> Vec<u8> {
    bytemuck::cast_slice(samples).to_vec()
}

/// The pixels of the page where the decoder is.
pub(crate) fn page(decoder: &mut Oracle<BufReader<fs::File>>) -> Vec<u8> {
    match decoder.read_image().unwrap() {
        DecodingResult::U8(samples) => samples,
        DecodingResult::U16(samples) => bytes(&samples),
        DecodingResult::I16(samples) => bytes(&samples),
        DecodingResult::I32(samples) => bytes(&samples),
        DecodingResult::F32(samples) => bytes(&samples),
        _ => panic!("another depth"),
    }
}

pub(crate) fn decoder(path: &Path) -> Oracle<BufReader<fs::File>> {
    let file = BufReader::new(fs::File::open(path).unwrap());
    Oracle::new(file).unwrap().with_limits(Limits::unlimited())
}

fn decoded(path: &Path) -> Vec<u8> {
    page(&mut decoder(path))
}

/// An image of smooth parts and noise.
pub(crate) fn picture(spec: &Spec, seed: u32) -> Vec<u8> {
    let noise = |i: u64| (i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) >> 24;
    (0..spec.bytes())
        .map(|i| if i / 64 % 3 == 0 { noise(i) as u8 } else { (i / 7) as u8 })
        .collect()
}

fn chunks() -> impl Strategy<Value = TiffChunks> {
    prop_oneof![
        (1u64..5, 1u64..5).prop_map(|(width, height)| TiffChunks::Tiles {
            width: width * 16,
            height: height * 16
        }),
        (1u64..120).prop_map(|rows| TiffChunks::Strips { rows }),
    ]
}

fn spec() -> impl Strategy<Value = Spec> {
    let depth = prop::sample::select(Depth::ALL.to_vec());
    (1u64..90, 1u64..90, 1u32..6, depth).prop_map(|(width, height, channels, depth)| {
        Spec::new(width, height, channels, depth).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn what_is_written_is_read_by_us_and_by_others(
        spec in spec(),
        chunks in chunks(),
        big: bool,
        seed: u32,
    ) {
        let image = picture(&spec, seed);
        let directory = tempfile::tempdir().unwrap();
        let (path, again) = (directory.path().join("a.tif"), directory.path().join("b.tif"));
        let options = TiffOptions {
            chunks,
            variant: if big { TiffVariant::Big } else { TiffVariant::Classic },
            durability: Durability::None,
            ..TiffOptions::new(spec)
        };
        write(&path, options, &image, u64::from(seed), 1);
        write(&again, options, &image, u64::from(seed) + 1, 1);
        prop_assert!(fs::read(&path).unwrap() == fs::read(&again).unwrap(), "order shows");

        let source = open(&path, Access::Auto).unwrap();
        prop_assert_eq!(*source.spec(), spec);
        match chunks {
            TiffChunks::Tiles { width, height } => {
                prop_assert_eq!(source.metadata().tile, Some((width, height)));
                // Every tile is aligned in the mapping.
                for tile in spec.region().cells(width, height) {
                    prop_assert!(source.view(&tile).is_some());
                }
            }
            TiffChunks::Strips { rows } => {
                prop_assert_eq!(source.metadata().rows_per_strip, Some(rows.min(spec.height)));
                prop_assert!(source.view(&spec.region()).is_some());
            }
        }
        let format = if big { Format::BigTiff } else { Format::Tiff };
        prop_assert_eq!(source.metadata().format, format);
        prop_assert!(build::image(&*source) == image, "we read other pixels");
        prop_assert!(decoded(&path) == image, "others read other pixels");
    }

    #[test]
    fn what_is_packed_is_read_by_others(
        spec in spec(),
        chunks in chunks(),
        compression in prop::sample::select(vec![
            Compression::Deflate { level: 1 },
            Compression::DEFLATE,
            Compression::Deflate { level: 12 },
            Compression::ZSTD,
            Compression::Zstd { level: 12 },
        ]),
        predictor in prop::option::of(any::<bool>()),
        big: bool,
        seed: u32,
        threads in 1usize..4,
    ) {
        let image = picture(&spec, seed);
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.tif");
        let options = TiffOptions {
            chunks,
            compression,
            predictor,
            variant: if big { TiffVariant::Big } else { TiffVariant::Auto },
            durability: Durability::None,
            ..TiffOptions::new(spec)
        };
        write(&path, options, &image, u64::from(seed), threads);
        prop_assert!(decoded(&path) == image, "others read other pixels");
    }

    #[test]
    fn lzw_packs_the_bytes_that_deflate_packs(
        spec in spec(),
        chunks in chunks(),
        predictor in prop::option::of(any::<bool>()),
        seed: u32,
    ) {
        // The crate cannot read all of LZW, that of libtiff no more than ours.
        let image = picture(&spec, seed);
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.tif");
        let options =
            TiffOptions { chunks, predictor, durability: Durability::None, ..TiffOptions::new(spec) };
        let compression = Compression::Lzw;
        write(&path, TiffOptions { compression, ..options }, &image, u64::from(seed), 2);
        let packed = packed_chunks(&path);
        let compression = Compression::DEFLATE;
        write(&path, TiffOptions { compression, ..options }, &image, u64::from(seed), 2);
        prop_assert!(decoded(&path) == image);
        let others = packed_chunks(&path);
        prop_assert_eq!(packed.len(), others.len());
        for (packed, other) in packed.iter().zip(&others) {
            let unpacked = Decoder::with_tiff_size_switch(BitOrder::Msb, 8).decode(packed).unwrap();
            let mut expected = vec![0; unpacked.len() + 1];
            let inflated = Decompressor::new().zlib_decompress(other, &mut expected).unwrap();
            prop_assert!(unpacked == expected[..inflated]);
        }
    }
}

#[test]
pub(crate) fn pictures_are_read_by_others() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.tif");
    let options = |spec, compression| TiffOptions {
        chunks: TiffChunks::Tiles { width: 64, height: 48 },
        compression,
        durability: Durability::None,
        ..TiffOptions::new(spec)
    };
    for channels in [3, 4] {
        let spec = Spec::new(150, 100, channels, Depth::U8).unwrap();
        let image = picture(&spec, 1);
        let compression = Compression::Webp { quality: None };
        write(&path, options(spec, compression), &image, 1, 2);
        assert!(decoded(&path) == image);
    }
    let near = |image: &[u8], most: u64| {
        let read = decoded(&path);
        assert_eq!(read.len(), image.len());
        let off: u64 = read.iter().zip(image).map(|(&a, &b)| u64::from(a.abs_diff(b))).sum();
        let off = off / image.len() as u64;
        assert!(off <= most, "off by {off} on average");
    };
    let spec = Spec::new(150, 100, 1, Depth::U8).unwrap();
    let image: Vec<u8> = (0..spec.bytes()).map(|i| (i % 150 + i / 150) as u8).collect();
    for (quality, most) in [(95, 2), (50, 6)] {
        let compression = Compression::Jpeg { quality, is_subsampled: true };
        write(&path, options(spec, compression), &image, 1, 2);
        near(&image, most);
    }
    // Gray is luminance alone, so what the crate does not do, turning colours back, is of no account.
    let spec = Spec::new(150, 100, 3, Depth::U8).unwrap();
    let gray: Vec<u8> = image.iter().flat_map(|&sample| [sample; 3]).collect();
    let chrominance: Vec<u8> = image.iter().flat_map(|&sample| [sample, 128, 128]).collect();
    for is_subsampled in [true, false] {
        let compression = Compression::Jpeg { quality: 95, is_subsampled };
        write(&path, options(spec, compression), &gray, 1, 2);
        near(&chrominance, 2);
    }
}

/// The bytes of every strip or tile of the first page.
fn packed_chunks(path: &Path) -> Vec<Vec<u8>> {
    let (file, mut decoder) = (fs::read(path).unwrap(), decoder(path));
    let is_tiled = decoder.find_tag(Tag::TileOffsets).unwrap().is_some();
    let [offsets, sizes] = if is_tiled {
        [Tag::TileOffsets, Tag::TileByteCounts]
    } else {
        [Tag::StripOffsets, Tag::StripByteCounts]
    };
    let mut table = |tag| decoder.get_tag(tag).unwrap().into_u64_vec().unwrap();
    let (offsets, sizes) = (table(offsets), table(sizes));
    offsets
        .iter()
        .zip(sizes)
        .map(|(&at, len)| file[at as usize..][..len as usize].to_vec())
        .collect()
}

#[test]
fn a_wide_row_of_tiles_is_written_block_by_block() {
    // 40 tiles of 64 KiB: several blocks of scratch.
    let spec = Spec::new(10_000, 300, 1, Depth::U8).unwrap();
    let image: Vec<u8> = (0..spec.bytes()).map(|i| (i / 97) as u8).collect();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.tif");
    let chunks = TiffChunks::Tiles { width: 256, height: 256 };
    let options = TiffOptions { chunks, ..TiffOptions::new(spec) };
    let sink = TiffSink::create(&path, options).unwrap();
    let view = View::new(&image, 10_000, 10_000, 300, &spec).unwrap();
    for band in spec.region().cells(10_240, 256) {
        sink.write(&band, &view.sub(&band)).unwrap();
    }
    sink.finish().unwrap();
    assert!(decoded(&path) == image);
    assert!(build::image(&*open(&path, Access::Pread).unwrap()) == image);
}

#[test]
#[should_panic(expected = "neighbours of one row")]
fn regions_off_the_grid_are_refused() {
    let spec = Spec::new(64, 64, 1, Depth::U8).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let chunks = TiffChunks::Tiles { width: 16, height: 16 };
    let options = TiffOptions { chunks, ..TiffOptions::new(spec) };
    let sink = TiffSink::create(directory.path().join("a.tif"), options).unwrap();
    let pixels = [0; 256];
    let view = View::new(&pixels, 16, 16, 16, &spec).unwrap();
    let _ = sink.write(&Region::new(8, 0, 16, 16), &view);
}
