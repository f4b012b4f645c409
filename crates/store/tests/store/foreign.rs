//! JPEG, WebP and the formats of the `image` crate, written by encoders of others.

use std::io::Cursor;

use image::{DynamicImage, ImageBuffer, ImageFormat};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use raster::{Depth, Spec};

use crate::build;

const WIDTH: u32 = 61;
const HEIGHT: u32 = 43;

fn bytes(channels: usize) -> Vec<u8> {
    let at = |i: usize| i / channels % 61 + i / channels / 61 * 2 + i % channels * 30;
    (0..61 * 43 * channels).map(|i| at(i) as u8).collect()
}

pub(crate) fn jpeg(channels: usize, is_progressive: bool) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 95);
    encoder.set_progressive(is_progressive);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    let color = if channels == 1 { ColorType::Luma } else { ColorType::Rgb };
    encoder.encode(&bytes(channels), WIDTH as u16, HEIGHT as u16, color).unwrap();
    file
}

pub(crate) fn webp(channels: usize) -> Vec<u8> {
    let mut file = Vec::new();
    let color =
        if channels == 4 { image_webp::ColorType::Rgba8 } else { image_webp::ColorType::Rgb8 };
    image_webp::WebPEncoder::new(&mut file).encode(&bytes(channels), WIDTH, HEIGHT, color).unwrap();
    file
}

fn picture(channels: usize, is_float: bool) -> DynamicImage {
    let samples = bytes(channels);
    let floats = || samples.iter().map(|&sample| f32::from(sample) / 64.0).collect();
    match (channels, is_float) {
        (1, _) => DynamicImage::ImageLuma8(ImageBuffer::from_raw(WIDTH, HEIGHT, samples).unwrap()),
        (3, false) => {
            DynamicImage::ImageRgb8(ImageBuffer::from_raw(WIDTH, HEIGHT, samples).unwrap())
        }
        (3, true) => {
            DynamicImage::ImageRgb32F(ImageBuffer::from_raw(WIDTH, HEIGHT, floats()).unwrap())
        }
        (_, false) => {
            DynamicImage::ImageRgba8(ImageBuffer::from_raw(WIDTH, HEIGHT, samples).unwrap())
        }
        (_, true) => {
            DynamicImage::ImageRgba32F(ImageBuffer::from_raw(WIDTH, HEIGHT, floats()).unwrap())
        }
    }
}

/// A file of each format, its name, and what it is read as.
pub(crate) fn files() -> Vec<(&'static str, Vec<u8>, DynamicImage)> {
    let kinds = [
        ("bmp", ImageFormat::Bmp, picture(3, false)),
        ("gif", ImageFormat::Gif, picture(4, false)),
        ("ico", ImageFormat::Ico, picture(4, false)),
        ("tga", ImageFormat::Tga, picture(3, false)),
        ("qoi", ImageFormat::Qoi, picture(4, false)),
        ("radiance", ImageFormat::Hdr, picture(3, true)),
        ("openexr", ImageFormat::OpenExr, picture(4, true)),
    ];
    let mut files: Vec<_> = kinds
        .into_iter()
        .map(|(name, format, picture)| {
            let mut file = Cursor::new(Vec::new());
            picture.write_to(&mut file, format).unwrap();
            let mut file = file.into_inner();
            let back = image::load_from_memory_with_format(&file, format).unwrap();
            if format == ImageFormat::Tga {
                file.extend([0; 8]);
                file.extend(b"TRUEVISION-XFILE.\0");
            }
            (name, file, back)
        })
        .collect();
    let wide = picture(4, false).into_rgba16();
    let mut file = b"farbfeld".to_vec();
    file.extend([WIDTH, HEIGHT].iter().flat_map(|side| side.to_be_bytes()));
    file.extend(wide.iter().flat_map(|sample| sample.to_be_bytes()));
    files.push(("farbfeld", file, wide.into()));
    files
}

#[test]
fn formats_of_the_image_crate_are_read_as_it_does() {
    for (name, file, picture) in files() {
        let source = build::open(&file).unwrap();
        assert_eq!(source.metadata().format.name(), name);
        assert_eq!(source.metadata().access, "whole");
        let spec = source.spec();
        assert_eq!((spec.width, spec.height), (WIDTH.into(), HEIGHT.into()));
        assert_eq!(spec.channels, u32::from(picture.color().channel_count()), "{name}");
        assert!(build::image(&*source) == picture.as_bytes(), "{name}");
    }
}

#[test]
fn jpeg_is_grey_or_colour_baseline_or_progressive() {
    for channels in [1, 3] {
        for is_progressive in [false, true] {
            let source = build::open(&jpeg(channels, is_progressive)).unwrap();
            let expected = Spec::new(61, 43, channels as u32, Depth::U8).unwrap();
            assert_eq!(source.spec(), &expected);
            assert_eq!(source.metadata().format.name(), "jpeg");
            let read = build::image(&*source);
            let apart = read.iter().zip(bytes(channels)).map(|(a, b)| a.abs_diff(b)).max();
            assert!(apart < Some(24), "{channels} {is_progressive} {apart:?}");
        }
    }
}

#[test]
fn webp_is_read_exactly() {
    for channels in [3, 4] {
        let source = build::open(&webp(channels)).unwrap();
        assert_eq!(source.metadata().format.name(), "webp");
        assert_eq!(source.spec().channels as usize, channels);
        assert!(build::image(&*source) == bytes(channels));
    }
}
