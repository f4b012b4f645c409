//! Random graphs: however they are computed, the bytes are those of one operation after the other, each
//! on whole images.

mod noise;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use filters::point::{
    Arithmetic, ArithmeticKind, Cast, Grayscale, JoinChannels, Linear, Operand, Select, Threshold,
    ThresholdKind, Value,
};
use filters::{
    BoxBlur, Derivative, GaussianBlur, GeometryRecipe, Join, Laplacian, Pad, PointRecipe,
    Precision, Recipe, Turn, UnsharpMask,
};
use gigapx_pipeline::{Engine, Image, Options};
use kernels::Isa;
use noise::{buffer, pixels};
use proptest::prelude::*;
use raster::{Border, Depth, Region, Spec, View, ViewMut};
use store::{
    Durability, MemorySink, Metadata, RawLayout, RawSink, Sink, Source, TiffChunks, TiffOptions,
    TiffSink, from_memory,
};

const BORDERS: [Border; 5] =
    [Border::Reflect101, Border::Replicate, Border::Reflect, Border::Wrap, Border::Constant(7.0)];

/// What is done to images that were made before; numbers choose which, and how.
#[derive(Clone, Debug)]
struct Step {
    what: u8,
    /// Inputs, counted from the last image back.
    inputs: [usize; 2],
    border: Border,
    numbers: [u64; 4],
    sigma: f64,
}

#[derive(Clone, Debug)]
struct Case {
    spec: Spec,
    steps: Vec<Step>,
    seed: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    let sides = prop_oneof![
        4 => (1u64..130, 1u64..130),
        1 => (1u64..4, 1u64..500),
        1 => (1u64..500, 1u64..4),
        1 => Just((401, 307)),
    ];
    let step = (
        0u8..16,
        [0usize..4, 0usize..4],
        (0usize..5).prop_map(|border| BORDERS[border]),
        any::<[u64; 4]>(),
        0.3f64..4.0,
    )
        .prop_map(|(what, inputs, border, numbers, sigma)| Step {
            what,
            inputs,
            border,
            numbers,
            sigma,
        });
    let steps = prop::collection::vec((step, prop::bool::weighted(0.3)), 1..9);
    (sides, 1u32..4, 0usize..5, steps, any::<u64>()).prop_map(
        |((width, height), channels, depth, steps, seed)| Case {
            spec: Spec::new(width, height, channels, Depth::ALL[depth]).unwrap(),
            steps: with_repetitions(steps),
            seed,
        },
    )
}

/// Some of the steps done again to the same images.
fn with_repetitions(steps: Vec<(Step, bool)>) -> Vec<Step> {
    let mut all: Vec<Step> = Vec::new();
    for (step, is_repeated) in steps {
        let images = all.len() + 1;
        let inputs = step.inputs.map(|back| back % images + 1);
        let again = is_repeated.then(|| Step { inputs, ..step.clone() });
        all.push(step);
        all.extend(again);
    }
    all
}

fn source(spec: Spec, data: Vec<u8>) -> Image {
    Image::new(from_memory(Arc::new(data), RawLayout::dense(spec)).unwrap())
}

/// A source that keeps workers waiting now and then, so that they come in another order each time, and
/// may lend none of its memory.
struct Delayed {
    source: Arc<dyn Source>,
    lends: bool,
    state: AtomicU64,
}

