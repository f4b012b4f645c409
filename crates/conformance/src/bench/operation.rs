//! `OpenCV`'s filters over rows of plain memory.

use std::cell::RefCell;
use std::ffi::c_void;

use opencv::core::{self, Mat, Point, Size};
use opencv::imgproc;
use opencv::prelude::*;
use raster::{Depth, Spec};
use serde::Deserialize;

use crate::oracle::{depth_code, matrix_type};

/// What is measured, with reflected edges, `OpenCV`'s default and ours.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(tag = "name", rename_all = "kebab-case")]
pub enum Operation {
    /// `GaussianBlur`.
    Gaussian {
        /// Taps in each axis.
        size: usize,
        /// Standard deviation in each axis; 0 derives it from the size.
        sigma: f64,
    },
    /// `blur`.
    Box {
        /// Pixels in each axis.
        size: usize,
    },
    /// `Sobel` across; of uint8 to int16, of other depths to float32.
    Sobel {
        /// Taps in each axis.
        size: usize,
    },
    /// `medianBlur`, which replicates edges.
    Median {
        /// Pixels in each axis.
        size: usize,
    },
    /// `erode`; what is outside is ignored, its default and ours.
    Erode {
        /// Pixels of the element in each axis.
        size: usize,
        /// Its shape.
        shape: ElementShape,
    },
    /// `GaussianBlur`, then `addWeighted` of it and the image.
    Unsharp {
        /// Taps of the blur in each axis.
        size: usize,
        /// Standard deviation of the blur in each axis.
        sigma: f64,
        /// How much of what the blur takes away is added.
        amount: f64,
    },
    /// Of uint8: `GaussianBlur`, `Sobel` across to int16, `convertTo` uint8 of a quarter plus 128, and
    /// `threshold` at 128.
    Edges {
        /// Taps of the blur in each axis.
        size: usize,
        /// Standard deviation of the blur in each axis.
        sigma: f64,
    },
}

/// The shapes of elements.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ElementShape {
    /// `MORPH_RECT`.
    Rectangle,
    /// `MORPH_ELLIPSE`.
    Ellipse,
}

thread_local! {
    /// What lies between the calls of a sequence, kept so that nobody pays for fresh memory.
    static BETWEEN: RefCell<[Mat; 2]> = RefCell::default();
}

impl Operation {
    /// Rows beyond a row that its result depends on.
    pub const fn radius(&self) -> usize {
        match *self {
            Self::Gaussian { size, .. }
            | Self::Box { size }
            | Self::Erode { size, .. }
            | Self::Sobel { size }
            | Self::Median { size }
            | Self::Unsharp { size, .. } => size / 2,
            Self::Edges { size, .. } => size / 2 + 1,
        }
    }

    /// The shape of its result.
    pub fn output(&self, input: &Spec) -> Spec {
        let depth = match self {
            Self::Sobel { .. } if input.depth == Depth::U8 => Depth::I16,
            Self::Sobel { .. } => Depth::F32,
            _ => input.depth,
        };
        Spec { depth, ..*input }
    }

    /// Filters `input`, dense rows of an image of shape `spec`, into as many rows of `output`. For
    /// `OpenCV` these rows are a whole image: its border acts at the first and last of them.
    ///
    /// # Panics
    /// If the slices are not whole rows of the same number.
    pub fn run(&self, input: &[u8], output: &mut [u8], spec: &Spec) {
        let result = self.output(spec);
        let rows = rows(input.len(), spec);
        assert_eq!(rows, self::rows(output.len(), &result), "as many rows");
        // OpenCV takes a mutable pointer for both, but only reads the first.
        let source = matrix(input.as_ptr().cast_mut(), rows, spec);
        let mut target = matrix(output.as_mut_ptr(), rows, &result);
        self.call(&source, &mut target, &result).expect("OpenCV filters");
        // OpenCV replaces a target that does not fit, without a word.
        assert_eq!(target.data(), output.as_ptr(), "OpenCV wrote elsewhere");
    }

    fn call(&self, source: &Mat, target: &mut Mat, result: &Spec) -> opencv::Result<()> {
        let (border, depth) = (core::BORDER_REFLECT_101, depth_code(result.depth));
        let square = |size: usize| Size::new(size as i32, size as i32);
        match *self {
            Self::Gaussian { size, sigma } => {
                imgproc::gaussian_blur(source, target, square(size), sigma, sigma, border)
            }
            Self::Box { size } => {
                imgproc::blur(source, target, square(size), Point::new(-1, -1), border)
            }
            Self::Sobel { size } => {
                imgproc::sobel(source, target, depth, 1, 0, size as i32, 1.0, 0.0, border)
            }
            Self::Median { size } => imgproc::median_blur(source, target, size as i32),
            Self::Erode { size, shape } => {
                let (value, centre) =
                    (imgproc::morphology_default_border_value()?, Point::new(-1, -1));
                let shape = match shape {
                    ElementShape::Rectangle => imgproc::MORPH_RECT,
                    ElementShape::Ellipse => imgproc::MORPH_ELLIPSE,
                };
                let element = imgproc::get_structuring_element(shape, square(size), centre)?;
                let border = core::BORDER_CONSTANT;
                imgproc::erode(source, target, &element, centre, 1, border, value)
            }
            Self::Unsharp { size, sigma, amount } => {
                imgproc::gaussian_blur(source, target, square(size), sigma, sigma, border)?;
                // The target holds the blurred image, so that no third one is needed: an element of
                // the sum depends on that element alone.
                let blurred = matrix(target.data_mut(), target.rows() as usize, result);
                core::add_weighted(source, 1.0 + amount, &blurred, -amount, 0.0, target, -1)
            }
            Self::Edges { size, sigma } => BETWEEN.with_borrow_mut(|[blurred, edges]| {
                imgproc::gaussian_blur(source, blurred, square(size), sigma, sigma, border)?;
                imgproc::sobel(blurred, edges, core::CV_16S, 1, 0, 3, 1.0, 0.0, border)?;
                edges.convert_to(blurred, depth, 0.25, 128.0)?;
                imgproc::threshold(blurred, target, 128.0, 255.0, imgproc::THRESH_BINARY).map(drop)
            }),
        }
    }
}

/// The number of rows in `len` bytes.
fn rows(len: usize, spec: &Spec) -> usize {
    let row = spec.row_bytes() as usize;
    assert!(len > 0 && len.is_multiple_of(row), "whole rows");
    len / row
}

/// A matrix over rows. It is an image of its own, not a region of one, which `OpenCV` would filter
/// in another way.
fn matrix(data: *mut u8, rows: usize, spec: &Spec) -> Mat {
    let (rows, columns) = (rows as i32, spec.width as i32);
    let (data, row) = (data.cast::<c_void>(), spec.row_bytes() as usize);
    // SAFETY: `Operation::run` borrows as many rows of this shape at `data`, exclusively where OpenCV
    // writes, and drops every matrix over them before it returns.
    unsafe { Mat::new_rows_cols_with_data_unsafe(rows, columns, matrix_type(spec), data, row) }
        .expect("a matrix over rows")
}
