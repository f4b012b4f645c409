//! What JavaScript can do to an image: one row a filter.

use napi_derive::napi;

use crate::error::Thrown;
use crate::image::BindingImage;
use crate::types::{
    BindingBox, BindingConvolve, BindingConvolveSeparable, BindingDerivative, BindingGaussian,
    BindingGradient, BindingLaplacian, BindingMorphology, BindingRank, BindingUnsharp,
};

type Result<T> = std::result::Result<T, Thrown>;

#[napi]
impl BindingImage {
    /// This image blurred with a Gaussian.
    #[napi]
    pub fn gaussian_blur(&self, options: BindingGaussian) -> Result<Self> {
        self.filtered(&options.convert()?)
    }

    /// This image averaged, or summed, over a rectangle.
    #[napi]
    pub fn box_blur(&self, options: BindingBox) -> Result<Self> {
        self.filtered(&options.convert()?)
    }

    /// This image under a kernel.
    #[napi]
    pub fn convolve(&self, options: BindingConvolve) -> Result<Self> {
        self.filtered(&options.convert()?)
    }

    /// This image under the product of a row and a column.
    #[napi]
    pub fn convolve_separable(&self, options: BindingConvolveSeparable) -> Result<Self> {
        self.filtered(&options.convert()?)
    }

    /// A derivative of this image, Sobel's or Scharr's.
    #[napi]
    pub fn derivative(&self, options: BindingDerivative) -> Result<Self> {
        self.filtered(&options.convert()?)
    }

    /// The Laplacian of this image.
    #[napi]
    pub fn laplacian(&self, options: BindingLaplacian) -> Result<Self> {
        self.filtered(&options.convert()?)
    }

    /// The magnitude of this image's gradient.
    #[napi]
    pub fn gradient_magnitude(&self, options: BindingGradient) -> Result<Self> {
        self.filtered(&options.convert()?)
    }

    /// The sample of some rank of each window.
    #[napi]
    pub fn rank(&self, options: BindingRank) -> Result<Self> {
        self.filtered(&options.convert()?)
    }

    /// This image eroded or dilated.
    #[napi]
    pub fn morphology(&self, options: BindingMorphology) -> Result<Self> {
        let (recipe, times) = options.convert()?;
        (1..times).try_fold(self.filtered(&recipe)?, |image, _| image.filtered(&recipe))
    }

    /// This image sharpened.
    #[napi]
    pub fn unsharp_mask(&self, options: BindingUnsharp) -> Result<Self> {
        self.filtered(&options.convert()?)
    }
}
