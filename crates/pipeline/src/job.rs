//! A job: one image into one sink, unit by unit.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use raster::{Region, View, ViewMut};
use store::{Layout, Sink};

use crate::engine::{Claim, Queue, Work};
use crate::worker::Worker;
use crate::{Error, Image, Plan};

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

/// The state that a job shares with whoever started it.
pub(crate) struct Control {
    stopped: AtomicBool,
    failure: Mutex<Option<Error>>,
    done: AtomicU64,
    total: u64,
    on_progress: Option<OnProgress>,
}

impl Control {
    pub(crate) fn new(total: u64, on_progress: Option<OnProgress>) -> Arc<Self> {
        Arc::new(Self {
            stopped: AtomicBool::new(false),
            failure: Mutex::new(None),
            done: AtomicU64::new(0),
            total,
            on_progress,
        })
    }

    /// Whether no more units shall be started.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Stops the job; the first reason is the one it ends with.
    pub(crate) fn fail(&self, error: Error) {
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure.get_or_insert(error);
        self.stopped.store(true, Ordering::Relaxed);
    }

    pub(crate) fn failure(&self) -> Option<Error> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn advance(&self, pixels: u64) {
        let done = self.done.fetch_add(pixels, Ordering::Relaxed) + pixels;
        if let Some(on_progress) = &self.on_progress {
            on_progress(Progress { done, total: self.total });
        }
    }
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
        Progress { done: self.control.done.load(Ordering::Relaxed), total: self.control.total }
    }
}

/// An image on its way into a sink.
pub(crate) struct ImageJob {
    image: Image,
    sink: Arc<dyn Sink>,
    plan: Plan,
    next: AtomicU64,
    control: Arc<Control>,
    on_done: Mutex<Option<OnDone<()>>>,
}

impl ImageJob {
    pub(crate) fn new(
        image: Image,
        sink: Arc<dyn Sink>,
        plan: Plan,
        control: Arc<Control>,
        on_done: OnDone<()>,
    ) -> Self {
        let on_done = Mutex::new(Some(on_done));
        Self { image, sink, plan, next: AtomicU64::new(0), control, on_done }
    }

    fn compute(&self, unit: &Region, worker: &mut Worker) -> Result<(), Error> {
        if self.sink.layout() == Layout::Free {
            // SAFETY: each unit is handed out once, and units do not overlap.
            let memory = unsafe { self.sink.claim(unit) };
            let mut out = memory.ok_or_else(|| Error::Internal("a sink without memory".into()))?;
            return compute_blocks(
                &self.image,
                unit,
                self.plan.block,
                &self.control,
                &mut out,
                worker,
            );
        }
        let spec = self.image.spec();
        let (width, height) = (unit.width as usize, unit.height as usize);
        let row = width * spec.pixel_bytes() as usize;
        let mut buffer = std::mem::take(&mut worker.unit);
        let memory = buffer.take(row * height);
        let mut out = ViewMut::new(memory, width, height, spec).expect("a buffer is aligned");
        let result =
            compute_blocks(&self.image, unit, self.plan.block, &self.control, &mut out, worker);
        drop(out);
        let result = result.and_then(|()| {
            let view = View::new(&buffer.bytes()[..row * height], row, width, height, spec);
            Ok(self.sink.write(unit, &view.expect("the unit was just computed there"))?)
        });
        worker.unit = buffer;
        result
    }

    /// Has the source fetch the next row of units while this one is computed.
    fn advise(&self, unit: &Region) {
        let spec = self.image.spec();
        if unit.left == 0 && unit.bottom() < spec.height {
            let ahead = Region::new(0, unit.bottom(), spec.width, unit.height);
            if let Some(ahead) = ahead.intersect(&spec.region()) {
                self.image.advise(&ahead);
            }
        }
    }

    fn finish(&self) -> Result<(), Error> {
        if let Some(error) = self.control.failure() {
            return Err(error);
        }
        self.image.source().verify()?;
        Ok(self.sink.finish()?)
    }
}

impl Work for ImageJob {
    fn workers(&self) -> usize {
        self.plan.threads
    }

    fn worker_bytes(&self) -> u64 {
        self.plan.worker_bytes
    }

    fn claim(&self) -> Claim {
        let index = self.next.load(Ordering::Relaxed);
        if self.control.is_stopped() || index >= self.plan.units(self.image.spec()) {
            return Claim::Exhausted;
        }
        // Claims are made under the queue's lock.
        self.next.store(index + 1, Ordering::Relaxed);
        Claim::Unit(index)
    }

    fn run(&self, unit: u64, worker: &mut Worker) -> Result<(), Error> {
        let region = self.plan.unit_region(self.image.spec(), unit);
        self.advise(&region);
        self.compute(&region, worker)?;
        self.control.advance(region.pixels());
        Ok(())
    }

    fn fail(&self, error: Error) {
        self.control.fail(error);
    }

    fn retire(&self) {
        let result = self.finish();
        if result.is_err() {
            self.sink.abort();
        }
        let on_done = self.on_done.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(on_done) = on_done {
            on_done(result);
        }
    }
}

/// Computes a unit block by block into `out`, which has its size, unless the job is stopped meanwhile.
pub(crate) fn compute_blocks(
    image: &Image,
    unit: &Region,
    block: (u64, u64),
    control: &Control,
    out: &mut ViewMut<'_>,
    worker: &mut Worker,
) -> Result<(), Error> {
    for top in (0..unit.height).step_by(block.1 as usize) {
        for left in (0..unit.width).step_by(block.0 as usize) {
            if control.is_stopped() {
                // Whatever stopped the job is recorded already.
                return Err(Error::Cancelled);
            }
            let (width, height) = (block.0.min(unit.width - left), block.1.min(unit.height - top));
            let part = Region::new(left, top, width, height);
            let region = part.translate(unit.left, unit.top);
            image.compute(&region, &mut out.sub(&part), worker)?;
        }
    }
    Ok(())
}
