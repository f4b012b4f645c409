//! Borders: `OpenCV`'s own where it has them, padding by hand where it does not.

use opencv::core::{self, Mat, Scalar};
use opencv::prelude::*;
use raster::{Border, Sample, Spec};

use super::{borrow, matrix_type, prepare};
use crate::image::Dense;

/// Columns to pad on the right beyond what the filter looks at: whatever `OpenCV`'s vector loops
/// leave to scalar code then lies outside the image.
const TRAILING: i32 = 8;

/// Whether the oracle pads by hand for this border. Then all of the result comes from `OpenCV`'s vector
/// loops; otherwise the last elements of a row may come from scalar code that rounds in another way.
///
/// The exception is `GaussianBlur` of unsigned depths, which wraps by itself and has one formula.
pub fn pads(border: Border) -> bool {
    match border {
        Border::Wrap => true,
        Border::Constant(value) => value != 0.0,
        Border::Reflect101 | Border::Replicate | Border::Reflect => false,
    }
}

/// Filters an image with a filter that looks at most `reach` pixels (x, y) to each side. `filter` is
/// given the source, the target and the border's code; `wraps` says whether it takes that of
/// [`Border::Wrap`].
pub(super) fn framed<S: Sample, D: Sample>(
    image: &Dense<S>,
    border: Border,
    wraps: bool,
    reach: (i32, i32),
    filter: impl FnOnce(&Mat, &mut Mat, i32) -> opencv::Result<()>,
) -> Vec<D> {
    prepare();
    let source = borrow(image);
    let mut result = Mat::default();
    if !pads(border) || (wraps && border == Border::Wrap) {
        filter(&source, &mut result, code(border)).expect("OpenCV filters");
        return crop(&result, (0, 0), &image.spec);
    }
    let (x, y) = reach;
    let value = if let Border::Constant(value) = border { value } else { 0.0 };
    let mut padded = Mat::default();
    let (right, value) = (x + TRAILING, Scalar::all(value));
    core::copy_make_border(&source, &mut padded, y, y, x, right, code(border), value)
        .expect("OpenCV pads");
    filter(&padded, &mut result, core::BORDER_REPLICATE).expect("OpenCV filters");
    crop(&result, reach, &image.spec)
}

pub(super) const fn code(border: Border) -> i32 {
    match border {
        Border::Reflect101 => core::BORDER_REFLECT_101,
        Border::Reflect => core::BORDER_REFLECT,
        Border::Replicate => core::BORDER_REPLICATE,
        Border::Wrap => core::BORDER_WRAP,
        Border::Constant(_) => core::BORDER_CONSTANT,
    }
}

/// The image inside a padded result, from `left` and `top` on.
pub(super) fn crop<D: Sample>(result: &Mat, (left, top): (i32, i32), input: &Spec) -> Vec<D> {
    let spec = Spec { depth: D::DEPTH, ..*input };
    assert_eq!(result.typ(), matrix_type(&spec), "OpenCV chose another depth");
    let (row, start) = (spec.row_bytes() as usize, left as usize * spec.pixel_bytes() as usize);
    let mut samples = Vec::with_capacity((spec.bytes() as usize) / size_of::<D>());
    for y in 0..spec.height as i32 {
        let bytes = result.ptr(y + top).expect("a row");
        // SAFETY: the row holds `start` bytes of padding and then the image's row.
        let bytes = unsafe { std::slice::from_raw_parts(bytes.add(start), row) };
        samples.extend(bytemuck::allocation::pod_collect_to_vec::<u8, D>(bytes));
    }
    samples
}
