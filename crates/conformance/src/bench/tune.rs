//! The stripe height that suits this machine.

use std::time::{Duration, Instant};

use super::{Plan, Write};

/// Rows of a stripe to try, besides one stripe for each thread: from one that fits the cache of a core
/// to large ones with little halo.
const ROWS: [usize; 7] = [16, 32, 64, 128, 256, 512, 1024];

/// The fastest plan for an image of `height` rows with one of `writes`, each tried twice.
///
/// # Panics
/// If there is nothing to try.
pub fn tune(height: usize, writes: &[Write], radius: usize, mut run: impl FnMut(Plan)) -> Plan {
    let share = height.div_ceil(rayon::current_num_threads());
    let plans = ROWS
        .into_iter()
        .chain([share])
        .flat_map(|rows| writes.iter().map(move |&write| Plan { rows, write }));
    let sensible = plans.filter(|plan| match plan.write {
        // Below, more than half of the work is halo.
        Write::Copy => plan.rows > 2 * radius,
        Write::Patch => plan.rows > 4 * radius,
    });
    let timed = sensible.map(|plan| {
        let attempt = |_| {
            let start = Instant::now();
            run(plan);
            start.elapsed()
        };
        ((0..2).map(attempt).min().unwrap_or(Duration::MAX), plan)
    });
    timed.min_by_key(|(time, _)| *time).expect("a plan").1
}
