//! Graphs of operations beside the sequences of calls that they replace.
//!
//! `graph [FOLDER]`: a chain of four operations from file to file, ten filters of one image, and windows
//! of a chain over 4.8 gigapixels. Files go to a folder that is removed afterwards. Contenders take
//! turns; figures are medians.

use std::error::Error;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::Instant;

use filters::point::{Linear, Threshold, ThresholdKind};
use filters::{BoxBlur, Derivative, GaussianBlur, Laplacian, PointRecipe, Recipe};
use gigapx_conformance::bench::{Operation, Stripes, Write, call_file, compare, stripe_file, tune};
use kernels::Isa;
use opencv::core;
use pipeline::{Engine, Image, NullSink, Options};
use raster::{Buffer, Depth, Region, Spec};
use store::{Access, Durability, Layout, MemorySink, RawLayout, RawSink, Sink};

const ROUNDS: usize = 7;

fn main() -> Result<(), Box<dyn Error>> {
    core::set_num_threads(1)?;
    let parent = std::env::args().nth(1).unwrap_or_else(|| "target".into());
    let folder = tempfile::tempdir_in(parent)?;
    let engine = Engine::new(std::thread::available_parallelism()?.get());
    let spec = Spec::new(20_000, 15_000, 1, Depth::U8)?;
    let input = folder.path().join("input.raw");
    std::fs::write(&input, noise(spec.bytes() as usize))?;
    chain(&engine, &spec, &input, folder.path())?;
    fan_out(&engine, &spec, &input)?;
    windows(&engine, folder.path())
}

fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    // Smooth enough to have edges rather than noise alone.
    (0..len).map(|at| (at / 64 % 200) as u8 + next() % 50).collect()
}

fn open(path: &Path, spec: &Spec) -> Result<Image, store::Error> {
    Ok(Image::new(store::open_raw(path, RawLayout::dense(*spec), Access::Mmap)?))
}

fn filter(image: &Image, recipe: &dyn Recipe) -> Image {
    image.filter(recipe.bind(image.spec(), Isa::best()).expect("a filter"))
}

fn point(image: &Image, recipe: &dyn PointRecipe) -> Image {
    let point = recipe.bind(&[*image.spec()], Isa::best()).expect("an operation");
    Image::point(point, vec![image.clone()])
}

fn gaussian(size: u32, sigma: f64) -> GaussianBlur {
    GaussianBlur { sigma: (sigma, sigma), kernel_size: (size, size), ..Default::default() }
}

