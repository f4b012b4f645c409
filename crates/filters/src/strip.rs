//! Runs an operator over a region: strip by strip, two rows at a time.
//!
//! An [`Operator`] knows how its result is made but not where it goes. The driver cuts a region into
//! strips narrow enough that what flows between the passes of an operator stays in cache, and has
//! each strip made from top to bottom, in as many parts as it is asked for.

use std::ops::Range;
use std::sync::Arc;

use raster::{Border, Buffer, Region, Sample, Spec, ViewMut, stream_copy};

use crate::scratch::held;
use crate::{Demand, Filter, Pass, Scratch, Window};

/// What makes a result of samples `D` from windows of an input.
pub(crate) trait Operator<D>: Send + Sync {
    /// How far it looks.
    fn reach(&self) -> Reach;

    /// Pixels that a strip should have at most.
    fn strip_width(&self) -> usize;

    /// The most bytes that a stream borrows for a strip of that many pixels.
    fn scratch_bytes(&self, width: usize) -> u64;

    /// Begins a strip: a region of the result. The window holds what its first two rows demand.
    fn open(
        self: Arc<Self>,
        window: &Window<'_>,
        strip: Region,
        scratch: &mut Scratch,
    ) -> Box<dyn Stream<D>>;
}

/// A strip on its way.
pub(crate) trait Stream<D>: Send {
    /// Makes the next two rows. Below the last row of the strip it may make anything. The window holds
    /// what the rows demand, and the row before and behind them.
    fn next(&mut self, window: &Window<'_>, out: &mut RowPair<'_, D>);

    /// Bytes held.
    fn bytes(&self) -> u64;

    /// Ends the strip.
    fn close(self: Box<Self>, scratch: &mut Scratch);
}

/// Bytes of a row that are made at once: so many that calls cost little beside the work, and so few
/// that fetching and writing goes on beside it all the time. Bursts longer than what a core can have
/// under way (some 2 KiB) stall it.
pub(crate) const PIECE_BYTES: usize = 1024;

/// Where two rows go.
pub(crate) struct RowPair<'a, D> {
    rows: [&'a mut [D]; 2],
    /// Where they are made first, if they are to be written past the caches.
    stage: Option<Stage<'a, D>>,
}

/// Two rows in cache, on their way past it.
struct Stage<'a, D> {
    rows: [&'a mut [D]; 2],
    /// Samples that have been written.
    written: [usize; 2],
}

impl<'a, D: Sample> RowPair<'a, D> {
    /// Rows that are filled in place.
    pub(crate) const fn new(rows: [&'a mut [D]; 2]) -> Self {
        Self { rows, stage: None }
    }

    /// Rows that are made in `stage`, of twice their length, and from there written past the caches.
    fn streamed(rows: [&'a mut [D]; 2], stage: &'a mut [D]) -> Self {
        let (first, second) = stage.split_at_mut(rows[0].len());
        Self { rows, stage: Some(Stage { rows: [first, second], written: [0; 2] }) }
    }

    /// Samples of a row.
    pub(crate) const fn len(&self) -> usize {
        self.rows[0].len()
    }

    /// Fills a piece of both rows. Pieces come in order.
    pub(crate) fn write(&mut self, range: Range<usize>, fill: impl FnOnce([&mut [D]; 2])) {
        let Some(stage) = &mut self.stage else {
            return fill(self.rows.each_mut().map(|row| &mut row[range.clone()]));
        };
        fill(stage.rows.each_mut().map(|row| &mut row[range.clone()]));
        for (i, row) in self.rows.iter_mut().enumerate() {
            let written = &mut stage.written[i];
            // Whole lines of the cache: a part of one would be fetched before it is written.
            let end = if range.end == row.len() { range.end } else { whole_lines(row, range.end) };
            if end > *written {
                stream_copy(&mut row[*written..end], &stage.rows[i][*written..end]);
                *written = end;
            }
        }
    }
}

/// The first samples of a row, up to `end`, that end with a line of the cache.
fn whole_lines<D>(row: &[D], end: usize) -> usize {
    let address = row.as_ptr().wrapping_add(end) as usize;
    end.saturating_sub(address % 64 / size_of::<D>())
}

/// The pieces of a row of so many samples, of so many bytes each.
pub(crate) fn pieces(samples: usize, bytes: usize) -> impl Iterator<Item = Range<usize>> {
    let piece = PIECE_BYTES / bytes;
    (0..samples).step_by(piece).map(move |at| at..samples.min(at + piece))
}

/// How many pixels an operator looks back and ahead, along rows and down columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reach {
    pub(crate) before: [u64; 2],
    pub(crate) after: [u64; 2],
}

impl Reach {
    /// That of a window of so many columns and rows, anchored in the middle: at `len / 2`.
    pub(crate) const fn window(width: u64, height: u64) -> Self {
        Self {
            before: [width / 2, height / 2],
            after: [(width - 1) - width / 2, (height - 1) - height / 2],
        }
    }

