//! Units, blocks, threads, sinks and memory limits never change a byte.

mod noise;

use std::sync::Arc;

use filters::{
    BoxBlur, Convolve, ConvolveSeparable, Derivative, Element, GaussianBlur, GradientMagnitude,
    Index, Laplacian, Morphology, Operator, Precision, Rank, Recipe, Shape, UnsharpMask,
};
use gigapx_pipeline::{Engine, Image, Options};
use kernels::Isa;
use kernels::extrema::Extremum;
use noise::{buffer, pixels};
use proptest::prelude::*;
use raster::{Border, Depth, Region, Spec};
use store::{
    Access, Durability, RawLayout, RawSink, TiffChunks, TiffOptions, TiffSink, from_memory,
};

const BORDERS: [Border; 5] =
    [Border::Reflect101, Border::Replicate, Border::Reflect, Border::Wrap, Border::Constant(99.0)];

#[derive(Clone, Debug)]
struct Case {
    spec: Spec,
    steps: Vec<Step>,
    crop: (u64, u64),
    seed: u64,
}

/// Any filter.
#[derive(Clone, Debug)]
enum Step {
    Gaussian(GaussianBlur),
    Box(BoxBlur),
    Separable(ConvolveSeparable),
    Convolve(Convolve),
    Derivative(Derivative),
    Laplacian(Laplacian),
    Rank(Rank),
    Unsharp(UnsharpMask),
    Gradient(GradientMagnitude),
    Morphology(Morphology),
}

impl Step {
    fn recipe(&self) -> &dyn Recipe {
        match self {
            Self::Gaussian(recipe) => recipe,
            Self::Box(recipe) => recipe,
            Self::Separable(recipe) => recipe,
            Self::Convolve(recipe) => recipe,
            Self::Derivative(recipe) => recipe,
            Self::Laplacian(recipe) => recipe,
            Self::Rank(recipe) => recipe,
            Self::Unsharp(recipe) => recipe,
            Self::Gradient(recipe) => recipe,
            Self::Morphology(recipe) => recipe,
        }
    }
}

fn steps() -> impl Strategy<Value = Step> {
    let border = (0usize..5).prop_map(|border| BORDERS[border]);
    let depth = prop::option::of((0usize..5).prop_map(|depth| Depth::ALL[depth]));
    let sigma = (0.3f64..4.0, 0.3f64..4.0);
    let taps = || prop::collection::vec(-1.0f64..1.5, 1..9);
    let operator =
        || prop_oneof![Just(Operator::Scharr), (0u32..4).prop_map(|i| Operator::Sobel(2 * i + 1))];
    let common = (border, depth);
    prop_oneof![
        (sigma.clone(), common.clone(), any::<bool>()).prop_map(|(sigma, (border, _), fast)| {
            let precision = if fast { Precision::Fast } else { Precision::Exact };
            Step::Gaussian(GaussianBlur { sigma, border, precision, ..Default::default() })
        }),
        ((1u32..12, 1u32..12), any::<bool>(), common.clone()).prop_map(
            |(size, normalize, (border, depth))| Step::Box(BoxBlur {
                size,
                normalize,
                depth,
                border
            })
        ),
        (taps(), taps(), -2.0f64..2.0, common.clone()).prop_map(
            |(horizontal, vertical, offset, (border, depth))| {
                Step::Separable(ConvolveSeparable { horizontal, vertical, offset, depth, border })
            }
        ),
        (1u32..6, 1u32..6, prop::collection::vec(-1.0f64..1.0, 25), common.clone()).prop_map(
            |(width, height, mut kernel, (border, depth))| {
                kernel.truncate((width * height) as usize);
                let (scale, offset) = (0.5, 1.0);
                Step::Convolve(Convolve { kernel, width, height, scale, offset, depth, border })
            }
        ),
        (operator(), any::<bool>(), common.clone()).prop_map(
            |(operator, down, (border, depth))| {
                let (dx, dy) = if down { (0, 1) } else { (1, 0) };
                let rest = Derivative::default();
                Step::Derivative(Derivative { operator, dx, dy, depth, border, ..rest })
            }
        ),
        (0u32..4, common.clone()).prop_map(|(i, (border, depth))| {
            let rest = Laplacian::default();
            Step::Laplacian(Laplacian { size: 2 * i + 1, depth, border, ..rest })
        }),
        ((0u32..13, 0u32..13), 0.0f64..100.0, common.clone()).prop_map(
            |((x, y), part, (border, _))| {
                // The largest are too large for networks.
                let (size, index) = ((2 * x + 1, 2 * y + 1), Index::Percentile(part));
                Step::Rank(Rank { size, index, border })
            }
        ),
        (sigma, 0.0f64..3.0, 0.0f64..20.0, common.clone()).prop_map(
            |(sigma, amount, threshold, (border, _))| {
                let rest = UnsharpMask::default();
                Step::Unsharp(UnsharpMask { sigma, amount, threshold, border, ..rest })
            }
        ),
        (operator(), common.clone()).prop_map(|(operator, (border, depth))| {
            Step::Gradient(GradientMagnitude { operator, depth, border, scale: 0.5 })
        }),
        ((1u32..30, 1u32..30), any::<[bool; 2]>(), any::<bool>(), common).prop_map(
            |(size, [greatest, ellipse], ignores, (border, _))| {
                let shape = if ellipse { Shape::Ellipse } else { Shape::Rectangle };
                let element = Element::new(shape, size, Some((0, size.1 / 3))).unwrap();
                let extremum = if greatest { Extremum::Greatest } else { Extremum::Least };
                let border = (!ignores).then_some(border);
                Step::Morphology(Morphology { extremum, element, border })
            }
        ),
    ]
}

