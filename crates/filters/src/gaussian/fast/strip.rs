//! One strip of a region, top to bottom.
//!
//! Nodes are made in groups of rows, as far as the next group of results needs them, so a strip's
//! memory does not depend on its height and stays in cache. Between the parts that a strip is asked
//! for it keeps a group.

use std::ops::Range;
use std::sync::Arc;

use kernels::resample::{
    Column, GROUP, Real, Resample, blur_columns, blur_rows, down_columns, down_rows, expect_row,
    gather, scatter, up_columns, up_rows,
};
use raster::{Border, Buffer, Region, ViewMut};

use super::Resampler;
use super::axis::Cells;
use super::layout::{Layout, Memory};
use crate::window::locate;
use crate::{Scratch, Window};

/// Source rows that are added to nodes at once: they are read side by side, and memory systems follow
/// only so many streams.
const ROWS: usize = 16;

/// A strip on its way down.
pub(super) struct Strip<S: Resample> {
    filter: Arc<Resampler<S>>,
    region: Region,
    x: Cells,
    y: Cells,
    /// The first column of the window that is held.
    first: usize,
    layout: Layout,
    progress: Progress,
    /// The working memory, and a row of the border's constant.
    buffers: [Buffer; 2],
}

/// How far a strip has come.
#[derive(Default)]
struct Progress {
    /// Source rows that are added to nodes.
    rows: usize,
    /// Rows of nodes that are made.
    nodes: usize,
    /// The first of them that is kept.
    kept: usize,
    /// The first row of nodes of the group that results are made from, and how many it has.
    group: usize,
    count: usize,
}

/// A strip and the window that its next results come from.
struct Step<'a, S: Resample> {
    strip: &'a Strip<S>,
    window: &'a Window<'a>,
    constant: &'a [S],
}

impl<S: Resample> Strip<S> {
    /// Begins a strip of results. The columns of the window are those of all windows to come.
    pub(super) fn open(
        filter: Arc<Resampler<S>>,
        window: &Window<'_>,
        region: Region,
        scratch: &mut Scratch,
    ) -> Self {
        let x = filter.x.cells(region.left as i64, region.width);
        let y = filter.y.cells(region.top as i64, region.height);
        let held = held(&filter, window, &region);
        let offset = region.left as usize % filter.x.step;
        let width = region.width as usize;
        let layout = Layout::new(&filter, width, [x.count, offset], held.len());
        let [mut numbers, mut constants] = [scratch.borrow(), scratch.borrow()];
        layout.cut::<S::Real>(numbers.take_samples(layout.len())).sums.fill(S::Real::ZERO);
        if matches!(filter.border, Border::Constant(_)) {
            constants.take_samples::<S>(layout.held).fill(constant(filter.border));
        }
        let buffers = [numbers, constants];
        let progress = Progress::default();
        Self { filter, region, x, y, first: held.start, layout, progress, buffers }
    }

    /// Makes the rows of results from `top` on that `out` has.
    pub(super) fn next(&mut self, window: &Window<'_>, top: u64, out: &mut ViewMut<'_>) {
        let (mut progress, [mut numbers, mut constants]) =
            (std::mem::take(&mut self.progress), std::mem::take(&mut self.buffers));
        let mut memory = self.layout.cut(numbers.take_samples(self.layout.len()));
        let constant = match self.filter.border {
            Border::Constant(_) => &*constants.take_samples(self.layout.held),
            _ => &[],
        };
        let step = Step { strip: self, window, constant };
        step.results(&mut memory, &mut progress, top, out);
        self.progress = progress;
        self.buffers = [numbers, constants];
    }

    pub(super) fn bytes(&self) -> u64 {
        crate::scratch::held(&self.buffers)
    }

    pub(super) fn close(self, scratch: &mut Scratch) {
        self.buffers.into_iter().rev().for_each(|buffer| scratch.give(buffer));
    }
}

impl<S: Resample> std::ops::Deref for Step<'_, S> {
    type Target = Strip<S>;

    fn deref(&self) -> &Strip<S> {
        self.strip
    }
}

