//! Random graphs of uint8 operations, computed in one pass in whatever pieces, are what `OpenCV` makes by
//! one call after the other on whole images.

use std::sync::{Arc, mpsc};

use filters::point::{
    Arithmetic, ArithmeticKind, Boolean, BooleanKind, Linear, Not, Operand, Threshold,
    ThresholdKind, Value,
};
use filters::{
    BoxBlur, Derivative, GaussianBlur, GeometryRecipe, Laplacian, Pad, PointRecipe, Rank, Recipe,
    Turn,
};
use gigapx_conformance::cases::{Shape, shapes};
use gigapx_conformance::image::Dense;
use gigapx_conformance::oracle::{self, Derived, geometry, point};
use kernels::Isa;
use pipeline::{Engine, Image, Options, Tile};
use proptest::prelude::*;
use raster::{Border, Depth, Region};
use store::{Access, Durability, MemorySink, Sink, TiffChunks, TiffOptions, TiffSink};

/// What is done to images that were made before; numbers choose which, and how.
#[derive(Clone, Debug)]
struct Step {
    what: u8,
    /// Inputs, counted from the last image back.
    inputs: [usize; 2],
    numbers: [u64; 4],
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0u8..13, [0usize..4, 0usize..4], any::<[u64; 4]>());
    let step = step.prop_map(|(what, inputs, numbers)| Step { what, inputs, numbers });
    prop::collection::vec(step, 1..8)
}

/// An image, as a graph and as `OpenCV` made it.
#[derive(Clone)]
struct Both {
    ours: Image,
    theirs: Dense<u8>,
}

impl Both {
    fn filter(&self, recipe: &dyn Recipe, isa: Isa, theirs: Vec<u8>) -> Self {
        let ours = self.ours.filter(recipe.bind(self.ours.spec(), isa).expect("a filter"));
        Self { theirs: Dense { spec: *ours.spec(), samples: theirs }, ours }
    }

    fn point(&self, recipe: &dyn PointRecipe, others: &[&Self], isa: Isa, theirs: Vec<u8>) -> Self {
        let images: Vec<Image> =
            [&[self], others].concat().iter().map(|both| both.ours.clone()).collect();
        let specs: Vec<_> = images.iter().map(|image| *image.spec()).collect();
        let ours = Image::point(recipe.bind(&specs, isa).expect("an operation"), images);
        Self { theirs: Dense { spec: *ours.spec(), samples: theirs }, ours }
    }

    fn arranged(&self, recipe: &dyn GeometryRecipe, theirs: Dense<u8>) -> Self {
        let geometry = recipe.bind(&[*self.ours.spec()]).expect("a geometry");
        Self { ours: Image::geometry(geometry, vec![self.ours.clone()]), theirs }
    }
}

impl Step {
    fn apply(&self, images: &[Both], border: Border, isa: Isa) -> Both {
        let pick = |back: usize| &images[images.len() - 1 - back % images.len()];
        let (image, other) = (pick(self.inputs[0]), pick(self.inputs[1]));
        let [a, b, c, d] = self.numbers;
        let (spec, source) = (image.theirs.spec, &image.theirs);
        let derived = Derived { scale: 1.0, offset: 0.0, border };
        let depth = Some(Depth::U8);
        match self.what {
            0 | 1 => {
                let size = [a, b].map(|number| 1 + 2 * (number % 7) as u32);
                let (kernel_size, sigma) = ((size[0], size[1]), (2.0, 1.1));
                let blur = GaussianBlur { sigma, kernel_size, border, ..Default::default() };
                image.filter(&blur, isa, oracle::gaussian_blur(source, kernel_size, sigma, border))
            }
            2 => {
                // Of two pixels OpenCV's mean is another.
                let size = (3 + a as u32 % 7, 1 + b as u32 % 9);
                let mean = BoxBlur { border, ..BoxBlur::new(size) };
                image.filter(&mean, isa, oracle::box_filter(source, size, true, border))
            }
            3 => {
                let sobel = Derivative { border, depth, ..Default::default() };
                image.filter(&sobel, isa, oracle::sobel(source, (1, 0), 3, derived))
            }
            12 => {
                // Larger ones it has for few kinds of images.
                let size = 3 + 2 * (a as u32 % 2);
                let median = Rank { border, ..Rank::median((size, size)) };
                image.filter(&median, isa, oracle::median(source, size, border))
            }
            4 => {
                let laplacian = Laplacian { border, depth, size: 3, ..Default::default() };
                image.filter(&laplacian, isa, oracle::laplacian(source, 3, derived))
            }
            5 => {
                let kind = [
                    ArithmeticKind::Add,
                    ArithmeticKind::Subtract,
                    ArithmeticKind::AbsDiff,
                    ArithmeticKind::Min,
                    ArithmeticKind::Max,
                ][a as usize % 5];
                // Images of other sizes do not go together.
                let other = if other.theirs.spec == spec { other } else { image };
                let theirs = point::arithmetic(kind, source, &oracle::borrow(&other.theirs), 1.0);
                image.point(&Arithmetic::new(kind, Operand::Image), &[other], isa, theirs)
            }
            6 => {
                let kind = [BooleanKind::And, BooleanKind::Or, BooleanKind::Xor][a as usize % 3];
                let other = if other.theirs.spec == spec { other } else { image };
                let theirs = point::bitwise(kind, source, &oracle::borrow(&other.theirs));
                let boolean = Boolean { kind, with: Operand::Image };
                image.point(&boolean, &[other], isa, theirs.expect("one of OpenCV's"))
            }
            7 => {
                let (scale, offset) = ((a % 9) as f64 * 0.25, (b % 100) as f64 - 50.0);
                let theirs = point::convert(source, scale, offset);
                let linear =
                    Linear { scale: Value::All(scale), offset: Value::All(offset), depth: None };
                image.point(&linear, &[], isa, theirs)
            }
            8 => {
                let (level, kind) = ((a % 256) as f64, ThresholdKind::ToZero);
                let threshold =
                    Threshold { level: Value::All(level), max: Value::All(255.0), kind };
                image.point(&threshold, &[], isa, point::threshold(source, level, 255.0, kind))
            }
            9 => image.point(&Not, &[], isa, point::bitwise_not(source)),
            10 => {
                let turn =
                    [Turn::Flip, Turn::Flop, Turn::Right, Turn::Half, Turn::Left, Turn::Transpose]
                        [a as usize % 6];
                image.arranged(&turn, geometry::turn(source, turn))
            }
            _ if d % 2 == 0 => {
                let sides = [a, b, c, d].map(|number| number % 9);
                let [left, top, right, bottom] = sides;
                let pad = Pad { left, top, right, bottom, border };
                image.arranged(&pad, geometry::pad(source, sides, border))
            }
            _ => {
                let (left, top) = (a % spec.width, b % spec.height);
                let region = Region {
                    left,
                    top,
                    width: 1 + c % (spec.width - left),
                    height: 1 + d % (spec.height - top),
                };
                let ours = image.ours.crop(region).expect("a part");
                Both { ours, theirs: geometry::crop(source, &region) }
            }
        }
    }
}

