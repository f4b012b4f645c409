//! Runs an operator over a region: strip by strip, two rows at a time.
//!
//! An [`Operator`] knows how its result is made but not where it goes. The driver cuts a region into
//! strips narrow enough that what flows between the passes of an operator stays in cache, and has
//! each strip made from top to bottom.

use std::ops::Range;

use raster::{Border, Region, Sample, Spec, ViewMut, stream_copy};

use crate::{Demand, Filter, Scratch, Window};

/// What makes a result of samples `D` from windows of an input.
pub(crate) trait Operator<D>: Send + Sync {
    /// How far it looks.
    fn reach(&self) -> Reach;

    /// Pixels that a strip should have at most.
    fn strip_width(&self) -> usize;

    /// The most bytes that a stream borrows for a strip of that many pixels.
    fn scratch_bytes(&self, width: usize) -> u64;

    /// Begins a strip: a region of the result whose demand the window holds.
    fn open<'a>(
        &'a self,
        window: &'a Window<'a>,
        strip: Region,
        scratch: &mut Scratch,
    ) -> Box<dyn Stream<D> + 'a>;
}

/// A strip on its way.
pub(crate) trait Stream<D> {
    /// Makes the next two rows. Below the last row of the strip it may make anything.
    fn next(&mut self, out: &mut RowPair<'_, D>);

    /// Ends the strip.
    fn close(self: Box<Self>, scratch: &mut Scratch);
}

/// Bytes of a row that are made at once: so many that calls cost little beside the work, and so few
/// that fetching and writing goes on beside it all the time. Bursts longer than what a core can have
/// under way (some 2 KiB) stall it.
const PIECE_BYTES: usize = 1024;

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
    pub(crate) operator: Box<dyn Operator<D>>,
}

impl<D: Sample> StripFilter<D> {
    /// A filter that keeps the input's shape but for the depth.
    pub(crate) fn boxed(
        name: &'static str,
        input: &Spec,
        border: Border,
        operator: Box<dyn Operator<D>>,
    ) -> Box<dyn Filter> {
        let output = Spec { depth: D::DEPTH, ..*input };
        Box::new(Self { name, input: *input, output, border, operator })
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

    fn run_strip(
        &self,
        window: &Window<'_>,
        strip: Region,
        out: &mut ViewMut<'_>,
        scratch: &mut Scratch,
    ) {
        let samples = (strip.width * u64::from(self.output.channels)) as usize;
        let (mut spare, mut stage) = (scratch.borrow(), scratch.borrow());
        let mut stream = self.operator.open(window, strip, scratch);
        for y in (0..strip.height as usize).step_by(2) {
            let streamed = out.is_streamed();
            let rows = if y + 1 < out.height() {
                out.rows([y, y + 1])
            } else {
                [out.row(y), spare.take_samples::<D>(samples)]
            };
            stream.next(&mut if streamed {
                RowPair::streamed(rows, stage.take_samples(2 * samples))
            } else {
                RowPair::new(rows)
            });
        }
        stream.close(scratch);
        scratch.give(stage);
        scratch.give(spare);
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

    fn run(
        &self,
        window: &Window<'_>,
        region: &Region,
        out: &mut ViewMut<'_>,
        scratch: &mut Scratch,
    ) {
        for (left, width) in self.strips(region) {
            let part = Region::new(left, 0, width, region.height);
            let strip = part.translate(region.left, region.top);
            self.run_strip(window, strip, &mut out.sub(&part), scratch);
        }
    }

    fn scratch_bytes(&self, width: u64) -> u64 {
        let reach = self.operator.reach();
        let edge = reach.before[0].max(reach.after[0]).next_multiple_of(64).max(MIN_EDGE);
        let width = width.min((self.operator.strip_width() as u64 + 63).max(edge));
        // A spare row, and two on their way past the caches.
        3 * width * self.output.pixel_bytes() + self.operator.scratch_bytes(width as usize)
    }
}
