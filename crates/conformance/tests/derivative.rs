//! `sobel` and `scharr` are what their definition says, and `Sobel` and `Scharr` of `OpenCV`.

use filters::{Derivative, GaussianBlur, Operator, Recipe};
use gigapx_conformance::cases::{Noise, Shape, shapes};
use gigapx_conformance::depths;
use gigapx_conformance::harness::{Class, check, check_gradient_depths, whole};
use gigapx_conformance::image::{Dense, noise};
use gigapx_conformance::naive::{self, Path};
use gigapx_conformance::oracle::{self, Derived};
use kernels::Isa;
use pipeline::Image;
use proptest::prelude::*;
use raster::{Border, Depth, Sample};

#[derive(Clone, Debug)]
struct Case {
    shape: Shape,
    /// `None` for Scharr.
    size: Option<u32>,
    order: (u32, u32),
    scale: f64,
    offset: f64,
}

fn cases() -> impl Strategy<Value = Case> {
    let offsets =
        prop_oneof![3 => Just(0.0), 1 => Just(0.5), 1 => Just(100.0), 2 => -300.0f64..300.0];
    (shapes(), operators(), scales(), offsets).prop_map(|(shape, (size, order), scale, offset)| {
        // Beyond, the sums of a large kernel leave every integer.
        let scale = if size.is_some_and(|size| size > 13) { scale / 2f64.powi(20) } else { scale };
        Case { shape, size, order, scale, offset }
    })
}

fn scales() -> impl Strategy<Value = f64> {
    prop_oneof![3 => Just(1.0), 1 => Just(0.5), 1 => Just(2.0), 1 => Just(0.125), 2 => -3.0f64..3.0]
}

fn operators() -> impl Strategy<Value = (Option<u32>, (u32, u32))> {
    let small = prop_oneof![
        Just((1, 0)),
        Just((0, 1)),
        Just((1, 1)),
        Just((2, 0)),
        Just((0, 2)),
        Just((2, 1)),
        Just((2, 2))
    ];
    let large = (0u32..5, 0u32..5).prop_filter("an order", |order| *order != (0, 0));
    prop_oneof![
        2 => prop::bool::ANY.prop_map(|across| (None, if across { (1, 0) } else { (0, 1) })),
        4 => (prop::sample::select(vec![1u32, 3, 3, 5, 7]), small)
            .prop_map(|(size, order)| (Some(size), order)),
        2 => (2u32..7, large.clone()).prop_map(|(radius, order)| (Some(2 * radius + 1), order)),
        1 => (7u32..16, large).prop_map(|(radius, order)| (Some(2 * radius + 1), order)),
    ]
}

fn derivative<S: Noise, D: Sample>(case: &Case) -> Result<(), TestCaseError> {
    let &Case { shape, size, order, scale, offset } = case;
    let image = shape.image::<S>();
    let recipe = Derivative {
        operator: size.map_or(Operator::Scharr, Operator::Sobel),
        dx: order.0,
        dy: order.1,
        scale,
        offset,
        depth: Some(D::DEPTH),
        border: shape.border,
    };
    let derived = Derived { scale, offset, border: shape.border };
    let definition = naive::derivative(&image, order, size, derived);
    let opencv = asked::<S, D>(case).then(|| {
        let expected = match size {
            Some(size) => oracle::sobel(&image, order, size, derived),
            None => oracle::scharr(&image, order, derived),
        };
        (expected, class::<S, D>(case))
    });
    check::<S, D>(&image, &recipe, shape.seed, &definition, opencv)
}

fn kernels(case: &Case) -> [Vec<f64>; 2] {
    [case.order.0, case.order.1].map(|order| match case.size {
        Some(size) => naive::kernel(size, order),
        None if order == 0 => vec![3.0, 10.0, 3.0],
        None => vec![-1.0, 0.0, 1.0],
    })
}

/// The largest sum that the kernels can make.
fn largest<S: Noise>(case: &Case) -> f64 {
    let sum = |taps: &[f64]| taps.iter().map(|tap| tap.abs()).sum::<f64>();
    let [x, y] = kernels(case);
    sum(&x) * sum(&y) * case.scale.abs() * case.shape.largest::<S>() + case.offset.abs()
}

/// Whether `OpenCV` has the case and no sum overflows its int32.
fn asked<S: Noise, D: Sample>(case: &Case) -> bool {
    let known = S::DEPTH != Depth::I32 && D::DEPTH != Depth::I32;
    known && (D::DEPTH == Depth::F32 || largest::<S>(case) < 2f64.powi(31))
}

/// How close `OpenCV` is.
fn class<S: Noise, D: Sample>(case: &Case) -> Class {
    let [mut x, mut y] = kernels(case);
    for tap in if case.order.0 == 0 { &mut x } else { &mut y } {
        *tap *= case.scale;
    }
    let float = D::DEPTH == Depth::F32;
    let tolerance = if float { 12.0 * 2f64.powi(-24) * largest::<S>(case) } else { 1.0 };
    // These columns OpenCV adds the offset to before all else.
    let binomial = matches!(y[..], [1.0, 2.0 | -2.0, 1.0]);
    if float && binomial && case.offset != 0.0 {
        return Class::Within(tolerance);
    }
    let path = naive::path(S::DEPTH, D::DEPTH, &x, &y);
    if path == Path::Whole && case.offset.fract().abs() == 0.5 && oracle::offset_joins(&y) {
        return Class::Within(tolerance);
    }
    let small = matches!(x.len(), 3 | 5) && S::DEPTH == Depth::F32 || float && y.len() == 3;
    if path == Path::Chain && small && !oracle::pads(case.shape.border) {
        Class::Trailing { modulo: 8, tolerance }
    } else {
        Class::Equal
    }
}

fn valid(case: &Case) -> bool {
    let (dx, dy) = case.order;
    let below = |size: u32| if size == 1 { 3 } else { size };
    case.size.is_none_or(|size| dx < below(size) && dy < below(size))
}

depths! {
    derivative(cases().prop_filter("valid", valid)):
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
    int16: i16 => i16;
    int16_to_float32: i16 => f32;
    int32_to_int16: i32 => i16;
    int32: i32 => i32;
    int32_to_float32: i32 => f32;
    float32_to_uint8: f32 => u8;
    float32_to_int16: f32 => i16;
    float32_to_int32: f32 => i32;
    float32: f32 => f32;
}

#[test]
fn the_depth_follows_the_input() {
    check_gradient_depths(&Derivative::default());
}

/// A blur and then a derivative, in one pass, against `OpenCV` step by step.
#[test]
fn a_chain_equals_the_steps() {
    for border in [Border::Reflect101, Border::Wrap, Border::Constant(7.0)] {
        let image = Dense::generate(301, 203, 3, |y, x| noise(11, y, x) as u8);
        let blur = GaussianBlur { sigma: (2.2, 1.0), border, ..Default::default() };
        let sobel = Derivative { dx: 0, dy: 1, border, ..Default::default() };

        let samples = oracle::gaussian_blur(&image, (0, 0), blur.sigma, border);
        let blurred = Dense { spec: image.spec, samples };
        let derived = Derived { scale: 1.0, offset: 0.0, border };
        let expected: Vec<i16> = oracle::sobel(&blurred, (0, 1), 3, derived);

        let chain = Image::new(image.source())
            .filter(blur.bind(&image.spec, Isa::best()).expect("a blur"))
            .filter(sobel.bind(&image.spec, Isa::best()).expect("a derivative"));
        assert!(whole::<i16>(&chain) == expected, "{border:?}");
    }
}
