//! A peer of gigapx in benchmarks: a process that `scripts/bench.mjs` asks to filter the same image in
//! another way. Requests are lines of JSON on standard input, answers lines of JSON on standard output.
//!
//! It lives long, so that its memory is warm, and a process of its own for each way, since the number
//! of `OpenCV`'s threads belongs to the process.

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, Write as _, stdin, stdout};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use gigapx_conformance::bench::{
    Cost, Operation, Plan, Stripes, Write, call_file, compare, measure, stripe_file, tune,
};
use memmap2::Mmap;
use opencv::core;
use raster::{Buffer, Depth, Spec};
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

/// What to do. Runs are answered with their [cost](gigapx_conformance::bench::Cost).
#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "kebab-case")]
enum Request {
    /// Reads a file of bare pixels into memory.
    Load { path: PathBuf, width: u64, height: u64, depth: String },
    /// Sets the filter, makes room for its result, and for stripes finds the best height in memory.
    Set { filter: Operation },
    /// Finds the best height of stripes from file to file.
    TuneFile { input: PathBuf, output: PathBuf },
    /// Copies as many bytes as the filter reads and writes, with all cores.
    Memcpy,
    /// Filters the image with one call, or with one for each step.
    Call,
    /// Filters it in stripes.
    Stripes,
    /// Compares the last result, but for a margin, with a file, whose pixels start at an offset.
    Compare {
        path: PathBuf,
        #[serde(default)]
        offset: usize,
        #[serde(default)]
        margin: usize,
    },
    /// Filters a file with one call.
    CallFile { input: PathBuf, output: PathBuf },
    /// Filters a file in stripes.
    StripeFile { input: PathBuf, output: PathBuf },
}

struct Peer {
    /// Whether this process cuts stripes, with one thread of `OpenCV` in each.
    cuts: bool,
    stripes: Stripes,
    spec: Spec,
    input: Buffer,
    output: Buffer,
    work: Operation,
    plan: Plan,
}

fn main() -> Result<(), Box<dyn Error>> {
    let cuts = match std::env::args().nth(1).as_deref() {
        Some("call") => false,
        Some("stripes") => true,
        _ => return Err("usage: peer call | peer stripes".into()),
    };
    // Before any task starts; negative is OpenCV's default.
    core::set_num_threads(if cuts { 1 } else { -1 })?;
    let mut peer = Peer {
        cuts,
        stripes: Stripes::default(),
        spec: Spec::new(1, 1, 1, Depth::U8)?,
        input: Buffer::new(),
        output: Buffer::new(),
        work: Operation::Box { size: 1 },
        plan: Plan { rows: 256, write: Write::Copy },
    };
    let hello = json!({
        "opencv": core::get_version_string()?,
        "threads": if cuts { rayon::current_num_threads() as i32 } else { core::get_num_threads()? },
    });
    answer(&hello)?;
    for line in stdin().lock().lines() {
        answer(&peer.serve(serde_json::from_str(&line?)?)?)?;
    }
    Ok(())
}

/// Copies with all cores: in one piece for each, or in blocks that balance better, whichever is faster.
///
/// A copy reads as much as it writes. Where the result is larger than the image, the rest of what would
/// be read is copied inside the result, so that as many bytes move as the filter moves.
fn memcpy(input: &[u8], output: &mut [u8]) -> Cost {
    let (first, rest) = output.split_at_mut(input.len());
    let (from, to) = rest.split_at_mut(rest.len() / 2);
    let share = |len: usize| len.div_ceil(rayon::current_num_threads()).max(1);
    let costs = [share(input.len()), 1 << 20].map(|block| {
        measure(|| {
            let blocks = first.par_chunks_mut(block).zip(input.par_chunks(block));
            let block = block.min(share(from.len()));
            blocks
                .chain(to.par_chunks_mut(block).zip(from.par_chunks(block)))
                .for_each(|(output, input)| output[..input.len()].copy_from_slice(input));
        })
    });
    costs.into_iter().min_by(|a, b| a.wall.total_cmp(&b.wall)).expect("two")
}

fn answer(value: &Value) -> std::io::Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "{value}")?;
    out.flush()
}

impl Peer {
    fn serve(&mut self, request: Request) -> Result<Value, Box<dyn Error>> {
        let (spec, work, plan) = (self.spec, self.work, self.plan);
        let (bytes, result) = (spec.bytes() as usize, work.output(&spec));
        let input = &self.input.bytes()[..bytes.min(self.input.capacity())];
        let output = self.output.take(result.bytes() as usize);
        let cost = match request {
            Request::Load { path, width, height, depth } => {
                return self.load(&path, width, height, &depth);
            }
            Request::Set { filter } => {
                return Ok(self.set(filter));
            }
            Request::TuneFile { input, output } => {
                return Ok(self.tune_file([&input, &output]));
            }
            Request::Compare { path, offset, margin } => {
                let file = File::open(path)?;
                // SAFETY: nobody changes the result of a run that is over.
                let other = unsafe { Mmap::map(&file) }?;
                let other = &other[offset..][..output.len()];
                return Ok(json!(compare(output, other, &result, margin)));
            }
            Request::Memcpy => memcpy(input, output),
            Request::Call => measure(|| work.run(input, output, &spec)),
            Request::Stripes => measure(|| self.stripes.run(work, plan, input, output, &spec)),
            Request::CallFile { input: from, output: to } => {
                let memory = [self.input.take(bytes), output];
                let mut done = Ok(());
                let cost = measure(|| done = call_file(work, [&from, &to], memory, &spec));
                done?;
                cost
            }
            Request::StripeFile { input, output } => {
                let mut done = Ok(());
                let cost = measure(|| {
                    done = stripe_file(&self.stripes, work, plan.rows, [&input, &output], &spec);
                });
                done?;
                cost
            }
        };
        Ok(json!(cost))
    }

    fn load(
        &mut self,
        path: &Path,
        width: u64,
        height: u64,
        depth: &str,
    ) -> Result<Value, Box<dyn Error>> {
        let depth = Depth::parse(depth).ok_or("no such depth")?;
        self.spec = Spec::new(width, height, 1, depth)?;
        // Anew, so that a smaller image does not keep the memory of a larger one.
        (self.input, self.output) = (Buffer::new(), Buffer::new());
        let pixels = self.input.take(self.spec.bytes() as usize);
        File::open(path)?.read_exact_at(pixels, 0)?;
        Ok(json!({}))
    }

    fn set(&mut self, filter: Operation) -> Value {
        self.work = filter;
        let spec = self.spec;
        self.output = Buffer::zeroed(filter.output(&spec).bytes() as usize);
        if !self.cuts {
            return json!({});
        }
        let input = &self.input.bytes()[..spec.bytes() as usize];
        let output = self.output.take(filter.output(&spec).bytes() as usize);
        let writes = [Write::Copy, Write::Patch];
        let plan = tune(spec.height as usize, &writes, filter.radius(), |plan| {
            self.stripes.run(filter, plan, input, output, &spec);
        });
        self.chosen(plan)
    }

    fn tune_file(&mut self, paths: [&Path; 2]) -> Value {
        let (work, spec) = (self.work, self.spec);
        let plan = tune(spec.height as usize, &[Write::Copy], work.radius(), |plan| {
            stripe_file(&self.stripes, work, plan.rows, paths, &spec).expect("files");
        });
        self.chosen(plan)
    }

    fn chosen(&mut self, plan: Plan) -> Value {
        self.plan = plan;
        json!({ "rows": plan.rows, "write": if plan.write == Write::Copy { "copy" } else { "patch" } })
    }
}
