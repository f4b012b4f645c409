//! Arithmetic of `core`, thresholds and gray.

use filters::point::{ArithmeticKind, BooleanKind, Relation, ThresholdKind};
use opencv::core::{self, Mat, Scalar, ToInputArray, Vector};
use opencv::imgproc;
use opencv::prelude::*;
use raster::{Sample, Spec};

use super::frame::crop;
use super::{borrow, depth_code, prepare};
use crate::image::Dense;

/// What a function of `OpenCV` makes of an image, in as many channels.
fn made<D: Sample>(
    spec: &Spec,
    channels: u32,
    make: impl FnOnce(&mut Mat) -> opencv::Result<()>,
) -> Vec<D> {
    prepare();
    let mut result = Mat::default();
    make(&mut result).expect("OpenCV computes");
    crop(&result, (0, 0), &Spec { channels, ..*spec })
}

/// Four numbers, the first of which stand for the channels of an image.
pub fn scalar(numbers: [f64; 4]) -> Scalar {
    Scalar::from(numbers)
}

/// `convertTo`.
pub fn convert<S: Sample, D: Sample>(image: &Dense<S>, scale: f64, offset: f64) -> Vec<D> {
    made(&image.spec, image.spec.channels, |out| {
        borrow(image).convert_to(out, depth_code(D::DEPTH), scale, offset)
    })
}

/// `add`, `subtract`, `multiply`, `divide`, `absdiff`, `min` or `max`; the last three in the image's depth.
pub fn arithmetic<S: Sample, D: Sample>(
    kind: ArithmeticKind,
    image: &Dense<S>,
    with: &impl ToInputArray,
    scale: f64,
) -> Vec<D> {
    let (a, depth, all) = (borrow(image), depth_code(D::DEPTH), core::no_array());
    made(&image.spec, image.spec.channels, |out| match kind {
        ArithmeticKind::Add => core::add(&a, with, out, &all, depth),
        ArithmeticKind::Subtract => core::subtract(&a, with, out, &all, depth),
        ArithmeticKind::Multiply => core::multiply(&a, with, out, scale, depth),
        ArithmeticKind::Divide => core::divide2(&a, with, out, scale, depth),
        ArithmeticKind::AbsDiff => core::absdiff(&a, with, out),
        ArithmeticKind::Min => core::min(&a, with, out),
        ArithmeticKind::Max => core::max(&a, with, out),
    })
}

/// `addWeighted`.
pub fn add_weighted<T: Sample>(
    image: &Dense<T>,
    with: &impl ToInputArray,
    [alpha, beta, gamma]: [f64; 3],
) -> Vec<T> {
    made(&image.spec, image.spec.channels, |out| {
        core::add_weighted(&borrow(image), alpha, with, beta, gamma, out, -1)
    })
}

/// `bitwise_and`, `bitwise_or` or `bitwise_xor`; `None` for what `OpenCV` lacks.
pub fn bitwise<T: Sample>(
    kind: BooleanKind,
    image: &Dense<T>,
    with: &impl ToInputArray,
) -> Option<Vec<T>> {
    if matches!(kind, BooleanKind::ShiftLeft | BooleanKind::ShiftRight) {
        return None;
    }
    let (a, all) = (borrow(image), core::no_array());
    Some(made(&image.spec, image.spec.channels, |out| match kind {
        BooleanKind::And => core::bitwise_and(&a, with, out, &all),
        BooleanKind::Or => core::bitwise_or(&a, with, out, &all),
        _ => core::bitwise_xor(&a, with, out, &all),
    }))
}

/// `bitwise_not`.
pub fn bitwise_not<T: Sample>(image: &Dense<T>) -> Vec<T> {
    made(&image.spec, image.spec.channels, |out| {
        core::bitwise_not(&borrow(image), out, &core::no_array())
    })
}

/// `compare`.
pub fn compare<T: Sample>(
    relation: Relation,
    image: &Dense<T>,
    with: &impl ToInputArray,
) -> Vec<u8> {
    let code = match relation {
        Relation::Equal => core::CMP_EQ,
        Relation::NotEqual => core::CMP_NE,
        Relation::Less => core::CMP_LT,
        Relation::LessEqual => core::CMP_LE,
        Relation::Greater => core::CMP_GT,
        Relation::GreaterEqual => core::CMP_GE,
    };
    made(&image.spec, image.spec.channels, |out| core::compare(&borrow(image), with, out, code))
}

/// `threshold`, which has no int32.
pub fn threshold<T: Sample>(image: &Dense<T>, level: f64, max: f64, kind: ThresholdKind) -> Vec<T> {
    let code = match kind {
        ThresholdKind::Binary => imgproc::THRESH_BINARY,
        ThresholdKind::BinaryInverse => imgproc::THRESH_BINARY_INV,
        ThresholdKind::Truncate => imgproc::THRESH_TRUNC,
        ThresholdKind::ToZero => imgproc::THRESH_TOZERO,
        ThresholdKind::ToZeroInverse => imgproc::THRESH_TOZERO_INV,
    };
    made(&image.spec, image.spec.channels, |out| {
        imgproc::threshold(&borrow(image), out, level, max, code).map(|_| ())
    })
}

/// `LUT` of uint8 by one table.
pub fn lut<D: Sample>(image: &Dense<u8>, table: &Dense<D>) -> Vec<D> {
    made(&image.spec, image.spec.channels, |out| core::lut(&borrow(image), &borrow(table), out))
}

/// `transform` by rows of weights, in the image's depth.
pub fn transform<T: Sample>(image: &Dense<T>, matrix: &[Vec<f64>]) -> Vec<T> {
    let (rows, columns) = (matrix.len(), matrix[0].len());
    let numbers = matrix.concat();
    let matrix = Mat::new_rows_cols_with_data(rows as i32, columns as i32, &numbers).expect("one");
    made(&image.spec, rows as u32, |out| core::transform(&borrow(image), out, &matrix))
}

/// `cvtColor` of red, green, blue, and perhaps alpha, to gray.
pub fn gray<T: Sample>(image: &Dense<T>) -> Vec<T> {
    let alpha = image.spec.channels == 4;
    let code = if alpha { imgproc::COLOR_RGBA2GRAY } else { imgproc::COLOR_RGB2GRAY };
    made(&image.spec, 1, |out| imgproc::cvt_color(&borrow(image), out, code, 0))
}

/// `extractChannel`.
pub fn extract_channel<T: Sample>(image: &Dense<T>, channel: u32) -> Vec<T> {
    made(&image.spec, 1, |out| core::extract_channel(&borrow(image), out, channel as i32))
}

/// `merge`.
pub fn merge<T: Sample>(images: &[Dense<T>]) -> Vec<T> {
    let channels = images.iter().map(|image| image.spec.channels).sum();
    let planes: Vector<Mat> = images.iter().map(borrow).collect();
    made(&images[0].spec, channels, |out| core::merge(&planes, out))
}
