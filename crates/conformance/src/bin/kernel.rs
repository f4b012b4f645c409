//! Measures the filters' kernels: one thread, an image that stays in cache, no pipeline.
//!
//! `cargo run --release -p gigapx-conformance --bin kernel [WORD ...]`
//!
//! Each row has a label of three words, such as `uint8 gaussian-11 avx2`; rows that have all the words
//! given are measured. Cycles are those of the time-stamp counter, which ticks at the processor's
//! nominal clock: where it runs faster than that, the core spent more cycles than are shown.

use std::time::{Duration, Instant};

use filters::{Recipe, Scratch, Window};
use gigapx_conformance::recipes::recipes;
use kernels::Isa;
use raster::{Buffer, Depth, Region, Span, Spec, View, ViewMut};

/// Bytes of the part that is filtered. With its result it fits the cache next to a core, or nearly so.
const IMAGE: u64 = 1 << 20;
/// Pixels around it, so that no edge of the image comes into play.
const MARGIN: u64 = 64;
/// How long each kernel runs.
const BUDGET: Duration = Duration::from_millis(150);

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    println!("{:40} {:>10} {:>10}", "", "MP/s", "cycles/px");
    for depth in Depth::ALL {
        for (name, recipe) in recipes() {
            for isa in Isa::supported() {
                let label = [depth.name(), &name, isa.name()];
                if words.iter().all(|word| label.contains(&word.as_str())) {
                    report(&label.join(" "), depth, &*recipe, isa);
                }
            }
        }
    }
}

fn report(label: &str, depth: Depth, recipe: &dyn Recipe, isa: Isa) {
    // Not a power of two, or the rows would compete for the same lines of the cache.
    let width = 1000;
    let height = IMAGE / (width * depth.bytes() as u64);
    let spec = Spec::new(width + 2 * MARGIN, height + 2 * MARGIN, 1, depth).expect("a shape");
    let region = Region::new(MARGIN, MARGIN, width, height);
    let pixels = width * height;
    let fastest = fastest(&spec, &region, recipe, isa);
    let rate = pixels as f64 / fastest.time.as_secs_f64() / 1e6;
    let cycles = match fastest.cycles {
        Some(cycles) => format!("{:.3}", cycles as f64 / pixels as f64),
        None => "-".to_owned(),
    };
    println!("{label:40} {rate:>10.1} {cycles:>10}");
}

struct Fastest {
    time: Duration,
    cycles: Option<u64>,
}

/// The fastest run within the budget: what disturbs a run only ever slows it down.
fn fastest(spec: &Spec, region: &Region, recipe: &dyn Recipe, isa: Isa) -> Fastest {
    let filter = recipe.bind(spec, isa).expect("a filter");
    let (bytes, row) = (spec.bytes() as usize, spec.row_bytes() as usize);
    let mut input = Buffer::zeroed(bytes);
    fill(input.take(bytes), spec.depth);
    let result = *filter.output();
    let result_bytes = result.region_bytes(region) as usize;
    let mut output = Buffer::zeroed(result_bytes);
    let mut scratch = Scratch::new();
    let (width, height) = (spec.width as usize, spec.height as usize);
    let window = Window {
        view: View::new(input.bytes(), row, width, height, spec).expect("a view"),
        columns: Span { start: 0, len: spec.width },
        rows: Span { start: 0, len: spec.height },
    };
    let mut fastest = Fastest { time: Duration::MAX, cycles: None };
    let begin = Instant::now();
    // One more than the budget allows: the first warms up.
    for run in 0.. {
        let (width, height) = (region.width as usize, region.height as usize);
        let mut out =
            ViewMut::new(output.take(result_bytes), width, height, &result).expect("a view");
        let (start, ticks) = (Instant::now(), ticks());
        filters::run(&filter, &window, region, &mut out, &mut scratch);
        let (time, ticks) = (start.elapsed(), self::ticks().zip(ticks).map(|(b, a)| b - a));
        if run > 0 && time < fastest.time {
            fastest = Fastest { time, cycles: ticks };
        }
        if run > 0 && begin.elapsed() > BUDGET {
            break;
        }
    }
    fastest
}

/// Noise; float samples stay in the range of an image, where nothing is slow by being denormal.
fn fill(bytes: &mut [u8], depth: Depth) {
    let mut state = 0x9E37_79B9_u32;
    for word in bytes.chunks_exact_mut(4) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        if depth == Depth::F32 {
            word.copy_from_slice(&(state as f32 / u32::MAX as f32).to_ne_bytes());
        } else {
            word.copy_from_slice(&state.to_ne_bytes());
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn ticks() -> Option<u64> {
    // SAFETY: every x86-64 processor has the counter, and no system that we run on forbids it.
    Some(unsafe { core::arch::x86_64::_rdtsc() })
}

#[cfg(not(target_arch = "x86_64"))]
fn ticks() -> Option<u64> {
    None
}
