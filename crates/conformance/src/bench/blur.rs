//! `GaussianBlur` over rows of plain memory.

use std::ffi::c_void;

use opencv::core::{self, Mat, Size};
use opencv::imgproc;
use opencv::prelude::*;
use raster::Spec;

use crate::oracle::matrix_type;

/// A Gaussian blur with reflected edges, `OpenCV`'s default and ours.
#[derive(Clone, Copy, Debug)]
pub struct Blur {
    /// Taps in each axis.
    pub size: usize,
    /// Standard deviation in each axis.
    pub sigma: f64,
}

impl Blur {
    /// Rows beyond a row that its result depends on.
    pub const fn radius(&self) -> usize {
        self.size / 2
    }

    /// Blurs `input`, dense rows of an image of shape `spec`, into as many rows of `output`. For
    /// `OpenCV` these rows are a whole image: its border acts at the first and last of them.
    ///
    /// # Panics
    /// If the slices are not whole rows of the same number.
    pub fn run(&self, input: &[u8], output: &mut [u8], spec: &Spec) {
        assert_eq!(input.len(), output.len());
        // OpenCV takes a mutable pointer for both, but only reads the first.
        let source = matrix(input.as_ptr().cast_mut(), input.len(), spec);
        let mut target = matrix(output.as_mut_ptr(), output.len(), spec);
        let size = Size::new(self.size as i32, self.size as i32);
        let (sigma, border) = (self.sigma, core::BORDER_REFLECT_101);
        imgproc::gaussian_blur(&source, &mut target, size, sigma, sigma, border)
            .expect("OpenCV blurs");
        // OpenCV replaces a target that does not fit, without a word.
        assert_eq!(target.data(), output.as_ptr(), "OpenCV wrote elsewhere");
    }
}

/// A matrix over rows. It is an image of its own, not a region of one, which `OpenCV` would filter
/// in another way.
fn matrix(data: *mut u8, len: usize, spec: &Spec) -> Mat {
    let row = spec.row_bytes() as usize;
    assert!(len > 0 && len.is_multiple_of(row), "whole rows");
    let rows = (len / row) as i32;
    let data = data.cast::<c_void>();
    // SAFETY: `len` bytes at `data` are borrowed by `Blur::run`, exclusively where OpenCV writes,
    // and both matrices are dropped before it returns.
    unsafe {
        Mat::new_rows_cols_with_data_unsafe(rows, spec.width as i32, matrix_type(spec), data, row)
    }
    .expect("a matrix over rows")
}
