//! The levels of a pyramid and their tiles.

use std::sync::Mutex;

use raster::{Buffer, Region, Spec, View};

use super::{
    decimation::{Decimation, Rows},
    mosaic::{Mosaic, dense, lock},
    seams::{Segment, Side},
};
use crate::Error;

/// What levels are cut into.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grid {
    /// Columns and rows of a cell. Cells cover a level once.
    pub(crate) cell: (u64, u64),
    /// Columns and rows by which a tile is larger than its cell, on each side where the image goes on.
    pub(crate) overlap: u64,
}

/// Takes tiles: the level, where they lie in it, and their pixels. Tiles of the first level that do not
/// overlap come with their neighbours in a row.
pub(crate) type Emit<'a> = dyn FnMut(usize, &Region, &View<'_>) -> Result<(), Error> + 'a;

/// An image and its smaller copies, while their pixels come.
///
/// Tiles come about in rows, so of each level about one row of tiles waits at a time, and a few rows of
/// pixels at the borders between cells if the decimation looks across them.
pub(crate) struct Pyramid {
    levels: Vec<Level>,
    grid: Grid,
    decimation: Decimation,
    /// Memory of tiles that wait no more.
    spare: Mutex<Vec<Buffer>>,
}

struct Level {
    spec: Spec,
    tiles: Mosaic,
    seams: Mosaic,
}

/// What a thread makes levels in.
#[derive(Default)]
pub(crate) struct Scratch {
    rows: Rows,
    half: Buffer,
    done: Vec<Done>,
}

/// What has all its pixels and has not been looked at yet.
enum Done {
    Tile { level: usize, cell: (u64, u64), pixels: Buffer },
    Seam { level: usize, segments: [Segment; 2], pixels: Buffer },
}

impl Pyramid {
    /// A pyramid with levels of such shapes, the largest first.
    pub(crate) fn new(
        specs: impl Iterator<Item = Spec>,
        grid: Grid,
        decimation: Decimation,
    ) -> Self {
        let level = |spec| Level { spec, tiles: Mosaic::default(), seams: Mosaic::default() };
        Self { levels: specs.map(level).collect(), grid, decimation, spare: Mutex::default() }
    }

    /// The shapes of an image and its halves, until one has no more columns and rows than so many.
    pub(crate) fn specs(image: Spec, (width, height): (u64, u64)) -> impl Iterator<Item = Spec> {
        std::iter::successors(Some(image), move |spec| {
            let half =
                Spec { width: spec.width.div_ceil(2), height: spec.height.div_ceil(2), ..*spec };
            (spec.width > width || spec.height > height).then_some(half)
        })
    }

    /// Bytes of what waits at most, but for what a thread has begun.
    pub(crate) fn bytes(&self) -> u64 {
        let copies = self.levels.iter().skip(usize::from(self.is_direct()));
        // Strips of the next row wait too where tiles overlap.
        let tiles =
            copies.map(|level| self.across(&level.spec) * (self.tile_bytes() + self.strip_bytes()));
        let seams = self.levels.iter().rev().skip(1).map(|level| self.seam_bytes(&level.spec));
        tiles.sum::<u64>() + seams.sum::<u64>()
    }

    /// Bytes that a thread needs beside those.
    pub(crate) fn worker_bytes(&self) -> u64 {
        if self.levels.len() == 1 && self.is_direct() {
            return 0;
        }
        let Spec { channels, depth, .. } = self.levels[0].spec;
        let samples = self.grid.cell.0 * u64::from(channels);
        5 * self.tile_bytes() + self.decimation.row_bytes(samples, depth)
    }

    /// Takes whole cells of the first level that are neighbours, hands out the tiles that are then whole,
    /// and makes what can be made of them.
    pub(crate) fn add(
        &self,
        region: &Region,
        pixels: &View<'_>,
        scratch: &mut Scratch,
        emit: &mut Emit<'_>,
    ) -> Result<(), Error> {
        let (width, height) = self.grid.cell;
        let part = |of: &Region| {
            let (left, top) = (of.left - region.left, of.top - region.top);
            pixels.sub(&Region { left, top, ..*of })
        };
        for row in region.cells(region.right(), height) {
            if self.is_direct() {
                emit(0, &row, &part(&row))?;
            }
            for cell in row.cells(width, height) {
                if self.is_direct() {
                    self.halve(0, &cell, &part(&cell), scratch);
                } else {
                    self.place(0, &cell, &part(&cell), &mut scratch.done);
                }
                while let Some(done) = scratch.done.pop() {
                    self.follow(done, scratch, emit)?;
                }
            }
        }
        Ok(())
    }

    /// Whether tiles of the first level are handed out as they come.
    const fn is_direct(&self) -> bool {
        self.grid.overlap == 0
    }

    /// Copies a part of a level into the tiles that have it.
    fn place(&self, level: usize, part: &Region, pixels: &View<'_>, done: &mut Vec<Done>) {
        let (Level { spec, tiles, .. }, Grid { cell, overlap }) = (&self.levels[level], self.grid);
        let numbers = |start: u64, end: u64, side: u64, len: u64| {
            start.saturating_sub(overlap) / side..(end + overlap).min(len).div_ceil(side)
        };
        for row in numbers(part.top, part.bottom(), cell.1, spec.height) {
            for column in numbers(part.left, part.right(), cell.0, spec.width) {
                let cell = (column, row);
                let memory = || lock(&self.spare).pop().unwrap_or_default();
                let places = (&self.tile(spec, cell), part);
                if let Some(pixels) = tiles.put(cell, places, pixels, spec, memory) {
                    done.push(Done::Tile { level, cell, pixels });
                }
            }
        }
    }

