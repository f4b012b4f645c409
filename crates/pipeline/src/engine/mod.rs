//! The engine: an own thread pool, the jobs it works on, and the memory they may use.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use store::{Layout, Sink};

use crate::cache::second_level;
use crate::job::{Control, ImageJob};
use crate::tiles::TileJob;
use crate::worker::Worker;
use crate::{Error, Handle, Image, Options, Plan, Request, Tiles, plan};

mod pool;
mod queue;

pub(crate) use queue::{Claim, Queue, Work};

/// The memory limit of an engine that was told none: 256 MiB.
pub const DEFAULT_MEMORY_LIMIT: u64 = 256 << 20;

/// Runs jobs on threads of its own.
///
/// Threads are started by the first job. An engine dropped or [shut down](Engine::shutdown) cancels
/// its jobs and joins its threads.
pub struct Engine {
    queue: Arc<Queue>,
    limit: AtomicU64,
}

/// What an engine is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counters {
    /// Jobs not yet over.
    pub jobs: usize,
    /// Units being computed.
    pub active: usize,
    /// Bytes of working memory that the units being computed may use.
    pub reserved: u64,
    /// Bytes of working memory held by workers.
    pub held: u64,
    /// The most bytes that were ever held.
    pub peak: u64,
}

impl Engine {
    /// An engine of `threads` threads.
    pub fn new(threads: usize) -> Self {
        Self { queue: Queue::new(threads), limit: AtomicU64::new(DEFAULT_MEMORY_LIMIT) }
    }

    /// The number of threads.
    pub fn concurrency(&self) -> usize {
        self.queue.concurrency()
    }

    /// Changes the number of threads; units in work are finished first.
    pub fn set_concurrency(&self, threads: usize) {
        self.queue.set_concurrency(threads);
    }

    /// Bytes of working memory that all jobs may use together.
    pub fn memory_limit(&self) -> u64 {
        self.limit.load(Ordering::Relaxed)
    }

    /// Changes the memory limit, for jobs started from now on.
    pub fn set_memory_limit(&self, bytes: u64) {
        self.limit.store(bytes, Ordering::Relaxed);
        self.queue.set_limit(bytes);
    }

    /// What the engine is doing.
    pub fn counters(&self) -> Counters {
        self.queue.counters()
    }

    /// Computes `image` into `sink`. `on_done` is called once, when the sink has been finished or
    /// aborted: on a worker, or here if the memory limit does not allow one worker.
    pub fn start(
        &self,
        image: &Image,
        sink: Arc<dyn Sink>,
        options: Options,
        on_done: impl FnOnce(Result<(), Error>) + Send + 'static,
    ) -> Handle {
        let control = Control::new(image.spec().region().pixels(), options.on_progress);
        match self.plan(image, sink.layout(), options.threads) {
            Ok(plan) => {
                let (image, control) = (image.clone(), Arc::clone(&control));
                let job = ImageJob::new(image, sink, plan, control, Box::new(on_done));
                self.queue.submit(Arc::new(job));
            }
            Err(error) => {
                sink.abort();
                on_done(Err(error));
            }
        }
        Handle::new(control, Arc::downgrade(&self.queue))
    }

    /// As [`start`](Self::start), waiting for the end. Must not be called from a job.
    ///
    /// # Errors
    /// Whatever the job ended with; [`Error::MemoryLimit`] if it could not be planned.
    pub fn run(&self, image: &Image, sink: Arc<dyn Sink>, options: Options) -> Result<(), Error> {
        let (sender, receiver) = mpsc::channel();
        self.start(image, sink, options, move |result| {
            // The receiver below waits, so it cannot be gone.
            let _ = sender.send(result);
        });
        receiver.recv().unwrap_or_else(|_| Err(Error::Internal("a job ended unheard".into())))
    }

    /// Computes `image` as tiles of `width` x `height` pixels, to be taken in file order. `on_done` is
    /// called once, on a worker, when no worker is left on the job: every tile is computed, or it
    /// has failed.
    ///
    /// # Errors
    /// [`Error::MemoryLimit`] if the limit does not allow two tiles and one worker.
    pub fn tiles(
        &self,
        image: &Image,
        (width, height): (u64, u64),
        options: Options,
        on_done: impl FnOnce(Result<(), Error>) + Send + 'static,
    ) -> Result<Tiles, Error> {
        let spec = image.spec();
        let tile = (width.min(spec.width), height.min(spec.height));
        let mut plan =
            self.plan(image, Layout::Tiles { width: tile.0, height: tile.1 }, options.threads)?;
        plan.unit = tile;
        // A worker's bytes count one tile; as many again wait to be taken.
        let control = Control::new(spec.region().pixels(), options.on_progress);
        let ahead = plan.threads as u64 + 1;
        let (image, on_done) = (image.clone(), Box::new(on_done));
        let job = Arc::new(TileJob::new(image, plan, ahead, control, on_done));
        self.queue.submit(Arc::clone(&job) as Arc<dyn Work>);
        Ok(Tiles::new(job, Arc::downgrade(&self.queue)))
    }

    /// Runs a short task, such as opening a file, on a worker.
    pub fn spawn(&self, task: impl FnOnce() + Send + 'static) {
        self.queue.submit(Arc::new(Task(Mutex::new(Some(Box::new(task))))));
    }

    /// Cancels every job, waits until all are over or `patience` has passed, and joins the threads
    /// if they are. The engine can be used again.
    pub fn shutdown(&self, patience: Duration) {
        self.queue.shutdown(patience);
    }

    fn plan(&self, image: &Image, layout: Layout, threads: usize) -> Result<Plan, Error> {
        let limit = self.memory_limit();
        let concurrency = self.concurrency();
        let threads = if threads == 0 { concurrency } else { threads.min(concurrency) };
        let spec = image.spec();
        let footprint = |width: u64, height: u64| {
            let (width, height) = (width.min(spec.width), height.min(spec.height));
            let middle = raster::Region::new(
                (spec.width - width) / 2,
                (spec.height - height) / 2,
                width,
                height,
            );
            image.footprint(&middle)
        };
        let request = Request {
            spec,
            layout,
            halo: image.halo(),
            is_chain: image.is_chain(),
            cache: second_level(),
            threads,
            limit,
            footprint: &footprint,
        };
        plan(&request).map_err(|needed| Error::MemoryLimit { needed, limit })
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.shutdown(Duration::MAX);
    }
}

/// A task as a job of one unit.
struct Task(Mutex<Option<Box<dyn FnOnce() + Send>>>);

impl Work for Task {
    fn workers(&self) -> usize {
        1
    }

    fn worker_bytes(&self) -> u64 {
        0
    }

    fn claim(&self) -> Claim {
        let task = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if task.is_some() { Claim::Unit(0) } else { Claim::Exhausted }
    }

    fn run(&self, _: u64, _: &mut Worker) -> Result<(), Error> {
        let task = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            task();
        }
        Ok(())
    }

    fn fail(&self, _: Error) {}

    fn retire(&self) {}
}
