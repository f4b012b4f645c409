//! Derivatives: `Sobel`, `Scharr`, `Laplacian`, and the magnitude of a gradient.

use opencv::core::{self, Mat};
use opencv::imgproc;
use opencv::prelude::*;
use raster::{Border, Sample};

use super::frame::{crop, framed};
use super::{borrow, depth_code, prepare};
use crate::image::Dense;

/// What a derivative is multiplied with, what is added to it, and the border it is taken with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Derived {
    /// Factor.
    pub scale: f64,
    /// Summand.
    pub offset: f64,
    /// The samples outside the image.
    pub border: Border,
}

/// `Sobel`, of `order` (x, y).
pub fn sobel<S: Sample, D: Sample>(
    image: &Dense<S>,
    order: (u32, u32),
    size: u32,
    derived: Derived,
) -> Vec<D> {
    let (dx, dy, depth) = (order.0 as i32, order.1 as i32, depth_code(D::DEPTH));
    let Derived { scale, offset, border } = derived;
    let reach = reach(size);
    framed(image, border, false, (reach, reach), |source, target, mode| {
        imgproc::sobel(source, target, depth, dx, dy, size as i32, scale, offset, mode)
    })
}

/// `Scharr`, of `order` (x, y), of which one is 1 and the other 0.
pub fn scharr<S: Sample, D: Sample>(
    image: &Dense<S>,
    order: (u32, u32),
    derived: Derived,
) -> Vec<D> {
    let (dx, dy, depth) = (order.0 as i32, order.1 as i32, depth_code(D::DEPTH));
    let Derived { scale, offset, border } = derived;
    framed(image, border, false, (1, 1), |source, target, mode| {
        imgproc::scharr(source, target, depth, dx, dy, scale, offset, mode)
    })
}

/// `Laplacian`.
pub fn laplacian<S: Sample, D: Sample>(image: &Dense<S>, size: u32, derived: Derived) -> Vec<D> {
    let Derived { scale, offset, border } = derived;
    let (reach, depth) = (reach(size), depth_code(D::DEPTH));
    framed(image, border, false, (reach, reach), |source, target, mode| {
        imgproc::laplacian(source, target, depth, size as i32, scale, offset, mode)
    })
}

/// `magnitude` of the two first derivatives in float32, by `Sobel` of a size or, without one, by
/// `Scharr`, converted to the depth of the result.
pub fn magnitude<S: Sample, D: Sample>(
    image: &Dense<S>,
    size: Option<u32>,
    scale: f64,
    border: Border,
) -> Vec<D> {
    prepare();
    let derived = Derived { scale, offset: 0.0, border };
    let spec = raster::Spec { depth: raster::Depth::F32, ..image.spec };
    let [across, down] = [(1, 0), (0, 1)].map(|order| {
        let samples: Vec<f32> = match size {
            Some(size) => sobel(image, order, size, derived),
            None => scharr(image, order, derived),
        };
        Dense { spec, samples }
    });
    let (mut length, mut result) = (Mat::default(), Mat::default());
    core::magnitude(&borrow(&across), &borrow(&down), &mut length).expect("OpenCV measures");
    length.convert_to(&mut result, depth_code(D::DEPTH), 1.0, 0.0).expect("OpenCV converts");
    crop(&result, (0, 0), &image.spec)
}

/// Pixels to each side of a kernel of that size; 1 stands for three taps along the derivative.
const fn reach(size: u32) -> i32 {
    if size == 1 { 1 } else { size as i32 / 2 }
}