    /// The columns and the rows of an input, first and one past the last, that a strip depends on;
    /// they may lie outside the image.
    pub(crate) fn extent(&self, strip: &Region) -> [[i64; 2]; 2] {
        let axis = |i: usize, start: u64, end: u64| {
            [start as i64 - self.before[i] as i64, (end + self.after[i]) as i64]
        };
        [axis(0, strip.left, strip.right()), axis(1, strip.top, strip.bottom())]
    }

    /// What covers both.
    pub(crate) fn union(self, other: Self) -> Self {
        let most = |a: [u64; 2], b: [u64; 2]| [a[0].max(b[0]), a[1].max(b[1])];
        Self { before: most(self.before, other.before), after: most(self.after, other.after) }
    }

    /// The part of an input that a region of the result depends on.
    pub(crate) fn demand(&self, region: &Region, input: &Spec, border: Border) -> Demand {
        let axis =
            |i: usize, start, len, n| border.demand(start, len, self.before[i], self.after[i], n);
        Demand {
            columns: axis(0, region.left, region.width, input.width),
            rows: axis(1, region.top, region.height, input.height),
        }
    }
}

/// Columns that a strip at an edge of the image has at least.
const MIN_EDGE: u64 = 128;

/// An operator as a filter.
pub(crate) struct StripFilter<D> {
    pub(crate) name: &'static str,
    pub(crate) input: Spec,
    pub(crate) output: Spec,
    pub(crate) border: Border,
    pub(crate) operator: Arc<dyn Operator<D>>,
}

impl<D: Sample> StripFilter<D> {
    /// A filter that keeps the input's shape but for the depth.
    pub(crate) fn bound(
        name: &'static str,
        input: &Spec,
        border: Border,
        operator: Arc<dyn Operator<D>>,
    ) -> Arc<dyn Filter> {
        let output = Spec { depth: D::DEPTH, ..*input };
        Arc::new(Self { name, input: *input, output, border, operator })
    }

    /// The strips of a region: first column within it, and width.
    ///
    /// Rows that reach over the image's edge are copied to continue them, so the edges get narrow
    /// strips of their own. The rest is divided evenly: a narrow strip costs as much as a wide one.
    fn strips(&self, region: &Region) -> Vec<(u64, u64)> {
        let reach = self.operator.reach();
        let edge = |side: u64| side.next_multiple_of(64).max(MIN_EDGE);
        let (left, right) = (edge(reach.before[0]), edge(reach.after[0]));
        let is_wide = region.width > 4 * (left + right);
        let over_left = region.left < reach.before[0] && is_wide;
        let over_right = region.right() + reach.after[0] > self.input.width && is_wide;
        let start = if over_left { left } else { 0 };
        let end = region.width - if over_right { right } else { 0 };
        let count = (end - start).div_ceil(self.operator.strip_width() as u64);
        let width = (end - start).div_ceil(count).next_multiple_of(64);
        let inner = (start..end).step_by(width as usize).map(|at| (at, width.min(end - at)));
        let first = over_left.then_some((0, start));
        let last = over_right.then_some((end, region.width - end));
        first.into_iter().chain(inner).chain(last).collect()
    }
}

impl<D: Sample> Filter for StripFilter<D> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn output(&self) -> &Spec {
        &self.output
    }

