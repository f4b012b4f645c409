//! A peer of gigapx in benchmarks: a process that `scripts/bench.mjs` asks to blur the same image in
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
    Blur, Cost, Plan, Stripes, Write, call_file, compare, measure, stripe_file, tune,
};
use memmap2::Mmap;
use opencv::core;
use raster::{Buffer, Depth, Spec};
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

/// What to do. Blurs are answered with their [cost](gigapx_conformance::bench::Cost).
#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "kebab-case")]
enum Request {
    /// Reads a file of bare pixels into memory and makes room for a result.
    Load { path: PathBuf, width: u64, height: u64, depth: String },
    /// Sets the blur, and for stripes finds the best height in memory.
    Blur { size: usize, sigma: f64 },
    /// Finds the best height of stripes from file to file.
    TuneFile { input: PathBuf, output: PathBuf },
    /// Copies the image with all cores.
    Memcpy,
    /// Blurs it with one call.
    Call,
    /// Blurs it in stripes.
    Stripes,
    /// Compares the last result, but for a margin, with a file, whose pixels start at an offset.
    Compare {
        path: PathBuf,
        #[serde(default)]
        offset: usize,
        #[serde(default)]
        margin: usize,
    },
    /// Blurs a file with one call.
    CallFile { input: PathBuf, output: PathBuf },
    /// Blurs a file in stripes.
    StripeFile { input: PathBuf, output: PathBuf },
}

struct Peer {
    /// Whether this process cuts stripes, with one thread of `OpenCV` in each.
    cuts: bool,
    stripes: Stripes,
    spec: Spec,
    input: Buffer,
    output: Buffer,
    blur: Blur,
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
        blur: Blur { size: 1, sigma: 1.0 },
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
fn memcpy(input: &[u8], output: &mut [u8]) -> Cost {
    let share = input.len().div_ceil(rayon::current_num_threads());
    let costs = [share, 1 << 20].map(|block| {
        measure(|| {
            let blocks = output.par_chunks_mut(block).zip(input.par_chunks(block));
            blocks.for_each(|(output, input)| output.copy_from_slice(input));
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
        let bytes = self.spec.bytes() as usize;
        let (spec, blur, plan) = (self.spec, self.blur, self.plan);
        let (input, output) =
            (&self.input.bytes()[..bytes.min(self.input.capacity())], &mut self.output);
        let cost = match request {
            Request::Load { path, width, height, depth } => {
                return self.load(&path, width, height, &depth);
            }
            Request::Blur { size, sigma } => {
                self.blur = Blur { size, sigma };
                if self.cuts {
                    return Ok(self.tune());
                }
                return Ok(json!({}));
            }
            Request::TuneFile { input, output } => {
                return Ok(self.tune_file([&input, &output]));
            }
            Request::Compare { path, offset, margin } => {
                let file = File::open(path)?;
                // SAFETY: nobody changes the result of a run that is over.
                let other = unsafe { Mmap::map(&file) }?;
                return Ok(json!(compare(
                    output.take(bytes),
                    &other[offset..][..bytes],
                    &spec,
                    margin
                )));
            }
            Request::Memcpy => memcpy(input, output.take(bytes)),
            Request::Call => {
                let output = output.take(bytes);
                measure(|| blur.run(input, output, &spec))
            }
            Request::Stripes => {
                let output = output.take(bytes);
                measure(|| self.stripes.run(blur, plan, input, output, &spec))
            }
            Request::CallFile { input, output } => {
                let memory = [self.input.take(bytes), self.output.take(bytes)];
                let mut done = Ok(());
                let cost = measure(|| done = call_file(blur, [&input, &output], memory, &spec));
                done?;
                cost
            }
            Request::StripeFile { input, output } => {
                let mut done = Ok(());
                let cost = measure(|| {
                    done = stripe_file(&self.stripes, blur, plan.rows, [&input, &output], &spec);
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
        let bytes = self.spec.bytes() as usize;
        // Anew, so that a smaller image does not keep the memory of a larger one.
        (self.input, self.output) = (Buffer::new(), Buffer::zeroed(bytes));
        File::open(path)?.read_exact_at(self.input.take(bytes), 0)?;
        Ok(json!({}))
    }

    fn tune(&mut self) -> Value {
        let (blur, spec, bytes) = (self.blur, self.spec, self.spec.bytes() as usize);
        let (input, output) = (&self.input.bytes()[..bytes], self.output.take(bytes));
        let plan =
            tune(spec.height as usize, &[Write::Copy, Write::Patch], blur.radius(), |plan| {
                self.stripes.run(blur, plan, input, output, &spec);
            });
        self.chosen(plan)
    }

    fn tune_file(&mut self, paths: [&Path; 2]) -> Value {
        let (blur, spec) = (self.blur, self.spec);
        let plan = tune(spec.height as usize, &[Write::Copy], blur.radius(), |plan| {
            stripe_file(&self.stripes, blur, plan.rows, paths, &spec).expect("files");
        });
        self.chosen(plan)
    }

    fn chosen(&mut self, plan: Plan) -> Value {
        self.plan = plan;
        json!({ "rows": plan.rows, "write": if plan.write == Write::Copy { "copy" } else { "patch" } })
    }
}
