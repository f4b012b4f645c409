//! The planner: how results are cut into work, as a pure function.
//!
//! A *unit* is a region of the results that one worker makes from top to bottom: a tall strip, full rows,
//! or tiles above one another. Each row of an intermediate image is made once in a unit, so a unit is
//! many halos high, and what is made twice lies at its edges. It is made in *blocks*: columns that are
//! as wide as the windows of a chain of filters may be to stay in the second-level cache, some rows at
//! a time.
//!
//! Memory is, for each worker, the rows that wait for their sink and what a unit keeps of intermediate
//! images. When that exceeds the limit the planner takes fewer rows at a time and narrower units, and
//! then fewer workers.

use raster::{Region, Spec};
use store::Layout;

/// What is to be planned.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The shape of the results; of the one with the largest pixels.
    pub spec: &'a Spec,
    /// The regions that the sinks take.
    pub layouts: &'a [Layout],
    /// Columns and rows beyond its own that a region needs, over the whole graph.
    pub halo: (u64, u64),
    /// Whether there are intermediate images.
    pub is_chain: bool,
    /// Bytes of the second-level cache of a core.
    pub cache: u64,
    /// The most workers.
    pub threads: usize,
    /// Bytes that all workers may use together.
    pub limit: u64,
    /// Bytes that a worker needs whatever its units are.
    pub fixed: u64,
    /// Bytes that a unit of that size needs in blocks of that size.
    pub footprint: &'a dyn Fn((u64, u64), (u64, u64)) -> u64,
    /// What sources need that are decoded chunk by chunk.
    pub chunks: Option<Chunks<'a>>,
}

impl Request<'_> {
    /// Whether a source is decoded from the top on.
    fn is_sequential(&self) -> bool {
        self.chunks.is_some_and(|chunks| chunks.is_sequential)
    }

    /// Whether sources are decoded in strips as wide as the image.
    fn is_striped(&self) -> bool {
        self.chunks.is_some_and(|chunks| chunks.grain.0 >= self.spec.width)
    }
}

/// What sources need that are decoded chunk by chunk.
#[derive(Clone, Copy)]
pub struct Chunks<'a> {
    /// Columns and rows of a chunk.
    pub grain: (u64, u64),
    /// Whether chunks are decoded one after the other from the top on, so that none should be decoded
    /// again.
    pub is_sequential: bool,
    /// Bytes that all workers together keep of decoded chunks, for units of that size, blocks of so
    /// many rows, and so many workers.
    pub kept: &'a dyn Fn(Decoding, (u64, u64), u64, usize) -> u64,
}

/// How often chunks are decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Decoding {
    /// Each once: what units share is kept.
    #[default]
    Once,
    /// Those at the edges of units again for each: what a band of a unit touches is kept.
    Again,
}

/// How results are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Pixels of a unit: columns and rows.
    pub unit: (u64, u64),
    /// Pixels of a block.
    pub block: (u64, u64),
    /// Workers that the memory limit allows.
    pub threads: usize,
    /// Bytes that one worker needs.
    pub worker_bytes: u64,
    /// How often chunks of sources are decoded.
    pub decoding: Decoding,
    /// Bytes of decoded chunks that all workers together keep.
    pub kept: u64,
}

/// A row of a block holds at most this many bytes: a few pages, so that rows stream.
const BLOCK_ROW_BYTES: u64 = 16 << 10;
/// And at least this many, unless memory is short: below, starting a row costs more than filtering it.
const MIN_BLOCK_ROW_BYTES: u64 = 1024;
/// Rows of a block with intermediate images, which are to stay in the cache.
const BLOCK_ROWS: u64 = 32;
/// Rows of a block without.
const TALL_BLOCK_ROWS: u64 = 128;
/// Halos that units are high, and columns at least wide: what is made twice is then some hundredths.
const HALOS: u64 = 24;
/// Bytes of a unit at least, if the image has as many.
const UNIT_BYTES: u64 = 8 << 20;
/// Bytes of a row of a unit of tiles.
const TILES_ROW_BYTES: u64 = 4 << 10;
/// Units that each worker should find at least, so that they end together.
const UNITS_PER_WORKER: u64 = 4;

