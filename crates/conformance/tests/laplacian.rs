//! `laplacian` is what its definition says, and `Laplacian` of `OpenCV`.

use filters::Laplacian;
use gigapx_conformance::cases::{Noise, Shape, shapes};
use gigapx_conformance::depths;
use gigapx_conformance::harness::{Class, check, check_gradient_depths};
use gigapx_conformance::naive;
use gigapx_conformance::oracle::{self, Derived};
use proptest::prelude::*;
use raster::{Depth, Sample};

#[derive(Clone, Debug)]
struct Case {
    shape: Shape,
    size: u32,
    scale: f64,
    offset: f64,
}

fn cases() -> impl Strategy<Value = Case> {
    let sizes = prop_oneof![
        5 => prop::sample::select(vec![1u32, 3, 5, 7]),
        1 => (4u32..16).prop_map(|radius| 2 * radius + 1),
    ];
    let offsets = prop_oneof![3 => Just(0.0), 1 => Just(0.5), 2 => -300.0f64..300.0];
    let scales = prop_oneof![3 => Just(1.0), 1 => Just(0.5), 1 => Just(2.0), 2 => -3.0f64..3.0];
    (shapes(), sizes, scales, offsets).prop_map(|(shape, size, scale, offset)| {
        // Beyond, the sums of a large kernel leave every integer.
        let scale = if size > 11 { scale / 2f64.powi(24) } else { scale };
        Case { shape, size, scale, offset }
    })
}

fn laplacian<S: Noise, D: Sample>(case: &Case) -> Result<(), TestCaseError> {
    let &Case { shape, size, scale, offset } = case;
    let image = shape.image::<S>();
    let border = shape.border;
    let recipe = Laplacian { size, scale, offset, depth: Some(D::DEPTH), border };
    let derived = Derived { scale, offset, border };
    let definition = naive::laplacian(&image, size, derived);
    let opencv = asked::<S, D>(case)
        .then(|| (oracle::laplacian(&image, size, derived), class::<S, D>(case)));
    check::<S, D>(&image, &recipe, shape.seed, &definition, opencv)
}

/// The largest sum that the kernels can make, before scale and offset.
fn largest<S: Noise>(case: &Case) -> f64 {
    let sum = |taps: Vec<f64>| taps.iter().map(|tap| tap.abs()).sum::<f64>();
    let kernels = match case.size {
        1 => 8.0,
        3 => 16.0,
        size => 2.0 * sum(naive::kernel(size, 2)) * sum(naive::kernel(size, 0)),
    };
    kernels * case.shape.largest::<S>()
}

/// Whether `OpenCV` has the case and no sum overflows its int32.
fn asked<S: Noise, D: Sample>(case: &Case) -> bool {
    let known = match (S::DEPTH, D::DEPTH) {
        (Depth::I32, _) | (_, Depth::I32) => false,
        (Depth::U8, _) | (_, Depth::F32) => true,
        // The small sizes are `filter2D`, which has fewer pairs.
        (input, output) => case.size > 3 || input == output,
    };
    let sum = largest::<S>(case) * case.scale.abs() + case.offset.abs();
    known && (D::DEPTH == Depth::F32 || sum < 2f64.powi(31))
}

/// How close `OpenCV` is.
fn class<S: Noise, D: Sample>(case: &Case) -> Class {
    if case.size < 5 || S::DEPTH != Depth::F32 || oracle::pads(case.shape.border) {
        return Class::Equal;
    }
    let float = 12.0 * 2f64.powi(-24) * (largest::<S>(case) * case.scale.abs() + case.offset.abs());
    let tolerance = if D::DEPTH == Depth::F32 { float } else { 1.0 };
    Class::Trailing { modulo: 8, tolerance }
}

depths! {
    laplacian(cases()):
    uint8: u8 => u8;
    uint8_to_uint16: u8 => u16;
    uint8_to_int16: u8 => i16;
    uint8_to_int32: u8 => i32;
    uint8_to_float32: u8 => f32;
    uint16: u16 => u16;
    uint16_to_int16: u16 => i16;
    uint16_to_int32: u16 => i32;
    uint16_to_float32: u16 => f32;
    int16: i16 => i16;
    int16_to_uint8: i16 => u8;
    int16_to_float32: i16 => f32;
    int32: i32 => i32;
    int32_to_float32: i32 => f32;
    float32_to_int16: f32 => i16;
    float32_to_int32: f32 => i32;
    float32: f32 => f32;
}

#[test]
fn the_depth_follows_the_input() {
    check_gradient_depths(&Laplacian::default());
}
