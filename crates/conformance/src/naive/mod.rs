//! The definitions of the filters, written out for clarity and nothing else.
//!
//! `docs/design/exactness.md` in code: every depth in and out, every border, no tiles, no vectors. A
//! result that differs from this in one bit is wrong, also where `OpenCV` has no such filter or rounds
//! its last elements in another way.

use raster::{Border, Depth, Sample};

use crate::image::Dense;

mod boxes;
mod convolve;
mod derivative;
mod gaussian;
mod morphology;
pub mod point;
mod rank;
mod real;
mod separable;
pub mod statistics;

pub use boxes::box_filter;
pub use convolve::{convolve, dft_size};
pub use derivative::{derivative, kernel, laplacian, magnitude};
pub use gaussian::{gaussian_i32, unsharp_i32};
pub use morphology::morphology;
pub use rank::rank;
pub use real::Real;
pub use separable::{Path, chain, path, separable};

/// The samples of an image and those around it, as numbers.
pub(crate) struct Around<'a, S> {
    image: &'a Dense<S>,
    border: Border,
}

impl<'a, S: Sample> Around<'a, S> {
    pub(crate) const fn new(image: &'a Dense<S>, border: Border) -> Self {
        Self { image, border }
    }

    pub(crate) const fn width(&self) -> i64 {
        self.image.spec.width as i64
    }

    pub(crate) const fn height(&self) -> i64 {
        self.image.spec.height as i64
    }

    pub(crate) const fn channels(&self) -> usize {
        self.image.spec.channels as usize
    }

    /// The row of the image that stands at `y`; `None` if it is the border's constant.
    pub(crate) fn row(&self, y: i64) -> Option<usize> {
        self.border.map(y, self.image.spec.height).map(|y| y as usize)
    }

    /// The sample at `x` of a [row](Self::row).
    pub(crate) fn sample(&self, row: Option<usize>, x: i64, channel: usize) -> f64 {
        let column = self.border.map(x, self.image.spec.width);
        match (row, column, self.border) {
            (Some(y), Some(x), _) => {
                let pixel = y * self.width() as usize + x as usize;
                self.image.samples[pixel * self.channels() + channel].to_f64()
            }
            (_, _, Border::Constant(value)) => S::from_f64(value).to_f64(),
            _ => unreachable!("only constants lie outside"),
        }
    }
}

/// A value for each sample of an image.
pub(crate) fn each<S: Sample, T>(
    around: &Around<'_, S>,
    mut value: impl FnMut(i64, i64, usize) -> T,
) -> Vec<T> {
    let mut values = Vec::new();
    for y in 0..around.height() {
        for x in 0..around.width() {
            for channel in 0..around.channels() {
                values.push(value(y, x, channel));
            }
        }
    }
    values
}

/// Whether float64 stands where otherwise float32 does: for int32, in or out.
pub(crate) fn wide(input: Depth, output: Depth) -> bool {
    input == Depth::I32 || output == Depth::I32
}

/// The nearest samples, ties to even, saturated.
pub(crate) fn samples<R: Real, D: Sample>(values: &[R]) -> Vec<D> {
    values.iter().map(|value| D::from_f64(value.to_f64())).collect()
}
