//! The median of 5 x 5, for two rows at once.
//!
//! The four rows that the windows of both share are sorted down the columns, and neighbouring columns merged,
//! which serves every window that holds them. A window merges two such pairs and a column, of which it keeps
//! the six samples in the middle; each of both rows then takes the median of those and its own row.

use crate::Isa;
use crate::isa::{Vectorized, Vectors};
use crate::rank::Level;
use crate::vector::{Order, Ordered};

/// Lines of sorted columns, and of pairs of them.
const COLUMNS: usize = 4;
const PAIRS: usize = 8;

/// Samples of memory for medians of `n` samples.
pub const fn median5_memory(n: usize, channels: usize) -> usize {
    (COLUMNS + PAIRS) * (n + 4 * channels)
}

/// The medians of two rows, from the six rows that their windows cover; each starts with the first sample
/// of the first window. `channels` samples are between neighbours.
///
/// # Panics
/// If a row is shorter than the results and four pixels, the results differ in length, or there is less
/// memory than [`median5_memory`].
pub fn median5<L: Level>(
    rows: [&[L]; 6],
    channels: usize,
    memory: &mut [L],
    out: [&mut [L]; 2],
    isa: Isa,
) {
    assert!(out[0].len() == out[1].len());
    assert!(rows.iter().all(|row| row.len() >= out[0].len() + 4 * channels));
    assert!(memory.len() >= median5_memory(out[0].len(), channels));
    isa.run(Median5 { rows, channels, memory, out });
}

struct Median5<'a, L> {
    rows: [&'a [L]; 6],
    channels: usize,
    memory: &'a mut [L],
    out: [&'a mut [L]; 2],
}

/// Exchanges values so that the first is the smaller; of what nobody looks at, nothing is made.
macro_rules! exchange {
    ($values:ident: $($i:literal $j:literal),*) => {$(
        let (least, most) = ($values[$i].least($values[$j]), $values[$i].most($values[$j]));
        $values[$i] = least;
        $values[$j] = most;
    )*};
}

impl<L: Level> Vectorized for Median5<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        let Self { rows, channels, memory, out: [first, second] } = self;
        let lanes = <L::In<V> as Order<L>>::LANES;
        let (len, line) = (first.len(), first.len() + 4 * channels);
        let columns = memory.as_mut_ptr();
        let windows = Windows {
            rows: rows.map(<[L]>::as_ptr),
            channels,
            columns,
            pairs: columns.wrapping_add(COLUMNS * line),
            line,
            out: [first.as_mut_ptr(), second.as_mut_ptr()],
        };
        // A register at a time, then what is left sample by sample.
        macro_rules! each {
            ($len:expr, $step:ident) => {{
                let whole = $len / lanes * lanes;
                for at in (0..whole).step_by(lanes) {
                    // SAFETY: `Isa::run` compiles this for registers that the processor has; the entry has
                    // checked that rows reach four pixels further than the results, and lines as far.
                    unsafe { windows.$step::<L::In<V>>(at) };
                }
                for at in whole..$len {
                    // SAFETY: as above.
                    unsafe { windows.$step::<L::One>(at) };
                }
            }};
        }
        each!(line, sort);
        // Pairs reach one pixel further than where they begin.
        each!(line - 2 * channels, join);
        each!(len, medians);
    }
}

/// Where everything lies.
struct Windows<L> {
    rows: [*const L; 6],
    channels: usize,
    /// Lines of sorted columns, and of pairs of them.
    columns: *mut L,
    pairs: *mut L,
    /// Samples of a line.
    line: usize,
    out: [*mut L; 2],
}

