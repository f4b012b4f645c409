//! `boxBlur` is what its definition says, and `boxFilter` of `OpenCV`.

use filters::BoxBlur;
use gigapx_conformance::cases::{Noise, Shape, shapes};
use gigapx_conformance::depths;
use gigapx_conformance::harness::{Class, check, results};
use gigapx_conformance::image::Dense;
use gigapx_conformance::{naive, oracle};
use proptest::prelude::*;
use raster::{Depth, Sample};

#[derive(Clone, Debug)]
struct Case {
    shape: Shape,
    size: (u32, u32),
    normalize: bool,
}

fn cases() -> impl Strategy<Value = Case> {
    (shapes(), sizes(), prop::bool::weighted(0.75)).prop_map(|(shape, size, normalize)| Case {
        shape,
        size,
        normalize,
    })
}

/// Odd, even, one row, one column, and areas around 256, where uint8 changes its arithmetic.
fn sizes() -> impl Strategy<Value = (u32, u32)> {
    prop_oneof![
        4 => (1u32..17, 1u32..17),
        1 => (1u32..60, 1u32..4),
        1 => (1u32..4, 1u32..60),
        1 => prop::sample::select(vec![(16, 16), (15, 17), (257, 1), (1, 257), (5, 51), (64, 4)]),
        1 => (10u32..40, 10u32..40),
    ]
}

fn boxes<S: Noise, D: Sample>(case: &Case) -> Result<(), TestCaseError> {
    let &Case { shape, size, normalize } = case;
    let border = shape.border;
    let image = shape.image::<S>();
    let recipe = BoxBlur { normalize, depth: Some(D::DEPTH), border, ..BoxBlur::new(size) };
    let definition = naive::box_filter(&image, size, normalize, border);
    let opencv = asked::<S, D>(case).then(|| {
        let expected = oracle::box_filter(&image, size, normalize, border);
        (expected, class::<S, D>(case))
    });
    check::<S, D>(&image, &recipe, shape.seed, &definition, opencv)
}

/// What `OpenCV` has and computes as meant: it adds 1 to a uint8 mean of two, takes negative sums of
/// int16 for large ones where it stores them unsigned, and overflows with int32.
fn asked<S: Noise, D: Sample>(case: &Case) -> bool {
    let pair = case.normalize && case.size.0 * case.size.1 == 2;
    match (S::DEPTH, D::DEPTH) {
        (Depth::U8, Depth::U8) => !pair,
        (Depth::I16, Depth::U8 | Depth::U16) | (Depth::I32, _) | (Depth::F32, Depth::I32) => false,
        _ => true,
    }
}

/// How close `OpenCV` is.
fn class<S: Noise, D: Sample>(case: &Case) -> Class {
    let small = case.size.0 * case.size.1 <= 256;
    let float = 2f64.powi(-22) * case.shape.largest::<S>();
    match (S::DEPTH, D::DEPTH) {
        // Its sums of floats run along the rows, so that what has been rounded once stays in them.
        (Depth::F32, Depth::F32) if case.normalize => Class::Within(float),
        (Depth::F32, Depth::F32) => {
            Class::Within(float * f64::from(case.size.0) * f64::from(case.size.1))
        }
        // Sums, and means of float64, have one formula.
        (Depth::F32, _) => Class::Equal,
        (Depth::U8, Depth::U8) if small => Class::Equal,
        _ if !case.normalize || oracle::pads(case.shape.border) => Class::Equal,
        (_, Depth::F32) => Class::Trailing { modulo: 8, tolerance: float },
        _ => Class::Trailing { modulo: 8, tolerance: 1.0 },
    }
}

depths! {
    boxes(cases()):
    uint8: u8 => u8;
    uint8_to_uint16: u8 => u16;
    uint8_to_int16: u8 => i16;
    uint8_to_int32: u8 => i32;
    uint8_to_float32: u8 => f32;
    uint16_to_uint8: u16 => u8;
    uint16: u16 => u16;
    uint16_to_int16: u16 => i16;
    uint16_to_int32: u16 => i32;
    uint16_to_float32: u16 => f32;
    int16_to_uint8: i16 => u8;
    int16_to_uint16: i16 => u16;
    int16: i16 => i16;
    int16_to_float32: i16 => f32;
    int32_to_uint8: i32 => u8;
    int32: i32 => i32;
    int32_to_float32: i32 => f32;
    float32_to_uint8: f32 => u8;
    float32_to_int16: f32 => i16;
    float32_to_int32: f32 => i32;
    float32: f32 => f32;
}

/// Every area to 16 x 16 has a formula of its own for uint8.
#[test]
fn uint8_equals_opencv_for_every_small_size() {
    let image = Dense::generate(96, 40, 1, |y, x| gigapx_conformance::image::noise(3, y, x) as u8);
    for size in (1..=16).flat_map(|width| (1..=16).map(move |height| (width, height))) {
        if size.0 * size.1 == 2 {
            continue;
        }
        let recipe = BoxBlur::new(size);
        let result: Vec<u8> = results(&image, &recipe, 0x0011_1315).expect("one result");
        let expected: Vec<u8> = oracle::box_filter(&image, size, true, recipe.border);
        assert!(result == expected, "{size:?}");
    }
}

/// A flat image stays as it is, at either extreme.
#[test]
fn constants_stay() {
    fn stays<T: Sample>(value: T, size: (u32, u32)) {
        let image = Dense::generate(70, 50, 1, |_, _| value);
        let result: Vec<T> = results(&image, &BoxBlur::new(size), 0x0021_1933).expect("one result");
        assert!(result == image.samples, "{value:?} {size:?}");
    }
    for size in [(1, 2), (2, 1), (2, 2), (3, 3), (16, 16), (17, 17), (51, 101), (181, 181)] {
        [0u8, 1, 7, 127, 255].into_iter().for_each(|value| stays(value, size));
        [0u16, 1, 255, 32_768, 65_535].into_iter().for_each(|value| stays(value, size));
        [i16::MIN, -1, 0, i16::MAX].into_iter().for_each(|value| stays(value, size));
        [i32::MIN, -1, 0, i32::MAX].into_iter().for_each(|value| stays(value, size));
    }
}
