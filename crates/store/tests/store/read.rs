//! TIFF files of others: made by the `tiff` crate, or by hand where no writer makes them.

use std::io::Cursor;

use gigapx_store::{Access, ByteOrder, Format, open};
use proptest::prelude::*;
use raster::{Depth, Region, Spec};
use tiff::encoder::{TiffEncoder, colortype};

use crate::build::{self, LONG, LONG8, SHORT, Tiff};

#[test]
fn strips_of_the_tiff_crate_are_read() {
    fn check<C: colortype::ColorType>(samples: &[C::Inner], depth: Depth, channels: u32)
    where
        C::Inner: bytemuck::Pod,
        [C::Inner]: tiff::encoder::TiffValue,
    {
        let (width, height) = (37, 29);
        let samples = &samples[..width * height * channels as usize];
        for (big, rows) in [(false, 4), (true, 7), (false, 29)] {
            let mut file = Cursor::new(Vec::new());
            let mut write = |rows| {
                if big {
                    let mut encoder = TiffEncoder::new_big(&mut file).unwrap();
                    let mut image = encoder.new_image::<C>(37, 29).unwrap();
                    image.rows_per_strip(rows).unwrap();
                    image.write_data(samples).unwrap();
                } else {
                    let mut encoder = TiffEncoder::new(&mut file).unwrap();
                    let mut image = encoder.new_image::<C>(37, 29).unwrap();
                    image.rows_per_strip(rows).unwrap();
                    image.write_data(samples).unwrap();
                }
            };
            write(rows);
            let source = build::open(&file.into_inner()).unwrap();
            let spec = Spec::new(37, 29, channels, depth).unwrap();
            assert_eq!(*source.spec(), spec);
            let format = if big { Format::BigTiff } else { Format::Tiff };
            assert_eq!(source.metadata().format, format);
            assert_eq!(source.metadata().rows_per_strip, Some(u64::from(rows)));
            let expected: &[u8] = bytemuck::cast_slice(samples);
            assert_eq!(build::image(&*source), expected);
            for region in [Region::new(3, 2, 11, 20), Region::new(0, 28, 37, 1)] {
                let part = build::cut(expected, &spec, &region);
                assert_eq!(build::pixels(&*source, &region), part);
            }
        }
    }
    let count = 37u32 * 29 * 4;
    let bytes: Vec<u8> = (0..count).map(|i| (i * 7) as u8).collect();
    let words: Vec<u16> = (0..count).map(|i| (i * 77) as u16).collect();
    let signed: Vec<i16> = (0..count).map(|i| (i * 77) as i16).collect();
    let long: Vec<i32> = (0..count).map(|i| i.wrapping_mul(7_777_777) as i32).collect();
    let float: Vec<f32> = (0..count).map(|i| i as f32 / 3.0).collect();
    check::<colortype::Gray8>(&bytes, Depth::U8, 1);
    check::<colortype::RGB8>(&bytes, Depth::U8, 3);
    check::<colortype::RGBA8>(&bytes, Depth::U8, 4);
    check::<colortype::Gray16>(&words, Depth::U16, 1);
    check::<colortype::RGB16>(&words, Depth::U16, 3);
    check::<colortype::GrayI16>(&signed, Depth::I16, 1);
    check::<colortype::GrayI32>(&long, Depth::I32, 1);
    check::<colortype::Gray32Float>(&float, Depth::F32, 1);
    check::<colortype::RGB32Float>(&float, Depth::F32, 3);
}

/// The samples as the file of this order stores them.
fn stored(samples: &[u8], depth: Depth, order: ByteOrder) -> Vec<u8> {
    let mut bytes = samples.to_vec();
    if order != ByteOrder::NATIVE {
        bytes.chunks_exact_mut(depth.bytes()).for_each(<[u8]>::reverse);
    }
    bytes
}

fn format_of(depth: Depth) -> u64 {
    match depth {
        Depth::U8 | Depth::U16 => 1,
        Depth::I16 | Depth::I32 => 2,
        Depth::F32 => 3,
    }
}

