//! Unsharp masking, which `OpenCV` has as a sequence of calls.

use opencv::core::{self, Mat};
use raster::{Border, Sample};

use super::frame::crop;
use super::{borrow, gaussian_blur};
use crate::image::Dense;

/// `GaussianBlur`, then `addWeighted(image, 1 + amount, blurred, -amount, 0)`.
pub fn unsharp<T: Sample>(
    image: &Dense<T>,
    size: (u32, u32),
    sigma: (f64, f64),
    amount: f64,
    border: Border,
) -> Vec<T> {
    let blurred = Dense { spec: image.spec, samples: gaussian_blur(image, size, sigma, border) };
    let (source, blurred, mut result) = (borrow(image), borrow(&blurred), Mat::default());
    core::add_weighted(&source, 1.0 + amount, &blurred, -amount, 0.0, &mut result, -1)
        .expect("OpenCV adds");
    crop(&result, (0, 0), &image.spec)
}
