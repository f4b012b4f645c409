//! What `OpenCV` computes: one function a filter.
//!
//! Each takes a dense image and returns dense samples of the depth that its caller names. Borders that
//! `OpenCV` lacks are made by padding: see [`pads`].

use std::ffi::c_void;
use std::sync::Once;

use opencv::core::{self, Mat};
use raster::{Depth, Sample, Spec};

use crate::image::Dense;

mod boxes;
mod derivative;
mod frame;
mod gaussian;
pub mod geometry;
mod linear;
mod morphology;
pub mod point;
mod pyramid;
mod rank;
pub mod statistics;
mod unsharp;

pub use boxes::box_filter;
pub use derivative::{Derived, laplacian, magnitude, scharr, sobel};
pub use frame::pads;
pub use gaussian::gaussian_blur;
pub use linear::{filter_2d, offset_joins, sep_filter_2d};
pub use morphology::{hit_or_miss, morphology, structuring_element};
pub use pyramid::pyr_down;
pub use rank::median;
pub use unsharp::unsharp;

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
    core::CV_MAKETYPE(depth_code(spec.depth), spec.channels as i32)
}

/// `OpenCV`'s code for a depth.
pub const fn depth_code(depth: Depth) -> i32 {
    match depth {
        Depth::U8 => core::CV_8U,
        Depth::U16 => core::CV_16U,
        Depth::I16 => core::CV_16S,
        Depth::I32 => core::CV_32S,
        Depth::F32 => core::CV_32F,
    }
}
