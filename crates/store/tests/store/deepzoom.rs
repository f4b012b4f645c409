//! Tiles for viewers, read back by the `png` crate and others.

use std::{collections::BTreeMap, fs, io::Cursor, path::Path};

use gigapx_store::{
    Access, Compression, Decimation, DeepZoomOptions, DeepZoomSink, Durability, Error, Selection,
    TiffChunks, TiffOptions, TiffPyramid, TileFormat, open_selected,
};
use proptest::prelude::*;
use raster::{Buffer, Depth, Region, Spec, ViewMut};

use crate::{
    build,
    pyramid::halved,
    write::{fill, picture, write},
};

/// Files by their names below the directory that all are in.
type Files = BTreeMap<String, Vec<u8>>;

fn values<const N: usize>(file: &[u8], mut at: usize, sizes: [usize; N]) -> [usize; N] {
    sizes.map(|size| {
        let mut value = [0; 8];
        value[..size].copy_from_slice(&file[at..at + size]);
        at += size;
        u64::from_le_bytes(value) as usize
    })
}

/// The files of an archive that are stored as they are.
fn archived(path: &Path) -> Files {
    let zip = fs::read(path).unwrap();
    let ending = zip.len() - 22;
    assert_eq!(&zip[ending..ending + 4], b"PK\x05\x06");
    let [count, size, mut at] = values(&zip, ending + 10, [2, 4, 4]);
    assert_eq!(at + size, ending);
    let mut files = Files::new();
    for _ in 0..count {
        assert_eq!(&zip[at..at + 4], b"PK\x01\x02");
        let [method] = values(&zip, at + 10, [2]);
        let [sum, packed, bytes, len] = values(&zip, at + 16, [4, 4, 4, 2]);
        let [offset] = values(&zip, at + 42, [4]);
        let name = String::from_utf8(zip[at + 46..at + 46 + len].to_vec()).unwrap();
        assert_eq!((method, packed), (0, bytes));
        // The same is said beside the file.
        assert_eq!(&zip[offset..offset + 4], b"PK\x03\x04");
        assert_eq!(values(&zip, offset + 14, [4, 4, 4, 2]), [sum, packed, bytes, len]);
        assert_eq!(&zip[offset + 30..offset + 30 + len], name.as_bytes());
        let file = zip[offset + 30 + len..][..bytes].to_vec();
        assert_eq!(crc32fast::hash(&file), sum as u32);
        let stem = format!("{}/", path.file_stem().unwrap().to_str().unwrap());
        files.insert(name.strip_prefix(&stem).unwrap().to_owned(), file);
        at += 46 + len;
    }
    assert_eq!(at, ending);
    files
}

/// The files below a directory.
fn collect(directory: &Path, prefix: &str, files: &mut Files) {
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read(entry.path()).unwrap());
        }
    }
}

/// Writes an image with so many threads and returns the files.
fn written(mut options: DeepZoomOptions, image: &[u8], seed: u32, threads: usize) -> Files {
    options.durability = Durability::None;
    let directory = tempfile::tempdir().unwrap();
    let name = if options.is_archive { "a.szi" } else { "a.dzi" };
    let path = directory.path().join(name);
    let sink = DeepZoomSink::create(&path, options).unwrap();
    fill(&sink, &options.spec, image, seed.into(), threads);
    let mut files = Files::new();
    collect(directory.path(), "", &mut files);
    if options.is_archive {
        assert_eq!(files.len(), 1);
        return archived(&path);
    }
    files
}

