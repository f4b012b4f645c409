//! A job whose result is handed out tile by tile, in order, with back-pressure.
//!
//! Workers run at most `ahead` tiles beyond the ones already taken. When that many are ready they
//! turn to other jobs, until a tile is taken and wakes them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use raster::{Region, Spec, ViewMut};

use crate::chunked::{Keeps, held, keep, release};
use crate::control::Control;
use crate::engine::{Claim, Queue, Ran, Work};
use crate::graph::Graph;
use crate::job::{OnDone, compute};
use crate::worker::Worker;
use crate::{Error, Handle, Plan};

/// A finished tile: dense rows of the region's pixels.
pub struct Tile {
    /// Where the tile lies in the image.
    pub region: Region,
    /// Its pixels.
    pub data: Vec<u8>,
}

/// Takes the tiles of a running job.
pub struct Tiles {
    job: Arc<TileJob>,
    queue: Weak<Queue>,
}

pub(crate) struct TileJob {
    graph: Arc<Graph>,
    spec: Spec,
    plan: Plan,
    keeps: Keeps,
    ahead: u64,
    control: Arc<Control>,
    state: Mutex<State>,
    on_done: Mutex<Option<OnDone<()>>>,
}

#[derive(Default)]
struct State {
    /// The next tile to start.
    next: u64,
    /// The next tile to hand out.
    taken: u64,
    ready: BTreeMap<u64, Tile>,
    /// Whoever waits for tile `taken`.
    waiter: Option<OnDone<Option<Tile>>>,
    /// Whether sources keep decoded chunks for the job.
    is_keeping: bool,
    /// Set when no worker is left on the job.
    retired: bool,
}

impl Tiles {
    pub(crate) const fn new(job: Arc<TileJob>, queue: Weak<Queue>) -> Self {
        Self { job, queue }
    }

    /// Asks for the next tile; `None` after the last. `on_tile` is called here if the tile is ready,
    /// else later on a worker. One request at a time: an earlier one still open ends as cancelled.
    pub fn next(&self, on_tile: impl FnOnce(Result<Option<Tile>, Error>) + Send + 'static) {
        let mut state = self.job.state();
        if let Some(earlier) = state.waiter.replace(Box::new(on_tile)) {
            drop(state);
            earlier(Err(Error::Cancelled));
        } else {
            drop(state);
        }
        self.job.deliver();
        if let Some(queue) = self.queue.upgrade() {
            queue.wake();
        }
    }

    /// The job's controls.
    pub fn handle(&self) -> Handle {
        Handle::new(Arc::clone(&self.job.control), Weak::clone(&self.queue))
    }
}

impl Drop for Tiles {
    fn drop(&mut self) {
        // Nobody is left to take a tile.
        self.handle().cancel();
    }
}

impl TileJob {
    pub(crate) fn new(
        graph: Arc<Graph>,
        plan: Plan,
        keeps: Keeps,
        ahead: u64,
        control: Arc<Control>,
        on_done: OnDone<()>,
    ) -> Self {
        let on_done = Mutex::new(Some(on_done));
        let spec = graph.vertices[graph.outputs[0]].spec;
        Self { graph, spec, plan, keeps, ahead, control, state: Mutex::default(), on_done }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self) {
        let mut state = self.state();
        if !state.is_keeping {
            state.is_keeping = true;
            keep(&self.keeps);
        }
    }

    fn count(&self) -> u64 {
        self.plan.units(&self.spec)
    }

    /// Gives the waiter its tile, the end or the error, if that is known.
    fn deliver(&self) {
        let mut state = self.state();
        if state.waiter.is_none() {
            return;
        }
        let taken = state.taken;
        let answer = if let Some(error) = self.control.failure() {
            // The waiter may own what workers still use: wait until they have let go.
            state.retired.then_some(Err(error))
        } else if let Some(tile) = state.ready.remove(&taken) {
            state.taken += 1;
            Some(Ok(Some(tile)))
        } else {
            (state.retired && taken >= self.count()).then_some(Ok(None))
        };
        if let Some(answer) = answer {
            let waiter = state.waiter.take();
            drop(state);
            if let Some(waiter) = waiter {
                waiter(answer);
            }
        }
    }
}

impl Work for TileJob {
    fn workers(&self) -> usize {
        self.plan.threads
    }

    fn worker_bytes(&self) -> u64 {
        self.plan.worker_bytes
    }

    fn fixed_bytes(&self) -> u64 {
        self.plan.kept
    }

    fn held(&self) -> u64 {
        held(&self.keeps)
    }

    fn claim(&self, has_memory: bool) -> Claim {
        let mut state = self.state();
        if self.control.is_stopped() || state.next >= self.count() {
            Claim::Exhausted
        } else if state.next >= state.taken + self.ahead {
            Claim::Blocked
        } else if !has_memory {
            Claim::Starved
        } else {
            state.next += 1;
            Claim::Begin(state.next - 1)
        }
    }

    fn run(&self, unit: u64, worker: &mut Worker) -> Result<Ran, Error> {
        self.keep();
        let spec = &self.spec;
        let region = self.plan.unit_region(spec, unit);
        let mut data = vec![0; spec.region_bytes(&region) as usize];
        let mut out = ViewMut::new(&mut data, region.width as usize, region.height as usize, spec)
            .ok_or_else(|| Error::Internal("memory for a tile is not aligned".into()))?;
        compute(&self.graph, &region, self.plan.block.1, &self.control, &mut out, worker)?;
        drop(out);
        self.state().ready.insert(unit, Tile { region, data });
        self.control.advance(region.pixels());
        self.deliver();
        Ok(Ran::Done)
    }

    fn fail(&self, error: Error) {
        self.control.fail(error);
    }

    fn retire(&self) {
        if self.control.failure().is_none()
            && let Err(error) = self.graph.verify()
        {
            self.control.fail(error);
        }
        let mut state = self.state();
        state.retired = true;
        if state.is_keeping {
            release(&self.keeps);
        }
        drop(state);
        self.deliver();
        let on_done = self.on_done.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(on_done) = on_done {
            on_done(self.control.failure().map_or(Ok(()), Err));
        }
    }
}
