//! Graphs of operations beside the sequences of calls that they replace.
//!
//! `graph [FOLDER] [ROUNDS]`: a chain of four operations from file to file, ten filters of one image, and
//! windows of a chain over 4.8 gigapixels. Files go to a folder that is removed afterwards. Contenders
//! take turns. Prints one line of JSON, which `scripts/bench/graphs.mjs` reads.

use std::error::Error;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, mpsc};

use filters::point::{Linear, Threshold, ThresholdKind};
use filters::{BoxBlur, Derivative, GaussianBlur, Laplacian, PointRecipe, Recipe};
use gigapx_conformance::bench::{
    Cost, Operation, Stripes, Vips, Write, call_file, compare, measure, stripe_file, tune,
};
use kernels::Isa;
use opencv::core;
use pipeline::{Engine, Image, NullSink, Options};
use raster::{Buffer, Depth, Region, Spec};
use serde::Serialize;
use store::{Access, Durability, Layout, MemorySink, RawLayout, RawSink, Sink};

fn main() -> Result<(), Box<dyn Error>> {
    core::set_num_threads(1)?;
    let mut arguments = std::env::args().skip(1);
    let folder = tempfile::tempdir_in(arguments.next().unwrap_or_else(|| "target".into()))?;
    let rounds = arguments.next().map_or(Ok(7), |rounds| rounds.parse())?;
    let engine = Engine::new(std::thread::available_parallelism()?.get());
    let spec = Spec::new(20_000, 15_000, 1, Depth::U8)?;
    let input = folder.path().join("input.raw");
    std::fs::write(&input, noise(spec.bytes() as usize))?;
    let report = Report {
        chain: chain(&engine, &spec, &input, folder.path(), rounds)?,
        fan_out: fan_out(&engine, &spec, &input, rounds)?,
        windows: windows(&engine, folder.path())?,
    };
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    chain: Chain,
    fan_out: FanOut,
    /// What each window took.
    windows: Vec<Cost>,
}

#[derive(Serialize)]
struct Chain {
    pixels: u64,
    /// Rows of `OpenCV`'s stripes.
    rows: usize,
    /// Samples in which `OpenCV`'s result differs from gigapx's.
    differing: u64,
    contenders: Vec<Runs>,
}

#[derive(Serialize)]
struct Runs {
    name: &'static str,
    runs: Vec<Cost>,
}

#[derive(Serialize)]
struct FanOut {
    together: Vec<Cost>,
    /// The sum of one run of each filter.
    apart: Vec<Cost>,
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

/// Waits until what was written is on the disk, which is nobody's time.
fn settle() {
    rustix::fs::sync();
}

/// A contender: its name, the most rounds it takes part in, and its run into a file.
type Contender<'a> = (&'static str, usize, Box<dyn FnMut(&Path) + 'a>);

/// Where libvips cuts the mask of this Gaussian to 11 taps.
const MIN_AMPLITUDE: f64 = 0.044;

fn chain(
    engine: &Engine,
    spec: &Spec,
    input: &Path,
    folder: &Path,
    rounds: usize,
) -> Result<Chain, Box<dyn Error>> {
    let work = Operation::Edges { size: 11, sigma: 2.2 };
    let [ours, theirs] = ["ours.raw", "theirs.raw"].map(|name| folder.join(name));
    let stripes = Stripes::default();
    let plan = tune(spec.height as usize, &[Write::Copy], work.radius(), |plan| {
        stripe_file(&stripes, work, plan.rows, [input, &theirs], spec).expect("files");
    });
    let write = |image: &Image, output: &Path| {
        let sink = RawSink::create(output, *spec, Durability::None).expect("a file");
        engine.run(image, Arc::new(sink), Options::default()).expect("a run");
    };
    let source = open(input, spec)?;
    let image = edges(&source);
    let in_stripes = |output: &Path| {
        stripe_file(&stripes, work, plan.rows, [input, output], spec).expect("files");
    };
    let vips = Vips::load();
    let mut memory = [Buffer::new(), Buffer::new()];
    let in_calls = |output: &Path| {
        core::set_num_threads(-1).expect("threads");
        let memory = memory.each_mut().map(|memory| memory.take(spec.bytes() as usize));
        call_file(work, [input, output], memory, spec).expect("files");
        core::set_num_threads(1).expect("threads");
    };
    let mut contenders: Vec<Contender<'_>> = vec![
        ("gigapx", rounds, Box::new(|output| write(&image, output))),
        ("gigapx, copy alone", rounds, Box::new(|output| write(&source, output))),
        ("OpenCV, stripes on all cores", rounds, Box::new(in_stripes)),
        ("OpenCV, four calls", rounds, Box::new(in_calls)),
    ];
    if let Some(vips) = &vips {
        let edges = |output: &Path| {
            vips.edges([input, output], spec, 2.2, MIN_AMPLITUDE).expect("a run");
        };
        contenders.push(("libvips", rounds.min(3), Box::new(edges)));
    }
    let contenders = in_turn(contenders, rounds, &theirs);
    write(&image, &ours);
    in_stripes(&theirs);
    let difference = compare(&std::fs::read(&ours)?, &std::fs::read(&theirs)?, spec, 0);
    Ok(Chain {
        pixels: spec.region().pixels(),
        rows: plan.rows,
        differing: difference.differing as u64,
        contenders,
    })
}

/// Runs contenders one after the other, round after round, each into a new file. The first round warms up.
fn in_turn(mut contenders: Vec<Contender<'_>>, rounds: usize, output: &Path) -> Vec<Runs> {
    let named = |contender: &Contender<'_>| Runs { name: contender.0, runs: Vec::new() };
    let mut all: Vec<Runs> = contenders.iter().map(named).collect();
    for round in 0..=rounds {
        for ((_, most, run), all) in contenders.iter_mut().zip(&mut all) {
            if round > *most {
                continue;
            }
            std::fs::remove_file(output).ok();
            settle();
            let cost = measure(|| run(output));
            if round > 0 {
                all.runs.push(cost);
            }
        }
    }
    all
}

/// Ten filters of one image in one pass, and one after the other. Results are thrown away, so that what
/// is compared is computing.
fn fan_out(
    engine: &Engine,
    spec: &Spec,
    input: &Path,
    rounds: usize,
) -> Result<FanOut, Box<dyn Error>> {
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
    let mut costs = FanOut { together: Vec::new(), apart: Vec::new() };
    for round in 0..=rounds {
        let together = measure(|| write(&images));
        let apart = measure(|| images.iter().for_each(|image| write(std::slice::from_ref(image))));
        if round > 0 {
            costs.together.push(together);
            costs.apart.push(apart);
        }
    }
    Ok(costs)
}

/// Windows of 1024 x 1024 of a chain of three filters over a mapped file of 4.8 gigapixels.
fn windows(engine: &Engine, folder: &Path) -> Result<Vec<Cost>, Box<dyn Error>> {
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
        times.push(measure(run));
    }
    Ok(times)
}
