//! Units, blocks, threads, sinks and memory limits never change a byte.

use std::sync::Arc;

use filters::{Gaussian, GaussianOptions};
use gigapx_pipeline::{Engine, Image, Options};
use kernels::Isa;
use proptest::prelude::*;
use raster::{Border, Depth, Region, Spec};
use store::{
    Access, Durability, MemorySink, RawLayout, RawSink, Sink, TiffOptions, TiffSink, from_memory,
};

const BORDERS: [Border; 5] =
    [Border::Reflect101, Border::Replicate, Border::Reflect, Border::Wrap, Border::Constant(99.0)];

#[derive(Clone, Debug)]
struct Case {
    spec: Spec,
    blurs: Vec<GaussianOptions>,
    crop: (u64, u64),
    seed: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    let sides = prop_oneof![
        3 => (1u64..200, 1u64..200),
        1 => (1u64..4, 1u64..900),
        1 => (1u64..900, 1u64..4),
        1 => Just((601, 397)),
    ];
    let blur = ((0.3f64..4.0, 0.3f64..4.0), 0usize..5).prop_map(|(sigma, border)| {
        GaussianOptions { sigma, border: BORDERS[border], ..Default::default() }
    });
    (
        sides,
        1u32..4,
        0usize..5,
        prop::collection::vec(blur, 0..4),
        (0u64..50, 0u64..50),
        any::<u64>(),
    )
        .prop_map(|((width, height), channels, depth, blurs, crop, seed)| Case {
            spec: Spec::new(width, height, channels, Depth::ALL[depth]).unwrap(),
            blurs,
            crop,
            seed,
        })
}

/// Bytes that make plain numbers of every depth: no infinities or NaN in float32.
fn pixels(spec: &Spec, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    (0..spec.bytes())
        .map(|at| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let byte = (state >> 24) as u8;
            if spec.depth == Depth::F32 && at % 4 == 3 { byte & 0x3F } else { byte }
        })
        .collect()
}

fn graph(case: &Case) -> Image {
    let data = pixels(&case.spec, case.seed);
    let source = from_memory(Arc::new(data), RawLayout::dense(case.spec)).unwrap();
    let mut image = Image::new(source);
    for options in &case.blurs {
        image = image.filter(Gaussian::new(image.spec(), options, Isa::best()).unwrap());
    }
    let (left, top) = (case.crop.0 % case.spec.width, case.crop.1 % case.spec.height);
    let region = Region::new(left, top, case.spec.width - left, case.spec.height - top);
    image.crop(region).unwrap()
}

fn buffer(engine: &Engine, image: &Image) -> Vec<u8> {
    let sink = Arc::new(MemorySink::new(*image.spec()).unwrap());
    engine.run(image, Arc::clone(&sink) as Arc<dyn Sink>, Options::default()).unwrap();
    // SAFETY: the job is over.
    unsafe { sink.take() }.unwrap().to_vec()
}

/// Each filter on the whole image, one after the other.
fn step_by_step(case: &Case) -> Vec<u8> {
    let engine = Engine::new(1);
    let mut data = pixels(&case.spec, case.seed);
    for options in &case.blurs {
        let source = from_memory(Arc::new(data), RawLayout::dense(case.spec)).unwrap();
        let filter = Gaussian::new(&case.spec, options, Isa::Scalar).unwrap();
        data = buffer(&engine, &Image::new(source).filter(filter));
    }
    let (left, top) = (case.crop.0 % case.spec.width, case.crop.1 % case.spec.height);
    let region = Region::new(left, top, case.spec.width - left, case.spec.height - top);
    let source = from_memory(Arc::new(data), RawLayout::dense(case.spec)).unwrap();
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
            tile: (32, 48), durability: Durability::None, ..TiffOptions::new(spec)
        };
        let sink = TiffSink::create(&tiff, options).unwrap();
        engine.run(&image, Arc::new(sink), Options::default()).unwrap();
        for access in [Access::Mmap, Access::Pread] {
            let back = Image::new(store::open(&tiff, access).unwrap());
            prop_assert!(buffer(&engine, &back) == expected, "TIFF by {access:?}");
        }
    }
}
