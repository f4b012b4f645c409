//! Which pixels of the next level need which of this one.
//!
//! Along each side, cells divide the pixels of the next level into segments, two a cell: those that need
//! pixels of the cell only, and those that look beyond its end. A rectangle of two segments of the first
//! kind can be made of one cell; the others wait for their inputs.

use std::ops::Range;

/// One side of a level.
#[derive(Clone, Copy, Debug)]
pub(super) struct Side {
    /// Pixels.
    pub(super) len: u64,
    /// Pixels of a cell.
    pub(super) cell: u64,
    /// How far a pixel of the next level looks back and ahead of twice its position.
    pub(super) reach: (u64, u64),
}

/// A run of pixels of the next level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// Its number along the side.
    pub(super) number: u64,
    /// The pixels.
    pub(super) out: Range<u64>,
    /// The pixels of this level that they need.
    pub(super) input: Range<u64>,
    /// The pixels of this level's side.
    pub(super) len: u64,
}

impl Segment {
    /// Whether one cell suffices.
    pub(super) const fn is_own(&self) -> bool {
        self.number.is_multiple_of(2)
    }
}

impl Side {
    /// Segments that need pixels of a cell.
    pub(super) fn touching(self, cell: u64) -> impl Iterator<Item = Segment> {
        let start = cell * self.cell;
        let reach = self.reach.0 + self.reach.1;
        let before = (0..=cell).rev().take_while(move |at| (at + 1) * self.cell + reach > start);
        let shared = before.map(move |at| self.shared(at));
        let touches = move |segment: &Segment| !segment.out.is_empty() && segment.input.end > start;
        std::iter::once(self.own(cell)).chain(shared).filter(touches)
    }

    /// The most pixels that wait at a border between cells.
    pub(super) fn widest(self) -> u64 {
        let segments = (0..2).map(|cell| self.shared(cell));
        segments.map(|Segment { input, .. }| input.end - input.start).max().unwrap_or(0)
    }

    fn own(self, cell: u64) -> Segment {
        let (first, last) = (self.first(cell), self.first(cell + 1));
        self.segment(2 * cell, first..self.beyond(cell).clamp(first, last))
    }

    fn shared(self, cell: u64) -> Segment {
        let (first, last) = (self.first(cell), self.first(cell + 1));
        self.segment(2 * cell + 1, self.beyond(cell).clamp(first, last)..last)
    }

    /// The first pixel whose inputs start in a cell or behind it.
    fn first(self, cell: u64) -> u64 {
        if cell == 0 { 0 } else { (cell * self.cell + self.reach.0).div_ceil(2).min(self.half()) }
    }

    /// The first pixel whose inputs end behind a cell.
    fn beyond(self, cell: u64) -> u64 {
        let end = (cell + 1) * self.cell;
        if end >= self.len {
            return self.half();
        }
        end.checked_sub(1 + self.reach.1).map_or(0, |last| last / 2 + 1)
    }

    const fn half(self) -> u64 {
        self.len.div_ceil(2)
    }

    fn segment(self, number: u64, out: Range<u64>) -> Segment {
        let start = (2 * out.start).saturating_sub(self.reach.0);
        let end = (2 * out.end + self.reach.1).saturating_sub(1).min(self.len);
        // Mirrored positions are as far inside as they were outside: never before the first input.
        let input = if out.is_empty() { start..start } else { start..end };
        Segment { number, out, input, len: self.len }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn segments_cover_a_side_and_know_their_inputs(
            len in 1u64..80, cell in 1u64..20, gaussian: bool,
        ) {
            let reach = if gaussian { (2, 2) } else { (0, 1) };
            let side = Side { len, cell, reach };
            let mut made = vec![0; side.half() as usize];
            for number in 0..len.div_ceil(cell) {
                for segment in [side.own(number), side.shared(number)] {
                    segment.out.clone().for_each(|at| made[at as usize] += 1);
                }
            }
            prop_assert!(made.iter().all(|&times| times == 1));
            for number in 0..len.div_ceil(cell) {
                let here = number * cell..((number + 1) * cell).min(len);
                let own = side.own(number).input;
                prop_assert!(own.is_empty() || own.start >= here.start && own.end <= here.end);
                let touching: Vec<_> = side.touching(number).map(|segment| segment.number).collect();
                for other in 0..len.div_ceil(cell) {
                    for segment in [side.own(other), side.shared(other)] {
                        let (from, to) =
                            (segment.input.start.max(here.start), segment.input.end.min(here.end));
                        prop_assert_eq!(touching.contains(&segment.number), from < to);
                    }
                }
            }
        }

        #[test]
        fn nothing_outside_the_inputs_is_looked_at(len in 1u64..40, cell in 1u64..20) {
            let side = Side { len, cell, reach: (2, 2) };
            for number in 0..len.div_ceil(cell) {
                for segment in [side.own(number), side.shared(number)] {
                    for at in segment.out.clone() {
                        for step in -2..=2 {
                            let position = 2 * at as i64 + step;
                            let inside = raster::Border::Reflect101.map(position, len).unwrap();
                            prop_assert!(segment.input.contains(&inside));
                        }
                    }
                }
            }
        }
    }
}
