//! Channels recombined, taken out and put together.

use filters::point::{ExtractChannel, Grayscale, JoinChannels, Recombine};
use gigapx_conformance::cases::Noise;
use gigapx_conformance::harness::Class;
use gigapx_conformance::image::Dense;
use gigapx_conformance::naive::point as naive;
use gigapx_conformance::oracle::point as opencv;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use raster::{Depth, Sample};

use crate::harness::{Input, Shape, alike, check, input, narrow, oracle, pairs, shapes};

fn pixels<S: Sample>(image: &Dense<S>) -> impl Iterator<Item = &[S]> {
    image.samples.chunks(image.spec.channels as usize)
}

mod recombine {
    use super::*;

    #[derive(Clone, Debug)]
    struct Case {
        shape: Shape,
        matrix: Vec<Vec<f64>>,
    }

    fn cases() -> impl Strategy<Value = Case> {
        let rows = prop_oneof![6 => 1usize..5, 1 => 5usize..9];
        let shapes = shapes().prop_map(|shape| shape.with(1 + shape.channels % 7));
        (shapes, rows, any::<bool>()).prop_flat_map(|(shape, rows, offset)| {
            let columns = shape.channels as usize + usize::from(offset);
            let row = proptest::collection::vec(-1.5f64..1.5, columns);
            let matrix = proptest::collection::vec(row, rows);
            matrix.prop_map(move |matrix| Case { shape, matrix })
        })
    }

    fn recombine<S: Noise, D: Noise>(case: &Case) -> TestCaseResult {
        let Case { shape, matrix } = case;
        let image = shape.image::<S>(0);
        let definition: Vec<D> = pixels(&image)
            .flat_map(|pixel| matrix.iter().map(move |row| naive::recombine(pixel, row)))
            .collect();
        let recipe = Recombine { matrix: matrix.clone(), depth: Some(D::DEPTH) };
        check(&recipe, &[input(&image)], shape.seed, &definition)?;
        // OpenCV's has up to 4 channels and float32 in the image's depth; int32 it sums in float64 and wraps.
        let few = shape.channels <= 4 && matrix.len() <= 4;
        if !few || !shape.is_known() || S::DEPTH != D::DEPTH || S::DEPTH == Depth::I32 {
            return Ok(());
        }
        let expected: Vec<S> = opencv::transform(&image, matrix);
        let expected: Vec<D> = expected.iter().map(|x| D::from_f64(x.to_f64())).collect();
        let largest = image.samples.iter().fold(1.0, |max, x| x.to_f64().abs().max(max));
        // Of five terms of up to 1.5 times the largest sample, each rounded.
        let float = 5.0 * 5.0 * 1.5 * largest * 2f64.powi(-24);
        let class = if D::DEPTH == Depth::F32 { float } else { 1.0 };
        oracle(&definition, &expected, &image.spec, Class::Within(class))
    }

    pairs!(recombine(cases()));
}

mod gray {
    use super::*;

    fn gray<T: Noise>(shape: &Shape) -> TestCaseResult {
        let image = shape.image::<T>(0);
        let definition: Vec<T> = pixels(&image).map(|pixel| naive::gray(pixel)).collect();
        let known = matches!(T::DEPTH, Depth::U8 | Depth::U16 | Depth::F32);
        if known && shape.channels > 2 && shape.is_known() {
            let largest = image.samples.iter().fold(0.0, |max, x| x.to_f64().abs().max(max));
            let class = match T::DEPTH {
                Depth::F32 => {
                    Class::Trailing { modulo: 8, tolerance: 3.0 * 2f64.powi(-24) * largest }
                }
                _ => Class::Equal,
            };
            oracle(&definition, &opencv::gray(&image), &image.spec, class)?;
        }
        check(&Grayscale, &[input(&image)], shape.seed, &definition)
    }

    alike!(gray(narrow()));
}

mod extract {
    use super::*;

    fn cases() -> impl Strategy<Value = (Shape, u32)> {
        shapes().prop_flat_map(|shape| (Just(shape), 0..shape.channels))
    }

    fn extract<T: Noise>(&(shape, channel): &(Shape, u32)) -> TestCaseResult {
        let image = shape.image::<T>(0);
        // By bits, so that what is not a number is compared as well.
        let definition: Vec<T> = pixels(&image).map(|pixel| pixel[channel as usize]).collect();
        if shape.is_known() {
            let expected = opencv::extract_channel(&image, channel);
            oracle(&definition, &expected, &image.spec, Class::Equal)?;
        }
        check(&ExtractChannel { channel }, &[input(&image)], shape.seed, &definition)
    }

    alike!(extract(cases()));
}

mod join {
    use super::*;

    fn cases() -> impl Strategy<Value = (Shape, Vec<u32>)> {
        (shapes(), proptest::collection::vec(1u32..6, 1..6))
    }

    fn join<T: Noise>((shape, channels): &(Shape, Vec<u32>)) -> TestCaseResult {
        let images: Vec<Dense<T>> = channels
            .iter()
            .enumerate()
            .map(|(index, &channels)| shape.with(channels).image(index as u64))
            .collect();
        let width = shape.width as usize;
        let mut definition: Vec<T> = Vec::new();
        for pixel in 0..width {
            for image in &images {
                let channels = image.spec.channels as usize;
                definition.extend(&image.samples[pixel * channels..][..channels]);
            }
        }
        if shape.is_known() {
            oracle(&definition, &opencv::merge(&images), &images[0].spec, Class::Equal)?;
        }
        let inputs: Vec<Input<'_>> = images.iter().map(input).collect();
        check(&JoinChannels, &inputs, shape.seed, &definition)
    }

    alike!(join(cases()));
}