impl<S: Resample> Step<'_, S> {
    fn results(
        &self,
        memory: &mut Memory<'_, S::Real>,
        progress: &mut Progress,
        top: u64,
        out: &mut ViewMut<'_>,
    ) {
        let y = &self.filter.y;
        if progress.rows == 0 {
            self.add_rows(memory, progress, y.order - 1);
        }
        let (mut row, end) = (top as i64, top as i64 + out.height() as i64);
        while row < end {
            // The first cell that the group completes. Its own node is the first at hand.
            let cell = self.y.first + progress.group as i64 - (y.order as i64 - 1);
            let ready = (cell + progress.count as i64) * y.step as i64;
            if row < ready {
                let rows = row..ready.min(end);
                self.emit(memory, cell, rows.clone(), top as i64, out);
                row = rows.end;
            } else {
                self.next_group(memory, progress);
            }
        }
    }

    /// Blurs the next group of rows of nodes, in both axes and at full width.
    fn next_group(&self, memory: &mut Memory<'_, S::Real>, progress: &mut Progress) {
        let y = &self.filter.y;
        if progress.count > 0 {
            let (fine, order) = (self.layout.fine, y.order);
            memory.fine_rows.copy_within(GROUP * fine..(GROUP + order - 1) * fine, 0);
        }
        let first = progress.group + progress.count;
        let count = GROUP.min(y.blurred(self.y.count) - first);
        while progress.nodes < first + count + 2 * y.radius() {
            let left = y.nodes(self.y.count) - progress.nodes;
            self.make_nodes(memory, progress, GROUP.min(left), first);
        }
        self.blur_group(memory, first - progress.kept, count);
        self.widen_group(memory);
        (progress.group, progress.count) = (first, count);
    }

    /// Adds the source rows of `cells` cells to their nodes. The nodes that this completes become rows
    /// of `coarse_rows`.
    fn add_rows(&self, memory: &mut Memory<'_, S::Real>, progress: &mut Progress, cells: usize) {
        let y = &self.filter.y;
        let origin = y.origin(self.y.first);
        let (begin, end) = (progress.rows, progress.rows + cells * y.step);
        while progress.rows < end {
            let mut rows: [&[S]; ROWS] = [&[]; ROWS];
            let rows = &mut rows[..ROWS.min(end - progress.rows)];
            for (i, row) in rows.iter_mut().enumerate() {
                *row = self.source_row(origin + (progress.rows + i) as i64);
            }
            for i in rows.len()..2 * rows.len() {
                // Only in place: where the border maps a row to is not worth finding out.
                if let Some(next) = self.window.rows.offset(origin + (progress.rows + i) as i64) {
                    expect_row(self.held_row(next));
                }
            }
            let done = (progress.rows - begin) / y.step;
            down_rows(
                self.filter.isa,
                y.down(),
                progress.rows % y.step,
                rows,
                memory.sums,
                &mut memory.coarse_rows[done * self.layout.wide..],
                self.layout.wide,
            );
            progress.rows += rows.len();
        }
    }

    /// Makes the next `count` rows of nodes; those before `needed` are no longer.
    fn make_nodes(
        &self,
        memory: &mut Memory<'_, S::Real>,
        progress: &mut Progress,
        count: usize,
        needed: usize,
    ) {
        self.add_rows(memory, progress, count);
        self.narrow_group(memory);
        let (kept, narrow) = (self.layout.kept, self.layout.narrow);
        if progress.nodes + GROUP - progress.kept > kept {
            let rows = needed - progress.kept..progress.nodes - progress.kept;
            memory.nodes.copy_within(rows.start * narrow..rows.end * narrow, 0);
            progress.kept = needed;
        }
        let at = (progress.nodes - progress.kept) * narrow;
        let columns = &memory.blurred_columns[..self.layout.blurred];
        scatter(self.filter.isa, columns, &mut memory.nodes[at..], narrow, 0);
        progress.nodes += count;
    }

    /// Takes a group of rows of column nodes down to nodes in both axes, blurred along the rows.
    fn narrow_group(&self, memory: &mut Memory<'_, S::Real>) {
        let (isa, x) = (self.filter.isa, &self.filter.x);
        let channels = self.channels();
        let cells = x.nodes(self.x.count) + x.order - 1;
        let (sums, nodes) = memory.columns.split_at_mut(x.order * channels);
        sums.fill([S::Real::ZERO; GROUP]);
        for cell in (0..cells).step_by(self.layout.tile) {
            let count = self.layout.tile.min(cells - cell);
            let tile = &mut memory.tile[..count * x.step * channels];
            let origin = x.origin(self.x.first) + (cell * x.step) as i64;
            self.fill_tile(memory.coarse_rows, origin, tile);
            let nodes = &mut nodes[cell * channels..][..count * channels];
            down_columns(isa, x.down(), channels, tile, sums, nodes);
        }
        // The first cells complete nodes that were begun before.
        let nodes = &nodes[(x.order - 1) * channels..];
        let blurred = &mut memory.blurred_columns[..self.layout.blurred];
        blur_columns(isa, &x.taps, channels, nodes, blurred);
    }

    /// Fills a tile with the columns of a group from position `first` on, by the border's rule outside
    /// of the image.
    fn fill_tile(&self, rows: &[S::Real], first: i64, tile: &mut [Column<S::Real>]) {
        let channels = self.channels();
        let stride = self.layout.wide;
        let span = &self.window.columns;
        let last = first + (tile.len() / channels) as i64;
        let inside = first.max(span.start).min(last)..last.min(span.end()).max(first);
        let inside = inside.start..inside.end.max(inside.start);
        for position in (first..inside.start).chain(inside.end..last) {
            let columns = &mut tile[(position - first) as usize * channels..][..channels];
            let at = locate(position, span, self.filter.border, self.filter.input.width);
            for (channel, column) in columns.iter_mut().enumerate() {
                match at {
                    Some(at) => {
                        let at = (at - self.first) * channels + channel;
                        for (row, sample) in column.iter_mut().enumerate() {
                            *sample = rows[row * stride + at];
                        }
                    }
                    None => *column = [constant::<S>(self.filter.border).lift(); GROUP],
                }
            }
        }
        if !inside.is_empty() {
            let at = ((inside.start - span.start) as usize - self.first) * channels;
            let from = (inside.start - first) as usize * channels;
            let len = (inside.end - inside.start) as usize * channels;
            gather(self.filter.isa, rows, stride, at, &mut tile[from..from + len]);
        }
    }

    /// Blurs `count` rows of nodes down the columns. The first lies `first` after those kept.
    fn blur_group(&self, memory: &mut Memory<'_, S::Real>, first: usize, count: usize) {
        let Layout { narrow, blurred, .. } = self.layout;
        let nodes = &memory.nodes[first * narrow..];
        let shape = [count, blurred.next_multiple_of(16)];
        blur_rows(self.filter.isa, &self.filter.y.taps, nodes, narrow, memory.blurred, shape);
    }

    /// Takes a group of rows of blurred nodes up to full width.
    fn widen_group(&self, memory: &mut Memory<'_, S::Real>) {
        let (isa, x) = (self.filter.isa, &self.filter.x);
        let channels = self.channels();
        let Layout { narrow, fine, .. } = self.layout;
        let columns = &mut memory.blurred_columns[..self.layout.blurred];
        gather(isa, memory.blurred, narrow, 0, columns);
        let rows = &mut memory.fine_rows[(self.filter.y.order - 1) * fine..];
        for cell in (0..self.x.count).step_by(self.layout.tile) {
            let count = self.layout.tile.min(self.x.count - cell);
            let tile = &mut memory.tile[..count * x.step * channels];
            up_columns(isa, x.up(), channels, &columns[cell * channels..], tile);
            scatter(isa, tile, rows, fine, cell * x.step * channels);
        }
    }

    /// Makes results of the cells that a group of blurred rows completes, from `cell` on. `top` is the
    /// first row of `out`.
    fn emit(
        &self,
        memory: &Memory<'_, S::Real>,
        cell: i64,
        Range { start: mut row, end }: Range<i64>,
        top: i64,
        out: &mut ViewMut<'_>,
    ) {
        let y = &self.filter.y;
        let step = y.step as i64;
        let offset = self.region.left as usize % self.filter.x.step * self.channels();
        let emit = |row: i64, out: &mut [&mut [S]]| {
            let node = (row.div_euclid(step) - cell) as usize;
            let nodes = &memory.fine_rows[node * self.layout.fine + offset..];
            let phase = row.rem_euclid(step) as usize;
            up_rows(self.filter.isa, y.up(), phase, nodes, self.layout.fine, out);
            row + out.len() as i64
        };
        while row < end {
            let at = (row - top) as usize;
            row = match end - row {
                8.. => emit(row, &mut out.rows::<S, 8>(std::array::from_fn(|i| at + i))),
                4..8 => emit(row, &mut out.rows::<S, 4>(std::array::from_fn(|i| at + i))),
                3 => emit(row, &mut out.rows::<S, 3>([at, at + 1, at + 2])),
                2 => emit(row, &mut out.rows::<S, 2>([at, at + 1])),
                _ => emit(row, &mut out.rows::<S, 1>([at])),
            };
        }
    }

    /// The held part of row `y` of the image, which may lie outside.
    fn source_row(&self, y: i64) -> &[S] {
        match locate(y, &self.window.rows, self.filter.border, self.filter.input.height) {
            Some(row) => self.held_row(row),
            None => self.constant,
        }
    }

    /// The held part of a row of the window.
    fn held_row(&self, row: usize) -> &[S] {
        &self.window.view.row(row)[self.first * self.channels()..][..self.layout.held]
    }

    fn channels(&self) -> usize {
        self.filter.input.channels as usize
    }
}

/// The columns of a window that results in a region depend on.
fn held<S: Resample>(filter: &Resampler<S>, window: &Window<'_>, region: &Region) -> Range<usize> {
    let [before, after] = filter.x.halo(region.left as i64, region.width);
    let start = region.left as i64 - before as i64;
    let end = region.right() as i64 + after as i64;
    let (mut first, mut last) = (usize::MAX, 0);
    for position in start..end {
        if let Some(at) = locate(position, &window.columns, filter.border, filter.input.width) {
            (first, last) = (first.min(at), last.max(at));
        }
    }
    first..last + 1
}

/// The sample of a constant border.
fn constant<S: Resample>(border: Border) -> S {
    match border {
        Border::Constant(value) => S::from_f64(value),
        _ => S::zeroed(),
    }
}