/// Plans a job.
///
/// # Errors
/// The smallest limit that would do, in bytes, if the request's does not allow one worker.
pub fn plan(request: &Request<'_>) -> Result<Plan, u64> {
    if request.is_sequential() {
        return plan_with(request, Decoding::Once);
    }
    if request.chunks.is_some()
        && let Ok(plan) = plan_with(request, Decoding::Once)
        && plan.threads == request.threads
        // Workers side by side would wait for one another's strips.
        && (!request.is_striped() || plan.unit.0 >= request.spec.width)
    {
        return Ok(plan);
    }
    plan_with(request, if request.chunks.is_some() { Decoding::Again } else { Decoding::Once })
}

fn plan_with(request: &Request<'_>, decoding: Decoding) -> Result<Plan, u64> {
    let preferred = preferred(request, decoding);
    let mut shape = preferred;
    let mut least = u64::MAX;
    let mut sound = None;
    loop {
        let bytes = request.fixed + (request.footprint)(shape.unit, shape.block);
        let kept = |threads: usize| {
            let kept =
                |chunks: Chunks<'_>| (chunks.kept)(decoding, shape.unit, shape.block.1, threads);
            request.chunks.map_or(0, kept)
        };
        least = least.min(bytes + kept(1));
        let affordable = affordable(request, bytes, &kept);
        let plan = Plan {
            unit: shape.unit,
            block: shape.block,
            threads: affordable,
            worker_bytes: bytes,
            decoding,
            kept: kept(affordable),
        };
        if affordable == request.threads {
            return Ok(plan);
        }
        // Fewer workers do more than strips that are mostly halo.
        match (shape.is_sound(request, &preferred), affordable, sound) {
            (true, 1.., _) => sound = Some(plan),
            (false, _, Some(sound)) => return Ok(sound),
            (false, 1.., None) => return Ok(plan),
            _ => {}
        }
        match shape.shrink(request) {
            Some(smaller) => shape = smaller,
            None => return sound.ok_or(least),
        }
    }
}

/// The most workers that the limit allows.
fn affordable(request: &Request<'_>, bytes: u64, kept: &dyn Fn(usize) -> u64) -> usize {
    let fits = |threads: usize| {
        let own = bytes.saturating_mul(threads as u64);
        own.saturating_add(kept(threads)) <= request.limit
    };
    let (mut most, mut too_many) = (0, request.threads + 1);
    if fits(request.threads) {
        return request.threads;
    }
    while most + 1 < too_many {
        let middle = usize::midpoint(most, too_many);
        if fits(middle) {
            most = middle;
        } else {
            too_many = middle;
        }
    }
    most
}

impl Plan {
    /// Bytes that the job needs.
    pub const fn bytes(&self) -> u64 {
        self.worker_bytes.saturating_mul(self.threads as u64).saturating_add(self.kept)
    }

    /// Units in the result.
    pub const fn units(&self, spec: &Spec) -> u64 {
        spec.width.div_ceil(self.unit.0) * spec.height.div_ceil(self.unit.1)
    }

    /// Unit `index` of the result, in file order.
    ///
    /// # Panics
    /// If there is no such unit.
    pub fn unit_region(&self, spec: &Spec, index: u64) -> Region {
        let columns = spec.width.div_ceil(self.unit.0);
        let (left, top) = (index % columns * self.unit.0, index / columns * self.unit.1);
        Region::new(left, top, self.unit.0, self.unit.1)
            .intersect(&spec.region())
            .expect("units cover the image")
    }
}

