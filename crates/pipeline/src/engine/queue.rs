//! The queue of jobs, and the loop in which workers serve it.
//!
//! Workers take a part of a unit at a time from the jobs in turn, so that a small job started beside a
//! large one is served at once, and no job waits for another to end. Within a job units go out in file
//! order; one that is put aside is taken up again, by any worker, before another is begun. A unit
//! begins only if its memory fits the limit beside the units that have begun; one alone always may,
//! since its plan has been held against the limit. A job that waits for memory is not overtaken by
//! others that would begin a unit, but for those that hold memory which only their end sets free.
//!
//! All decisions are made under one lock, held for less than a microsecond a millisecond and worker.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::pool::Pool;
use super::{Counters, DEFAULT_MEMORY_LIMIT};
use crate::Error;
use crate::worker::Worker;

/// What a job has for a worker.
pub(crate) enum Claim {
    /// This unit, which begins.
    Begin(u64),
    /// A unit that was put aside.
    Resume(u64),
    /// Nothing until there is memory to begin a unit.
    Starved,
    /// Nothing until a unit in work is done.
    Behind,
    /// Nothing until someone wakes the queue.
    Blocked,
    /// Nothing any more.
    Exhausted,
}

/// A job as the queue sees it.
pub(crate) trait Work: Send + Sync {
    /// The most workers at a time.
    fn workers(&self) -> usize;

    /// Bytes of working memory a worker may use.
    fn worker_bytes(&self) -> u64;

    /// Bytes that the job needs from its first unit to its end, however many workers it has.
    fn fixed_bytes(&self) -> u64 {
        0
    }

    /// Hands out a unit; one that begins only if there is memory for it. Called under the queue's
    /// lock.
    fn claim(&self, has_memory: bool) -> Claim;

    /// Computes a unit that was handed out, or a part of it.
    fn run(&self, unit: u64, worker: &mut Worker) -> Result<Ran, Error>;

    /// Bytes of working memory in units that are put aside, and of what workers use together.
    fn held(&self) -> u64 {
        0
    }

    /// Makes every later claim find the job exhausted.
    fn fail(&self, error: Error);

    /// Called once, when the job is exhausted and its last unit is done.
    fn retire(&self);
}

/// How far a unit has come.
pub(crate) enum Ran {
    /// To its end.
    Done,
    /// The rest can be claimed.
    Aside,
}

pub(crate) struct Queue {
    state: Mutex<State>,
    /// Signalled whenever a job is over.
    retired: Condvar,
}

struct State {
    entries: VecDeque<Entry>,
    /// Jobs whose `retire` is running.
    retiring: usize,
    pool: Option<Pool>,
    /// Pools that were replaced, whose threads have yet to be joined.
    closed: Vec<Pool>,
    concurrency: usize,
    /// Loops running on the present pool.
    loops: usize,
    /// Counts pools; a loop of an earlier one ends.
    generation: u64,
    limit: u64,
    active: usize,
    reserved: u64,
    held: u64,
    peak: u64,
    /// Memory of loops that have ended, for the next ones.
    idle: Vec<Worker>,
    /// Whether a loop has ended that waits for a unit to be done.
    is_awaited: bool,
}

struct Entry {
    work: Arc<dyn Work>,
    /// Units in work.
    active: usize,
    /// Units that have begun and not ended.
    begun: usize,
    /// Bytes reserved for the job, once its first unit has begun.
    fixed: Option<u64>,
    exhausted: bool,
}

impl Entry {
    /// Whether the job has memory that only its end sets free. It may then overtake jobs that wait for
    /// memory, since they may wait for that.
    fn is_settled(&self) -> bool {
        self.fixed.is_some_and(|bytes| bytes > 0)
    }

    /// Bytes that are reserved when a unit begins.
    fn wanted(&self) -> u64 {
        let fixed = if self.fixed.is_none() { self.work.fixed_bytes() } else { 0 };
        self.work.worker_bytes() + fixed
    }
}

/// What a worker does next.
enum Next {
    Run(Arc<dyn Work>, u64),
    Retire(Arc<dyn Work>),
    Rest,
}

