//! `medianBlur`.

use opencv::core::{self, Mat, Scalar};
use opencv::imgproc;
use raster::{Border, Sample};

use super::frame::crop;
use super::{borrow, prepare};
use crate::image::Dense;

/// `medianBlur`, which replicates edges: other borders are made by padding.
pub fn median<S: Sample>(image: &Dense<S>, size: u32, border: Border) -> Vec<S> {
    prepare();
    let (source, mut result) = (borrow(image), Mat::default());
    if border == Border::Replicate {
        imgproc::median_blur(&source, &mut result, size as i32).expect("OpenCV filters");
        return crop(&result, (0, 0), &image.spec);
    }
    let reach = size as i32 / 2;
    let value = if let Border::Constant(value) = border { value } else { 0.0 };
    let mut padded = Mat::default();
    let (code, value) = (super::frame::code(border), Scalar::all(value));
    core::copy_make_border(&source, &mut padded, reach, reach, reach, reach, code, value)
        .expect("OpenCV pads");
    imgproc::median_blur(&padded, &mut result, size as i32).expect("OpenCV filters");
    crop(&result, (reach, reach), &image.spec)
}
