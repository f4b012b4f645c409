//! `pyrDown`.

use opencv::core::{self, Mat, Size};
use opencv::imgproc;
use raster::Sample;

use super::{borrow, frame::crop, prepare};
use crate::image::Dense;

/// Half of the image.
pub fn pyr_down<T: Sample>(image: &Dense<T>) -> Dense<T> {
    prepare();
    let mut result = Mat::default();
    let size = Size::new(0, 0);
    imgproc::pyr_down(&borrow(image), &mut result, size, core::BORDER_REFLECT_101)
        .expect("OpenCV halves");
    let (width, height) = (image.spec.width.div_ceil(2), image.spec.height.div_ceil(2));
    let spec = image.spec.resized(width, height).expect("a smaller shape");
    Dense { spec, samples: crop(&result, (0, 0), &spec) }
}
