//! What is made of each row of the source: lines of extrema of runs, of a few lengths.
//!
//! A run that is up to twice as long as what a line holds is two of its places, so a line for each
//! doubling of the lengths would do, and shapes have far fewer. Each is made of the one before, in steps
//! that lengthen runs fourfold.

use std::ops::Range;

use kernels::extrema::{self, Extremum, MAX_TERMS};
use kernels::{Isa, Ranked};
use raster::Depth;

/// Where a step reads or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// The row of the source.
    Source,
    /// A line that only the row pass needs.
    Spare(usize),
    /// A line that is kept.
    Kept(usize),
}

/// One step along a row.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    from: Place,
    to: Place,
    /// In samples.
    offsets: Vec<usize>,
    /// Samples beyond those of a row that it is needed for.
    beyond: usize,
}

impl Step {
    /// Samples that it looks ahead.
    fn reach(&self) -> usize {
        self.offsets.last().copied().unwrap_or(0)
    }
}

/// How a row becomes lines.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    /// The lengths of runs whose extrema are kept, ascending.
    pub(super) lengths: Vec<usize>,
    steps: Vec<Step>,
    spares: usize,
    /// Samples beyond those of a row that the source of a row needs.
    overhang: usize,
}

/// The memory of the lines: those kept of several rows, those of the two rows in work, and two more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Memory {
    /// Samples from one line to the next.
    pub(super) stride: usize,
    /// Rows whose lines are kept.
    pub(super) rows: usize,
    kept: usize,
    spares: usize,
}

impl Memory {
    /// Samples in all.
    pub(super) const fn len(&self) -> usize {
        (self.rows * self.kept + 2 * self.spares + 2) * self.stride
    }

    /// Where a kept line of a row starts, rows counted from any one on.
    pub(super) const fn kept(&self, row: usize, line: usize) -> usize {
        (row % self.rows * self.kept + line) * self.stride
    }

    /// Where a spare line starts, of one of the two rows in work.
    const fn spare(&self, row: usize, line: usize) -> usize {
        (self.rows * self.kept + row % 2 * self.spares + line) * self.stride
    }

    /// Where the last two lines start.
    pub(super) const fn last(&self) -> [usize; 2] {
        [self.len() - 2 * self.stride, self.len() - self.stride]
    }
}

impl Lines {
    /// Lines from which runs of all these lengths can be had, in a window of so many columns.
    pub(super) fn new<S: Ranked>(mut lengths: Vec<usize>, width: usize, channels: usize) -> Self {
        lengths.sort_unstable();
        let mut kept: Vec<usize> = Vec::new();
        for len in lengths {
            if kept.last().is_none_or(|kept| 2 * kept < len) {
                kept.push(len);
            }
        }
        let mut lines =
            Self { lengths: kept, steps: Vec::new(), spares: 0, overhang: (width - 1) * channels };
        lines.plan(is_converted::<S>(), channels);
        lines
    }

    fn plan(&mut self, converted: bool, channels: usize) {
        let (mut from, mut len) = (Place::Source, 1);
        if self.lengths[0] == 1 || converted {
            let to = if self.lengths[0] == 1 { Place::Kept(0) } else { self.spare() };
            self.steps.push(Step { from, to, offsets: vec![0], beyond: self.overhang });
            from = to;
        }
        for line in 0..self.lengths.len() {
            let target = self.lengths[line];
            while len < target {
                let terms = target.div_ceil(len);
                let is_last = terms <= MAX_TERMS;
                let (to, next) =
                    if is_last { (Place::Kept(line), target) } else { (self.spare(), 4 * len) };
                let terms = if is_last { terms } else { 4 };
                let offsets = (0..terms).map(|term| (term * len).min(next - len) * channels);
                let beyond = self.overhang - (next - 1) * channels;
                self.steps.push(Step { from, to, offsets: offsets.collect(), beyond });
                (from, len) = (to, next);
            }
        }
    }

    const fn spare(&mut self) -> Place {
        self.spares += 1;
        Place::Spare(self.spares - 1)
    }

    /// The line that holds runs of a length, or of more than half of it.
    pub(super) fn line(&self, len: usize) -> usize {
        self.lengths.partition_point(|&kept| kept <= len) - 1
    }

    /// Samples of a source row that `n` samples need.
    pub(super) const fn columns(&self, n: usize) -> usize {
        n + self.overhang
    }

