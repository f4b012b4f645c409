//! The stripe height that suits this machine.

use std::time::{Duration, Instant};

use super::{Plan, Write};

/// Rows of a stripe to try, besides one stripe for each thread: from one that fits the cache of a core
/// to large ones with little halo.
const ROWS: [usize; 7] = [16, 32, 64, 128, 256, 512, 1024];

/// From here on one try of a plan tells enough.
const LONG: Duration = Duration::from_secs(1);

/// The fastest plan for an image of `height` rows with one of `writes`, each tried twice unless it is
/// slow. A filter that looks `radius` rows up and down needs stripes high enough for it.
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
        let mut attempt = || {
            let start = Instant::now();
            run(plan);
            start.elapsed()
        };
        let first = attempt();
        (if first < LONG { first.min(attempt()) } else { first }, plan)
    });
    timed.min_by_key(|(time, _)| *time).expect("a plan").1
}
