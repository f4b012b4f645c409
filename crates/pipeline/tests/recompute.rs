//! How much is computed twice, as planned and as it was, and in how much memory.

use std::fs::File;
use std::sync::{Arc, mpsc};

use filters::point::{Arithmetic, ArithmeticKind, Operand, Value};
use filters::{GaussianBlur, PointRecipe, Recipe};
use gigapx_pipeline::{Engine, Explanation, Image, NullSink, Options};
use kernels::Isa;
use raster::{Depth, Spec};
use store::{Access, Layout, RawLayout, Sink};

/// An image of zeros that takes no place, neither in memory nor on the disk.
fn zeros(spec: Spec) -> Image {
    let file = tempfile::NamedTempFile::new().unwrap();
    File::options().write(true).open(file.path()).unwrap().set_len(spec.bytes()).unwrap();
    let source = store::open_raw(file.path(), RawLayout::dense(spec), Access::Mmap).unwrap();
    Image::new(source)
}

fn blur(image: &Image, sigma: f64, size: u32) -> Image {
    let (sigma, kernel_size) = ((sigma, sigma), (size, size));
    let blur = GaussianBlur { sigma, kernel_size, ..Default::default() };
    image.filter(blur.bind(image.spec(), Isa::best()).unwrap())
}

/// Five filters of 11 taps, one after the other.
fn chain(spec: Spec) -> Image {
    (0..5).fold(zeros(spec), |image, _| blur(&image, 2.2, 11))
}

/// What two blurs of one image differ by.
fn difference(spec: Spec) -> Image {
    let image = zeros(spec);
    between(&[blur(&image, 20.0, 0), blur(&image, 32.0, 0)])
}

/// What two images differ by.
fn between(images: &[Image; 2]) -> Image {
    let (kind, with) = (ArithmeticKind::AbsDiff, Operand::Image);
    let difference = Arithmetic { kind, with, scale: Value::All(1.0), depth: None };
    let point =
        difference.bind(&images.each_ref().map(|image| *image.spec()), Isa::best()).unwrap();
    Image::point(point, images.to_vec())
}

fn ratio(explanation: &Explanation) -> f64 {
    explanation.made as f64 / explanation.needed as f64
}

const TILES: Layout = Layout::Tiles { width: 512, height: 512 };

#[test]
fn little_is_planned_to_be_made_twice() {
    for (channels, layout, limit, threads) in [
        (1, Layout::Rows, 256u64 << 20, 2),
        (1, Layout::Free, 256 << 20, 2),
        (1, TILES, 256 << 20, 2),
        (3, Layout::Rows, 256 << 20, 2),
        (3, Layout::Rows, 64 << 20, 2),
        (3, TILES, 64 << 20, 2),
        (3, Layout::Rows, 256 << 20, 16),
    ] {
        let spec = Spec::new(80_000, 60_000, channels, Depth::U8).unwrap();
        let engine = Engine::new(threads);
        engine.set_memory_limit(limit);
        for (image, most) in [(chain(spec), 1.05), (difference(spec), 1.1)] {
            let explained = engine.explain(&[(image, layout)], 0).unwrap();
            let plan = explained[0].plan;
            assert!(ratio(&explained[0]) <= most, "{:?}", explained[0]);
            assert!(plan.worker_bytes * plan.threads as u64 <= limit);
        }
    }
}

#[test]
fn what_was_made_is_what_was_planned() {
    let spec = Spec::new(6000, 4000, 1, Depth::U8).unwrap();
    for (image, layout) in
        [(chain(spec), Layout::Rows), (chain(spec), TILES), (difference(spec), Layout::Any)]
    {
        let engine = Engine::new(2);
        let explained = engine.explain(&[(image.clone(), layout)], 0).unwrap();
        let (sender, receiver) = mpsc::channel();
        let sink = Arc::new(NullSink(layout)) as Arc<dyn Sink>;
        let handle = engine.start(&image, sink, Options::default(), move |result| {
            sender.send(result).unwrap();
        });
        receiver.recv().unwrap().unwrap();
        assert_eq!(handle.made(), explained[0].made, "{layout:?}");
        let counters = engine.counters();
        assert!(
            counters.peak <= explained[0].plan.worker_bytes * 2,
            "{counters:?} {:?}",
            explained[0]
        );
    }
}

#[test]
fn what_is_written_twice_is_made_once() {
    let spec = Spec::new(3000, 2000, 1, Depth::U8).unwrap();
    let image = zeros(spec);
    let engine = Engine::new(2);
    let made = |[narrow, again]: [&Image; 2], wide: &Image| {
        let images = [between(&[blur(wide, 5.0, 0), narrow.clone()]), again.clone()];
        let results = images.map(|image| (image, Layout::Any));
        let explained = engine.explain(&results, 0).unwrap();
        assert_eq!(explained.len(), 1);
        let (sender, receiver) = mpsc::channel();
        let results = results.map(|(image, layout)| (image, Arc::new(NullSink(layout)) as _));
        let handle = engine.write(&results, Options::default(), move |result| {
            sender.send(result).unwrap();
        });
        receiver.recv().unwrap().unwrap();
        assert_eq!(handle.made(), explained[0].made);
        handle.made()
    };
    let narrow = || blur(&image, 3.0, 0);
    let shared = narrow();
    let once = made([&shared, &shared], &shared);
    assert_eq!(made([&narrow(), &narrow()], &narrow()), once);
    let other = blur(&image, 3.0, 11);
    assert!(made([&narrow(), &other], &narrow()) > once);
}

#[test]
fn deep_chains_are_planned() {
    let spec = Spec::new(80_000, 60_000, 3, Depth::U8).unwrap();
    let image = (0..50).fold(zeros(spec), |image, _| blur(&image, 1.0, 5));
    let engine = Engine::new(2);
    engine.set_memory_limit(64 << 20);
    let explained = engine.explain(&[(image, Layout::Rows)], 0).unwrap();
    assert!(ratio(&explained[0]) <= 1.25, "{:?}", explained[0]);
}
