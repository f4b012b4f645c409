//! Kernels that the caller chooses: `sepFilter2D` and `filter2D`.

use opencv::core::{Mat, Point};
use opencv::imgproc;
use raster::{Border, Sample};

use super::depth_code;
use super::frame::framed;
use crate::image::Dense;

/// `OpenCV`'s default anchor: half the size.
const CENTRE: Point = Point::new(-1, -1);

/// `sepFilter2D` with kernels of float64.
pub fn sep_filter_2d<S: Sample, D: Sample>(
    image: &Dense<S>,
    horizontal: &[f64],
    vertical: &[f64],
    offset: f64,
    border: Border,
) -> Vec<D> {
    let (x, y) = (row(horizontal), row(vertical));
    let reach = (horizontal.len() as i32 / 2, vertical.len() as i32 / 2);
    framed(image, border, false, reach, |source, target, mode| {
        let depth = depth_code(D::DEPTH);
        imgproc::sep_filter_2d(source, target, depth, &x, &y, CENTRE, offset, mode)
    })
}

/// `filter2D` with a kernel of float64, row by row, `width` taps each.
pub fn filter_2d<S: Sample, D: Sample>(
    image: &Dense<S>,
    kernel: &[f64],
    width: u32,
    offset: f64,
    border: Border,
) -> Vec<D> {
    let (rows, columns) = ((kernel.len() / width as usize) as i32, width as i32);
    let taps = Mat::new_rows_cols_with_data(rows, columns, kernel).expect("a kernel");
    framed(image, border, false, (columns / 2, rows / 2), |source, target, mode| {
        imgproc::filter_2d(source, target, depth_code(D::DEPTH), &taps, CENTRE, offset, mode)
    })
}

fn row(taps: &[f64]) -> opencv::boxed_ref::BoxedRef<'_, Mat> {
    Mat::new_rows_cols_with_data(1, taps.len() as i32, taps).expect("a kernel")
}

/// Whether `OpenCV` adds the offset to a sum of uint8 to int16 before it rounds, rather than rounding
/// the offset by itself: with three taps down for which it has no shorter code.
pub fn offset_joins(vertical: &[f64]) -> bool {
    let short = matches!(*vertical, [1.0, 2.0 | -2.0, 1.0] | [1.0, 0.0, -1.0] | [-1.0, 0.0, 1.0]);
    vertical.len() == 3 && !short
}
