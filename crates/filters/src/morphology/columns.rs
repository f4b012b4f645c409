//! What is made of the lines of a window: two rows of results.

use std::ops::Range;

use kernels::extrema::{self, Extremum, Places, Rolled};
use kernels::{Isa, Ranked};

use super::Element;
use super::element::Run;
use super::lines::{Lines, Memory};

/// The lowest rectangle that is made of groups of lines: below, reading every line costs less.
const GROUPED: u32 = 10;

/// How columns are made.
#[derive(Debug)]
pub(super) enum Columns {
    /// Of the runs that both results, the first and the second have, wherever they are.
    Gathered([Vec<Spot>; 3]),
    /// Of groups of so many lines, an even number, and windows of so many.
    Grouped { group: usize, height: usize },
}

/// Where a run is found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    /// From the first row of the first window.
    row: usize,
    /// Which of the row's lines.
    line: usize,
    /// The first and the last place of the line that it takes.
    ends: [usize; 2],
}

/// Where everything is for the next two rows of results.
#[derive(Default)]
pub(super) struct Found {
    places: [Places; 3],
    /// Where the lines of the windows start, from the top.
    starts: Vec<usize>,
}

impl Columns {
    pub(super) fn new(element: &Element, lines: &Lines, channels: usize) -> Self {
        let height = element.size().1 as usize;
        if element.is_rectangle() && element.size().1 >= GROUPED {
            return Self::Grouped { group: height & !1, height };
        }
        let mut spots = [const { Vec::new() }; 3];
        let rows: Vec<Vec<Run>> = (0..height).map(|row| element.runs(row)).collect();
        let none = Vec::new();
        for row in 0..=height {
            let first = rows.get(row).unwrap_or(&none);
            let second = row.checked_sub(1).map_or(&none, |row| &rows[row]);
            let mut add = |which: usize, run: &Run| {
                let line = lines.line(run.len);
                let last = run.start + run.len - lines.lengths[line];
                spots[which].push(Spot {
                    row,
                    line,
                    ends: [run.start, last].map(|end| end * channels),
                });
            };
            for run in first {
                add(usize::from(!second.contains(run)), run);
            }
            second.iter().filter(|run| !first.contains(run)).for_each(|run| add(2, run));
        }
        Self::Gathered(spots)
    }

    /// Finds the lines of the windows whose first row is `top`.
    pub(super) fn locate(&self, memory: &Memory, top: usize, found: &mut Found) {
        match self {
            Self::Gathered(spots) => {
                for (places, spots) in found.places.iter_mut().zip(spots) {
                    places.clear();
                    for Spot { row, line, ends } in spots {
                        let start = memory.kept(top + row, *line);
                        let [first, last] = ends.map(|end| start + end);
                        if first == last {
                            places.once.push(first);
                        } else {
                            places.twice.push([first, last]);
                        }
                    }
                }
            }
            Self::Grouped { height, .. } => {
                found.starts.clear();
                found.starts.extend((top..=top + height).map(|row| memory.kept(row, 0)));
            }
        }
    }

    /// Makes a piece of two rows, the `pair`th from the top. Pieces are numbered along the row: each has its
    /// groups begin at other rows, so that no row takes much longer than another.
    pub(super) fn run<S: Ranked>(
        &self,
        (levels, memory): (&mut [S::Level], &Memory),
        found: &Found,
        (pair, piece, range): (usize, usize, Range<usize>),
        out: [&mut [S::Level]; 2],
        (which, isa): (Extremum, Isa),
    ) {
        let n = range.len();
        let levels = &mut levels[range.start..];
        let Self::Grouped { group, height } = *self else {
            return extrema::gather::<S>(levels, &found.places, out, which, isa);
        };
        let starts = &found.starts;
        // They take turns.
        let [mut prefix, mut next] = memory.last();
        if pair % 2 == 1 {
            std::mem::swap(&mut prefix, &mut next);
        }
        let begun = 2 * ((pair + piece) % (group / 2));
        if begun == 0 || pair == 0 {
            // Of a group that began above the first row only the rest is there, and of the next one its
            // beginning.
            let rest = group - begun;
            extrema::suffix::<S>(levels, &starts[..rest], n, which, isa);
            levels[prefix..prefix + n].fill(which.neutral::<S>().level());
            for &start in &starts[rest..rest.max(height - 1)] {
                let (lines, prefixes) = levels.split_at_mut(prefix);
                extrema::absorb::<S>(&mut prefixes[..n], &lines[start..][..n], which, isa);
            }
        }
        let rolled = Rolled {
            enter: [starts[height - 1], starts[height]],
            suffixes: [starts[0], starts[1]],
            prefixes: [prefix, next],
        };
        extrema::advance::<S>(levels, &rolled, out, which, isa);
    }
}
