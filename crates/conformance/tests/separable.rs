//! `convolveSeparable` is what its definition says, and `sepFilter2D` of `OpenCV`.

use filters::ConvolveSeparable;
use gigapx_conformance::cases::{Noise, Shape, shapes};
use gigapx_conformance::depths;
use gigapx_conformance::harness::{Class, check};
use gigapx_conformance::naive::{self, Path};
use gigapx_conformance::oracle;
use proptest::prelude::*;
use raster::{Depth, Sample};

#[derive(Clone, Debug)]
struct Case {
    shape: Shape,
    horizontal: Vec<f64>,
    vertical: Vec<f64>,
    offset: f64,
}

fn cases() -> impl Strategy<Value = Case> {
    (shapes(), kernels(), offsets()).prop_map(|(shape, (horizontal, vertical), offset)| Case {
        shape,
        horizontal,
        vertical,
        offset,
    })
}

fn offsets() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), Just(0.5), Just(-3.25), Just(128.0), -100.0f64..100.0]
}

/// Kernels of any kind, or two for one of the integer paths.
fn kernels() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    prop_oneof![
        4 => (any_taps(), any_taps()),
        1 => (fixed(), fixed()),
        1 => (whole(), whole()),
    ]
}

fn any_taps() -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![
        prop::collection::vec(-2.0f64..2.0, 1..33),
        (prop::collection::vec(-2.0f64..2.0, 0..16), -2.0f64..2.0)
            .prop_map(|(half, centre)| mirror(half, centre, 1.0)),
        prop::collection::vec(-2.0f64..2.0, 0..16).prop_map(|half| mirror(half, 0.0, -1.0)),
        // The shortest, which have code of their own.
        (prop::collection::vec(-2.0f64..2.0, 1..3), -2.0f64..2.0, prop::bool::ANY).prop_map(
            |(half, centre, odd)| if odd {
                mirror(half, 0.0, -1.0)
            } else {
                mirror(half, centre, 1.0)
            }
        ),
        smoothing(),
        with_zeros(),
        whole(),
        fixed(),
    ]
}

/// Symmetric taps that sum to one.
fn smoothing() -> impl Strategy<Value = Vec<f64>> {
    (prop::collection::vec(0.01f64..1.0, 0..16), 0.01f64..1.0).prop_map(|(half, centre)| {
        let taps = mirror(half, centre, 1.0);
        let sum: f64 = taps.iter().sum();
        taps.into_iter().map(|tap| tap / sum).collect()
    })
}

/// Symmetric taps of which many are 0, at the ends too.
fn with_zeros() -> impl Strategy<Value = Vec<f64>> {
    let tap = prop_oneof![2 => Just(0.0), 1 => -2.0f64..2.0];
    (prop::collection::vec(tap.clone(), 0..12), tap)
        .prop_map(|(half, centre)| mirror(half, centre, 1.0))
}

/// Whole taps, symmetric or antisymmetric.
fn whole() -> impl Strategy<Value = Vec<f64>> {
    (prop::collection::vec(-9i32..10, 0..8), -9i32..10, prop::bool::ANY).prop_map(
        |(half, centre, odd)| {
            let half = half.into_iter().map(f64::from).collect();
            if odd { mirror(half, 0.0, -1.0) } else { mirror(half, f64::from(centre), 1.0) }
        },
    )
}

/// Taps that smooth and are whole in 8 fraction bits.
fn fixed() -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![
        prop::collection::vec(0u32..17, 0..8).prop_map(|half| {
            let centre = f64::from(256 - 2 * half.iter().sum::<u32>()) / 256.0;
            mirror(half.into_iter().map(|tap| f64::from(tap) / 256.0).collect(), centre, 1.0)
        }),
        Just(vec![0.25, 0.5, 0.25]),
        Just(vec![0.0625, 0.25, 0.375, 0.25, 0.0625]),
    ]
}

/// Taps from the outside in, the centre, and the same again with a sign.
fn mirror(half: Vec<f64>, centre: f64, sign: f64) -> Vec<f64> {
    let other: Vec<f64> = half.iter().rev().map(|tap| sign * tap).collect();
    half.into_iter().chain([centre]).chain(other).collect()
}

fn separable<S: Noise, D: Sample>(case: &Case) -> Result<(), TestCaseError> {
    let Case { shape, horizontal, vertical, offset } = case;
    let (border, offset) = (shape.border, *offset);
    let image = shape.image::<S>();
    let recipe = ConvolveSeparable {
        horizontal: horizontal.clone(),
        vertical: vertical.clone(),
        offset,
        depth: Some(D::DEPTH),
        border,
    };
    let definition = naive::separable(&image, horizontal, vertical, offset, border);
    let opencv = (S::DEPTH != Depth::I32 && D::DEPTH != Depth::I32).then(|| {
        let expected = oracle::sep_filter_2d(&image, horizontal, vertical, offset, border);
        (expected, class::<S, D>(case))
    });
    check::<S, D>(&image, &recipe, shape.seed, &definition, opencv)
}

/// How close `OpenCV` is.
fn class<S: Noise, D: Sample>(case: &Case) -> Class {
    let Case { shape, horizontal, vertical, offset } = case;
    let sum = |taps: &[f64]| taps.iter().map(|tap| tap.abs()).sum::<f64>();
    let float = D::DEPTH == Depth::F32;
    let tolerance = if float {
        let largest = sum(horizontal) * sum(vertical) * shape.largest::<S>() + offset.abs();
        12.0 * 2f64.powi(-24) * largest
    } else {
        1.0
    };
    // These columns OpenCV adds the offset to before all else.
    let binomial = matches!(vertical[..], [1.0, 2.0 | -2.0, 1.0]);
    if float && binomial && *offset != 0.0 {
        return Class::Within(tolerance);
    }
    let path = naive::path(S::DEPTH, D::DEPTH, horizontal, vertical);
    if path == Path::Whole && offset.fract().abs() == 0.5 && oracle::offset_joins(vertical) {
        return Class::Within(tolerance);
    }
    // OpenCV adds up float32, which is exact only if the offset has few digits: near a tie it may differ.
    if path == Path::Fixed && (offset * 65_536.0).fract() != 0.0 {
        return Class::Within(tolerance);
    }
    let modulo = match path {
        // Half up in the trailing elements.
        Path::Fixed => 4,
        Path::Chain if S::DEPTH == Depth::F32 && matches!(horizontal.len(), 3 | 5) => 8,
        Path::Chain if float && vertical.len() == 3 => 8,
        _ => return Class::Equal,
    };
    if oracle::pads(shape.border) { Class::Equal } else { Class::Trailing { modulo, tolerance } }
}

depths! {
    separable(cases()):
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
    int16_to_int32: i16 => i32;
    int16_to_float32: i16 => f32;
    int32_to_uint8: i32 => u8;
    int32_to_int16: i32 => i16;
    int32: i32 => i32;
    int32_to_float32: i32 => f32;
    float32_to_uint8: f32 => u8;
    float32_to_uint16: f32 => u16;
    float32_to_int16: f32 => i16;
    float32_to_int32: f32 => i32;
    float32: f32 => f32;
}