/// A hand-made file whose chunks lie in the given order with gaps between them.
#[expect(clippy::too_many_arguments, reason = "each is one axis of the file")]
fn file(
    image: &[u8],
    spec: &Spec,
    order: ByteOrder,
    big: bool,
    chunk: (u64, u64),
    tiled: bool,
    gap: usize,
    backwards: bool,
) -> Tiff {
    let image = stored(image, spec.depth, order);
    let (across, down) = (spec.width.div_ceil(chunk.0), spec.height.div_ceil(chunk.1));
    let mut chunks = Vec::new();
    for y in 0..down {
        for x in 0..across {
            let cell = Region::new(x * chunk.0, y * chunk.1, chunk.0, chunk.1);
            let inside = cell.intersect(&spec.region()).unwrap();
            let pixel = spec.pixel_bytes() as usize;
            let rows = if tiled { chunk.1 } else { inside.height } as usize;
            let mut bytes = vec![0xee; rows * chunk.0 as usize * pixel];
            let part = build::cut(&image, spec, &inside);
            let (from, to) = (inside.width as usize * pixel, chunk.0 as usize * pixel);
            for (row, out) in part.chunks_exact(from).zip(bytes.chunks_exact_mut(to)) {
                out[..from].copy_from_slice(row);
            }
            chunks.push(bytes);
        }
    }
    let mut offsets = vec![0; chunks.len()];
    let mut at = 4096 + 16 * chunks.len();
    let mut tiff = Tiff::new(order, big, spec.width, spec.height, 0);
    let mut indices: Vec<_> = (0..chunks.len()).collect();
    if backwards {
        indices.reverse();
    }
    for index in indices {
        offsets[index] = at as u64;
        tiff = tiff.at(at, &chunks[index]);
        at += chunks[index].len() + gap;
    }
    let channels = spec.channels as usize;
    let counts: Vec<u64> = chunks.iter().map(|chunk| chunk.len() as u64).collect();
    let kind = if big { LONG8 } else { LONG };
    let tiff = tiff
        .tag(258, SHORT, &vec![spec.depth.bytes() as u64 * 8; channels])
        .tag(339, SHORT, &vec![format_of(spec.depth); channels])
        .tag(277, SHORT, &[channels as u64]);
    if tiled {
        tiff.tag(322, LONG, &[chunk.0])
            .tag(323, LONG, &[chunk.1])
            .tag(324, kind, &offsets)
            .tag(325, kind, &counts)
    } else {
        tiff.tag(278, LONG, &[chunk.1]).tag(273, kind, &offsets).tag(279, kind, &counts)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn any_container_gives_the_same_pixels(
        (width, height) in (1u64..50, 1u64..50),
        channels in 1u32..5,
        depth in prop::sample::select(Depth::ALL.to_vec()),
        (big, foreign, tiled, backwards) in any::<(bool, bool, bool, bool)>(),
        chunk in (1u64..30, 1u64..60),
        gap in 0usize..20,
        seed: u8,
        cut in (0.0..1.0, 0.0..1.0, 0.0..1.0, 0.0..1.0),
        pread: bool,
    ) {
        let spec = Spec::new(width, height, channels, depth).unwrap();
        let image: Vec<u8> =
            (0..spec.bytes()).map(|i| (i as u8).wrapping_mul(31) ^ seed).collect();
        let chunk = if tiled { chunk } else { (width, chunk.1) };
        let order = if foreign { ByteOrder::Big } else { ByteOrder::Little };
        let tiff = file(&image, &spec, order, big, chunk, tiled, gap, backwards);
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.tif");
        std::fs::write(&path, tiff.bytes()).unwrap();
        let access = if pread { Access::Pread } else { Access::Auto };
        let source = open(&path, access).unwrap();
        prop_assert_eq!(*source.spec(), spec);
        prop_assert_eq!(source.metadata().byte_order, order);
        prop_assert_eq!(source.metadata().tile, tiled.then_some(chunk));
        prop_assert_eq!(build::image(&*source), &image[..]);
        let span = |a: f64, b: f64, len: u64| {
            let start = (a * len as f64) as u64;
            (start, 1 + (b * (len - start - 1) as f64) as u64)
        };
        let (left, width) = span(cut.0, cut.1, width);
        let (top, height) = span(cut.2, cut.3, height);
        let region = Region::new(left, top, width, height);
        prop_assert_eq!(build::pixels(&*source, &region), build::cut(&image, &spec, &region));
        source.verify().unwrap();
    }
}

#[test]
fn consecutive_strips_are_one_view() {
    let spec = Spec::new(32, 40, 1, Depth::U16).unwrap();
    let image: Vec<u8> = (0..spec.bytes()).map(|i| i as u8).collect();
    let make = |order, gap, rows| file(&image, &spec, order, false, (32, rows), false, gap, false);
    let across = Region::new(5, 3, 20, 30);
    let source = make(ByteOrder::NATIVE, 0, 7).open().unwrap();
    assert_eq!(source.view(&across).unwrap().height(), 30);
    // With gaps, only what lies in one strip.
    let source = make(ByteOrder::NATIVE, 16, 7).open().unwrap();
    assert!(source.view(&across).is_none());
    assert!(source.view(&Region::new(5, 7, 20, 7)).is_some());
    // Unless each strip is one row.
    let source = make(ByteOrder::NATIVE, 16, 1).open().unwrap();
    assert!(source.view(&across).is_some());
    // An odd gap puts samples where they cannot be loaded from.
    let source = make(ByteOrder::NATIVE, 3, 1).open().unwrap();
    assert!(source.view(&across).is_none());
    assert_eq!(build::image(&*source), image);
    let foreign =
        if ByteOrder::NATIVE == ByteOrder::Big { ByteOrder::Little } else { ByteOrder::Big };
    assert!(make(foreign, 0, 7).open().unwrap().view(&across).is_none());
}

#[test]
fn byte_counts_and_rows_may_be_missing() {
    let base = Tiff::new(ByteOrder::Little, false, 10, 10, 8).tag(273, LONG, &[512]);
    let data: Vec<u8> = (0..100).collect();
    for tiff in [
        base.clone(),
        base.clone().tag(279, LONG, &[0]),
        base.clone().tag(278, LONG, &[0xffff_ffff]),
        base.clone().tag(278, SHORT, &[10]).tag(279, SHORT, &[100]),
    ] {
        let source = tiff.at(512, &data).open().unwrap();
        assert_eq!(source.metadata().rows_per_strip, Some(10));
        assert_eq!(build::image(&*source), data);
        assert!(source.view(&Region::new(2, 2, 5, 5)).is_some());
    }
}