    /// The memory for strips of `n` samples and windows over so many rows and one more. Lines are an odd
    /// number of the cache's lines apart, or those of a column would compete for a few places in it.
    pub(super) const fn memory<S>(&self, n: usize, rows: usize) -> Memory {
        let lines = (self.columns(n) * size_of::<S>()).div_ceil(64) | 1;
        let (kept, spares) = (self.lengths.len(), self.spares);
        Memory { stride: lines * 64 / size_of::<S>(), rows: rows + 1, kept, spares }
    }

    /// How far each step must have come for the first `end` samples of `n`: to whole lines of the cache
    /// where that is not all, so that its next piece begins with one.
    pub(super) fn limits(&self, end: usize, n: usize, limits: &mut Vec<usize>) {
        limits.clear();
        limits.resize(self.steps.len(), 0);
        let (mut limit, mut reach) = (0, 0);
        for (step, to) in self.steps.iter().zip(limits).rev() {
            limit = (limit + reach).max(end + step.beyond).next_multiple_of(64);
            limit = limit.min(n + step.beyond);
            *to = limit;
            reach = step.reach();
        }
    }

    /// Takes the steps of a row from one limit to the next.
    pub(super) fn run<S: Ranked>(
        &self,
        source: &[S],
        (levels, memory): (&mut [S::Level], &Memory),
        row: usize,
        [done, limits]: [&[usize]; 2],
        (which, isa): (Extremum, Isa),
    ) {
        let start = |place| match place {
            Place::Source => 0,
            Place::Spare(line) => memory.spare(row, line),
            Place::Kept(line) => memory.kept(row, line),
        };
        for (step, (&done, &limit)) in self.steps.iter().zip(done.iter().zip(limits)) {
            let reach = step.reach();
            let (from, to) = (start(step.from) + done, start(step.to) + done);
            let len = limit - done;
            if step.from != Place::Source {
                let (from, to) = apart(levels, from..from + len + reach, to..to + len);
                extrema::spread::<S>(from, to, &step.offsets, which, isa);
            } else if is_converted::<S>() {
                extrema::levels(&source[done..limit], &mut levels[to..to + len], isa);
            } else {
                let from = bytemuck::cast_slice(&source[done..limit + reach]);
                let to = &mut levels[to..to + len];
                extrema::spread::<S>(from, to, &step.offsets, which, isa);
            }
        }
    }
}

/// Whether samples are not the integers that stand for them.
pub(super) fn is_converted<S: Ranked>() -> bool {
    S::DEPTH == Depth::F32
}

/// Two parts of a slice that do not touch, the second to be written.
fn apart<T>(all: &mut [T], from: Range<usize>, to: Range<usize>) -> (&[T], &mut [T]) {
    if from.end <= to.start {
        let (before, after) = all.split_at_mut(to.start);
        (&before[from], &mut after[..to.len()])
    } else {
        let (before, after) = all.split_at_mut(from.start);
        (&after[..from.len()], &mut before[to])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(lengths: &[usize]) -> Vec<usize> {
        Lines::new::<u8>(lengths.to_vec(), 40, 1).lengths
    }

    #[test]
    fn keeps_a_line_for_each_doubling() {
        assert_eq!(lengths(&[15, 1, 9, 11, 13, 15]), [1, 9]);
        assert_eq!(lengths(&[1, 2, 3, 4, 5, 6, 7, 8]), [1, 3, 7]);
        let lines = Lines::new::<u8>(vec![1, 9, 15], 15, 1);
        assert_eq!([1, 2, 9, 15].map(|len| lines.line(len)), [0, 0, 1, 1]);
    }

    #[test]
    fn steps_reach_as_far_as_the_run() {
        for len in 1..300 {
            let lines = Lines::new::<f32>(vec![len], len, 3);
            let reach: usize = lines.steps.iter().map(Step::reach).sum();
            assert_eq!(reach, 3 * (len - 1));
            assert_eq!(lines.steps.last().unwrap().beyond, 0);
            let mut limits = Vec::new();
            for end in [100, 1000] {
                lines.limits(end, 1000, &mut limits);
                assert!(*limits.last().unwrap() >= end && limits[0] <= lines.columns(1000));
            }
        }
    }

    #[test]
    fn long_runs_take_few_steps() {
        let steps = |len| Lines::new::<u8>(vec![len], len, 1).steps.len();
        assert_eq!([1, 6, 7, 31, 255].map(steps), [1, 1, 2, 3, 4]);
    }
}
