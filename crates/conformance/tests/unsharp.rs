//! `unsharpMask` is what `GaussianBlur` and `addWeighted` of `OpenCV` make of an image.

use filters::UnsharpMask;
use gigapx_conformance::cases::{Noise, Shape, shapes};
use gigapx_conformance::harness::{Class, agree, check, results};
use gigapx_conformance::{naive, oracle};
use proptest::prelude::*;
use raster::Depth;

#[derive(Clone, Debug)]
struct Case {
    shape: Shape,
    size: (u32, u32),
    sigma: (f64, f64),
    amount: f64,
    threshold: f64,
}

fn cases() -> impl Strategy<Value = Case> {
    let amounts = prop_oneof![3 => Just(1.0), 1 => Just(0.5), 1 => Just(0.0), 3 => 0.0f64..5.0];
    let thresholds = prop_oneof![3 => Just(0.0), 2 => Just(10.0), 1 => 0.0f64..100.0];
    (shapes(), axis(), axis(), amounts, thresholds).prop_map(|(shape, x, y, amount, threshold)| {
        Case { shape, size: (x.1, y.1), sigma: (x.0, y.0), amount, threshold }
    })
}

/// A sigma and a size of one axis; size 0 is derived.
fn axis() -> impl Strategy<Value = (f64, u32)> {
    prop_oneof![
        2 => (0.5f64..6.0).prop_map(|sigma| (sigma, 0)),
        1 => (0.5f64..6.0, 0u32..12).prop_map(|(sigma, radius)| (sigma, 2 * radius + 1)),
    ]
}

fn recipe(case: &Case) -> UnsharpMask {
    UnsharpMask {
        sigma: case.sigma,
        kernel_size: case.size,
        amount: case.amount,
        threshold: case.threshold,
        border: case.shape.border,
    }
}

fn unsharp<T: Noise>(case: &Case) -> Result<(), TestCaseError> {
    let Case { shape, size, sigma, amount, threshold } = *case;
    let image = shape.image::<T>();
    let blurred: Vec<T> = oracle::gaussian_blur(&image, size, sigma, shape.border);
    let mut expected = oracle::unsharp(&image, size, sigma, amount, shape.border);
    for ((result, &sample), blurred) in expected.iter_mut().zip(&image.samples).zip(blurred) {
        if (sample.to_f64() - blurred.to_f64()).abs() < threshold {
            *result = sample;
        }
    }
    let result: Vec<T> = results(&image, &recipe(case), shape.seed).map_err(TestCaseError::fail)?;
    agree(&result, &expected, &image.spec, class::<T>(case)).map_err(TestCaseError::fail)
}

/// How close `OpenCV` is: its blur rounds the last elements of a row in another way for 3 and 5 taps
/// of float32. Few taps are few for either axis.
fn class<T: Noise>(case: &Case) -> Class {
    let few = |size: u32, sigma: f64| matches!(size, 3 | 5) || (size == 0 && sigma < 0.8);
    let Case { size, sigma, .. } = *case;
    if T::DEPTH != Depth::F32 || !(few(size.0, sigma.0) || few(size.1, sigma.1)) {
        return Class::Equal;
    }
    let largest = case.shape.largest::<T>() * (1.0 + 2.0 * case.amount);
    Class::Trailing { modulo: 8, tolerance: 12.0 * 2f64.powi(-24) * largest }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn uint8(case in cases()) {
        unsharp::<u8>(&case)?;
    }

    #[test]
    fn uint16(case in cases()) {
        unsharp::<u16>(&case)?;
    }

    #[test]
    fn int16(case in cases()) {
        unsharp::<i16>(&case)?;
    }

    #[test]
    fn float32(case in cases()) {
        unsharp::<f32>(&case)?;
    }

    #[test]
    fn int32(case in cases()) {
        let Case { shape, size, sigma, amount, threshold } = case;
        let image = shape.image::<i32>();
        let blurred = naive::gaussian_i32(&image, size, sigma, shape.border);
        let definition = naive::unsharp_i32(&image, &blurred, (amount, threshold));
        check::<i32, i32>(&image, &recipe(&case), shape.seed, &definition, None)?;
    }
}