    fn follow(&self, done: Done, scratch: &mut Scratch, emit: &mut Emit<'_>) -> Result<(), Error> {
        match done {
            Done::Tile { level, cell, pixels } => {
                let spec = &self.levels[level].spec;
                let (tile, core) = (self.tile(spec, cell), self.core(spec, cell));
                let view = dense(&pixels, &tile, spec);
                emit(level, &tile, &view)?;
                let inner =
                    Region { left: core.left - tile.left, top: core.top - tile.top, ..core };
                self.halve(level, &core, &view.sub(&inner), scratch);
                lock(&self.spare).push(pixels);
            }
            Done::Seam { level, segments: [x, y], pixels } => {
                let inputs = region(&x.input, &y.input);
                let view = dense(&pixels, &inputs, &self.levels[level].spec);
                self.make(level, [&x, &y], &view, scratch);
            }
        }
        Ok(())
    }

    /// Makes what of the next level can be made of a cell, and keeps what else needs its pixels.
    fn halve(&self, level: usize, cell: &Region, pixels: &View<'_>, scratch: &mut Scratch) {
        if level + 1 == self.levels.len() {
            return;
        }
        let Level { spec, seams, .. } = &self.levels[level];
        let [across, down] = self.sides(spec);
        for y in down.touching(cell.top / down.cell) {
            for x in across.touching(cell.left / across.cell) {
                let inputs = region(&x.input, &y.input);
                if x.is_own() && y.is_own() {
                    let (left, top) = (inputs.left - cell.left, inputs.top - cell.top);
                    let pixels = pixels.sub(&Region { left, top, ..inputs });
                    self.make(level, [&x, &y], &pixels, scratch);
                    continue;
                }
                let number = (x.number, y.number);
                let memory = || Buffer::zeroed(spec.region_bytes(&inputs) as usize);
                if let Some(pixels) = seams.put(number, (&inputs, cell), pixels, spec, memory) {
                    scratch.done.push(Done::Seam {
                        level,
                        segments: [x.clone(), y.clone()],
                        pixels,
                    });
                }
            }
        }
    }

    /// Makes a part of the next level of all its inputs.
    fn make(&self, level: usize, [x, y]: [&Segment; 2], pixels: &View<'_>, scratch: &mut Scratch) {
        let (next, part) = (&self.levels[level + 1].spec, region(&x.out, &y.out));
        let bytes = next.region_bytes(&part) as usize;
        self.decimation.halve(pixels, [x, y], scratch.half.take(bytes), &mut scratch.rows);
        let half = dense(&scratch.half, &part, next);
        self.place(level + 1, &part, &half, &mut scratch.done);
    }

    /// The pixels of a cell.
    fn core(&self, spec: &Spec, (column, row): (u64, u64)) -> Region {
        let (width, height) = self.grid.cell;
        let cell = Region::new(column * width, row * height, width, height);
        cell.intersect(&spec.region()).expect("a cell of the level")
    }

    /// The pixels of the tile around a cell.
    fn tile(&self, spec: &Spec, cell: (u64, u64)) -> Region {
        let (core, overlap) = (self.core(spec, cell), self.grid.overlap);
        let (left, top) = (core.left.saturating_sub(overlap), core.top.saturating_sub(overlap));
        let right = (core.right() + overlap).min(spec.width);
        let bottom = (core.bottom() + overlap).min(spec.height);
        Region::new(left, top, right - left, bottom - top)
    }

    fn sides(&self, spec: &Spec) -> [Side; 2] {
        let reach = self.decimation.reach();
        [(spec.width, self.grid.cell.0), (spec.height, self.grid.cell.1)].map(|(len, cell)| Side {
            len,
            cell,
            reach,
        })
    }

    fn across(&self, spec: &Spec) -> u64 {
        spec.width.div_ceil(self.grid.cell.0)
    }

    fn tile_bytes(&self) -> u64 {
        let (spec, Grid { cell, overlap }) = (&self.levels[0].spec, self.grid);
        let side = |cell: u64, len: u64| (cell + 2 * overlap).min(len);
        spec.region_bytes(&Region::new(0, 0, side(cell.0, spec.width), side(cell.1, spec.height)))
    }

    /// Bytes of the strips of a tile that its neighbours above and beside it bring.
    fn strip_bytes(&self) -> u64 {
        let Grid { cell: (width, height), overlap } = self.grid;
        self.levels[0].spec.pixel_bytes() * overlap * (2 * width + 2 * height)
    }

    /// Bytes of the pixels at the borders below and between the cells of a row.
    fn seam_bytes(&self, spec: &Spec) -> u64 {
        let [across, down] = self.sides(spec);
        let below = Region::new(0, 0, spec.width, down.widest());
        let between = Region::new(0, 0, across.widest(), down.cell.min(spec.height));
        spec.region_bytes(&below) + self.across(spec) * spec.region_bytes(&between)
    }
}

fn region(x: &std::ops::Range<u64>, y: &std::ops::Range<u64>) -> Region {
    Region::new(x.start, y.start, x.end - x.start, y.end - y.start)
}

#[cfg(test)]
impl Pyramid {
    /// Bytes that wait.
    pub(super) fn waiting_bytes(&self) -> u64 {
        self.levels.iter().map(|level| level.tiles.bytes() + level.seams.bytes()).sum()
    }
}
