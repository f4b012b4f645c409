//! A job: images into sinks, unit by unit.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use raster::{Region, Spec, ViewMut};

use crate::chunked::{Keeps, held, keep, release};
use crate::control::Control;
use crate::engine::{Claim, Queue, Ran, Work};
use crate::graph::{Graph, Operation};
use crate::parts::Parts;
use crate::run::Run;
use crate::unit::{Target, Unit};
use crate::worker::Worker;
use crate::{Error, Plan};

/// Called when a job has progressed, from any thread, often.
pub type OnProgress = Box<dyn Fn(Progress) + Send + Sync>;
/// Called once, when a job is over.
pub(crate) type OnDone<T> = Box<dyn FnOnce(Result<T, Error>) + Send>;

/// How to run a job.
#[derive(Default)]
pub struct Options {
    /// The most threads; 0 for all of the engine's.
    pub threads: usize,
    /// Told after each unit.
    pub on_progress: Option<OnProgress>,
}

/// How far a job is, in pixels of its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Pixels finished.
    pub done: u64,
    /// Pixels in all.
    pub total: u64,
}

/// A running job, from outside.
#[derive(Clone)]
pub struct Handle {
    control: Arc<Control>,
    queue: Weak<Queue>,
}

impl Handle {
    pub(crate) const fn new(control: Arc<Control>, queue: Weak<Queue>) -> Self {
        Self { control, queue }
    }

    /// Stops the job; it ends with [`Error::Cancelled`] once the units in work are done. Harmless
    /// when the job is over.
    pub fn cancel(&self) {
        self.control.fail(Error::Cancelled);
        if let Some(queue) = self.queue.upgrade() {
            queue.wake();
        }
    }

    /// How far the job is.
    pub fn progress(&self) -> Progress {
        self.control.progress()
    }

    /// Pixels of intermediate images and results that have been made, those that were made twice
    /// counted twice. Complete when the job is over.
    pub fn made(&self) -> u64 {
        self.control.made()
    }
}

/// Results of one size, which are made in one passage over their sources.
pub(crate) struct Passage {
    pub(crate) graph: Arc<Graph>,
    pub(crate) targets: Vec<Target>,
    pub(crate) plan: Plan,
    pub(crate) keeps: Keeps,
    /// How many units may begin beyond the first that is not done, if that matters.
    pub(crate) lead: Option<u64>,
}

impl Passage {
    fn spec(&self) -> &Spec {
        &self.targets[0].spec
    }

    fn units(&self) -> u64 {
        self.plan.units(self.spec())
    }

    /// Has the sources fetch what the next row of units needs while this one is computed.
    fn advise(&self, unit: &Region) {
        let spec = self.spec();
        if unit.left == 0 && unit.bottom() < spec.height {
            let ahead = Region::new(0, unit.bottom(), spec.width, unit.height);
            if let Some(ahead) = ahead.intersect(&spec.region()) {
                advise(&self.graph, &ahead);
            }
        }
    }
}

/// Results on their way into sinks.
pub(crate) struct ImageJob {
    passages: Vec<Passage>,
    state: Mutex<State>,
    /// Bytes of the units that are put aside.
    held: AtomicU64,
    control: Arc<Control>,
    on_done: Mutex<Option<OnDone<()>>>,
}

#[derive(Default)]
struct State {
    /// The next unit to begin.
    next: u64,
    aside: Vec<Bench>,
    /// Those that a worker has claimed and not yet taken.
    claimed: Vec<Bench>,
    /// Units that have begun and not ended.
    begun: BTreeSet<u64>,
    /// Memory that units have left to the next.
    spare: Vec<Worker>,
    /// The passage whose decoded chunks are kept.
    kept: Option<usize>,
}

/// A unit and the memory that it is made in.
struct Bench {
    /// The number of the unit in the job.
    number: u64,
    passage: usize,
    unit: Unit,
    memory: Worker,
}