/// Blur, derivative, scale and threshold.
fn edges(image: &Image) -> Image {
    let edges = filter(&filter(image, &gaussian(11, 2.2)), &Derivative::default());
    let linear = Linear { scale: 0.25.into(), offset: 128.0.into(), depth: Some(Depth::U8) };
    let threshold =
        Threshold { level: 128.0.into(), max: 255.0.into(), kind: ThresholdKind::Binary };
    point(&point(&edges, &linear), &threshold)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn timed(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

/// Waits until what was written is on the disk, which is nobody's time.
fn settle() {
    rustix::fs::sync();
}

fn chain(engine: &Engine, spec: &Spec, input: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
    let work = Operation::Edges { size: 11, sigma: 2.2 };
    let image = edges(&open(input, spec)?);
    let ours = folder.join("ours.raw");
    let theirs = folder.join("theirs.raw");
    let stripes = Stripes::default();
    let plan = tune(spec.height as usize, &[Write::Copy], work.radius(), |plan| {
        stripe_file(&stripes, work, plan.rows, [input, &theirs], spec).expect("files");
    });
    let (mut memory, bytes) = ([Buffer::new(), Buffer::new()], spec.bytes() as usize);
    let mut times: [Vec<f64>; 3] = Default::default();
    for round in 0..=ROUNDS {
        for file in [&ours, &theirs] {
            std::fs::remove_file(file).ok();
        }
        settle();
        let run = [
            timed(|| {
                let sink = RawSink::create(&ours, *spec, Durability::None).expect("a file");
                engine.run(&image, Arc::new(sink), Options::default()).expect("a run");
            }),
            {
                settle();
                timed(|| {
                    stripe_file(&stripes, work, plan.rows, [input, &theirs], spec).expect("files");
                })
            },
            {
                std::fs::remove_file(&theirs)?;
                settle();
                core::set_num_threads(-1)?;
                let memory = memory.each_mut().map(|memory| memory.take(bytes));
                let time = timed(|| {
                    call_file(work, [input, &theirs], memory, spec).expect("files");
                });
                core::set_num_threads(1)?;
                time
            },
        ];
        if round > 0 {
            times.iter_mut().zip(run).for_each(|(times, time)| times.push(time));
        }
    }
    let difference = compare(&std::fs::read(&ours)?, &std::fs::read(&theirs)?, spec, 0);
    let [ours, stripes, calls] = times.map(median);
    let rate = |time: f64| spec.region().pixels() as f64 / 1e6 / time;
    println!(
        "chain, file to file, {} MP: gigapx {:.0} MP/s, OpenCV in stripes of {} rows {:.0}, calls {:.0}; \
        {:.2} x stripes, {:.2} x calls; {} samples differ",
        spec.region().pixels() / 1_000_000,
        rate(ours),
        plan.rows,
        rate(stripes),
        rate(calls),
        stripes / ours,
        calls / ours,
        difference.differing
    );
    Ok(())
}

/// Ten filters of one image in one pass, and one after the other. Results are thrown away, so that what
/// is compared is computing.
fn fan_out(engine: &Engine, spec: &Spec, input: &Path) -> Result<(), Box<dyn Error>> {
    let image = open(input, spec)?;
    let recipes: [Box<dyn Recipe>; 10] = [
        Box::new(gaussian(3, 0.8)),
        Box::new(gaussian(5, 1.1)),
        Box::new(gaussian(7, 1.5)),
        Box::new(gaussian(11, 2.2)),
        Box::new(gaussian(15, 3.0)),
        Box::new(gaussian(21, 4.0)),
        Box::new(gaussian(31, 5.0)),
        Box::new(BoxBlur::new((11, 11))),
        Box::new(Derivative::default()),
        Box::new(Laplacian { size: 3, ..Default::default() }),
    ];
    let images: Vec<Image> = recipes.iter().map(|recipe| filter(&image, &**recipe)).collect();
    let write = |images: &[Image]| {
        let sink =
            |image: &Image| (image.clone(), Arc::new(NullSink(Layout::Any)) as Arc<dyn Sink>);
        let (sender, receiver) = mpsc::channel();
        engine.write(
            &images.iter().map(sink).collect::<Vec<_>>(),
            Options::default(),
            move |result| {
                sender.send(result).expect("someone waits");
            },
        );
        receiver.recv().expect("an end").expect("a run");
    };
    let mut times: [Vec<f64>; 2] = Default::default();
    for round in 0..=ROUNDS {
        let together = timed(|| write(&images));
        let apart = images.iter().map(|image| timed(|| write(std::slice::from_ref(image)))).sum();
        if round > 0 {
            times[0].push(together);
            times[1].push(apart);
        }
    }
    let [together, apart] = times.map(median);
    println!(
        "ten filters of one image: {together:.3} s in one pass, {apart:.3} s one by one; {:.2} x",
        together / apart
    );
    Ok(())
}

/// Windows of 1024 x 1024 of a chain of three filters over a mapped file of 4.8 gigapixels.
fn windows(engine: &Engine, folder: &Path) -> Result<(), Box<dyn Error>> {
    let spec = Spec::new(80_000, 60_000, 1, Depth::U8)?;
    let path = folder.join("slide.raw");
    // A sparse file: its zeros are read, filtered and written as other numbers would be.
    File::create(&path)?.set_len(spec.bytes())?;
    let slide = open(&path, &spec)?;
    let image = (0..3).fold(slide, |image, _| filter(&image, &gaussian(11, 2.2)));
    let mut times = Vec::new();
    for at in 0..64u64 {
        let (left, top) = (at % 8 * 9000 + 13, at / 8 * 7000 + 5);
        let window = image.crop(Region::new(left, top, 1024, 1024)).expect("inside");
        let run = || {
            let sink = Arc::new(MemorySink::new(*window.spec()).expect("memory"));
            engine.run(&window, sink, Options::default()).expect("a run");
        };
        // The first time fetches its pages.
        run();
        times.push(timed(run));
    }
    let slowest = times.iter().copied().fold(0.0, f64::max);
    println!(
        "window of 1024 x 1024 of three filters over 4.8 GP, warm: median {:.2} ms, slowest {:.2}",
        1e3 * median(times),
        1e3 * slowest
    );
    Ok(())
}
