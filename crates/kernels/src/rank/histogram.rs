//! Ranks of bytes by histograms of columns, at a cost that does not depend on the window's size.
//!
//! A column's histogram counts its samples over the window's rows: one row enters, one leaves. Along a row,
//! one column's histogram enters the window's and one leaves. As Perreault and Hébert have it, there are 16
//! coarse bins, and 16 fine ones in each, which follow only when somebody looks into them. All are
//! cumulative, so that a bin is found by counting those that end too early, without a branch.

use crate::Isa;
use crate::isa::{Vectorized, Vectors};

/// Samples of the upper or the lower four bits up to each of 16 values.
pub type Bins = [u16; 16];

/// What a sample of four bits adds to bins.
const STEPS: [Bins; 16] = {
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

#[inline(always)]
fn add(bins: &mut Bins, more: &Bins) {
    for i in 0..16 {
        bins[i] = bins[i].wrapping_add(more[i]);
    }
}

/// Adds what enters and takes away what leaves.
#[inline(always)]
fn change(bins: &mut Bins, enter: &Bins, leave: &Bins) {
    for i in 0..16 {
        bins[i] = bins[i].wrapping_add(enter[i]).wrapping_sub(leave[i]);
    }
}

/// The bin that holds a sample of that rank, and its rank within the bin.
#[inline(always)]
fn find(bins: &Bins, index: u16) -> (usize, u16) {
    let mut bin = 0;
    for count in bins {
        bin += u16::from(*count <= index);
    }
    let bin = usize::from(bin) & 15;
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
        let columns = self.histograms.coarse.iter_mut().zip(self.histograms.fine.iter_mut());
        for ((coarse, fine), &sample) in columns.zip(self.row) {
            let (upper, lower) = (usize::from(sample >> 4), usize::from(sample & 15));
            add(coarse, &STEPS[upper]);
            add(&mut fine[upper], &STEPS[lower]);
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
        let columns = self.histograms.coarse.iter_mut().zip(self.histograms.fine.iter_mut());
        for ((coarse, fine), (&enter, &leave)) in columns.zip(self.enter.iter().zip(self.leave)) {
            let (upper, lower) = (usize::from(enter >> 4), usize::from(enter & 15));
            let (old_upper, old_lower) = (usize::from(leave >> 4), usize::from(leave & 15));
            change(coarse, &STEPS[upper], &STEPS[old_upper]);
            add(&mut fine[upper], &STEPS[lower]);
            change(&mut fine[old_upper], &[0; 16], &STEPS[old_lower]);
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
        let Self { histograms: Histograms { coarse, fine }, rank: Rank { width, index }, .. } = self;
        let mut window = [0; 16];
        for column in &coarse[..width - 1] {
            add(&mut window, column);
        }
        // Fine bins of the window that began at a column, if they ever did.
        let mut looked = [[0; 16]; 16];
        let mut begins = [usize::MAX; 16];
        for x in 0..self.bytes.len() {
            add(&mut window, &coarse[x + width - 1]);
            let (upper, rest) = find(&window, index);
            let bins = &mut looked[upper];
            if begins[upper] == usize::MAX || x - begins[upper] >= width {
                *bins = [0; 16];
                for column in &fine[x..x + width] {
                    add(bins, &column[upper]);
                }
            } else {
                for column in begins[upper]..x {
                    change(bins, &fine[column + width][upper], &fine[column][upper]);
                }
            }
            begins[upper] = x;
            let (lower, rest) = find(bins, rest);
            self.bytes[x] = (upper << 4 | lower) as u8;
            self.places[x] = rest;
            change(&mut window, &[0; 16], &coarse[x]);
        }
    }
}
