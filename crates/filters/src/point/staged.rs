//! Operations whose inputs or result need a step before or after: a cast to the depth in which they are
//! computed, one channel that stands for all, constants in the place of an image.
//!
//! The steps run in turn over so few pixels that what lies between them stays in the nearest cache. So one
//! kernel a depth serves all pairs of depths and all kinds of operands.

use std::cell::Cell;
use std::sync::Arc;

use bytemuck::{Pod, cast_slice};
use kernels::Isa;
use kernels::point::{self, Constants};
use raster::{Buffer, Depth, Spec};

use super::row::{Bound, rounded};
use super::{Point, linear};
use crate::depths::with_depth;

/// Bytes of the rows between steps, if a pixel is not larger.
const BLOCK: usize = 2048;

/// Bytes of a block of constants at least.
const CONSTANTS: usize = 4096;

/// The most inputs of an operation with steps.
const INPUTS: usize = 3;

/// The most steps of an input.
const STEPS: usize = 2;

/// What an operation is given as one of its inputs.
pub(super) enum Feed {
    /// One of the inputs, after some steps.
    Image { index: usize, steps: Vec<Arc<dyn Point>> },
    /// Constants, repeated to a block of pixels.
    Constant { block: Buffer, pixels: usize, pixel_bytes: usize },
}

impl Feed {
    /// Input `index` in the depth and channels of `spec`.
    pub(super) fn image(index: usize, input: &Spec, spec: &Spec, isa: Isa) -> Self {
        let mut steps = Vec::new();
        if input.depth != spec.depth {
            steps.push(linear::cast(input, spec.depth, isa));
        }
        if input.channels != spec.channels {
            steps.push(spread(spec, isa));
        }
        Self::Image { index, steps }
    }

    /// The input `index` after steps of the caller's.
    pub(super) const fn steps(index: usize, steps: Vec<Arc<dyn Point>>) -> Self {
        Self::Image { index, steps }
    }

    /// Numbers as pixels of that depth and those channels.
    pub(super) fn constant(numbers: &[f64], spec: &Spec) -> Self {
        with_depth!(spec.depth, T => {
            let samples = rounded(numbers, <T as raster::Sample>::from_f64);
            repeated(&samples, spec.channels as usize)
        })
    }

    const fn steps_len(&self) -> usize {
        match self {
            Self::Image { steps, .. } => steps.len(),
            Self::Constant { .. } => 0,
        }
    }

    const fn is_plain(&self, place: usize) -> bool {
        matches!(self, Self::Image { index, steps } if *index == place && steps.is_empty())
    }
}

fn repeated<T: Pod>(samples: &[T], channels: usize) -> Feed {
    let constants = Constants::new([samples], channels);
    let bytes: &[u8] = cast_slice(&constants.blocks()[0]);
    let times = CONSTANTS.div_ceil(bytes.len());
    let mut block = Buffer::zeroed(times * bytes.len());
    for part in block.take(times * bytes.len()).chunks_exact_mut(bytes.len()) {
        part.copy_from_slice(bytes);
    }
    let pixels = times * constants.samples() / channels;
    Feed::Constant { block, pixels, pixel_bytes: channels * size_of::<T>() }
}

/// One channel repeated for all channels of `spec`.
pub(super) fn spread(spec: &Spec, isa: Isa) -> Arc<dyn Point> {
    let channels = spec.channels as usize;
    let bound = Bound { name: "spread", output: *spec, isa };
    match spec.depth.bytes() {
        1 => bound.samples::<u8, u8, _>(move |a, out, isa| point::spread(a, channels, out, isa)),
        2 => bound.samples::<u16, u16, _>(move |a, out, isa| point::spread(a, channels, out, isa)),
        _ => bound.samples::<u32, u32, _>(move |a, out, isa| point::spread(a, channels, out, isa)),
    }
}

/// An operation with what it is given, its result in another depth if that is asked for.
pub(super) fn staged(
    feeds: Vec<Feed>,
    inner: Arc<dyn Point>,
    depth: Depth,
    isa: Isa,
) -> Arc<dyn Point> {
    let result = *inner.output();
    let after = (result.depth != depth).then(|| linear::cast(&result, depth, isa));
    if after.is_none() && feeds.iter().enumerate().all(|(place, feed)| feed.is_plain(place)) {
        return inner;
    }
    assert!(feeds.len() <= INPUTS && feeds.iter().all(|feed| feed.steps_len() <= STEPS));
    let pixels = block_pixels(&feeds, after.as_ref(), &result);
    let slot = (pixels * widest(&feeds, after.as_ref(), &result)).next_multiple_of(64);
    Arc::new(Staged { output: Spec { depth, ..result }, feeds, inner, after, pixels, slot })
}

