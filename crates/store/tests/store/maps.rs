//! Portable maps and `NumPy` arrays, made by hand.

use std::fmt::Write;

use gigapx_store::{Error, Selection};
use proptest::prelude::*;
use raster::{Depth, Region, Spec};

use crate::build;

fn samples(spec: &Spec, most: u16, seed: u32) -> Vec<u16> {
    let mut state = seed | 1;
    (0..spec.width * spec.height * u64::from(spec.channels))
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((state >> 8) % (u32::from(most) + 1)) as u16
        })
        .collect()
}

fn as_read(samples: &[u16], most: u16) -> Vec<u8> {
    let wide = samples.iter().flat_map(|sample| sample.to_ne_bytes());
    if most < 256 { samples.iter().map(|&sample| sample as u8).collect() } else { wide.collect() }
}

fn stored(samples: &[u16], most: u16) -> Vec<u8> {
    let wide = samples.iter().flat_map(|sample| sample.to_be_bytes());
    if most < 256 { samples.iter().map(|&sample| sample as u8).collect() } else { wide.collect() }
}

/// Checks the image and a part of it.
fn check(file: &[u8], spec: &Spec, expected: &[u8], access: &str) {
    let source = build::open(file).unwrap();
    assert_eq!((source.spec(), source.metadata().access), (spec, access));
    assert!(build::image(&*source) == expected);
    let part = Region::new(spec.width / 3, spec.height / 2, spec.width.div_ceil(2), 1);
    let start = (part.top * spec.row_bytes() + part.left * spec.pixel_bytes()) as usize;
    let len = (part.width * spec.pixel_bytes()) as usize;
    assert!(build::pixels(&*source, &part) == expected[start..start + len]);
}

proptest! {
    #[test]
    fn portable_maps_are_read(
        size in (1u64..40, 1u64..40),
        most in prop::sample::select(vec![1u16, 7, 100, 255, 256, 4095, 65_535]),
        is_color: bool,
        channels in 1u32..6,
        seed: u32,
    ) {
        let depth = if most < 256 { Depth::U8 } else { Depth::U16 };
        let shape = |channels| Spec::new(size.0, size.1, channels, depth).unwrap();
        let (width, height) = size;

        let spec = shape(if is_color { 3 } else { 1 });
        let values = samples(&spec, most, seed);
        let kind = if is_color { 6 } else { 5 };
        let head = format!("P{kind}\n# by hand\n{width} {height}#\n{most}\n");
        let file = [head.as_bytes(), &stored(&values, most)].concat();
        check(&file, &spec, &as_read(&values, most), "random");

        let mut text = format!("P{} {width}\t{height}\r\n{most} ", kind - 3);
        for value in &values {
            write!(text, "{value}\n#{value}\n ").unwrap();
        }
        check(text.as_bytes(), &spec, &as_read(&values, most), "whole");

        let spec = shape(channels);
        let values = samples(&spec, most, seed);
        let head = format!(
            "P7\nWIDTH {width}\nHEIGHT {height}\nDEPTH {channels}\nMAXVAL {most}\nTUPLTYPE OF MINE\nENDHDR\n"
        );
        let file = [head.as_bytes(), &stored(&values, most)].concat();
        check(&file, &spec, &as_read(&values, most), "random");
    }

    #[test]
    fn bitmaps_are_black_where_they_are_set(size in (1u64..40, 1u64..20), seed: u32) {
        let spec = Spec::new(size.0, size.1, 1, Depth::U8).unwrap();
        let values = samples(&spec, 1, seed);
        let expected: Vec<u8> = values.iter().map(|&bit| if bit == 1 { 0 } else { 255 }).collect();
        let mut file = format!("P4 {} {}\n", size.0, size.1).into_bytes();
        for row in values.chunks(size.0 as usize) {
            file.extend(row.chunks(8).map(|bits| {
                bits.iter().enumerate().fold(0, |byte, (at, bit)| byte | (*bit as u8) << (7 - at))
            }));
        }
        check(&file, &spec, &expected, "random");
        let mut text = format!("P1 {} {}\n", size.0, size.1);
        for (at, value) in values.iter().enumerate() {
            write!(text, "{value}{}", if at % 3 == 0 { " " } else { "" }).unwrap();
        }
        // Eight bytes are the least that any image has.
        text.push_str("   ");
        check(text.as_bytes(), &spec, &expected, "whole");
    }

    #[test]
    fn float_maps_start_at_the_bottom(
        size in (1u64..30, 1u64..30),
        is_color: bool,
        is_big: bool,
        seed: u32,
    ) {
        let spec = Spec::new(size.0, size.1, if is_color { 3 } else { 1 }, Depth::F32).unwrap();
        let values = samples(&spec, 9999, seed);
        let floats: Vec<f32> = values.iter().map(|&value| f32::from(value) / 7.0).collect();
        let scale = if is_big { "2.5" } else { "-1" };
        let kind = if is_color { 'F' } else { 'f' };
        let mut file = format!("P{kind}\n{} {}\n{scale}\n", size.0, size.1).into_bytes();
        for row in floats.chunks(floats.len() / size.1 as usize).rev() {
            let bytes = |float: &f32| if is_big { float.to_be_bytes() } else { float.to_le_bytes() };
            file.extend(row.iter().flat_map(bytes));
        }
        let expected: Vec<u8> = floats.iter().flat_map(|float| float.to_ne_bytes()).collect();
        check(&file, &spec, &expected, "random");
    }

    #[test]
    fn arrays_are_read(
        size in (1u64..30, 1u64..30),
        channels in 0u64..5,
        which in 0usize..11,
        is_big: bool,
        version in 1u8..4,
        seed: u32,
    ) {
        let (descr, depth) = [
            ("u1", Depth::U8),
            ("b1", Depth::U8),
            ("i1", Depth::I16),
            ("u2", Depth::U16),
            ("i2", Depth::I16),
            ("u4", Depth::I32),
            ("i4", Depth::I32),
            ("u8", Depth::I32),
            ("i8", Depth::I32),
            ("f4", Depth::F32),
            ("f8", Depth::F32),
        ][which];
        let spec = Spec::new(size.0, size.1, channels.max(1) as u32, depth).unwrap();
        let values = samples(&spec, 100, seed);
        let bytes = |value: u16| {
            let little = match descr {
                "f4" => f32::from(value).to_le_bytes().to_vec(),
                "f8" => f64::from(value).to_le_bytes().to_vec(),
                _ => u64::from(value).to_le_bytes()[..descr[1..].parse().unwrap()].to_vec(),
            };
            if is_big { little.into_iter().rev().collect() } else { little }
        };
        let shape = if channels == 0 {
            format!("({}, {})", size.1, size.0)
        } else {
            format!("({}, {}, {channels})", size.1, size.0)
        };
        let file = npy(version, if is_big { '>' } else { '<' }, descr, "False", &shape);
        let file = [file, values.iter().flat_map(|&value| bytes(value)).collect()].concat();
        let expected = values.iter().flat_map(|&value| match depth {
            Depth::U8 => vec![value as u8],
            Depth::U16 | Depth::I16 => value.to_ne_bytes().to_vec(),
            Depth::I32 => i32::from(value).to_ne_bytes().to_vec(),
            Depth::F32 => f32::from(value).to_ne_bytes().to_vec(),
        });
        check(&file, &spec, &expected.collect::<Vec<u8>>(), "random");
    }
}

