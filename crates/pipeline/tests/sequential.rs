//! Sources that are decoded from the top on: the same bytes, each row once, within the memory limit.

mod noise;

use std::sync::Arc;

use filters::{GaussianBlur, Recipe};
use gigapx_pipeline::{Engine, Error, Image, Options};
use kernels::Isa;
use noise::{buffer, pixels};
use proptest::prelude::*;
use raster::{Border, Depth, Spec};
use store::{Bytes, MemorySink, RawLayout, Selection, Sink, Source, from_memory, open_bytes};

/// A PNG file of uint8 samples.
fn png(image: &[u8], spec: &Spec) -> Arc<dyn Source> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, spec.width as u32, spec.height as u32);
    encoder.set_color(if spec.channels == 3 {
        png::ColorType::Rgb
    } else {
        png::ColorType::Grayscale
    });
    encoder.set_compression(png::Compression::Fastest);
    encoder.write_header().unwrap().write_image_data(image).unwrap();
    open_bytes(Bytes::from_memory(Arc::new(file)), Selection::default()).unwrap()
}

fn blurred(source: &Arc<dyn Source>, sigma: f64, border: Border) -> Image {
    let image = Image::new(Arc::clone(source));
    let filter = GaussianBlur { sigma: (sigma, sigma), border, ..Default::default() };
    image.filter(filter.bind(image.spec(), Isa::best()).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn order_never_changes_a_byte(
        size in (1u64..3000, 1u64..1200),
        is_color: bool,
        wraps: bool,
        sigma in 0.5f64..8.0,
        threads in 1usize..6,
        more in 8u64..20,
        seed: u64,
    ) {
        let spec = Spec::new(size.0, size.1, if is_color { 3 } else { 1 }, Depth::U8).unwrap();
        let image = pixels(&spec, seed);
        let plain = from_memory(Arc::new(image.clone()), RawLayout::dense(spec)).unwrap();
        let source = png(&image, &spec);
        let border = if wraps { Border::Wrap } else { Border::Reflect101 };
        let engine = Engine::new(threads);
        let expected = buffer(&engine, &blurred(&plain, sigma, border));
        prop_assert!(buffer(&engine, &blurred(&source, sigma, border)) == expected);
        engine.set_memory_limit(1);
        let sink = Arc::new(MemorySink::new(spec).unwrap());
        let refused = engine.run(&blurred(&source, sigma, border), sink, Options::default());
        let Err(Error::MemoryLimit { needed, .. }) = refused else { panic!("{refused:?}") };
        engine.set_memory_limit(needed * more / 8);
        let before = source.decoded();
        prop_assert!(buffer(&engine, &blurred(&source, sigma, border)) == expected);
        prop_assert_eq!(source.held(), 0);
        if !wraps {
            let strips = spec.height.div_ceil(source.chunks().unwrap().height);
            prop_assert_eq!(source.decoded() - before, strips);
        }
    }
}

#[test]
fn each_strip_is_decoded_once_on_any_number_of_threads() {
    let spec = Spec::new(3000, 6000, 1, Depth::U8).unwrap();
    let source = png(&pixels(&spec, 3), &spec);
    let strips = spec.height.div_ceil(source.chunks().unwrap().height);
    for threads in [1, 2, 3, 8] {
        for limit in [6 << 20, 24 << 20, 256 << 20] {
            let engine = Engine::new(threads);
            engine.set_memory_limit(limit);
            let before = source.decoded();
            let image = blurred(&source, 3.0, Border::Reflect101);
            let sink: Arc<dyn Sink> = Arc::new(MemorySink::new(spec).unwrap());
            engine.run(&image, sink, Options::default()).unwrap();
            assert_eq!(source.decoded() - before, strips, "{threads} threads, {limit} bytes");
            assert!(engine.counters().peak <= limit);
        }
    }
}

#[test]
fn rows_that_do_not_fit_are_refused_with_advice() {
    let spec = Spec::new(60_000, 300, 1, Depth::U8).unwrap();
    let source = png(&vec![7; 60_000 * 300], &spec);
    let engine = Engine::new(2);
    engine.set_memory_limit(1 << 20);
    let sink = Arc::new(MemorySink::new(spec).unwrap());
    let image = blurred(&source, 20.0, Border::Reflect101);
    let error = engine.run(&image, sink, Options::default()).unwrap_err();
    assert!(matches!(error, Error::MemoryLimit { is_sequential: true, .. }), "{error}");
    assert!(error.to_string().contains("convert it once to TIFF"), "{error}");
    assert_eq!(source.decoded(), 0);
}
