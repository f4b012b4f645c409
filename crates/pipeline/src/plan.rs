//! The planner: how a result is cut into work, as a pure function.
//!
//! A *unit* is what a worker takes and a sink receives: a strip, a band of whole rows, or a run of
//! tiles. It should take 0.5 to 10 milliseconds. A *block* is the part of a unit that is computed at
//! once, small enough that the windows of a chain of filters stay in the second-level cache.
//!
//! Memory is the sum over workers of a unit's pixels (unless the sink lends its own memory) and the
//! windows of a block. When that exceeds the limit the planner shrinks units and blocks first, then
//! drops workers.

use raster::{Region, Spec};
use store::Layout;

/// What is to be planned.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The shape of the result.
    pub spec: &'a Spec,
    /// The units that the sink takes.
    pub layout: Layout,
    /// Columns and rows beyond its own that a region needs, over the whole chain.
    pub halo: (u64, u64),
    /// Whether there are windows between filters.
    pub is_chain: bool,
    /// Bytes of the second-level cache of a core.
    pub cache: u64,
    /// The most workers.
    pub threads: usize,
    /// Bytes that all workers may use together.
    pub limit: u64,
    /// Bytes of windows and scratch that a block of that size needs.
    pub footprint: &'a dyn Fn(u64, u64) -> u64,
}

/// How a result is cut.
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
}

/// A row of a block holds at most this many bytes: a few pages, so that rows stream.
const BLOCK_ROW_BYTES: u64 = 16 << 10;
/// And at least this many, however tall the block: below, starting a row costs more than filtering it.
const MIN_BLOCK_ROW_BYTES: u64 = 512;
/// Pixels of a block of a single filter, in bytes of samples: what takes some milliseconds.
const BLOCK_BYTES: u64 = 8 << 20;
/// Bytes of a band of rows.
const BAND_BYTES: u64 = 8 << 20;
/// Bytes of a run of tiles.
const RUN_BYTES: u64 = 2 << 20;
/// Units that each worker should find at least, so that they end together.
const UNITS_PER_WORKER: u64 = 4;

/// Plans a job.
///
/// # Errors
/// The smallest limit that would do, in bytes, if the request's does not allow one worker.
pub fn plan(request: &Request<'_>) -> Result<Plan, u64> {
    let mut unit = preferred_unit(request);
    loop {
        let block = block(request, unit);
        let buffer = match request.layout {
            Layout::Free => 0,
            _ => unit.0 * unit.1 * request.spec.pixel_bytes(),
        };
        let worker_bytes = buffer + (request.footprint)(block.0, block.1);
        let affordable = request.limit / worker_bytes.max(1);
        let smaller = shrink(request, unit);
        if affordable >= request.threads as u64 || (smaller.is_none() && affordable > 0) {
            let threads = request.threads.min(affordable as usize).max(1);
            return Ok(Plan { unit, block, threads, worker_bytes });
        }
        unit = smaller.ok_or(worker_bytes)?;
    }
}

impl Plan {
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

/// The unit one would take with memory to spare.
fn preferred_unit(request: &Request<'_>) -> (u64, u64) {
    let spec = request.spec;
    match request.layout {
        Layout::Free => {
            let (width, height) = preferred_block(request, (spec.width, spec.height));
            (width, share_rows(request, height, width))
        }
        Layout::Rows => {
            let fitting = (BAND_BYTES / spec.row_bytes()).max(1);
            let most = (4 * BAND_BYTES / spec.row_bytes()).max(1);
            let height = fitting.max(paying_rows(request).min(most));
            (spec.width, share_rows(request, height, spec.width))
        }
        Layout::Tiles { width, height } => {
            let tiles = (RUN_BYTES / (width * height * spec.pixel_bytes())).max(1);
            ((tiles * width).min(spec.width.next_multiple_of(width)), height)
        }
    }
}

/// Rows that make recomputing a halo cheap: with eight times as many it costs an eighth of a pass.
fn paying_rows(request: &Request<'_>) -> u64 {
    (8 * request.halo.1).max(64)
}

/// A block of at most `within` pixels: as tall as its halo asks, and no wider than its share of bytes
/// allows, but wide enough that its halo to the sides is cheap too.
fn preferred_block(request: &Request<'_>, within: (u64, u64)) -> (u64, u64) {
    let pixel = request.spec.pixel_bytes();
    let columns = |bytes: u64| (bytes / pixel).max(64);
    // Windows between filters hold a block and its halo twice, as they come and go.
    let bytes = if request.is_chain { 2 * request.cache } else { BLOCK_BYTES };
    let rows = paying_rows(request).min(within.1);
    let most = columns(bytes / rows).clamp(columns(MIN_BLOCK_ROW_BYTES), columns(BLOCK_ROW_BYTES));
    // Of about the same width: a narrow last one would cost as much as a wide one.
    let count = within.0.div_ceil(most.max(8 * request.halo.0));
    let width = within.0.div_ceil(count).next_multiple_of(64).min(within.0);
    (width, (bytes / (width * pixel)).max(rows).min(within.1))
}

/// Fewer rows a unit if there would be too few units for the workers.
fn share_rows(request: &Request<'_>, rows: u64, unit_width: u64) -> u64 {
    let columns = request.spec.width.div_ceil(unit_width);
    let wanted = (UNITS_PER_WORKER * request.threads as u64).div_ceil(columns);
    let fair = request.spec.height.div_ceil(wanted).max(2 * request.halo.1).max(16);
    rows.min(fair).min(request.spec.height)
}

/// The next smaller unit that the sink takes.
fn shrink(request: &Request<'_>, unit: (u64, u64)) -> Option<(u64, u64)> {
    let (width, height) = unit;
    match request.layout {
        Layout::Free if height > 16 => Some((width, height / 2)),
        Layout::Free if width > 64 => Some((width / 2, height)),
        Layout::Rows if height > 1 => Some((width, height / 2)),
        Layout::Tiles { width: tile, .. } if width > tile => {
            Some(((width / 2).next_multiple_of(tile).min(width - tile), height))
        }
        _ => None,
    }
}

/// The block to compute a unit in.
fn block(request: &Request<'_>, unit: (u64, u64)) -> (u64, u64) {
    match request.layout {
        Layout::Free => unit,
        Layout::Rows | Layout::Tiles { .. } => preferred_block(request, unit),
    }
}

#[cfg(test)]
mod tests {
    use raster::Depth;

