//! Wall time and CPU time.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;

/// What a run took, in seconds. CPU time near `cores * wall` proves that the threads really ran side
/// by side; where a virtual machine put two threads on one core, it does not.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Cost {
    /// Time that passed.
    pub wall: f64,
    /// Time that all threads of this process computed.
    pub cpu: f64,
}

/// Times `work`.
pub fn measure(work: impl FnOnce()) -> Cost {
    let (start, cpu) = (Instant::now(), cpu_time());
    work();
    let wall = start.elapsed();
    Cost { wall: wall.as_secs_f64(), cpu: (cpu_time() - cpu).as_secs_f64() }
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