impl Delayed {
    fn delay(&self) {
        let state = self.state.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
        let random = (state ^ (state >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 40;
        if random.is_multiple_of(16) {
            std::thread::sleep(Duration::from_micros(random % 200));
        }
    }
}

impl Source for Delayed {
    fn spec(&self) -> &Spec {
        self.source.spec()
    }

    fn metadata(&self) -> &Metadata {
        self.source.metadata()
    }

    fn view(&self, region: &Region) -> Option<View<'_>> {
        self.delay();
        if self.lends { self.source.view(region) } else { None }
    }

    fn read(&self, region: &Region, out: &mut ViewMut<'_>) -> Result<(), store::Error> {
        self.delay();
        self.source.read(region, out)
    }

    fn advise(&self, region: &Region) {
        self.source.advise(region);
    }

    fn verify(&self) -> Result<(), store::Error> {
        self.source.verify()
    }
}

fn filter(image: &Image, recipe: &dyn Recipe, isa: Isa) -> Image {
    image.filter(recipe.bind(image.spec(), isa).unwrap())
}

/// The point operation if the images suit it, else the first image.
fn point(recipe: &dyn PointRecipe, images: &[&Image], isa: Isa) -> Image {
    let specs: Vec<Spec> = images.iter().map(|image| *image.spec()).collect();
    let images: Vec<Image> = images.iter().map(|&image| image.clone()).collect();
    match recipe.bind(&specs, isa) {
        Ok(point) => Image::point(point, images),
        Err(_) => images[0].clone(),
    }
}

fn geometry(recipe: &dyn GeometryRecipe, images: &[&Image]) -> Image {
    let specs: Vec<Spec> = images.iter().map(|image| *image.spec()).collect();
    let images: Vec<Image> = images.iter().map(|&image| image.clone()).collect();
    match recipe.bind(&specs) {
        Ok(geometry) => Image::geometry(geometry, images),
        Err(_) => images[0].clone(),
    }
}

/// The second image in the size of the first, or the first.
fn fitted(first: &Image, second: &Image) -> Image {
    let Spec { width, height, .. } = *first.spec();
    second.crop(Region::new(0, 0, width, height)).unwrap_or_else(|| first.clone())
}

impl Step {
    fn apply(&self, images: &[Image], isa: Isa) -> Image {
        let pick = |back: usize| &images[images.len() - 1 - back % images.len()];
        let (image, other) = (pick(self.inputs[0]), pick(self.inputs[1]));
        let (border, sigma) = (self.border, (self.sigma, self.sigma));
        let [a, b, c, d] = self.numbers;
        let Spec { width, height, .. } = *image.spec();
        match self.what {
            0 | 1 => {
                let rest = GaussianBlur::default();
                filter(image, &GaussianBlur { sigma, border, ..rest }, isa)
            }
            2 => {
                let (precision, rest) = (Precision::Fast, GaussianBlur::default());
                filter(image, &GaussianBlur { sigma, border, precision, ..rest }, isa)
            }
            3 => {
                let size = (1 + a as u32 % 9, 1 + b as u32 % 9);
                filter(image, &BoxBlur { border, ..BoxBlur::new(size) }, isa)
            }
            4 => filter(image, &Derivative { border, ..Default::default() }, isa),
            5 => filter(image, &Laplacian { border, size: 5, ..Default::default() }, isa),
            6 => filter(image, &UnsharpMask { sigma, border, ..Default::default() }, isa),
            7 => {
                let turns = [
                    Turn::Flip,
                    Turn::Flop,
                    Turn::Right,
                    Turn::Half,
                    Turn::Left,
                    Turn::Transpose,
                    Turn::Transverse,
                ];
                geometry(&turns[a as usize % 7], &[image])
            }
            8 => {
                let [left, top, right, bottom] = [a % 9, b % 9, c % 9, d % 9];
                geometry(&Pad { left, top, right, bottom, border }, &[image])
            }
            9 => {
                let (left, top) = (a % width, b % height);
                let (width, height) = (1 + c % (width - left), 1 + d % (height - top));
                image.crop(Region::new(left, top, width, height)).unwrap()
            }
            10 => {
                let places = vec![(a as i64 % 20, b as i64 % 20), (c as i64 % 90, d as i64 % 90)];
                let join = Join { width, height, background: vec![3.0], places };
                geometry(&join, &[image, other])
            }
            11 => {
                let kinds = [ArithmeticKind::Add, ArithmeticKind::Subtract, ArithmeticKind::Max];
                let kind = kinds[a as usize % 3];
                let (with, scale, depth) = (Operand::Image, Value::All(1.0), None);
                let add = Arithmetic { kind, with, scale, depth };
                point(&add, &[image, &fitted(image, other)], isa)
            }
            12 => {
                let depth = Some(Depth::ALL[a as usize % 5]);
                let (scale, offset) = (Value::All(self.sigma - 1.0), Value::All((b % 50) as f64));
                point(&Linear { scale, offset, depth }, &[image], isa)
            }
            13 => {
                let (level, max) = (Value::All((a % 200) as f64), Value::All(255.0));
                let kind = ThresholdKind::ToZero;
                let mask = point(&Threshold { level, max, kind }, &[image], isa);
                point(&Select, &[&mask, image, &fitted(image, other)], isa)
            }
            14 => {
                let gray = point(&Grayscale, &[image], isa);
                point(&JoinChannels, &[&gray, &gray], isa)
            }
            _ => point(&Cast(Depth::ALL[a as usize % 5]), &[image], isa),
        }
    }
}

/// All images of a case, as graphs.
fn images(case: &Case, isa: Isa, lends: bool) -> Vec<Image> {
    let data = Arc::new(pixels(&case.spec, case.seed));
    let source = from_memory(data, RawLayout::dense(case.spec)).unwrap();
    let state = AtomicU64::new(case.seed);
    let mut images = vec![Image::new(Arc::new(Delayed { source, lends, state }))];
    for step in &case.steps {
        images.push(step.apply(&images, isa));
    }
    images
}

/// All of them computed, each from those before, whole.
fn step_by_step(case: &Case) -> Vec<Vec<u8>> {
    let engine = Engine::new(1);
    let mut images = vec![source(case.spec, pixels(&case.spec, case.seed))];
    let mut results = vec![pixels(&case.spec, case.seed)];
    for step in &case.steps {
        let image = step.apply(&images, Isa::Scalar);
        let data = buffer(&engine, &image);
        images.push(source(*image.spec(), data.clone()));
        results.push(data);
    }
    results
}

fn write(engine: &Engine, results: &[(Image, Arc<dyn Sink>)]) {
    let (sender, receiver) = std::sync::mpsc::channel();
    engine.write(results, Options::default(), move |result| sender.send(result).unwrap());
    receiver.recv().unwrap().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn every_way_gives_the_same_bytes(case in cases()) {
        let expected = step_by_step(&case);
        let folder = tempfile::tempdir().unwrap();
        let isas: Vec<Isa> = Isa::supported().collect();
        for (at, threads) in [1, 2, 3, 8, 99].into_iter().enumerate() {
            let engine = Engine::new(threads);
            let images = images(&case, isas[at % isas.len()], at % 2 == 0);
            let last = images.last().unwrap();
            prop_assert!(&buffer(&engine, last) == expected.last().unwrap(), "{threads} threads");
        }
        let engine = Engine::new(2);
        let images = images(&case, Isa::best(), case.seed % 2 == 0);
        let last = images.last().unwrap();
        for limit in [64 << 10, 1 << 20, 16 << 20] {
            engine.set_memory_limit(limit);
            let raw = folder.path().join("a.raw");
            let sink = RawSink::create(&raw, *last.spec(), Durability::None).unwrap();
            if engine.run(last, Arc::new(sink), Options::default()).is_ok() {
                let bytes = std::fs::read(&raw).unwrap();
                prop_assert!(&bytes == expected.last().unwrap(), "raw within {limit}");
                let counters = engine.counters();
                prop_assert!(counters.peak <= 16 << 20, "{counters:?}");
            }
        }
        // All at once, in sinks of several kinds.
        let mut results: Vec<(Image, Arc<dyn Sink>)> = Vec::new();
        let mut memories = Vec::new();
        for (at, image) in images.iter().enumerate() {
            let spec = *image.spec();
            let path = folder.path().join(at.to_string());
            let sink: Arc<dyn Sink> = match at % 3 {
                0 => {
                    let sink = Arc::new(MemorySink::new(spec).unwrap());
                    memories.push((at, Arc::clone(&sink)));
                    sink
                }
                1 => Arc::new(RawSink::create(&path, spec, Durability::None).unwrap()),
                _ => {
                    let options = TiffOptions {
                        chunks: TiffChunks::Tiles { width: 32, height: 48 }, durability: Durability::None, ..TiffOptions::new(spec)
                    };
                    Arc::new(TiffSink::create(&path, options).unwrap())
                }
            };
            results.push((image.clone(), sink));
        }
        write(&engine, &results);
        for (at, sink) in memories {
            // SAFETY: the job is over.
            let bytes = unsafe { sink.take() }.unwrap();
            prop_assert!(bytes[..] == expected[at][..], "image {at} in memory");
        }
        for (at, expected) in expected.iter().enumerate().filter(|(at, _)| at % 3 > 0) {
            let path = folder.path().join(at.to_string());
            let bytes = if at % 3 == 1 {
                std::fs::read(path).unwrap()
            } else {
                let source = store::open(&path, store::Access::Auto).unwrap();
                buffer(&engine, &Image::new(source))
            };
            prop_assert!(&bytes == expected, "image {at} in a file");
        }
    }
}