    use super::*;

    fn check(
        (width, height, channels, depth): (u64, u64, u32, Depth),
        layout: Layout,
        limit: u64,
        threads: usize,
    ) -> Result<Plan, u64> {
        let spec = Spec::new(width, height, channels, depth).unwrap();
        let footprint = |w: u64, h: u64| (w + 14) * (h + 14) * spec.pixel_bytes();
        plan(&Request {
            spec: &spec,
            layout,
            halo: (14, 14),
            is_chain: true,
            cache: 1 << 20,
            threads,
            limit,
            footprint: &footprint,
        })
    }

    const SLIDE: (u64, u64, u32, Depth) = (80_000, 60_000, 1, Depth::U8);
    const WIDE: (u64, u64, u32, Depth) = (80_000, 60_000, 3, Depth::F32);
    const TILES: Layout = Layout::Tiles { width: 512, height: 512 };

    #[test]
    fn units_follow_the_sink() {
        let free = check(SLIDE, Layout::Free, 256 << 20, 2).unwrap();
        assert_eq!((free.unit, free.block, free.threads), ((16_000, 131), (16_000, 131), 2));
        let rows = check(SLIDE, Layout::Rows, 256 << 20, 2).unwrap();
        assert_eq!((rows.unit, rows.block), ((80_000, 112), (16_000, 112)));
        let tiles = check(SLIDE, TILES, 256 << 20, 2).unwrap();
        assert_eq!((tiles.unit, tiles.block), ((4096, 512), (4096, 512)));
    }

    /// A single filter of that halo, or a chain.
    fn large(halo: u64, layout: Layout, is_chain: bool) -> Plan {
        let spec = Spec::new(80_000, 60_000, 1, Depth::U8).unwrap();
        let footprint = |w: u64, h: u64| (w + halo) * (h + halo);
        let request = Request {
            spec: &spec,
            layout,
            halo: (halo, halo),
            is_chain,
            cache: 1 << 20,
            threads: 2,
            limit: 256 << 20,
            footprint: &footprint,
        };
        plan(&request).unwrap()
    }

    #[test]
    fn large_halos_make_blocks_tall() {
        assert_eq!(large(14, Layout::Free, false).unit, (16_000, 524));
        assert_eq!(large(360, Layout::Free, true).unit, (2880, 2880));
        assert_eq!(large(360, Layout::Free, false).unit, (2880, 2912));
        let rows = large(360, Layout::Rows, false);
        assert_eq!((rows.unit, rows.block), ((80_000, 419), (16_000, 419)));
    }

    #[test]
    fn halos_cost_little() {
        for halo in [2, 10, 30, 120, 500, 1000] {
            for is_chain in [false, true] {
                let (width, height) = large(halo, Layout::Free, is_chain).block;
                assert!(width >= 8 * halo && height >= 8 * halo, "{halo}: {width} x {height}");
            }
        }
    }

    #[test]
    fn small_images_are_shared_among_the_workers() {
        let plan = check((1000, 1000, 1, Depth::U8), Layout::Free, 256 << 20, 4).unwrap();
        assert_eq!(plan.unit, (1000, 63));
        let plan = check((3, 1, 1, Depth::U8), Layout::Free, 256 << 20, 4).unwrap();
        assert_eq!(plan.unit, (3, 1));
    }

    #[test]
    fn memory_shrinks_units_before_workers() {
        let roomy = check(WIDE, Layout::Rows, 256 << 20, 16).unwrap();
        assert_eq!((roomy.threads, roomy.unit), (16, (80_000, 8)));
        let tight = check(WIDE, Layout::Rows, 8 << 20, 16).unwrap();
        assert_eq!((tight.threads, tight.unit), (6, (80_000, 1)));
        assert!(check(WIDE, Layout::Rows, 1 << 20, 16).unwrap_err() > 1 << 20);
        let tiles = check(WIDE, TILES, 16 << 20, 4).unwrap();
        assert_eq!(tiles.unit, (512, 512));
    }

    #[test]
    fn every_plan_keeps_to_its_limit_and_covers_the_image() {
        for shape in [SLIDE, WIDE, (1, 100_000, 4, Depth::U16), (100_001, 1, 1, Depth::F32)] {
            for layout in [Layout::Free, Layout::Rows, TILES] {
                for threads in [1, 3, 64] {
                    let limit = 64 << 20;
                    let plan = check(shape, layout, limit, threads).unwrap();
                    assert!(plan.worker_bytes * plan.threads as u64 <= limit, "{plan:?}");
                    let spec = Spec::new(shape.0, shape.1, shape.2, shape.3).unwrap();
                    let last = plan.unit_region(&spec, plan.units(&spec) - 1);
                    assert_eq!((last.right(), last.bottom()), (spec.width, spec.height));
                }
            }
        }
    }
}