/// Bytes of the widest pixel between steps; 0 if there is none.
fn widest(feeds: &[Feed], after: Option<&Arc<dyn Point>>, result: &Spec) -> usize {
    let steps = feeds.iter().flat_map(|feed| match feed {
        Feed::Image { steps, .. } => &steps[..],
        Feed::Constant { .. } => &[],
    });
    let between = steps.map(|step| step.output().pixel_bytes());
    between.chain(after.iter().map(|_| result.pixel_bytes())).max().unwrap_or(0) as usize
}

/// Pixels that all steps take at once.
fn block_pixels(feeds: &[Feed], after: Option<&Arc<dyn Point>>, result: &Spec) -> usize {
    let constants = feeds.iter().filter_map(|feed| match feed {
        Feed::Image { .. } => None,
        Feed::Constant { pixels, .. } => Some(*pixels),
    });
    let between = BLOCK.checked_div(widest(feeds, after, result)).map(|pixels| pixels.max(1));
    constants.chain(between).min().expect("a step or a constant")
}

struct Staged {
    output: Spec,
    feeds: Vec<Feed>,
    inner: Arc<dyn Point>,
    after: Option<Arc<dyn Point>>,
    /// Pixels of a block.
    pixels: usize,
    /// Bytes of a row between steps.
    slot: usize,
}

thread_local! {
    /// Rows between steps: a few KiB for each thread that runs operations.
    static SCRATCH: Cell<Buffer> = const { Cell::new(Buffer::new()) };
}

impl Point for Staged {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn output(&self) -> &Spec {
        &self.output
    }

    fn run(&self, inputs: &[&[u8]], out: &mut [u8]) {
        let mut buffer = SCRATCH.take();
        // A row for each step of each input, and one for the result.
        let scratch = buffer.take((STEPS * self.feeds.len() + 1) * self.slot);
        let width = self.output.pixel_bytes() as usize;
        let total = out.len() / width;
        for (block, out) in out.chunks_mut(self.pixels * width).enumerate() {
            let start = block * self.pixels;
            let pieces = Pieces { inputs, total, start, count: out.len() / width };
            self.block(&pieces, scratch, out);
        }
        SCRATCH.set(buffer);
    }
}

impl Staged {
    fn block(&self, pieces: &Pieces<'_>, scratch: &mut [u8], out: &mut [u8]) {
        let (result, mut scratch) = scratch.split_at_mut(self.slot);
        let mut rows: [&[u8]; INPUTS] = [&[]; INPUTS];
        for (row, feed) in rows.iter_mut().zip(&self.feeds) {
            let (slots, rest) = scratch.split_at_mut(STEPS * self.slot);
            scratch = rest;
            *row = self.feed(feed, pieces, slots);
        }
        let rows = &rows[..self.feeds.len()];
        let Some(after) = &self.after else {
            return self.inner.run(rows, out);
        };
        let result = &mut result[..pieces.count * self.inner.output().pixel_bytes() as usize];
        self.inner.run(rows, result);
        after.run(&[result], out);
    }

    fn feed<'a>(&self, feed: &'a Feed, pieces: &Pieces<'a>, slots: &'a mut [u8]) -> &'a [u8] {
        let (index, steps) = match feed {
            Feed::Constant { block, pixel_bytes, .. } => {
                return &block.bytes()[..pieces.count * pixel_bytes];
            }
            Feed::Image { index, steps } => (*index, steps),
        };
        let (mut free, mut next) = slots.split_at_mut(self.slot);
        let mut row = pieces.input(index);
        for step in steps {
            let out = &mut std::mem::take(&mut free)
                [..pieces.count * step.output().pixel_bytes() as usize];
            step.run(&[row], out);
            row = out;
            free = std::mem::take(&mut next);
        }
        row
    }
}

/// A block of pixels of all inputs.
struct Pieces<'a> {
    inputs: &'a [&'a [u8]],
    /// Pixels of the inputs.
    total: usize,
    start: usize,
    count: usize,
}

impl<'a> Pieces<'a> {
    fn input(&self, index: usize) -> &'a [u8] {
        let pixel = self.inputs[index].len() / self.total;
        &self.inputs[index][self.start * pixel..][..self.count * pixel]
    }
}