impl Queue {
    pub(crate) fn new(concurrency: usize) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                entries: VecDeque::new(),
                retiring: 0,
                pool: None,
                closed: Vec::new(),
                concurrency: concurrency.max(1),
                loops: 0,
                generation: 0,
                limit: DEFAULT_MEMORY_LIMIT,
                active: 0,
                reserved: 0,
                held: 0,
                peak: 0,
                idle: Vec::new(),
                is_awaited: false,
            }),
            retired: Condvar::new(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn concurrency(&self) -> usize {
        self.lock().concurrency
    }

    pub(crate) fn set_concurrency(self: &Arc<Self>, threads: usize) {
        let mut state = self.lock();
        if state.concurrency != threads.max(1) {
            state.concurrency = threads.max(1);
            state.close_pool();
        }
        drop(state);
        self.wake();
    }

    pub(crate) fn set_limit(&self, bytes: u64) {
        self.lock().limit = bytes;
    }

    pub(crate) fn counters(&self) -> Counters {
        let state = self.lock();
        Counters {
            jobs: state.entries.len() + state.retiring,
            active: state.active,
            reserved: state.reserved,
            held: state.held + state.aside(),
            peak: state.peak,
        }
    }

    pub(crate) fn submit(self: &Arc<Self>, work: Arc<dyn Work>) {
        let entry = Entry { work, active: 0, begun: 0, fixed: None, exhausted: false };
        self.lock().entries.push_back(entry);
        self.wake();
    }

    /// Puts every resting thread to work; those that find none rest again.
    pub(crate) fn wake(self: &Arc<Self>) {
        let mut state = self.lock();
        if state.entries.is_empty() {
            return;
        }
        let (concurrency, generation) = (state.concurrency, state.generation);
        let wanted = state.entries.iter().map(|entry| entry.work.workers()).sum::<usize>();
        let starting = wanted.min(concurrency).saturating_sub(state.loops);
        let pool = state.pool.get_or_insert_with(|| Pool::new(concurrency));
        for _ in 0..starting {
            let queue = Arc::clone(self);
            pool.spawn(move || queue.serve(generation));
        }
        state.loops += starting;
    }

    pub(crate) fn shutdown(self: &Arc<Self>, patience: Duration) {
        for entry in &self.lock().entries {
            entry.work.fail(Error::Cancelled);
        }
        self.wake();
        let deadline = Instant::now().checked_add(patience);
        let mut state = self.lock();
        while !state.entries.is_empty() || state.retiring > 0 {
            let left = deadline.map_or(Duration::MAX, |end| end - Instant::now());
            if left.is_zero() {
                return;
            }
            let waited = self.retired.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.close_pool();
        let closed = std::mem::take(&mut state.closed);
        // Threads take the lock before they end, so it must be free while they are joined.
        drop(state);
        drop(closed);
    }

    /// The loop of one worker: runs units until none is left.
    fn serve(self: &Arc<Self>, generation: u64) {
        let mut state = self.lock();
        let mut worker = state.idle.pop().unwrap_or_default();
        loop {
            let next = if state.generation == generation { state.next() } else { Next::Rest };
            match next {
                Next::Run(work, unit) => {
                    drop(state);
                    let before = worker.bytes();
                    let is_done;
                    (worker, is_done) = run(&*work, unit, worker);
                    state = self.lock();
                    state.settle(&work, is_done);
                    state.account(before, worker.bytes());
                    if is_done && std::mem::take(&mut state.is_awaited) {
                        drop(state);
                        self.wake();
                        state = self.lock();
                    }
                }
                Next::Retire(work) => {
                    state.retiring += 1;
                    drop(state);
                    retire(&*work);
                    // Workers that found no room beside this job are resting.
                    self.wake();
                    state = self.lock();
                    state.retiring -= 1;
                    self.retired.notify_all();
                }
                Next::Rest => break,
            }
        }
        if state.generation == generation {
            state.loops -= 1;
            state.idle.push(worker);
        } else {
            state.account(worker.bytes(), 0);
        }
    }
}

impl State {
    /// Takes the next unit, beginning with the job that has waited longest.
    fn next(&mut self) -> Next {
        let mut has_memory = true;
        let is_idle = self.entries.iter().all(|entry| entry.begun == 0);
        let mut index = 0;
        while index < self.entries.len() {
            let entry = &mut self.entries[index];
            if !entry.exhausted {
                if entry.active >= entry.work.workers() {
                    index += 1;
                    continue;
                }
                let bytes = entry.wanted();
                let is_alone = self.reserved == 0 || (is_idle && entry.is_settled());
                let fits = is_alone || self.reserved + bytes <= self.limit;
                let claim = entry.work.claim(fits && (has_memory || entry.is_settled()));
                match claim {
                    Claim::Begin(unit) | Claim::Resume(unit) => {
                        if matches!(claim, Claim::Begin(_)) {
                            entry.begun += 1;
                            entry.fixed.get_or_insert_with(|| entry.work.fixed_bytes());
                            self.reserved += bytes;
                        }
                        entry.active += 1;
                        self.active += 1;
                        let work = Arc::clone(&entry.work);
                        if let Some(entry) = self.entries.remove(index) {
                            self.entries.push_back(entry);
                        }
                        return Next::Run(work, unit);
                    }
                    Claim::Behind | Claim::Blocked | Claim::Starved => {
                        has_memory &= !matches!(claim, Claim::Starved);
                        self.is_awaited |= matches!(claim, Claim::Behind);
                        index += 1;
                        continue;
                    }
                    Claim::Exhausted => entry.exhausted = true,
                }
            }
            if self.entries[index].active > 0 {
                index += 1;
            } else if let Some(entry) = self.entries.remove(index) {
                // What it has put aside, if it failed, goes with it.
                self.reserved -= entry.begun as u64 * entry.work.worker_bytes();
                self.reserved -= entry.fixed.unwrap_or(0);
                return Next::Retire(entry.work);
            }
        }
        Next::Rest
    }

    /// Accounts for a unit that was in work.
    fn settle(&mut self, work: &Arc<dyn Work>, is_done: bool) {
        self.active -= 1;
        if let Some(entry) = self.entries.iter_mut().find(|entry| Arc::ptr_eq(&entry.work, work)) {
            entry.active -= 1;
            if is_done {
                entry.begun -= 1;
                self.reserved -= work.worker_bytes();
            }
        }
    }

    /// Notes that a worker holds `after` bytes where it held `before`.
    fn account(&mut self, before: u64, after: u64) {
        self.held = self.held + after - before;
        self.peak = self.peak.max(self.held + self.aside());
    }

    /// Bytes in units that are put aside.
    fn aside(&self) -> u64 {
        self.entries.iter().map(|entry| entry.work.held()).sum()
    }

    /// Ends the loops of the present pool once their units are done. Does not wait for them.
    fn close_pool(&mut self) {
        self.generation += 1;
        self.loops = 0;
        let idle: u64 = self.idle.drain(..).map(|worker| worker.bytes()).sum();
        self.account(idle, 0);
        if let Some(mut pool) = self.pool.take() {
            pool.close();
            self.closed.push(pool);
        }
    }
}

/// Runs a unit, and tells whether it has come to its end; a panic fails its job, not the process.
fn run(work: &dyn Work, unit: u64, mut worker: Worker) -> (Worker, bool) {
    // What an earlier job made it grow to must not count against this one.
    worker.trim(work.worker_bytes());
    match catch_unwind(AssertUnwindSafe(|| work.run(unit, &mut worker))) {
        Ok(Ok(ran)) => (worker, matches!(ran, Ran::Done)),
        Ok(Err(error)) => {
            work.fail(error);
            (worker, true)
        }
        Err(panic) => {
            work.fail(Error::Internal(message(&*panic)));
            // Buffers may be out of their places; what is left of the worker is dropped.
            (Worker::default(), true)
        }
    }
}

fn retire(work: &dyn Work) {
    // `retire` reports to whoever waits, so if that has panicked, the job cannot hear of it.
    let _ = catch_unwind(AssertUnwindSafe(|| work.retire()));
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}
