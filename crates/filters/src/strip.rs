//! Runs an operator over a region: strip by strip, two rows at a time.
//!
//! An [`Operator`] knows how its result is made but not where it goes. The driver cuts a region into
//! strips narrow enough that what flows between the passes of an operator stays in cache, and has
//! each strip made from top to bottom.

use raster::{Border, Region, Sample, Spec, ViewMut};

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
    fn next(&mut self, out: [&mut [D]; 2]);

    /// Ends the strip.
    fn close(self: Box<Self>, scratch: &mut Scratch);
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

    fn run_strip(
        &self,
        window: &Window<'_>,
        strip: Region,
        out: &mut ViewMut<'_>,
        scratch: &mut Scratch,
    ) {
        let samples = (strip.width * u64::from(self.output.channels)) as usize;
        let mut buffers = [scratch.borrow(), scratch.borrow()];
        let [first, second] = buffers.each_mut().map(|buffer| buffer.take_samples::<D>(samples));
        let mut stream = self.operator.open(window, strip, scratch);
        for y in (0..strip.height as usize).step_by(2) {
            let is_pair = y + 1 < out.height();
            if is_pair && !out.is_streamed() {
                stream.next(out.rows([y, y + 1]));
                continue;
            }
            stream.next([&mut *first, &mut *second]);
            out.write_row(y, first);
            if is_pair {
                out.write_row(y + 1, second);
            }
        }
        stream.close(scratch);
        buffers.into_iter().rev().for_each(|buffer| scratch.give(buffer));
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
        // Strips of about the same width: a narrow last one would cost as much as a wide one.
        let most = self.operator.strip_width() as u64;
        let count = region.width.div_ceil(most);
        let width = region.width.div_ceil(count).next_multiple_of(64);
        for left in (0..region.width).step_by(width as usize) {
            let part = Region::new(left, 0, width.min(region.width - left), region.height);
            let strip = part.translate(region.left, region.top);
            self.run_strip(window, strip, &mut out.sub(&part), scratch);
        }
    }

    fn scratch_bytes(&self, width: u64) -> u64 {
        let width = width.min(self.operator.strip_width() as u64 + 63);
        let rows = 2 * width * self.output.pixel_bytes();
        rows + self.operator.scratch_bytes(width as usize)
    }
}
