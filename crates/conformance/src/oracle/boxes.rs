//! `boxFilter`.

use opencv::core::{Point, Size};
use opencv::imgproc;
use raster::{Border, Sample};

use super::depth_code;
use super::frame::framed;
use crate::image::Dense;

/// `boxFilter`; `size` is (x, y).
pub fn box_filter<S: Sample, D: Sample>(
    image: &Dense<S>,
    size: (u32, u32),
    normalize: bool,
    border: Border,
) -> Vec<D> {
    let size = Size::new(size.0 as i32, size.1 as i32);
    let (depth, anchor) = (depth_code(D::DEPTH), Point::new(-1, -1));
    let reach = (size.width / 2, size.height / 2);
    framed(image, border, false, reach, |source, target, mode| {
        imgproc::box_filter(source, target, depth, size, anchor, normalize, mode)
    })
}
