//! TIFF files of ours: read back by us and by the `tiff` crate.

use std::{fs, io::BufReader, path::Path};

use gigapx_store::{Access, Durability, Format, Sink, TiffOptions, TiffSink, TiffVariant, open};
use proptest::prelude::*;
use raster::{Depth, Region, Spec, View};
use tiff::decoder::{Decoder, DecodingResult, Limits};

use crate::build;

/// Regions of one to three tiles that cover the image, shuffled by `seed`.
fn units(spec: &Spec, tile: (u64, u64), seed: u64) -> Vec<Region> {
    let run = 1 + seed % 3;
    let mut units: Vec<_> = spec.region().cells(tile.0 * run, tile.1).collect();
    let mut state = seed;
    for i in (1..units.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        units.swap(i, (state >> 33) as usize % (i + 1));
    }
    units
}

fn write(path: &Path, options: TiffOptions, image: &[u8], seed: u64) {
    let spec = options.spec;
    let sink = TiffSink::create(path, options).unwrap();
    for region in units(&spec, options.tile, seed) {
        // A strided view of the whole image and a dense copy must write the same.
        let dense = build::cut(image, &spec, &region);
        let mut aligned = raster::Buffer::zeroed(dense.len());
        aligned.take(dense.len()).copy_from_slice(&dense);
        let (width, height) = (region.width as usize, region.height as usize);
        let row = width * spec.pixel_bytes() as usize;
        let view = View::new(aligned.bytes(), row, width, height, &spec).unwrap();
        sink.write(&region, &view).unwrap();
    }
    sink.finish().unwrap();
}

fn bytes<T: bytemuck::Pod>(samples: &[T]) -> Vec<u8> {
    bytemuck::cast_slice(samples).to_vec()
}

fn decoded(path: &Path) -> Vec<u8> {
    let file = BufReader::new(fs::File::open(path).unwrap());
    let mut decoder = Decoder::new(file).unwrap().with_limits(Limits::unlimited());
    match decoder.read_image().unwrap() {
        DecodingResult::U8(samples) => samples,
        DecodingResult::U16(samples) => bytes(&samples),
        DecodingResult::I16(samples) => bytes(&samples),
        DecodingResult::I32(samples) => bytes(&samples),
        DecodingResult::F32(samples) => bytes(&samples),
        _ => panic!("another depth"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn what_is_written_is_read_by_us_and_by_others(
        (width, height) in (1u64..90, 1u64..90),
        channels in 1u32..6,
        depth in prop::sample::select(Depth::ALL.to_vec()),
        (tile_width, tile_height) in (1u64..5, 1u64..5),
        big: bool,
        seed: u32,
    ) {
        let spec = Spec::new(width, height, channels, depth).unwrap();
        let image: Vec<u8> = (0..spec.bytes())
            .map(|i| ((i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) >> 24) as u8)
            .collect();
        let directory = tempfile::tempdir().unwrap();
        let (path, again) = (directory.path().join("a.tif"), directory.path().join("b.tif"));
        let options = TiffOptions {
            tile: (tile_width * 16, tile_height * 16),
            variant: if big { TiffVariant::Big } else { TiffVariant::Classic },
            durability: Durability::None,
            ..TiffOptions::new(spec)
        };
        write(&path, options, &image, u64::from(seed));
        write(&again, options, &image, u64::from(seed) + 1);
        prop_assert!(fs::read(&path).unwrap() == fs::read(&again).unwrap(), "order shows");

        let source = open(&path, Access::Auto).unwrap();
        prop_assert_eq!(*source.spec(), spec);
        prop_assert_eq!(source.metadata().tile, Some(options.tile));
        let format = if big { Format::BigTiff } else { Format::Tiff };
        prop_assert_eq!(source.metadata().format, format);
        prop_assert!(build::image(&*source) == image, "we read other pixels");
        // Every tile is aligned in the mapping.
        for tile in spec.region().cells(options.tile.0, options.tile.1) {
            prop_assert!(source.view(&tile).is_some());
        }
        prop_assert!(decoded(&path) == image, "others read other pixels");
    }
}

#[test]
fn a_wide_row_of_tiles_is_written_block_by_block() {
    // 40 tiles of 64 KiB: several blocks of scratch.
    let spec = Spec::new(10_000, 300, 1, Depth::U8).unwrap();
    let image: Vec<u8> = (0..spec.bytes()).map(|i| (i / 97) as u8).collect();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.tif");
    let options = TiffOptions { tile: (256, 256), ..TiffOptions::new(spec) };
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
    let options = TiffOptions { tile: (16, 16), ..TiffOptions::new(spec) };
    let sink = TiffSink::create(directory.path().join("a.tif"), options).unwrap();
    let pixels = [0; 256];
    let view = View::new(&pixels, 16, 16, 16, &spec).unwrap();
    let _ = sink.write(&Region::new(8, 0, 16, 16), &view);
}