fn cases() -> impl Strategy<Value = Case> {
    let sides = prop_oneof![
        3 => (1u64..200, 1u64..200),
        1 => (1u64..4, 1u64..900),
        1 => (1u64..900, 1u64..4),
        1 => Just((601, 397)),
    ];
    (
        sides,
        1u32..4,
        0usize..5,
        prop::collection::vec(steps(), 0..4),
        (0u64..50, 0u64..50),
        any::<u64>(),
    )
        .prop_map(|((width, height), channels, depth, steps, crop, seed)| Case {
            spec: Spec::new(width, height, channels, Depth::ALL[depth]).unwrap(),
            steps,
            crop,
            seed,
        })
}

fn graph(case: &Case) -> Image {
    let data = pixels(&case.spec, case.seed);
    let source = from_memory(Arc::new(data), RawLayout::dense(case.spec)).unwrap();
    let mut image = Image::new(source);
    for step in &case.steps {
        image = image.filter(step.recipe().bind(image.spec(), Isa::best()).unwrap());
    }
    let (left, top) = (case.crop.0 % case.spec.width, case.crop.1 % case.spec.height);
    let region = Region::new(left, top, case.spec.width - left, case.spec.height - top);
    image.crop(region).unwrap()
}

/// Each filter on the whole image, one after the other.
fn step_by_step(case: &Case) -> Vec<u8> {
    let engine = Engine::new(1);
    let (mut data, mut spec) = (pixels(&case.spec, case.seed), case.spec);
    for step in &case.steps {
        let source = from_memory(Arc::new(data), RawLayout::dense(spec)).unwrap();
        let image = Image::new(source).filter(step.recipe().bind(&spec, Isa::Scalar).unwrap());
        (data, spec) = (buffer(&engine, &image), *image.spec());
    }
    let (left, top) = (case.crop.0 % case.spec.width, case.crop.1 % case.spec.height);
    let region = Region::new(left, top, case.spec.width - left, case.spec.height - top);
    let source = from_memory(Arc::new(data), RawLayout::dense(spec)).unwrap();
    buffer(&engine, &Image::new(source).crop(region).unwrap())
}

fn tiles(engine: &Engine, image: &Image, size: (u64, u64)) -> Vec<u8> {
    let spec = *image.spec();
    let pixel = spec.pixel_bytes() as usize;
    let mut whole = vec![0; spec.bytes() as usize];
    let tiles = engine.tiles(image, size, Options::default(), |_| ()).unwrap();
    loop {
        let (sender, receiver) = std::sync::mpsc::channel();
        tiles.next(move |tile| sender.send(tile).unwrap());
        let Some(tile) = receiver.recv().unwrap().unwrap() else { return whole };
        let row = tile.region.width as usize * pixel;
        for (y, source) in tile.data.chunks(row).enumerate() {
            let at = (tile.region.top as usize + y) * spec.row_bytes() as usize
                + tile.region.left as usize * pixel;
            whole[at..][..row].copy_from_slice(source);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn every_way_gives_the_same_bytes(case in cases()) {
        let expected = step_by_step(&case);
        let image = graph(&case);
        let spec = *image.spec();
        let folder = tempfile::tempdir().unwrap();
        for threads in [1, 2, 3, 8] {
            let engine = Engine::new(threads);
            prop_assert!(buffer(&engine, &image) == expected, "{threads} threads");
        }
        let engine = Engine::new(2);
        for limit in [256 << 10, 8 << 20] {
            engine.set_memory_limit(limit);
            let raw = folder.path().join("a.raw");
            let sink = RawSink::create(&raw, spec, Durability::None).unwrap();
            if engine.run(&image, Arc::new(sink), Options::default()).is_ok() {
                prop_assert!(std::fs::read(&raw).unwrap() == expected, "raw within {limit}");
            }
        }
        for size in [(1, 64), (7, 13), (64, 64), (128, 1000)] {
            prop_assert!(tiles(&engine, &image, size) == expected, "tiles of {size:?}");
        }
        let tiff = folder.path().join("a.tif");
        let options = TiffOptions {
            chunks: TiffChunks::Tiles { width: 32, height: 48 }, durability: Durability::None, ..TiffOptions::new(spec)
        };
        let sink = TiffSink::create(&tiff, options).unwrap();
        engine.run(&image, Arc::new(sink), Options::default()).unwrap();
        for access in [Access::Mmap, Access::Pread] {
            let back = Image::new(store::open(&tiff, access).unwrap());
            prop_assert!(buffer(&engine, &back) == expected, "TIFF by {access:?}");
        }
    }
}
