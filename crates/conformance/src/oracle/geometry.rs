//! What moves pixels.

use filters::Turn;
use opencv::core::{self, Mat, Rect, Scalar};
use opencv::prelude::*;
use raster::{Border, Region, Sample, Spec};

use super::{borrow, depth_code};
use crate::image::Dense;

/// `flip`, `rotate` or `transpose`.
///
/// # Panics
/// If it is a turn that `OpenCV` lacks.
pub fn turn<T: Sample>(image: &Dense<T>, turn: Turn) -> Dense<T> {
    made(|out| {
        let source = borrow(image);
        match turn {
            Turn::Flip => core::flip(&source, out, 0),
            Turn::Flop => core::flip(&source, out, 1),
            Turn::Right => core::rotate(&source, out, core::ROTATE_90_CLOCKWISE),
            Turn::Half => core::rotate(&source, out, core::ROTATE_180),
            Turn::Left => core::rotate(&source, out, core::ROTATE_90_COUNTERCLOCKWISE),
            Turn::Transpose => core::transpose(&source, out),
            Turn::Transverse => panic!("OpenCV does not turn about the other diagonal"),
        }
    })
}

/// `copyMakeBorder` by so many pixels on the left, at the top, on the right and at the bottom.
pub fn pad<T: Sample>(image: &Dense<T>, sides: [u64; 4], border: Border) -> Dense<T> {
    let [left, top, right, bottom] = sides.map(|side| side as i32);
    let (mode, value) = match border {
        Border::Reflect101 => (core::BORDER_REFLECT_101, 0.0),
        Border::Replicate => (core::BORDER_REPLICATE, 0.0),
        Border::Reflect => (core::BORDER_REFLECT, 0.0),
        Border::Wrap => (core::BORDER_WRAP, 0.0),
        Border::Constant(value) => (core::BORDER_CONSTANT, value),
    };
    made(|out| {
        let value = Scalar::all(value);
        core::copy_make_border(&borrow(image), out, top, bottom, left, right, mode, value)
    })
}

/// A part.
pub fn crop<T: Sample>(image: &Dense<T>, region: &Region) -> Dense<T> {
    let [x, y, width, height] =
        [region.left, region.top, region.width, region.height].map(|number| number as i32);
    made(|out| {
        let source = borrow(image);
        Mat::roi(&source, Rect { x, y, width, height })?.copy_to(out)
    })
}

fn made<T: Sample>(make: impl FnOnce(&mut Mat) -> opencv::Result<()>) -> Dense<T> {
    let mut out = Mat::default();
    make(&mut out).expect("OpenCV moves pixels");
    assert_eq!(out.depth(), depth_code(T::DEPTH));
    let (width, height) = (out.cols() as u64, out.rows() as u64);
    let spec = Spec::new(width, height, out.channels() as u32, T::DEPTH).expect("a shape");
    let samples = bytemuck::pod_collect_to_vec(out.data_bytes().expect("a dense matrix"));
    Dense { spec, samples }
}