/// The last image of a graph.
fn result(shape: &Shape, steps: &[Step], isa: Isa) -> Both {
    let theirs = shape.image::<u8>();
    let mut images = vec![Both { ours: Image::new(theirs.source()), theirs }];
    for step in steps {
        images.push(step.apply(&images, shape.border, isa));
    }
    images.pop().expect("at least the source")
}

fn whole(engine: &Engine, image: &Image) -> Vec<u8> {
    let sink = Arc::new(MemorySink::new(*image.spec()).expect("memory"));
    engine.run(image, Arc::clone(&sink) as Arc<dyn Sink>, Options::default()).expect("a run");
    // SAFETY: the job is over.
    unsafe { sink.take() }.expect("pixels").to_vec()
}

/// The image put together from tiles of a size.
fn tiled(engine: &Engine, image: &Image, size: u64) -> Vec<u8> {
    let spec = *image.spec();
    let (pixel, row) = (spec.pixel_bytes() as usize, spec.row_bytes() as usize);
    let mut all = vec![0; spec.bytes() as usize];
    let tiles = engine.tiles(image, (size, size), Options::default(), |_| ()).expect("tiles");
    loop {
        let (sender, receiver) = mpsc::channel();
        tiles.next(move |tile| sender.send(tile).expect("someone waits"));
        let tile = receiver.recv().expect("an answer").expect("a tile");
        let Some(Tile { region, data }) = tile else { return all };
        let width = region.width as usize * pixel;
        for (y, samples) in data.chunks_exact(width).enumerate() {
            let at = (region.top as usize + y) * row + region.left as usize * pixel;
            all[at..at + width].copy_from_slice(samples);
        }
    }
}

/// The image by way of a file of tiles of a size.
fn filed(engine: &Engine, image: &Image, size: u64) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.tif");
    let (chunks, durability) = (TiffChunks::Tiles { width: size, height: size }, Durability::None);
    let options = TiffOptions { chunks, durability, ..TiffOptions::new(*image.spec()) };
    let sink = TiffSink::create(&path, options).expect("a file");
    engine.run(image, Arc::new(sink), Options::default()).expect("a run");
    whole(engine, &Image::new(store::open(&path, Access::Auto).expect("a file")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn one_pass_equals_call_after_call(shape in shapes(), steps in steps()) {
        oracle::prepare();
        for (at, isa) in Isa::supported().enumerate() {
            let Both { ours, theirs } = result(&shape, &steps, isa);
            for threads in [1, 2, 3, 8, 99] {
                let engine = Engine::new(threads);
                prop_assert!(whole(&engine, &ours) == theirs.samples, "{isa:?}, {threads} threads");
                let size = [10, 64, 128, 512][(threads + at) % 4];
                prop_assert!(tiled(&engine, &ours, size) == theirs.samples, "{isa:?}, tiles of {size}");
                if size >= 16 {
                    let file = filed(&engine, &ours, size);
                    prop_assert!(file == theirs.samples, "{isa:?}, a file of tiles of {size}");
                }
            }
        }
    }
}
