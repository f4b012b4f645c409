//! Measures whole images in memory through the pipeline, on all cores, beside a copy of the same memory.
//!
//! `cargo run --release -p gigapx-conformance --bin whole [WORD ...]`
//!
//! Each row has a label of two words, such as `uint8 gaussian-11`; rows that have all the words given
//! are measured. Megapixels come from `MEGAPIXELS` (300). Medians of runs that alternate with copies.

use std::sync::Arc;
use std::time::Instant;

use filters::Recipe;
use gigapx_conformance::recipes::recipes;
use kernels::Isa;
use pipeline::{Engine, Image, Options};
use raster::{Buffer, Depth, Spec};
use rayon::prelude::*;
use store::{MemorySink, RawLayout, Sink, from_memory};

const ROUNDS: usize = 7;
/// Pixels of a row, as in `scripts/bench.mjs`.
const WIDTH: u64 = 20_000;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let megapixels = std::env::var("MEGAPIXELS").ok().and_then(|text| text.parse().ok());
    let height = megapixels.unwrap_or(300) * 1_000_000 / WIDTH;
    println!("{:24} {:>10} {:>10} {:>8}", "", "MP/s", "copy MP/s", "ratio");
    for depth in Depth::ALL {
        for (name, recipe) in recipes() {
            let label = [depth.name(), &name];
            if words.iter().all(|word| label.contains(&word.as_str())) {
                let spec = Spec::new(WIDTH, height, 1, depth).expect("a shape");
                report(&label.join(" "), &spec, &*recipe);
            }
        }
    }
}

fn report(label: &str, spec: &Spec, recipe: &dyn Recipe) {
    let bytes = spec.bytes() as usize;
    let mut input = vec![0u8; bytes];
    input.par_chunks_mut(1 << 20).for_each(|chunk| {
        for (i, byte) in chunk.iter_mut().enumerate() {
            *byte = ((i * 31) >> 3) as u8 & 0x3F;
        }
    });
    let input = Arc::new(input);
    let source =
        from_memory(Arc::clone(&input) as Arc<_>, RawLayout::dense(*spec)).expect("a source");
    let image = Image::new(source).filter(recipe.bind(spec, Isa::best()).expect("a filter"));
    let engine = Engine::new(std::thread::available_parallelism().map_or(1, usize::from));
    let output_spec = *image.spec();
    let mut output = Buffer::zeroed(output_spec.bytes() as usize);
    let len = output.capacity();
    let memory = output.take(len).as_mut_ptr();
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..=ROUNDS {
        // SAFETY: the job is over before the memory is used again.
        let sink = unsafe { MemorySink::over(memory, len, output_spec) }.expect("a sink");
        let start = Instant::now();
        engine.run(&image, Arc::new(sink) as Arc<dyn Sink>, Options::default()).expect("a run");
        times[0].push(start.elapsed().as_secs_f64());
        let target = &mut output.take(len)[..bytes.min(len)];
        let start = Instant::now();
        let chunk = target.len().div_ceil(rayon::current_num_threads());
        target.par_chunks_mut(chunk).zip(input.par_chunks(chunk)).for_each(|(to, from)| {
            to.copy_from_slice(&from[..to.len()]);
        });
        times[1].push(start.elapsed().as_secs_f64());
    }
    let pixels = (spec.width * spec.height) as f64 / 1e6;
    let [ours, copy] = times.map(|mut times| {
        // The first run warms up.
        times.remove(0);
        times.sort_by(f64::total_cmp);
        pixels / times[times.len() / 2]
    });
    println!("{label:24} {ours:>10.0} {copy:>10.0} {:>8.2}", ours / copy);
}
