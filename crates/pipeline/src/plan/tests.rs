//! Tables of plans.

use raster::Depth;

use super::*;

/// A chain of filters that look `halo` columns and rows around, of which `chain` are not the last.
struct Job {
    spec: Spec,
    layouts: Vec<Layout>,
    halo: u64,
    chain: u64,
    limit: u64,
    threads: usize,
    fixed: u64,
}

fn job(width: u64, height: u64, channels: u32, depth: Depth, layout: Layout) -> Job {
    let spec = Spec::new(width, height, channels, depth).unwrap();
    Job { spec, layouts: vec![layout], halo: 14, chain: 0, limit: 256 << 20, threads: 2, fixed: 0 }
}

impl Job {
    /// What the graph's own estimate comes to: a roll of each intermediate image, a ring of each
    /// filter, and rows for the sink.
    fn bytes(&self, (width, _): (u64, u64), (column, rows): (u64, u64)) -> u64 {
        let row = (width + width.div_ceil(column) * self.halo) * self.spec.pixel_bytes();
        let shelf = match self.layouts[0] {
            Layout::Free => 0,
            Layout::Any | Layout::Rows => rows,
            Layout::Tiles { height, .. } => height,
        };
        row * ((self.chain + 1) * 2 * (self.halo + 1) + self.chain * (rows + self.halo) + shelf)
    }

    fn plan(&self) -> Result<Plan, u64> {
        plan(&Request {
            spec: &self.spec,
            layouts: &self.layouts,
            halo: (self.halo, self.halo),
            is_chain: self.chain > 0,
            cache: 1 << 20,
            threads: self.threads,
            limit: self.limit,
            fixed: self.fixed,
            footprint: &|unit, block| self.bytes(unit, block),
            chunks: None,
        })
    }
}

fn slide(layout: Layout) -> Job {
    job(80_000, 60_000, 1, Depth::U8, layout)
}

const TILES: Layout = Layout::Tiles { width: 512, height: 512 };

#[test]
fn units_follow_the_sink() {
    let free = slide(Layout::Free).plan().unwrap();
    assert_eq!((free.unit, free.block, free.threads), ((16_000, 524), (16_000, 128), 2));
    let rows = slide(Layout::Rows).plan().unwrap();
    assert_eq!((rows.unit, rows.block), ((80_000, 336), (16_000, 128)));
    let tiles = slide(TILES).plan().unwrap();
    assert_eq!((tiles.unit, tiles.block), ((16_384, 512), (16_000, 128)));
    let both = Job { layouts: vec![TILES, Layout::Rows], ..slide(TILES) };
    assert_eq!(both.plan().unwrap().unit, (80_384, 512));
}

#[test]
fn chains_stay_in_the_cache_and_their_units_are_many_halos() {
    let chain = Job { halo: 50, chain: 4, ..slide(Layout::Free) }.plan().unwrap();
    assert_eq!((chain.unit, chain.block), ((1216, 6898), (1216, 32)));
    for halo in [2, 10, 30, 120, 500, 1000] {
        for chain in [0, 3] {
            let Plan { unit, block, .. } =
                Job { halo, chain, limit: 1 << 40, ..slide(Layout::Free) }.plan().unwrap();
            let enough = block.0 >= 20 * halo && unit.1 >= 8 * halo;
            assert!(enough, "{halo}: {unit:?}, {block:?}");
        }
    }
}

#[test]
fn small_images_are_shared_among_the_workers() {
    let small = Job { threads: 4, ..job(1000, 1000, 1, Depth::U8, Layout::Free) };
    assert_eq!(small.plan().unwrap().unit, (1000, 64));
    let tiny = Job { threads: 4, ..job(3, 1, 1, Depth::U8, Layout::Free) };
    assert_eq!(tiny.plan().unwrap().unit, (3, 2));
}

#[test]
fn memory_takes_rows_then_width_then_workers() {
    let wide = |limit: u64, threads| Job {
        limit,
        threads,
        halo: 50,
        chain: 4,
        ..job(80_000, 60_000, 3, Depth::U8, Layout::Rows)
    };
    let roomy = wide(1 << 30, 2).plan().unwrap();
    assert_eq!((roomy.unit.0, roomy.block.1, roomy.threads), (80_000, 32, 2));
    let tight = wide(64 << 20, 2).plan().unwrap();
    assert!(tight.unit.0 < 80_000 && tight.threads == 2, "{tight:?}");
    let crowded = wide(64 << 20, 64).plan().unwrap();
    assert!(crowded.threads < 64 && crowded.block.0 >= 400, "{crowded:?}");
    let needed = wide(1 << 10, 2).plan().unwrap_err();
    assert!(needed > 1 << 10);
    assert_eq!(wide(needed, 2).plan().unwrap().threads, 1);
}

#[test]
fn every_plan_keeps_to_its_limit_and_covers_the_image() {
    let shapes = [
        (80_000, 60_000, 1, Depth::U8),
        (80_000, 60_000, 3, Depth::F32),
        (1, 100_000, 4, Depth::U16),
        (100_001, 1, 1, Depth::F32),
    ];
    for (width, height, channels, depth) in shapes {
        for layout in [Layout::Free, Layout::Any, Layout::Rows, TILES] {
            for threads in [1, 3, 64] {
                let job = Job {
                    threads,
                    chain: 2,
                    limit: 64 << 20,
                    ..job(width, height, channels, depth, layout)
                };
                let plan = job.plan().unwrap();
                assert!(plan.worker_bytes * plan.threads as u64 <= job.limit, "{plan:?}");
                let last = plan.unit_region(&job.spec, plan.units(&job.spec) - 1);
                assert_eq!((last.right(), last.bottom()), (width, height));
                if let Layout::Tiles { width, height } = layout {
                    assert!(plan.unit.0.is_multiple_of(width), "{plan:?}");
                    assert!(plan.unit.1.is_multiple_of(height), "{plan:?}");
                }
            }
        }
    }
}

#[test]
fn what_each_worker_needs_anyway_counts() {
    let free = slide(Layout::Any).plan().unwrap();
    let fixed = 100 << 20;
    let plan = Job { fixed, ..slide(Layout::Any) }.plan().unwrap();
    assert_eq!((plan.threads, plan.worker_bytes), (2, free.worker_bytes + fixed));
    assert_eq!((plan.unit, plan.block), (free.unit, free.block));
    let plan = Job { fixed: 200 << 20, ..slide(Layout::Any) }.plan().unwrap();
    assert_eq!(plan.threads, 1);
    let refused = Job { fixed: 300 << 20, ..slide(Layout::Any) }.plan();
    assert!(refused.unwrap_err() > 300 << 20);
}
