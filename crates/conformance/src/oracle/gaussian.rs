//! `GaussianBlur`.

use opencv::core::Size;
use opencv::imgproc;
use raster::{Border, Depth, Sample};

use super::frame::framed;
use crate::image::Dense;

/// `GaussianBlur`. A size or sigma of 0 is derived as `OpenCV` does.
pub fn gaussian_blur<T: Sample>(
    image: &Dense<T>,
    size: (u32, u32),
    sigma: (f64, f64),
    border: Border,
) -> Vec<T> {
    // The rule for images of one row or column, which OpenCV cannot see in a padded image.
    let constant = matches!(border, Border::Constant(_));
    let axis = |size: u32, side: u64| if side == 1 && !constant { 1 } else { size as i32 };
    let size = Size::new(axis(size.0, image.spec.width), axis(size.1, image.spec.height));
    let reach = (reach(size.width, sigma.0, T::DEPTH), reach(size.height, sigma.1, T::DEPTH));
    let wraps = matches!(T::DEPTH, Depth::U8 | Depth::U16);
    framed(image, border, wraps, reach, |source, target, mode| {
        imgproc::gaussian_blur(source, target, size, sigma.0, sigma.1, mode)
    })
}

/// The most pixels that a blur looks to each side.
fn reach(size: i32, sigma: f64, depth: Depth) -> i32 {
    if size > 0 {
        return size / 2;
    }
    let deviations = if depth == Depth::U8 { 3.0 } else { 4.0 };
    (sigma * deviations).ceil() as i32 + 1
}