/// A unit cut into columns of about the same width.
pub(crate) fn cells(unit: &Region, width: u64) -> impl Iterator<Item = Region> {
    let unit = *unit;
    let count = unit.width.div_ceil(width);
    let width = unit.width.div_ceil(count).next_multiple_of(64).min(unit.width);
    (0..unit.width).step_by(width as usize).map(move |left| Region {
        left: unit.left + left,
        width: width.min(unit.width - left),
        ..unit
    })
}

/// The sizes of units and blocks.
#[derive(Clone, Copy)]
struct Shape {
    unit: (u64, u64),
    block: (u64, u64),
}

/// The sizes that one would take with memory to spare.
fn preferred(request: &Request<'_>, decoding: Decoding) -> Shape {
    let spec = request.spec;
    let column = preferred_column(request);
    let grid = Grid::of(request.layouts);
    // Narrow results of a row of blocks each would be written row by row, which costs a call a row.
    let width = match grid {
        Some(Grid { is_wide: true, tile, .. }) => spec.width.next_multiple_of(tile),
        Some(Grid { tile, .. }) => {
            let wanted = column.max(TILES_ROW_BYTES / spec.pixel_bytes()).min(spec.width);
            wanted.next_multiple_of(tile)
        }
        None => column,
    };
    let width = chunk_columns(request, width, grid.map_or(1, |grid| grid.tile));
    let step = grid.map_or(2, |grid| grid.step);
    let rows = (HALOS * request.halo.1).max(UNIT_BYTES / (width * spec.pixel_bytes())).max(64);
    let rows = chunk_rows(request, decoding, rows);
    let height = share_rows(request, rows, width);
    let height = height.next_multiple_of(chunk_step(request, step, height));
    let rows = if request.is_chain { BLOCK_ROWS } else { TALL_BLOCK_ROWS };
    Shape { unit: (width, height), block: (column.min(width), rows) }
}

/// Columns of a unit that follow the chunks of its source: all of them if chunks are strips, which
/// workers side by side would wait for.
fn chunk_columns(request: &Request<'_>, width: u64, tile: u64) -> u64 {
    let all = request.spec.width.next_multiple_of(tile);
    match request.chunks.map(|chunks| multiple(tile, chunks.grain.0)) {
        Some(_) if request.is_striped() => all,
        Some(step) if step <= request.spec.width / 2 => width.next_multiple_of(step).min(all),
        _ => width,
    }
}

/// Rows of a unit that follow the chunks of its source. Workers below one another wait for those that
/// they share, and those at edges may be decoded again, so that there should be several between.
fn chunk_rows(request: &Request<'_>, decoding: Decoding, rows: u64) -> u64 {
    let chunks = match decoding {
        Decoding::Once if request.is_striped() => 4,
        Decoding::Once => 1,
        Decoding::Again => 16,
    };
    request.chunks.map_or(rows, |it| rows.max(chunks * it.grain.1))
}

/// What the rows of a unit are a multiple of.
fn chunk_step(request: &Request<'_>, step: u64, height: u64) -> u64 {
    let both = request.chunks.map(|chunks| multiple(step, chunks.grain.1));
    both.filter(|&both| both <= height).unwrap_or(step)
}

/// Columns of a block: about the same in all, since a narrow one costs as much as a wide one.
fn preferred_column(request: &Request<'_>) -> u64 {
    let spec = request.spec;
    let columns = |bytes: u64| (bytes / spec.pixel_bytes()).max(64);
    let mut most = columns(BLOCK_ROW_BYTES);
    if request.is_chain {
        let fits = |width: u64| {
            let width = width.min(spec.width);
            // Rolls have half as much room again as they fill.
            (request.footprint)((width, 4 * BLOCK_ROWS), (width, BLOCK_ROWS)) * 2 / 3
                <= request.cache
        };
        while most / 2 >= columns(MIN_BLOCK_ROW_BYTES) && !fits(most) {
            most /= 2;
        }
    }
    let most = most.max(HALOS * request.halo.0);
    let count = spec.width.div_ceil(most);
    spec.width.div_ceil(count).next_multiple_of(64).min(spec.width)
}