/// A part of a unit takes at least as long as this, if there is as much to do: workers that come back
/// too often wait for one another.
const PART: Duration = Duration::from_millis(1);

impl ImageJob {
    pub(crate) fn new(passages: Vec<Passage>, control: Arc<Control>, on_done: OnDone<()>) -> Self {
        Self {
            passages,
            state: Mutex::default(),
            held: AtomicU64::new(0),
            control,
            on_done: Mutex::new(Some(on_done)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Units of all passages.
    fn units(&self) -> u64 {
        self.passages.iter().map(Passage::units).sum()
    }

    /// The passage that a unit belongs to, and its number there.
    fn locate(&self, mut unit: u64) -> (usize, u64) {
        let mut passages = self.passages.iter().map(Passage::units).enumerate();
        let passage = passages.find_map(|(at, units)| {
            let here = unit < units;
            unit -= if here { 0 } else { units };
            here.then_some(at)
        });
        (passage.expect("a unit of the job"), unit)
    }

    /// A unit to work on: one that was put aside, or, by number, the next.
    fn bench(&self, number: u64, worker: &mut Worker) -> Bench {
        let mut state = self.state();
        if number == RESUMED {
            let bench = state.claimed.pop().expect("claimed because there was one");
            self.held.fetch_sub(bench.bytes(), Ordering::Relaxed);
            return bench;
        }
        let spare = state.spare.pop();
        let (at, unit) = self.locate(number);
        self.keep(&mut state, Some(at));
        drop(state);
        if let Some(spare) = &spare {
            self.held.fetch_sub(spare.bytes(), Ordering::Relaxed);
        }
        let mut memory = spare.unwrap_or_else(|| std::mem::take(worker));
        memory.trim(self.worker_bytes());
        let passage = &self.passages[at];
        let Passage { graph, targets, plan, .. } = passage;
        let region = plan.unit_region(passage.spec(), unit);
        passage.advise(&region);
        let unit = Unit::open(graph, targets, region, plan.block, &mut memory);
        Bench { number, passage: at, unit, memory }
    }

    /// Puts a unit aside, or the memory of one that is done.
    fn put_aside(&self, bench: Bench, worker: &mut Worker) -> Ran {
        if !bench.unit.is_done() {
            self.held.fetch_add(bench.bytes(), Ordering::Relaxed);
            self.state().aside.push(bench);
            return Ran::Aside;
        }
        let Bench { number, unit, mut memory, .. } = bench;
        self.control.count_made(unit.close(&mut memory));
        let mut state = self.state();
        state.begun.remove(&number);
        if state.next < self.units() {
            self.held.fetch_add(memory.bytes(), Ordering::Relaxed);
            state.spare.push(memory);
        } else {
            *worker = memory;
        }
        Ran::Done
    }

    /// Has the sources of a passage keep what it needs, and those of the one before no more.
    fn keep(&self, state: &mut State, passage: Option<usize>) {
        if state.kept == passage {
            return;
        }
        if let Some(passage) = passage {
            keep(&self.passages[passage].keeps);
        }
        if let Some(before) = std::mem::replace(&mut state.kept, passage) {
            release(&self.passages[before].keeps);
        }
    }

    fn targets(&self) -> impl Iterator<Item = &Target> {
        self.passages.iter().flat_map(|passage| &passage.targets)
    }

    fn finish(&self) -> Result<(), Error> {
        if let Some(error) = self.control.failure() {
            return Err(error);
        }
        self.passages.iter().try_for_each(|passage| passage.graph.verify())?;
        Ok(self.targets().try_for_each(|target| target.sink.finish())?)
    }
}

impl Bench {
    fn bytes(&self) -> u64 {
        self.unit.bytes() + self.memory.bytes()
    }
}

/// What [`Claim::Resume`] says, since any unit that was put aside will do.
const RESUMED: u64 = u64::MAX;

impl Work for ImageJob {
    fn workers(&self) -> usize {
        self.passages.iter().map(|passage| passage.plan.threads).min().unwrap_or(1)
    }

    fn worker_bytes(&self) -> u64 {
        self.passages.iter().map(|passage| passage.plan.worker_bytes).max().unwrap_or(0)
    }

    fn fixed_bytes(&self) -> u64 {
        let sinks = self.targets().map(|target| target.sink.fixed_bytes()).sum::<u64>();
        sinks + self.passages.iter().map(|passage| passage.plan.kept).max().unwrap_or(0)
    }

    fn claim(&self, has_memory: bool) -> Claim {
        let mut state = self.state();
        let index = state.next;
        if self.control.is_stopped() {
            return Claim::Exhausted;
        }
        if let Some(bench) = state.aside.pop() {
            state.claimed.push(bench);
            return Claim::Resume(RESUMED);
        }
        if index >= self.units() {
            // A unit in work may yet be put aside.
            return if state.begun.is_empty() { Claim::Exhausted } else { Claim::Blocked };
        }
        let lead = self.passages[self.locate(index).0].lead;
        if let (Some(lead), Some(first)) = (lead, state.begun.first())
            && index > first + lead
        {
            return Claim::Behind;
        }
        if !has_memory {
            return Claim::Starved;
        }
        state.next += 1;
        state.begun.insert(index);
        Claim::Begin(index)
    }

    fn run(&self, unit: u64, worker: &mut Worker) -> Result<Ran, Error> {
        let mut bench = self.bench(unit, worker);
        let start = Instant::now();
        while !bench.unit.is_done() {
            if self.control.is_stopped() {
                // Whatever stopped the job is recorded already.
                return Err(Error::Cancelled);
            }
            let targets = &self.passages[bench.passage].targets;
            let pixels = bench.unit.band(targets, &mut bench.memory)?;
            self.control.advance(pixels);
            if start.elapsed() >= PART {
                break;
            }
        }
        Ok(self.put_aside(bench, worker))
    }

    fn held(&self) -> u64 {
        let keeps = self.passages.iter().map(|passage| held(&passage.keeps));
        self.held.load(Ordering::Relaxed) + keeps.max().unwrap_or(0)
    }

    fn fail(&self, error: Error) {
        self.control.fail(error);
    }

    fn retire(&self) {
        let mut state = self.state();
        self.keep(&mut state, None);
        let rest = std::mem::take(&mut *state);
        drop(state);
        drop(rest);
        self.held.store(0, Ordering::Relaxed);
        let result = self.finish();
        if result.is_err() {
            self.targets().for_each(|target| target.sink.abort());
        }
        let on_done = self.on_done.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(on_done) = on_done {
            on_done(result);
        }
    }
}

/// Tells the sources what `region` of the results will be computed from.
fn advise(graph: &Graph, region: &Region) {
    let parts = Parts::new(graph, region);
    for part in &parts.list {
        if let Operation::Source(source) = &graph.vertices[part.vertex].operation {
            source.advise(&part.region);
        }
    }
}

/// Computes a region of the one result of `graph` into `out`, unless the job is stopped meanwhile.
pub(crate) fn compute(
    graph: &Arc<Graph>,
    region: &Region,
    rows: u64,
    control: &Control,
    out: &mut ViewMut<'_>,
    worker: &mut Worker,
) -> Result<(), Error> {
    let mut run = Run::open(graph, region, rows, worker);
    let rows = rows.next_multiple_of(2);
    for top in (region.top..region.bottom()).step_by(rows as usize) {
        if control.is_stopped() {
            // Whatever stopped the job is recorded already.
            return Err(Error::Cancelled);
        }
        let bottom = (top + rows).min(region.bottom());
        let band = Region::new(0, top - region.top, region.width, bottom - top);
        run.advance(top, bottom, &mut [out.sub(&band)], worker)?;
    }
    run.close(worker);
    Ok(())
}
