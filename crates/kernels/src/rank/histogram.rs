//! Ranks of bytes by histograms of columns, at a cost that does not depend on the window's size.
//!
//! A column's histogram counts its samples over the window's rows: one row enters, one leaves. Along a row,
//! one column's histogram enters the window's and one leaves. As Perreault and Hébert have it, there are 16
//! coarse bins, and 16 fine ones in each, which follow only when somebody looks into them. All are
//! cumulative, so that a bin is found by counting those that end too early, without a branch.

use crate::Isa;
use crate::isa::{Vectorized, Vectors};

use super::sixteen::{Sixteen, with_sixteen};

/// Samples of the upper or the lower four bits up to each of 16 values.
pub type Bins = [u16; 16];

/// What a sample of four bits adds to bins.
static STEPS: [Bins; 16] = {
    let mut steps = [[0; 16]; 16];
    let mut value = 0;
    while value < 16 {
        let mut bin = value;
        while bin < 16 {
            steps[value][bin] = 1;
            bin += 1;
        }
        value += 1;
    }
    steps
};

/// The histograms of columns.
#[derive(Debug)]
pub struct Histograms<'a> {
    /// Those of the upper four bits.
    pub coarse: &'a mut [Bins],
    /// Of each upper four bits those of the lower.
    pub fine: &'a mut [[Bins; 16]],
}

/// The rank that is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Rank {
    /// Columns of a window.
    pub width: usize,
    /// From the smallest sample; windows have at most 65,535.
    pub index: u16,
}

impl Histograms<'_> {
    /// Histograms of no rows.
    pub fn clear(&mut self) {
        self.coarse.fill([0; 16]);
        self.fine.fill([[0; 16]; 16]);
    }

    /// A row enters.
    ///
    /// # Panics
    /// If it is not as long as there are columns.
    pub fn enter(&mut self, row: &[u8], isa: Isa) {
        assert!(row.len() == self.coarse.len() && row.len() == self.fine.len());
        isa.run(Enter { histograms: self, row });
    }

    /// A row enters and one leaves.
    ///
    /// # Panics
    /// If they are not as long as there are columns.
    pub fn slide(&mut self, enter: &[u8], leave: &[u8], isa: Isa) {
        assert!(enter.len() == self.coarse.len() && enter.len() == self.fine.len());
        assert!(enter.len() == leave.len());
        isa.run(Slide { histograms: self, enter, leave });
    }

    /// The bytes of that rank along a row of windows, and where in each window they stand among their
    /// equals.
    ///
    /// # Panics
    /// If there are not as many columns as windows of `bytes` and `places` cover.
    pub fn sweep(&self, rank: Rank, bytes: &mut [u8], places: &mut [u16], isa: Isa) {
        assert!(bytes.len() == places.len() && rank.width > 0);
        assert!(self.coarse.len() == bytes.len() + rank.width - 1);
        assert!(self.coarse.len() == self.fine.len());
        isa.run(Sweep { histograms: self, rank, bytes, places });
    }
}

/// Adds to bins.
///
/// # Safety
/// The processor has `B`.
#[inline(always)]
unsafe fn add<B: Sixteen>(bins: &mut Bins, more: &Bins) {
    // SAFETY: by the contract.
    unsafe { B::load(bins).plus(B::load(more)).store(bins) };
}

/// Adds what enters and takes away what leaves.
///
/// # Safety
/// The processor has `B`.
#[inline(always)]
unsafe fn change<B: Sixteen>(bins: &mut Bins, enter: &Bins, leave: &Bins) {
    // SAFETY: by the contract.
    unsafe { B::load(bins).plus(B::load(enter)).minus(B::load(leave)).store(bins) };
}

/// The bin that holds a sample of that rank, and its rank within the bin. `bins` is also in a register.
///
/// # Safety
/// The processor has `B`.
#[inline(always)]
unsafe fn find<B: Sixteen>(bins: &Bins, register: B, index: u16) -> (usize, u16) {
    // SAFETY: by the contract.
    let too_early = unsafe { register.at_most(B::splat(index)) };
    // Cumulative counts ascend, so those bits are the lowest.
    let bin = too_early.trailing_ones() as usize & 15;
    let before = if bin == 0 { 0 } else { bins[bin - 1] };
    (bin, index - before)
}

