//! One axis of the resampling: its weights as the kernels take them, and its geometry.

use kernels::resample::{Real, Spread};

use super::design::Design;

/// The weights of one axis.
pub(super) struct Axis<R> {
    pub(super) step: usize,
    pub(super) order: usize,
    /// Symmetric taps that blur the nodes, the centre first.
    pub(super) taps: Vec<R>,
    down: Vec<R>,
    up: Vec<R>,
}

impl<R: Real> Axis<R> {
    pub(super) fn new(design: &Design) -> Self {
        let Design { step, order, .. } = *design;
        let convert = |weights: &[f64]| weights.iter().map(|&w| R::from_f64(w)).collect::<Vec<R>>();
        // The kernels want the weights of a sample side by side.
        let turned = |weights: &[f64]| {
            let at = |i: usize| R::from_f64(weights[i / order + i % order * step]);
            (0..step * order).map(at).collect()
        };
        let taps = convert(&design.taps);
        Self { step, order, taps, down: turned(&design.down), up: turned(&design.up) }
    }

    pub(super) fn down(&self) -> Spread<'_, R> {
        Spread::new(&self.down, self.order)
    }

    pub(super) fn up(&self) -> Spread<'_, R> {
        Spread::new(&self.up, self.order)
    }

    /// Nodes that the taps reach to each side.
    pub(super) fn radius(&self) -> usize {
        self.taps.len() - 1
    }

    /// The farthest that a result looks to each side.
    pub(super) fn reach(&self) -> u64 {
        ((self.radius() + self.order) * self.step) as u64 - 1
    }

    /// The cells that `len` positions from `start` on lie in.
    pub(super) fn cells(&self, start: i64, len: u64) -> Cells {
        let step = self.step as i64;
        let first = start.div_euclid(step);
        let last = (start + len as i64 - 1).div_euclid(step);
        Cells { first, count: (last - first + 1) as usize }
    }

    /// The most cells that `len` positions can lie in.
    pub(super) const fn most_cells(&self, len: usize) -> usize {
        (len + self.step - 2) / self.step + 1
    }

    /// Blurred nodes that results in `cells` cells are made of. The first is `order - 1` before the
    /// first cell's.
    pub(super) const fn blurred(&self, cells: usize) -> usize {
        cells + self.order - 1
    }

    /// Nodes that those are made of, the first `radius` before them.
    pub(super) fn nodes(&self, cells: usize) -> usize {
        self.blurred(cells) + 2 * self.radius()
    }

    /// The first position that results in cells from `first` on depend on. It begins a cell.
    pub(super) fn origin(&self, first: i64) -> i64 {
        (first - (self.order - 1 + self.radius()) as i64) * self.step as i64
    }

    /// How far `len` results from `start` on look before and after.
    pub(super) fn halo(&self, start: i64, len: u64) -> [u64; 2] {
        let cells = self.cells(start, len);
        let origin = self.origin(cells.first);
        let end = origin + ((self.nodes(cells.count) + self.order - 1) * self.step) as i64;
        [(start - origin) as u64, (end - start) as u64 - len]
    }
}

/// Consecutive cells of an axis.
#[derive(Clone, Copy)]
pub(super) struct Cells {
    pub(super) first: i64,
    pub(super) count: usize,
}