pub(crate) fn npy(version: u8, order: char, descr: &str, columns: &str, shape: &str) -> Vec<u8> {
    let mut header =
        format!("{{'descr': '{order}{descr}', 'fortran_order': {columns}, 'shape': {shape}, }}");
    while !(header.len() + 13).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    let mut file = [b"\x93NUMPY", &[version, 0][..]].concat();
    let len = header.len() as u32;
    file.extend(&len.to_le_bytes()[..if version == 1 { 2 } else { 4 }]);
    file.extend(header.bytes());
    file
}

#[test]
fn a_native_map_is_lent() {
    let file = [&b"P5 4 2 255\n"[..], &[1, 2, 3, 4, 5, 6, 7, 8]].concat();
    let source = build::open(&file).unwrap();
    let view = source.view(&Region::new(1, 1, 2, 1)).unwrap();
    assert_eq!(view.row::<u8>(0), [6, 7]);
}

#[test]
fn what_makes_no_image_is_refused() {
    let corrupt: [&[u8]; 10] = [
        b"P5 4 2 255\n1234567",
        b"P5 4 2 0\n12345678",
        b"P5 4 2 70000\n12345678",
        b"P5 -4 2 255\n12345678",
        b"P5 0 2 255\n12345678",
        b"P5 99999999999999999999 2 255\n",
        b"P2 1 3 9\n1 2 10",
        b"P1 4 4\n0101",
        b"P1 2 2\n0 1 2 0",
        b"Pf 1 1 0\n1234",
    ];
    for file in corrupt {
        let read = build::open(file).and_then(|it| build::try_pixels(&*it, &it.spec().region()));
        assert!(matches!(read, Err(Error::Corrupt { .. })), "{}", String::from_utf8_lossy(file));
    }
    for (descr, columns, shape) in [
        ("f4", "True", "(2, 2)"),
        ("c8", "False", "(2, 2)"),
        ("f4", "False", "(4,)"),
        ("f4", "False", "(1, 2, 2, 1)"),
        ("O", "False", "(2, 2)"),
    ] {
        let file = [npy(1, '<', descr, columns, shape), vec![0; 64]].concat();
        assert!(matches!(build::open(&file), Err(Error::Unsupported(_))), "{descr} {shape}");
    }
    let long = npy(1, '<', "f4", "False", "(4000000000, 4000000000)");
    assert!(matches!(build::open(&long), Err(Error::Corrupt { .. })));
    let second = Selection { page: 1, level: 0 };
    let result = build::open_selected(b"P5 1 1 255\n1234", second);
    assert!(matches!(result, Err(Error::InvalidArgument(_))));
}