/// Fewer rows a unit if there would be too few units for the workers.
fn share_rows(request: &Request<'_>, rows: u64, unit_width: u64) -> u64 {
    let columns = request.spec.width.div_ceil(unit_width);
    let wanted = (UNITS_PER_WORKER * request.threads as u64).div_ceil(columns);
    let fair = request.spec.height.div_ceil(wanted).max(2 * request.halo.1).max(16);
    rows.min(fair).min(request.spec.height).next_multiple_of(2)
}

/// What units have to keep to so that every sink can take them.
#[derive(Clone, Copy)]
struct Grid {
    /// Whether they should have all columns.
    is_wide: bool,
    /// Columns and rows that they have multiples of.
    tile: u64,
    step: u64,
}

impl Grid {
    /// None if all sinks take anything.
    fn of(layouts: &[Layout]) -> Option<Self> {
        let mut grid = None;
        for layout in layouts {
            let Self { is_wide, tile, step } =
                grid.unwrap_or(Self { is_wide: false, tile: 1, step: 2 });
            grid = match *layout {
                Layout::Free => grid,
                Layout::Any => Some(Self { is_wide, tile, step }),
                Layout::Rows => Some(Self { is_wide: true, tile, step }),
                Layout::Tiles { width, height } => {
                    let (tile, step) = (multiple(tile, width), multiple(step, height));
                    Some(Self { is_wide, tile, step })
                }
            };
        }
        grid
    }
}

/// The least common multiple.
const fn multiple(a: u64, b: u64) -> u64 {
    let (mut x, mut y) = (a, b);
    while y > 0 {
        (x, y) = (y, x % y);
    }
    a / x * b
}

impl Shape {
    /// Whether little is made twice, or no more than with memory to spare.
    fn is_sound(&self, request: &Request<'_>, preferred: &Self) -> bool {
        let enough = |side: u64, halo: u64, all: u64| side >= (8 * halo).max(64).min(all);
        enough(self.block.0, request.halo.0, preferred.block.0)
            && enough(self.unit.1, request.halo.1, preferred.unit.1)
    }

    /// The next smaller sizes that the sinks take: what costs least first.
    fn shrink(&self, request: &Request<'_>) -> Option<Self> {
        let Self { unit: (width, height), block: (column, rows) } = *self;
        let Grid { tile, step, .. } =
            Grid::of(request.layouts).unwrap_or(Grid { is_wide: false, tile: 64, step: 2 });
        let tile = tile.max(64.min(width));
        let half = |side: u64, step: u64| (side / 2).max(1).next_multiple_of(step).min(side);
        let (half_width, half_height) = (half(width, tile), half(height, step));
        let half_column = half(column, 64);
        let with_columns = |width: u64, column: u64| Self {
            unit: (width, height),
            block: (column.min(width), rows),
        };
        // Columns side by side need the same rows of what is decoded from the top on.
        let are_rows_spare = half_height >= (8 * request.halo.1).max(64);
        if rows > 8 {
            Some(Self { block: (column, rows / 2), ..*self })
        } else if request.is_sequential() && are_rows_spare && half_height < height {
            Some(Self { unit: (width, half_height), ..*self })
        } else if half_width < width && width > column {
            Some(with_columns(half_width, column))
        } else if half_column < column && column > 16 * request.halo.0 {
            // Several columns in a unit need as much as one, so the unit gets narrower too.
            Some(with_columns(half_width, half_column))
        } else if half_height < height {
            Some(Self { unit: (width, half_height), ..*self })
        } else if half_column < column {
            Some(with_columns(half_width, half_column))
        } else if rows > 2 {
            Some(Self { block: (column, rows / 2), ..*self })
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests;
