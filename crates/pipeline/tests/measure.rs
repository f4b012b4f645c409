//! Statistics of computed images: those of the finished pixels, whoever summed up what, beside other
//! results or alone.

mod noise;

use std::sync::Arc;

use filters::{Accumulator, Bins, GaussianBlur, Histogram, Recipe, Stats};
use gigapx_pipeline::{Engine, Error, Image, Measure, Options};
use kernels::Isa;
use noise::{buffer, pixels};
use proptest::prelude::*;
use raster::{Depth, Region, Spec, View};
use store::{MemorySink, RawLayout, Sink, from_memory};

fn source(spec: &Spec, seed: u64) -> Image {
    let data = Arc::new(pixels(spec, seed));
    Image::new(from_memory(data, RawLayout::dense(*spec)).unwrap())
}

fn blurred(image: &Image) -> Image {
    let blur = GaussianBlur { sigma: (2.0, 1.0), ..GaussianBlur::default() };
    image.filter(blur.bind(image.spec(), Isa::best()).unwrap())
}

fn bins(depth: Depth) -> Bins {
    match depth {
        Depth::U8 | Depth::U16 => Bins::Values,
        _ => Bins::Uniform { count: 64, low: -1000.0, high: 1000.0 },
    }
}

fn histogram(spec: &Spec) -> Histogram {
    Histogram::new(spec, bins(spec.depth), Isa::best()).unwrap()
}

/// What whole, finished pixels add up to.
fn summed<A: Accumulator>(mut empty: A, spec: &Spec, bytes: &[u8]) -> A {
    let (width, height) = (spec.width as usize, spec.height as usize);
    let view = View::new(bytes, spec.row_bytes() as usize, width, height, spec).unwrap();
    empty.add(&spec.region(), &view);
    empty
}

/// Runs a job to its end.
fn write(engine: &Engine, results: &[(Image, Arc<dyn Sink>)]) -> Result<(), Error> {
    let (sender, receiver) = std::sync::mpsc::channel();
    engine.write(results, Options::default(), move |result| sender.send(result).unwrap());
    receiver.recv().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn statistics_are_those_of_the_finished_pixels(
        (width, height) in prop_oneof![(1u64..300, 1u64..300), (1u64..3, 1u64..900), (2000u64..3000, 1u64..90)],
        channels in 1u32..4,
        depth in (0usize..5).prop_map(|depth| Depth::ALL[depth]),
        threads in prop_oneof![Just(1usize), Just(2), Just(3), Just(8)],
        limit in prop_oneof![Just(16u64 << 20), Just(256 << 20)],
        seed: u64,
    ) {
        let spec = Spec::new(width, height, channels, depth).unwrap();
        let image = source(&spec, seed);
        let smooth = blurred(&image);
        let engine = Engine::new(threads);
        let finished = buffer(&engine, &smooth);
        engine.set_memory_limit(limit);
        let stats = Arc::new(Measure::new(Stats::new(&spec, Isa::best())));
        let counts = Arc::new(Measure::new(histogram(&spec)));
        let of_source = Arc::new(Measure::new(Stats::new(&spec, Isa::best())));
        let copy = Arc::new(MemorySink::new(spec).unwrap());
        let sinks: [(Image, Arc<dyn Sink>); 4] = [
            (smooth.clone(), Arc::clone(&stats) as _),
            (smooth.clone(), Arc::clone(&copy) as _),
            (image, Arc::clone(&of_source) as _),
            (smooth, Arc::clone(&counts) as _),
        ];
        prop_assert!(stats.whole().is_none());
        prop_assert!(write(&engine, &sinks).is_ok());
        // SAFETY: the job is over.
        let copy = unsafe { copy.take() }.unwrap();
        prop_assert!(*copy == *finished);
        let wanted = summed(Stats::new(&spec, Isa::best()), &spec, &finished);
        prop_assert!(stats.whole().unwrap().to_bytes() == wanted.to_bytes());
        let wanted = summed(histogram(&spec), &spec, &finished);
        prop_assert!(counts.whole().unwrap().to_bytes() == wanted.to_bytes());
        let wanted = summed(Stats::new(&spec, Isa::best()), &spec, &pixels(&spec, seed));
        prop_assert!(of_source.whole().unwrap().to_bytes() == wanted.to_bytes());
    }
}

#[test]
fn a_job_that_fails_measures_nothing() {
    let spec = Spec::new(4000, 3000, 1, Depth::U8).unwrap();
    let engine = Engine::new(2);
    let measure = Arc::new(Measure::new(Stats::new(&spec, Isa::best())));
    let (sender, receiver) = std::sync::mpsc::channel();
    let results: [(Image, Arc<dyn Sink>); 1] =
        [(blurred(&source(&spec, 1)), Arc::clone(&measure) as _)];
    let handle = engine.write(&results, Options::default(), move |it| sender.send(it).unwrap());
    handle.cancel();
    assert!(matches!(receiver.recv().unwrap(), Err(Error::Cancelled)));
    assert!(measure.whole().is_none());
}

#[test]
fn counts_are_within_the_memory_limit() {
    // 32 channels of 65,536 counts are 16 MiB, for each worker.
    let spec = Spec::new(64, 64, 32, Depth::U16).unwrap();
    let engine = Engine::new(2);
    engine.set_memory_limit(10 << 20);
    let measure = Arc::new(Measure::new(histogram(&spec)));
    let result = engine.run(&source(&spec, 1), Arc::clone(&measure) as _, Options::default());
    let Err(Error::MemoryLimit { needed, limit, .. }) = result else {
        panic!("expected a refusal")
    };
    assert!(needed > 16 << 20 && limit == 10 << 20);
    engine.set_memory_limit(needed);
    engine.run(&source(&spec, 1), Arc::clone(&measure) as _, Options::default()).unwrap();
    assert_eq!(measure.whole().unwrap().pixels(), 64 * 64);
    let region = Region::new(0, 0, 64, 64);
    assert_eq!(measure.whole().unwrap().spec().region(), region);
}