    fn demand(&self, region: &Region) -> Demand {
        self.operator.reach().demand(region, &self.input, self.border)
    }

    fn open(self: Arc<Self>, region: &Region) -> Box<dyn Pass> {
        let strips = self.strips(region).into_iter().map(|(left, width)| {
            let strip = Region::new(left, 0, width, region.height);
            Strip { part: strip, stream: None }
        });
        Box::new(StripPass { strips: strips.collect(), filter: self, region: *region, rows: None })
    }

    fn slack(&self) -> [u64; 2] {
        // A running sum looks back at the row that leaves it, and rows come in pairs.
        [1, 1]
    }

    fn scratch_bytes(&self, width: u64) -> u64 {
        // Strips differ in width where they meet an edge; none is wider, nor holds more.
        let strips = self.strips(&Region::new(0, 0, width, 1));
        let widest = strips.iter().map(|&(_, width)| width).max().unwrap_or(0) as usize;
        let held: u64 =
            strips.iter().map(|&(_, width)| self.operator.scratch_bytes(width as usize)).sum();
        // A spare row, and two on their way past the caches.
        held + 3 * widest as u64 * self.output.pixel_bytes()
    }
}

/// A [`StripFilter`] on its way down a region.
struct StripPass<D> {
    filter: Arc<StripFilter<D>>,
    region: Region,
    strips: Vec<Strip<D>>,
    /// A spare row, and rows on their way past the caches.
    rows: Option<[Buffer; 2]>,
}

struct Strip<D> {
    /// Where it lies in the region.
    part: Region,
    /// Opened when the first rows are asked for.
    stream: Option<Box<dyn Stream<D>>>,
}

impl<D: Sample> Pass for StripPass<D> {
    fn next(
        &mut self,
        window: &Window<'_>,
        rows: &Region,
        out: &mut ViewMut<'_>,
        scratch: &mut Scratch,
    ) {
        let Self { filter, region, strips, rows: spare } = self;
        let [spare, stage] = spare.get_or_insert_with(|| [scratch.borrow(), scratch.borrow()]);
        for Strip { part, stream } in strips {
            let stream = stream.get_or_insert_with(|| {
                let strip = part.translate(region.left, region.top);
                Arc::clone(&filter.operator).open(window, strip, scratch)
            });
            let mut out = out.sub(&Region { height: rows.height, ..*part });
            fill(&mut **stream, window, &mut out, [spare, stage]);
        }
    }

    fn bytes(&self) -> u64 {
        let streams = self.strips.iter().filter_map(|strip| strip.stream.as_ref());
        held(self.rows.iter().flatten()) + streams.map(|stream| stream.bytes()).sum::<u64>()
    }

    fn close(self: Box<Self>, scratch: &mut Scratch) {
        for stream in self.strips.into_iter().rev().filter_map(|strip| strip.stream) {
            stream.close(scratch);
        }
        self.rows.into_iter().flatten().rev().for_each(|rows| scratch.give(rows));
    }
}

/// Has a stream make all rows of `out`.
fn fill<D: Sample>(
    stream: &mut dyn Stream<D>,
    window: &Window<'_>,
    out: &mut ViewMut<'_>,
    [spare, stage]: [&mut Buffer; 2],
) {
    let samples = out.width() * out.channels();
    let streamed = out.is_streamed();
    for y in (0..out.height()).step_by(2) {
        let rows = if y + 1 < out.height() {
            out.rows([y, y + 1])
        } else {
            [out.row(y), spare.take_samples::<D>(samples)]
        };
        let mut pair = if streamed {
            RowPair::streamed(rows, stage.take_samples(2 * samples))
        } else {
            RowPair::new(rows)
        };
        stream.next(window, &mut pair);
    }
}