struct Enter<'a, 'b> {
    histograms: &'a mut Histograms<'b>,
    row: &'a [u8],
}

impl Vectorized for Enter<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        with_sixteen!(V, B => self.enter::<B>());
    }
}

impl Enter<'_, '_> {
    #[inline(always)]
    fn enter<B: Sixteen>(self) {
        let columns = self.histograms.coarse.iter_mut().zip(self.histograms.fine.iter_mut());
        for ((coarse, fine), &sample) in columns.zip(self.row) {
            let (upper, lower) = (usize::from(sample >> 4), usize::from(sample & 15));
            // SAFETY: `Isa::run` compiles this for registers that the processor has.
            unsafe {
                add::<B>(coarse, &STEPS[upper]);
                add::<B>(&mut fine[upper], &STEPS[lower]);
            }
        }
    }
}

struct Slide<'a, 'b> {
    histograms: &'a mut Histograms<'b>,
    enter: &'a [u8],
    leave: &'a [u8],
}

impl Vectorized for Slide<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        with_sixteen!(V, B => self.slide::<B>());
    }
}

impl Slide<'_, '_> {
    #[inline(always)]
    fn slide<B: Sixteen>(self) {
        let columns = self.histograms.coarse.iter_mut().zip(self.histograms.fine.iter_mut());
        for ((coarse, fine), (&enter, &leave)) in columns.zip(self.enter.iter().zip(self.leave)) {
            let (upper, lower) = (usize::from(enter >> 4), usize::from(enter & 15));
            let (old_upper, old_lower) = (usize::from(leave >> 4), usize::from(leave & 15));
            // SAFETY: `Isa::run` compiles this for registers that the processor has.
            unsafe {
                change::<B>(coarse, &STEPS[upper], &STEPS[old_upper]);
                add::<B>(&mut fine[upper], &STEPS[lower]);
                let bins = &mut fine[old_upper];
                B::load(bins).minus(B::load(&STEPS[old_lower])).store(bins);
            }
        }
    }
}

struct Sweep<'a, 'b> {
    histograms: &'a Histograms<'b>,
    rank: Rank,
    bytes: &'a mut [u8],
    places: &'a mut [u16],
}

impl Vectorized for Sweep<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        with_sixteen!(V, B => self.sweep::<B>());
    }
}

impl Sweep<'_, '_> {
    #[inline(always)]
    fn sweep<B: Sixteen>(self) {
        let Self { histograms: Histograms { coarse, fine }, rank: Rank { width, index }, .. } =
            self;
        let coarse = &coarse[..self.bytes.len() + width - 1];
        // Fine bins of the window that began at a column, if they ever did.
        let mut looked = [[0; 16]; 16];
        let mut begins = [usize::MAX; 16];
        let mut bins = [0; 16];
        // SAFETY: `Isa::run` compiles this for registers that the processor has.
        unsafe {
            let mut window = B::splat(0);
            for column in &coarse[..width - 1] {
                window = window.plus(B::load(column));
            }
            for x in 0..self.bytes.len() {
                window = window.plus(B::load(&coarse[x + width - 1]));
                window.store(&mut bins);
                let (upper, rest) = find(&bins, window, index);
                let begin = begins[upper];
                let mut part = B::splat(0);
                if begin == usize::MAX || x - begin >= width / 2 {
                    for column in &fine[x..x + width] {
                        part = part.plus(B::load(&column[upper]));
                    }
                } else {
                    part = B::load(&looked[upper]);
                    let columns = fine[begin + width..x + width].iter().zip(&fine[begin..x]);
                    for (enter, leave) in columns {
                        part = part.plus(B::load(&enter[upper])).minus(B::load(&leave[upper]));
                    }
                }
                begins[upper] = x;
                part.store(&mut looked[upper]);
                let (lower, rest) = find(&looked[upper], part, rest);
                self.bytes[x] = (upper << 4 | lower) as u8;
                self.places[x] = rest;
                window = window.minus(B::load(&coarse[x]));
            }
        }
    }
}