/// The pixels of a PNG and their shape, in the byte order of this machine.
fn decoded(file: &[u8]) -> (Spec, Vec<u8>) {
    let mut reader = png::Decoder::new(Cursor::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let depth = if info.bit_depth == png::BitDepth::Sixteen { Depth::U16 } else { Depth::U8 };
    if depth == Depth::U16 && cfg!(target_endian = "little") {
        pixels.chunks_exact_mut(2).for_each(<[u8]>::reverse);
    }
    let channels = info.color_type.samples() as u32;
    (Spec::new(info.width.into(), info.height.into(), channels, depth).unwrap(), pixels)
}

/// Checks that the files are those of an image whose levels, the largest first, are given.
fn check_tiles(
    options: &DeepZoomOptions,
    levels: &[(Spec, Vec<u8>)],
    count: usize,
    files: &Files,
) -> Result<(), TestCaseError> {
    for (at, (spec, pixels)) in levels.iter().enumerate() {
        for cell in spec.region().cells(options.tile_size, options.tile_size) {
            let (column, row) = (cell.left / options.tile_size, cell.top / options.tile_size);
            let name = format!("a_files/{}/{column}_{row}.png", count - 1 - at);
            let (left, top) = (
                cell.left.saturating_sub(options.overlap),
                cell.top.saturating_sub(options.overlap),
            );
            let right = (cell.right() + options.overlap).min(spec.width);
            let bottom = (cell.bottom() + options.overlap).min(spec.height);
            let tile = Region::new(left, top, right - left, bottom - top);
            let (shape, found) = decoded(&files[&name]);
            prop_assert_eq!(shape, spec.resized(tile.width, tile.height).unwrap());
            prop_assert!(found == build::cut(pixels, spec, &tile), "{} differs", name);
        }
    }
    Ok(())
}

fn specs() -> impl Strategy<Value = Spec> {
    let depth = prop::sample::select(vec![Depth::U8, Depth::U16]);
    let sides = prop_oneof![(1u64..120, 1u64..120), (1u64..3, 1u64..300), (1u64..300, 1u64..3)];
    (sides, 1u32..5, depth).prop_map(|((width, height), channels, depth)| {
        Spec::new(width, height, channels, depth).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]
    #[test]
    fn tiles_are_parts_of_their_level(
        spec in specs(),
        (tile_size, overlap) in (5u64..70, 0u64..4),
        is_archive: bool,
        seed: u32,
        threads in 1usize..4,
    ) {
        let image = picture(&spec, seed);
        let format = TileFormat::Png;
        let options =
            DeepZoomOptions { is_archive, format, tile_size, overlap, ..DeepZoomOptions::new(spec) };
        let files = written(options, &image, seed, threads);
        let mut levels = vec![(spec, image)];
        while let Some((spec, pixels)) = levels.last().filter(|(spec, _)| spec.width.max(spec.height) > 1) {
            let mut spec = *spec;
            let half = halved(pixels, &mut spec);
            levels.push((spec, half));
        }
        check_tiles(&options, &levels, levels.len(), &files)?;
        let tiles = levels.iter().map(|(spec, _)| spec.region().cells(tile_size, tile_size).count());
        prop_assert_eq!(files.len(), 1 + tiles.sum::<usize>());
        let descriptor = String::from_utf8(files["a.dzi"].clone()).unwrap();
        for part in [
            format!(r#"Format="png" Overlap="{overlap}" TileSize="{tile_size}""#),
            format!(r#"<Size Width="{}" Height="{}"/>"#, spec.width, spec.height),
        ] {
            prop_assert!(descriptor.contains(&part), "{}", descriptor);
        }
    }

    #[test]
    fn levels_are_those_of_a_tiff(spec in specs(), tile_size in 8u64..70, seed: u32) {
        let image = picture(&spec, seed);
        let decimation = Decimation::Gaussian;
        let format = TileFormat::Png;
        let options = DeepZoomOptions { format, tile_size, decimation, ..DeepZoomOptions::new(spec) };
        let files = written(options, &image, seed, 2);
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.tif");
        let tiff = TiffOptions {
            chunks: TiffChunks::Tiles { width: 16, height: 16 },
            compression: Compression::None,
            pyramid: Some(TiffPyramid::Chain),
            decimation,
            durability: Durability::None,
            ..TiffOptions::new(spec)
        };
        write(&path, tiff, &image, seed.into(), 1);
        let count = 1 + spec.width.max(spec.height).next_power_of_two().ilog2() as usize;
        let copies = count.saturating_sub(4).max(1);
        let levels: Vec<_> = (0..copies as u64).map(|level| {
            let selection = Selection { page: 0, level };
            let source = open_selected(&path, Access::Auto, selection).unwrap();
            let spec = *source.spec();
            let mut pixels = Buffer::zeroed(spec.bytes() as usize);
            let (width, height) = (spec.width as usize, spec.height as usize);
            let out = pixels.take(spec.bytes() as usize);
            let mut view = ViewMut::new(out, width, height, &spec).unwrap();
            source.read(&spec.region(), &mut view).unwrap();
            drop(view);
            (spec, out.to_vec())
        }).collect();
        check_tiles(&options, &levels, count, &files)?;
    }
}

#[test]
fn pictures_are_files_of_their_formats() {
    let spec = Spec::new(300, 200, 3, Depth::U8).unwrap();
    let image: Vec<u8> = (0..180_000u32).map(|i| (i / 900 + i % 900 / 9) as u8).collect();
    let near = |found: &[u8], level: &[u8], most: u8| {
        let apart = found.iter().zip(level).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(found.len() == level.len() && apart <= Some(most), "{apart:?}");
    };
    let tile = Region::new(0, 0, 101, 101);
    let expected = build::cut(&image, &spec, &tile);
    for (format, extension, most) in [
        (TileFormat::Jpeg { quality: 95, is_subsampled: false }, "jpeg", 12),
        (TileFormat::Jpeg { quality: 95, is_subsampled: true }, "jpeg", 20),
        (TileFormat::Webp { quality: None }, "webp", 0),
        (TileFormat::Webp { quality: Some(95) }, "webp", 20),
    ] {
        let options = DeepZoomOptions { format, tile_size: 100, ..DeepZoomOptions::new(spec) };
        let files = written(options, &image, 1, 2);
        let file = &files[&format!("a_files/9/0_0.{extension}")];
        let mut found = vec![0; 101 * 101 * 3];
        if extension == "webp" {
            let mut decoder = image_webp::WebPDecoder::new(Cursor::new(file)).unwrap();
            assert_eq!(decoder.dimensions(), (101, 101));
            decoder.read_image(&mut found).unwrap();
        } else {
            assert_eq!(&file[6..10], b"JFIF");
            found = zune_jpeg::JpegDecoder::new(Cursor::new(file)).decode().unwrap();
        }
        near(&found, &expected, most);
        assert!(files.contains_key(&format!("a_files/0/0_0.{extension}")));
        assert!(files.contains_key(&format!("a_files/9/2_1.{extension}")));
    }
}

#[test]
fn what_is_no_deepzoom_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let spec = |width, channels, depth| Spec::new(width, 10, channels, depth).unwrap();
    let new = |spec| DeepZoomOptions::new(spec);
    let png = |spec| DeepZoomOptions { format: TileFormat::Png, ..new(spec) };
    let webp = TileFormat::Webp { quality: None };
    for options in [
        new(spec(10, 2, Depth::U8)),
        new(spec(10, 3, Depth::U16)),
        png(spec(10, 5, Depth::U8)),
        png(spec(10, 1, Depth::F32)),
        DeepZoomOptions { format: webp, ..new(spec(10, 1, Depth::U8)) },
        DeepZoomOptions { tile_size: 0, overlap: 0, ..new(spec(10, 1, Depth::U8)) },
        DeepZoomOptions { tile_size: 4, overlap: 4, ..new(spec(10, 1, Depth::U8)) },
        DeepZoomOptions { tile_size: 10_000, ..new(spec(10, 1, Depth::U8)) },
        DeepZoomOptions { tile_size: 1, overlap: 0, ..new(spec(1 << 24, 1, Depth::U8)) },
    ] {
        let sink = DeepZoomSink::create(directory.path().join("a.dzi"), options);
        assert!(matches!(sink.map(drop), Err(Error::InvalidArgument(_))), "{options:?}");
    }
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}
