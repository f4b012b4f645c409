//! Statistics of whole images, histograms and what `OpenCV` makes of them.

use opencv::core::{self, Mat, Point, Vector};
use opencv::imgproc;
use opencv::prelude::*;
use raster::Sample;

use super::frame::crop;
use super::{borrow, depth_code, prepare};
use crate::image::Dense;
use crate::naive::statistics::Extreme;

/// `meanStdDev`: means and deviations of up to four channels.
pub fn mean_std_dev<S: Sample>(image: &Dense<S>) -> Vec<(f64, f64)> {
    prepare();
    let (mut mean, mut deviation) = (Mat::default(), Mat::default());
    core::mean_std_dev_def(&borrow(image), &mut mean, &mut deviation).expect("OpenCV computes");
    let of = |from: &Mat, row: i32| *from.at::<f64>(row).expect("a number");
    (0..image.spec.channels as i32).map(|row| (of(&mean, row), of(&deviation, row))).collect()
}

/// `minMaxLoc` of one channel.
pub fn min_max_loc<S: Sample>(image: &Dense<S>) -> [Extreme; 2] {
    prepare();
    let (mut min, mut max) = (0.0, 0.0);
    let (mut first, mut last) = (Point::default(), Point::default());
    core::min_max_loc(
        &borrow(image),
        Some(&mut min),
        Some(&mut max),
        Some(&mut first),
        Some(&mut last),
        &core::no_array(),
    )
    .expect("OpenCV computes");
    [(min, first), (max, last)].map(|(value, at)| Extreme { value, at: (at.x as u64, at.y as u64) })
}

/// `calcHist` of a channel, by ranges of equal width.
pub fn calc_hist<S: Sample>(
    image: &Dense<S>,
    channel: usize,
    bins: u32,
    range: [f32; 2],
) -> Vec<u64> {
    prepare();
    let images = Vector::<Mat>::from_iter([borrow(image)]);
    let mut result = Mat::default();
    imgproc::calc_hist_def(
        &images,
        &Vector::from_iter([channel as i32]),
        &core::no_array(),
        &mut result,
        &Vector::from_iter([bins as i32]),
        &Vector::from_iter(range),
    )
    .expect("OpenCV counts");
    result.data_typed::<f32>().expect("counts").iter().map(|&count| count as u64).collect()
}

/// The level that `threshold` finds by Otsu's method, for one channel of uint8 or uint16.
pub fn otsu<S: Sample>(image: &Dense<S>) -> f64 {
    prepare();
    let mode = imgproc::THRESH_BINARY | imgproc::THRESH_OTSU;
    imgproc::threshold(&borrow(image), &mut Mat::default(), 0.0, 255.0, mode).expect("a level")
}

/// `equalizeHist`, for one channel of uint8.
pub fn equalize_hist(image: &Dense<u8>) -> Vec<u8> {
    prepare();
    let mut result = Mat::default();
    imgproc::equalize_hist(&borrow(image), &mut result).expect("OpenCV equalises");
    crop(&result, (0, 0), &image.spec)
}

/// `normalize` by minimum and maximum.
pub fn normalize<S: Sample, D: Sample>(image: &Dense<S>, to: [f64; 2]) -> Vec<D> {
    prepare();
    let mut result = Mat::default();
    let (mode, depth) = (core::NORM_MINMAX, depth_code(D::DEPTH));
    let source = borrow(image);
    core::normalize(&source, &mut result, to[0], to[1], mode, depth, &core::no_array())
        .expect("OpenCV normalises");
    crop(&result, (0, 0), &image.spec)
}
