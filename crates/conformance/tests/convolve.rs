//! `convolve` is what its definition says, and `filter2D` of `OpenCV`.

use filters::Convolve;
use gigapx_conformance::cases::{Noise, Shape, shapes};
use gigapx_conformance::depths;
use gigapx_conformance::harness::{Class, check};
use gigapx_conformance::{naive, oracle};
use proptest::prelude::*;
use raster::{Depth, Sample};

#[derive(Clone, Debug)]
struct Case {
    shape: Shape,
    kernel: Vec<f64>,
    width: u32,
    scale: f64,
    offset: f64,
}

fn cases() -> impl Strategy<Value = Case> {
    let offsets = prop_oneof![2 => Just(0.0), 1 => Just(0.5), 1 => -100.0f64..100.0];
    let scales = prop_oneof![2 => Just(1.0), 1 => Just(0.25), 1 => -2.0f64..2.0];
    (shapes(), kernels(), scales, offsets).prop_map(|(shape, (kernel, width), scale, offset)| {
        Case { shape, kernel, width, scale, offset }
    })
}

fn kernels() -> impl Strategy<Value = (Vec<f64>, u32)> {
    prop_oneof![
        4 => (1usize..8, 1usize..8).prop_flat_map(|(width, height)| taps(width, height)),
        1 => (1usize..40).prop_flat_map(|width| taps(width, 1)),
        1 => (1usize..40).prop_flat_map(|height| taps(1, height)),
        // From where OpenCV multiplies spectra.
        1 => (7usize..16, 7usize..16).prop_flat_map(|(width, height)| general(width, height)),
    ]
}

fn taps(width: usize, height: usize) -> impl Strategy<Value = (Vec<f64>, u32)> {
    let sparse = prop_oneof![2 => Just(0.0), 1 => -2.0f64..2.0];
    let whole = (-5i32..6).prop_map(f64::from);
    prop_oneof![
        general(width, height),
        prop::collection::vec(sparse, width * height).prop_map(move |taps| (taps, width as u32)),
        prop::collection::vec(whole, width * height).prop_map(move |taps| (taps, width as u32)),
        Just((vec![1.0; width * height], width as u32)),
        // Of rank one: the product of a column and a row.
        (prop::collection::vec(-1.4f64..1.4, width), prop::collection::vec(-1.4f64..1.4, height))
            .prop_map(move |(row, column)| {
                let products = column.iter().flat_map(|y| row.iter().map(move |x| x * y));
                (products.collect(), width as u32)
            }),
        (-3i32..4, prop::collection::vec(-2i32..3, width), prop::collection::vec(-2i32..3, height))
            .prop_map(move |(factor, row, column)| {
                let products =
                    column.iter().flat_map(|y| row.iter().map(move |x| f64::from(x * y * factor)));
                (products.collect(), width as u32)
            }),
    ]
}

fn general(width: usize, height: usize) -> impl Strategy<Value = (Vec<f64>, u32)> {
    prop::collection::vec(-2.0f64..2.0, width * height).prop_map(move |taps| (taps, width as u32))
}

fn convolve<S: Noise, D: Sample>(case: &Case) -> Result<(), TestCaseError> {
    let Case { shape, kernel, width, scale, offset } = case;
    let border = shape.border;
    let image = shape.image::<S>();
    let recipe = Convolve {
        kernel: kernel.clone(),
        width: *width,
        height: kernel.len() as u32 / width,
        scale: *scale,
        offset: *offset,
        depth: Some(D::DEPTH),
        border,
    };
    let scaled: Vec<f64> = kernel.iter().map(|tap| tap * scale).collect();
    let definition = naive::convolve(&image, &scaled, *width, *offset, border);
    let opencv = supported(S::DEPTH, D::DEPTH).then(|| {
        let expected = oracle::filter_2d(&image, &scaled, *width, *offset, border);
        (expected, class::<S, D>(case))
    });
    check::<S, D>(&image, &recipe, shape.seed, &definition, opencv)
}

/// The pairs that `OpenCV` has.
fn supported(input: Depth, output: Depth) -> bool {
    match input {
        Depth::U8 => output != Depth::I32,
        Depth::U16 | Depth::I16 => output == input || output == Depth::F32,
        Depth::F32 => output == Depth::F32,
        Depth::I32 => false,
    }
}

/// How close `OpenCV` is.
fn class<S: Noise, D: Sample>(case: &Case) -> Class {
    let Case { shape, kernel, scale, offset, .. } = case;
    if kernel.len() < naive::dft_size(S::DEPTH, D::DEPTH) {
        return Class::Equal;
    }
    let sum = kernel.iter().map(|tap| (tap * scale).abs()).sum::<f64>();
    let largest = sum * shape.largest::<S>() + offset.abs();
    // OpenCV adds an offset to a sum that it has rounded to float32.
    let moved = *offset != 0.0;
    match (S::DEPTH, D::DEPTH) {
        // The spectra are float32.
        (Depth::U8, Depth::F32) => {
            Class::Within(2.0 * kernel.len() as f64 * 2f64.powi(-24) * largest)
        }
        (Depth::U8, _) => Class::Within(1.0),
        (_, Depth::F32) if moved => Class::Within(2f64.powi(-22) * largest),
        _ if moved => Class::Within(1.0),
        // The spectra are float64, and so close to the sum that the last bit seldom differs.
        (_, Depth::F32) => Class::Within(2f64.powi(-24) * largest),
        _ => Class::Equal,
    }
}

depths! {
    convolve(cases()):
    uint8: u8 => u8;
    uint8_to_uint16: u8 => u16;
    uint8_to_int16: u8 => i16;
    uint8_to_int32: u8 => i32;
    uint8_to_float32: u8 => f32;
    uint16_to_uint8: u16 => u8;
    uint16: u16 => u16;
    uint16_to_float32: u16 => f32;
    int16: i16 => i16;
    int16_to_float32: i16 => f32;
    int16_to_uint16: i16 => u16;
    int32: i32 => i32;
    int32_to_float32: i32 => f32;
    int32_to_uint8: i32 => u8;
    float32_to_uint8: f32 => u8;
    float32_to_int16: f32 => i16;
    float32: f32 => f32;
}