impl<L: Ordered> Windows<L> {
    /// Sorts columns of the four rows that both windows share.
    ///
    /// # Safety
    /// The processor has `R`; rows and lines hold a register at `at`.
    #[inline(always)]
    unsafe fn sort<R: Order<L>>(&self, at: usize) {
        // SAFETY: by the contract.
        unsafe {
            let mut v = [R::load(self.rows[1].add(at)); COLUMNS];
            for (value, row) in v.iter_mut().zip(&self.rows[1..]) {
                *value = R::load(row.add(at));
            }
            exchange!(v: 0 1, 2 3, 0 2, 1 3, 1 2);
            for (i, value) in v.into_iter().enumerate() {
                value.store(self.columns.add(i * self.line + at));
            }
        }
    }

    /// Merges columns with those of the pixel behind.
    ///
    /// # Safety
    /// The processor has `R`; lines hold a register at `at` and a pixel behind.
    #[inline(always)]
    unsafe fn join<R: Order<L>>(&self, at: usize) {
        // SAFETY: by the contract.
        unsafe {
            let mut v = [R::load(self.columns.add(at)); PAIRS];
            for i in 0..COLUMNS {
                let column = self.columns.add(i * self.line + at);
                v[i] = R::load(column);
                v[COLUMNS + i] = R::load(column.add(self.channels));
            }
            exchange!(v: 0 4, 2 6, 2 4, 1 5, 3 7, 3 5, 1 2, 3 4, 5 6);
            for (i, value) in v.into_iter().enumerate() {
                value.store(self.pairs.add(i * self.line + at));
            }
        }
    }

    /// The medians of both rows.
    ///
    /// # Safety
    /// The processor has `R`; rows and lines hold a register at `at` and four pixels behind, results one at
    /// `at`.
    #[inline(always)]
    unsafe fn medians<R: Order<L>>(&self, at: usize) {
        // SAFETY: by the contract.
        unsafe {
            let mut v = [R::load(self.pairs.add(at)); 2 * PAIRS + COLUMNS];
            for i in 0..PAIRS {
                let pair = self.pairs.add(i * self.line + at);
                v[i] = R::load(pair);
                v[PAIRS + i] = R::load(pair.add(2 * self.channels));
            }
            for i in 0..COLUMNS {
                let column = self.columns.add(i * self.line + at);
                v[2 * PAIRS + i] = R::load(column.add(4 * self.channels));
            }
            exchange!(
                v:
                0 8, 4 12, 4 8, 2 10, 6 14, 6 10, 2 4, 6 8, 10 12, 1 9, 5 13, 5 9, 3 11, 7 15,
                7 11, 3 5, 7 9, 11 13, 3 4, 5 6, 7 8, 9 10, 11 12, 3 16, 11 16, 7 11, 5 18, 9 18,
                5 7, 9 11, 18 16, 4 17, 12 17, 8 12, 6 19, 10 19, 6 8, 10 12, 6 7, 8 9, 10 11,
                12 18
            );
            let middle = [v[7], v[8], v[9], v[10], v[11], v[12]];
            for (row, out) in [(self.rows[0], self.out[0]), (self.rows[5], self.out[1])] {
                self.median(middle, row.add(at)).store(out.add(at));
            }
        }
    }

    /// The median of six sorted samples and the five of a row.
    ///
    /// # Safety
    /// The processor has `R`; the row holds a register at each of five pixels.
    #[inline(always)]
    unsafe fn median<R: Order<L>>(&self, middle: [R; 6], row: *const L) -> R {
        // SAFETY: by the contract.
        unsafe {
            let mut v = [R::load(row); 5];
            for (i, value) in v.iter_mut().enumerate() {
                *value = R::load(row.add(i * self.channels));
            }
            exchange!(v: 0 1, 3 4, 2 3, 4 3, 0 2, 3 2, 1 4, 1 3, 4 2);
            // However many of the smallest six are of the row, the largest of them is the median.
            let mut median = middle[5];
            median = median.least(middle[0].most(v[2]));
            median = median.least(middle[1].most(v[4]));
            median = median.least(middle[2].most(v[3]));
            median = median.least(middle[3].most(v[1]));
            median.least(middle[4].most(v[0]))
        }
    }
}
