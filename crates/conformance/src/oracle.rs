//! What `OpenCV` computes.

use std::ffi::c_void;
use std::sync::Once;

use opencv::core::{self, Mat, Scalar, Size};
use opencv::imgproc;
use opencv::prelude::*;
use raster::{Border, Depth, Sample, Spec};

use crate::image::Dense;

/// Sets `OpenCV` up for tests, once a process: one thread, and a log of what is being compared with.
///
/// # Panics
/// If this `OpenCV` computes in another way than the contract assumes: the equalities hold for
/// builds without IPP on processors with AVX2 and FMA.
pub fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        core::set_num_threads(1).expect("one thread");
        let version = core::get_version_string().expect("a version");
        let build = core::get_build_information().expect("build information");
        let features = core::get_cpu_features_line().expect("processor features");
        eprintln!("oracle: OpenCV {version}, {}", features.trim());
        assert!(!build.lines().any(|line| line.contains("Intel IPP:") && !line.contains("NO")));
        for needed in [core::CPU_AVX2, core::CPU_FMA3] {
            assert!(core::check_hardware_support(needed).expect("a probe"), "AVX2 and FMA needed");
        }
    });
}

/// `GaussianBlur`. A size or sigma of 0 is derived as `OpenCV` does.
pub fn gaussian_blur<T: Sample>(
    image: &Dense<T>,
    size: (u32, u32),
    sigma: (f64, f64),
    border: Border,
) -> Vec<T> {
    prepare();
    let source = borrow(image);
    // The rule for images of one row or column, which OpenCV cannot see in a padded image.
    let constant = matches!(border, Border::Constant(_));
    let axis = |size: u32, side: u64| if side == 1 && !constant { 1 } else { size as i32 };
    let size = Size::new(axis(size.0, image.spec.width), axis(size.1, image.spec.height));
    let (native, padding) = native_border::<T>(border);
    let pad = if native.is_some() { 0 } else { padding_for(size, sigma, T::DEPTH) };
    let padded = pad_image(&source, pad, border, padding);
    let mut result = Mat::default();
    let mode = native.unwrap_or(core::BORDER_REPLICATE);
    imgproc::gaussian_blur(&padded, &mut result, size, sigma.0, sigma.1, mode)
        .expect("OpenCV blurs");
    crop(&result, pad, &image.spec)
}

/// `OpenCV`'s mode for a border that it supports for this depth, and the mode that pads by it.
fn native_border<T: Sample>(border: Border) -> (Option<i32>, i32) {
    let fixed = matches!(T::DEPTH, Depth::U8 | Depth::U16);
    match border {
        Border::Reflect101 => (Some(core::BORDER_REFLECT_101), core::BORDER_REFLECT_101),
        Border::Reflect => (Some(core::BORDER_REFLECT), core::BORDER_REFLECT),
        Border::Replicate => (Some(core::BORDER_REPLICATE), core::BORDER_REPLICATE),
        Border::Wrap => (fixed.then_some(core::BORDER_WRAP), core::BORDER_WRAP),
        Border::Constant(value) => {
            ((value == 0.0).then_some(core::BORDER_CONSTANT), core::BORDER_CONSTANT)
        }
    }
}

/// Pixels of padding that hide the border's influence: the radius of the larger axis.
fn padding_for(size: Size, sigma: (f64, f64), depth: Depth) -> i32 {
    let reach = if depth == Depth::U8 { 3.0 } else { 4.0 };
    let axis = |size: i32, sigma: f64| {
        if size > 0 { size / 2 } else { (sigma * reach).ceil() as i32 + 1 }
    };
    axis(size.width, sigma.0).max(axis(size.height, sigma.1))
}

fn pad_image(source: &Mat, pad: i32, border: Border, mode: i32) -> Mat {
    if pad == 0 {
        return source.clone();
    }
    let value = if let Border::Constant(value) = border { value } else { 0.0 };
    let mut padded = Mat::default();
    let scalar = Scalar::all(value);
    core::copy_make_border(source, &mut padded, pad, pad, pad, pad, mode, scalar)
        .expect("OpenCV pads");
    padded
}

/// A matrix over the image's memory.
pub fn borrow<T: Sample>(image: &Dense<T>) -> Mat {
    let Spec { width, height, .. } = image.spec;
    let data = image.samples.as_ptr().cast_mut().cast::<c_void>();
    // SAFETY: the matrix is dense over the image's samples, which outlive it in every caller here,
    // and OpenCV only reads its inputs.
    unsafe {
        Mat::new_rows_cols_with_data_unsafe(
            height as i32,
            width as i32,
            matrix_type(&image.spec),
            data,
            image.spec.row_bytes() as usize,
        )
    }
    .expect("a matrix over an image")
}

/// `OpenCV`'s code for a depth and channel count.
pub fn matrix_type(spec: &Spec) -> i32 {
    let depth = match spec.depth {
        Depth::U8 => core::CV_8U,
        Depth::U16 => core::CV_16U,
        Depth::I16 => core::CV_16S,
        Depth::I32 => core::CV_32S,
        Depth::F32 => core::CV_32F,
    };
    core::CV_MAKETYPE(depth, spec.channels as i32)
}

/// The image inside a padded result.
fn crop<T: Sample>(result: &Mat, pad: i32, spec: &Spec) -> Vec<T> {
    let row = spec.row_bytes() as usize;
    let left = pad as usize * spec.pixel_bytes() as usize;
    let mut samples = Vec::with_capacity((spec.width * spec.height) as usize);
    for y in 0..spec.height as i32 {
        let bytes = result.ptr(y + pad).expect("a row");
        // SAFETY: the row holds `left` bytes of padding and then the image's row.
        let bytes = unsafe { std::slice::from_raw_parts(bytes.add(left), row) };
        samples.extend(bytemuck::allocation::pod_collect_to_vec::<u8, T>(bytes));
    }
    samples
}
