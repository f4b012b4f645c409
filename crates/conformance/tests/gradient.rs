//! `gradientMagnitude` is what its definition says, and `magnitude` of two derivatives of `OpenCV`.

use filters::{GradientMagnitude, Operator};
use gigapx_conformance::cases::{Noise, Shape, shapes};
use gigapx_conformance::depths;
use gigapx_conformance::harness::{Class, check, check_gradient_depths};
use gigapx_conformance::{naive, oracle};
use proptest::prelude::*;
use raster::{Depth, Sample};

#[derive(Clone, Debug)]
struct Case {
    shape: Shape,
    /// `None` for Scharr.
    size: Option<u32>,
    scale: f64,
}

fn cases() -> impl Strategy<Value = Case> {
    let operators = prop_oneof![
        1 => Just(None),
        4 => prop::sample::select(vec![1u32, 3, 3, 5, 7]).prop_map(Some),
        1 => (4u32..7).prop_map(|radius| Some(2 * radius + 1)),
    ];
    let scales = prop_oneof![3 => Just(1.0), 1 => Just(0.25), 2 => -2.0f64..2.0];
    (shapes(), operators, scales).prop_map(|(shape, size, scale)| Case { shape, size, scale })
}

fn gradient<S: Noise, D: Sample>(case: &Case) -> Result<(), TestCaseError> {
    let &Case { shape, size, scale } = case;
    let border = shape.border;
    let image = shape.image::<S>();
    let operator = size.map_or(Operator::Scharr, Operator::Sobel);
    let recipe = GradientMagnitude { operator, scale, depth: Some(D::DEPTH), border };
    let definition = naive::magnitude(&image, size, scale, border);
    let opencv = asked::<S, D>(case)
        .then(|| (oracle::magnitude(&image, size, scale, border), class::<S, D>(case)));
    check::<S, D>(&image, &recipe, shape.seed, &definition, opencv)
}

/// The largest length.
fn largest<S: Noise>(case: &Case) -> f64 {
    let sum = |taps: Vec<f64>| taps.iter().map(|tap| tap.abs()).sum::<f64>();
    let kernels = match case.size {
        Some(size) => sum(naive::kernel(size, 1)) * sum(naive::kernel(size, 0)),
        None => 32.0,
    };
    2f64.sqrt() * kernels * case.scale.abs() * case.shape.largest::<S>()
}

/// Whether `OpenCV` has the case and no length overflows its int32.
fn asked<S: Noise, D: Sample>(case: &Case) -> bool {
    let known = S::DEPTH != Depth::I32 && D::DEPTH != Depth::I32;
    known && (D::DEPTH == Depth::F32 || largest::<S>(case) < 2f64.powi(31))
}

/// How close `OpenCV` is: its derivatives are float32, so all short kernels leave trailing elements.
fn class<S: Noise, D: Sample>(case: &Case) -> Class {
    let few = match case.size {
        None | Some(1 | 3) => true,
        Some(5) => S::DEPTH == Depth::F32,
        Some(_) => false,
    };
    if !few || oracle::pads(case.shape.border) {
        return Class::Equal;
    }
    let float = 24.0 * 2f64.powi(-24) * largest::<S>(case);
    Class::Trailing { modulo: 8, tolerance: if D::DEPTH == Depth::F32 { float } else { 1.0 } }
}

depths! {
    gradient(cases()):
    uint8: u8 => u8;
    uint8_to_int16: u8 => i16;
    uint8_to_uint16: u8 => u16;
    uint8_to_float32: u8 => f32;
    uint16: u16 => u16;
    uint16_to_uint8: u16 => u8;
    uint16_to_float32: u16 => f32;
    int16: i16 => i16;
    int16_to_uint16: i16 => u16;
    int16_to_float32: i16 => f32;
    int32: i32 => i32;
    int32_to_uint8: i32 => u8;
    int32_to_float32: i32 => f32;
    float32_to_uint8: f32 => u8;
    float32_to_int16: f32 => i16;
    float32: f32 => f32;
}

#[test]
fn the_depth_follows_the_input() {
    check_gradient_depths(&GradientMagnitude::default());
}
