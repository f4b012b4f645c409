//! `erode`, `dilate` and `morphologyEx`.

use filters::Element;
use opencv::core::{self, Mat, Point, Scalar, Size};
use opencv::imgproc;
use opencv::prelude::*;
use raster::{Border, Sample};

use super::frame::{code, crop, framed};
use super::{borrow, prepare};
use crate::image::Dense;

/// `morphologyEx` with an operation's code. Outside is ignored if there is no border. `OpenCV` does not
/// wrap by itself, so [`Border::Wrap`] is right for one erosion or dilation only.
pub fn morphology<S: Sample>(
    image: &Dense<S>,
    operation: i32,
    element: &Element,
    iterations: u32,
    border: Option<Border>,
) -> Vec<S> {
    let ((width, height), (x, y)) = (element.size(), element.anchor());
    let bits = |row| (0..width as usize).map(move |column| u8::from(element.contains(column, row)));
    let bits: Vec<u8> = (0..height as usize).flat_map(bits).collect();
    let kernel = kernel(&bits, height);
    let anchor = Point::new(x as i32, y as i32);
    let call = |source: &Mat, target: &mut Mat, mode: i32, value: Scalar| {
        let times = iterations as i32;
        imgproc::morphology_ex(source, target, operation, &kernel, anchor, times, mode, value)
    };
    let default = imgproc::morphology_default_border_value().expect("a value");
    if border == Some(Border::Wrap) {
        let reach = (width as i32, height as i32);
        return framed(image, Border::Wrap, false, reach, |source, target, mode| {
            call(source, target, mode, default)
        });
    }
    prepare();
    let (mode, value) = match border {
        Some(Border::Constant(value)) => (core::BORDER_CONSTANT, Scalar::all(value)),
        Some(border) => (code(border), default),
        None => (core::BORDER_CONSTANT, default),
    };
    let mut result = Mat::default();
    call(&borrow(image), &mut result, mode, value).expect("OpenCV filters");
    crop(&result, (0, 0), &image.spec)
}

/// `MORPH_HITMISS` with rows of 1, 0 and -1, `width` each; outside is ignored.
pub fn hit_or_miss(image: &Dense<u8>, rows: &[i32], width: u32, iterations: u32) -> Vec<u8> {
    prepare();
    let kernel = kernel(rows, rows.len() as u32 / width);
    let (mut result, centre) = (Mat::default(), Point::new(-1, -1));
    let value = imgproc::morphology_default_border_value().expect("a value");
    let (operation, mode) = (imgproc::MORPH_HITMISS, core::BORDER_CONSTANT);
    let (source, times) = (borrow(image), iterations as i32);
    imgproc::morphology_ex(&source, &mut result, operation, &kernel, centre, times, mode, value)
        .expect("OpenCV filters");
    crop(&result, (0, 0), &image.spec)
}

/// The mask of `getStructuringElement`.
pub fn structuring_element(shape: i32, size: (u32, u32), anchor: (u32, u32)) -> Vec<bool> {
    let (size, anchor) =
        (Size::new(size.0 as i32, size.1 as i32), Point::new(anchor.0 as i32, anchor.1 as i32));
    let kernel = imgproc::get_structuring_element(shape, size, anchor).expect("an element");
    kernel.to_vec_2d::<u8>().expect("rows").into_iter().flatten().map(|bit| bit != 0).collect()
}

fn kernel<T: core::DataType>(samples: &[T], rows: u32) -> opencv::boxed_ref::BoxedRef<'_, Mat> {
    let columns = samples.len() as i32 / rows as i32;
    Mat::new_rows_cols_with_data(rows as i32, columns, samples).expect("a kernel")
}
