//! The engine: an own thread pool, the jobs it works on, and the memory they may use.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use raster::{Region, Spec};
use store::{Layout, Sink};

use crate::cache::second_level;
use crate::chunked::{Chunked, Keeps};
use crate::control::Control;
use crate::explain::{Explanation, NullSink};
use crate::graph::Graph;
use crate::job::{ImageJob, Passage};
use crate::parts::{Parts, Way};
use crate::tiles::TileJob;
use crate::unit::{Target, estimate};
use crate::worker::Worker;
use crate::{Chunks, Decoding, Error, Handle, Image, Options, Plan, Request, Tiles, plan};

mod pool;
mod queue;

pub(crate) use queue::{Claim, Queue, Ran, Work};

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
        self.write(&[(image.clone(), sink)], options, on_done)
    }

    /// Computes several images into a sink each: those of one size in one passage over their sources,
    /// in which what several depend on is computed once. Either all sinks are finished or none, unless
    /// one fails to finish.
    pub fn write(
        &self,
        results: &[(Image, Arc<dyn Sink>)],
        options: Options,
        on_done: impl FnOnce(Result<(), Error>) + Send + 'static,
    ) -> Handle {
        let pixels = results.iter().map(|(image, _)| image.spec().region().pixels()).sum();
        let control = Control::new(pixels, options.on_progress);
        match self.passages(results, options.threads) {
            Ok(passages) => {
                let job = ImageJob::new(passages, Arc::clone(&control), Box::new(on_done));
                self.queue.submit(Arc::new(job));
            }
            Err(error) => {
                for (_, sink) in results {
                    sink.abort();
                }
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

    /// How the engine would compute these results into sinks of such layouts.
    ///
    /// # Errors
    /// [`Error::MemoryLimit`] if it could not.
    pub fn explain(
        &self,
        results: &[(Image, Layout)],
        threads: usize,
    ) -> Result<Vec<Explanation>, Error> {
        let sinks = results
            .iter()
            .map(|(image, layout)| (image.clone(), Arc::new(NullSink(*layout)) as Arc<dyn Sink>));
        let passages = self.passages(&sinks.collect::<Vec<_>>(), threads)?;
        Ok(passages.iter().map(Explanation::new).collect())
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
        let graph = Arc::new(Graph::new(std::slice::from_ref(image)));
        let plan = self.plan_tiles(&graph, tile, options.threads)?;
        // A worker's bytes count one tile; as many again wait to be taken.
        let control = Control::new(spec.region().pixels(), options.on_progress);
        let ahead = plan.threads as u64 + 1;
        let keeps = keeps(&graph, spec, &plan);
        let job = TileJob::new(graph, plan, keeps, ahead, control, Box::new(on_done));
        let job = Arc::new(job);
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

    fn threads(&self, wanted: usize) -> usize {
        let concurrency = self.concurrency();
        if wanted == 0 { concurrency } else { wanted.min(concurrency) }
    }

    /// The passages that make some results.
    fn passages(
        &self,
        results: &[(Image, Arc<dyn Sink>)],
        threads: usize,
    ) -> Result<Vec<Passage>, Error> {
        let mut groups: Vec<Vec<&(Image, Arc<dyn Sink>)>> = Vec::new();
        for result in results {
            let same = |group: &&mut Vec<&(Image, Arc<dyn Sink>)>| {
                group[0].0.spec().region() == result.0.spec().region()
            };
            match groups.iter_mut().find(same) {
                Some(group) => group.push(result),
                None => groups.push(vec![result]),
            }
        }
        let passage = |group: Vec<&(Image, Arc<dyn Sink>)>| {
            let images: Vec<Image> = group.iter().map(|(image, _)| image.clone()).collect();
            let graph = Arc::new(Graph::new(&images));
            let sinks: Vec<&dyn Sink> = group.iter().map(|(_, sink)| &**sink).collect();
            let plan = self.plan(&graph, &sinks, threads)?;
            let target = |(image, sink): &(Image, Arc<dyn Sink>)| Target {
                spec: *image.spec(),
                sink: Arc::clone(sink),
            };
            let keeps = keeps(&graph, group[0].0.spec(), &plan);
            let lead = Chunked::new(&graph).lead(plan.threads);
            let targets = group.into_iter().map(target).collect();
            Ok(Passage { graph, targets, plan, keeps, lead })
        };
        groups.into_iter().map(passage).collect()
    }

    fn plan(&self, graph: &Arc<Graph>, sinks: &[&dyn Sink], threads: usize) -> Result<Plan, Error> {
        let limit = self.memory_limit();
        let sinks_bytes: u64 = sinks.iter().map(|sink| sink.fixed_bytes()).sum();
        let layouts: Vec<Layout> = sinks.iter().map(|sink| sink.layout()).collect();
        let specs = graph.outputs.iter().map(|&output| graph.vertices[output].spec);
        let targets: Vec<(Spec, Layout)> = specs.zip(layouts.iter().copied()).collect();
        let largest = targets.iter().max_by_key(|(spec, _)| spec.pixel_bytes());
        let spec = largest.expect("a job has a result").0;
        let (halo, is_chain) = reach(graph, &spec);
        let footprint = |unit: (u64, u64), block: (u64, u64)| {
            places(&spec, unit)
                .map(|region| estimate(graph, &targets, &region, block).bytes)
                .max()
                .unwrap_or(0)
        };
        let chunked = Chunked::new(graph);
        let kept =
            |decoding, unit, rows, threads| chunked.bytes(decoding, &spec, unit, rows, threads);
        let request = Request {
            spec: &spec,
            layouts: &layouts,
            halo,
            is_chain,
            cache: second_level(),
            threads: self.threads(threads),
            limit: limit.saturating_sub(sinks_bytes),
            fixed: sinks.iter().map(|sink| sink.worker_bytes()).sum::<u64>() + chunked.scratch(),
            footprint: &footprint,
            chunks: chunked.grain().map(|grain| {
                let is_sequential = chunked.is_sequential();
                Chunks { grain, is_sequential, kept: &kept }
            }),
        };
        plan(&request).map_err(|needed| self.too_small(needed + sinks_bytes, &chunked))
    }

    /// The plan for tiles of a size that is given: a unit is a tile.
    fn plan_tiles(
        &self,
        graph: &Arc<Graph>,
        tile: (u64, u64),
        threads: usize,
    ) -> Result<Plan, Error> {
        let limit = self.memory_limit();
        let spec = graph.vertices[graph.outputs[0]].spec;
        let chunked = Chunked::new(graph);
        let wanted = self.threads(threads);
        let mut rows = 32;
        loop {
            let block = (tile.0, rows);
            let footprint = places(&spec, tile)
                .map(|region| estimate(graph, &[(spec, Layout::Free)], &region, block).bytes)
                .max();
            let output = tile.0 * tile.1 * spec.pixel_bytes();
            let worker_bytes = footprint.unwrap_or(0) + output + chunked.scratch();
            let plan = |decoding, threads| {
                let kept = chunked.bytes(decoding, &spec, tile, rows, threads);
                Plan { unit: tile, block, threads, worker_bytes, decoding, kept }
            };
            let once = plan(Decoding::Once, wanted);
            if once.bytes() <= limit {
                return Ok(once);
            }
            let other = if chunked.is_sequential() { Decoding::Once } else { Decoding::Again };
            let fewer = (1..=wanted).rev().map(|threads| plan(other, threads));
            let affordable = fewer.into_iter().find(|plan| plan.bytes() <= limit);
            if let Some(plan) = affordable
                && (rows <= 8 || plan.threads == wanted)
            {
                return Ok(plan);
            }
            if rows <= 2 {
                return Err(self.too_small(plan(other, 1).bytes(), &chunked));
            }
            rows /= 2;
        }
    }

    /// The error of a job that needs `needed` bytes.
    fn too_small(&self, needed: u64, chunked: &Chunked<'_>) -> Error {
        let (limit, chunk) = (self.memory_limit(), chunked.grain());
        Error::MemoryLimit { needed, limit, chunk, is_sequential: chunked.is_sequential() }
    }
}

/// What the sources of a graph keep for a plan.
fn keeps(graph: &Graph, spec: &Spec, plan: &Plan) -> Keeps {
    Chunked::new(graph).keeps(plan.decoding, spec, plan.unit, plan.block.1, plan.threads)
}

/// A unit in the middle of an image, and the first: it may see the other end of an image that wraps.
fn places(spec: &Spec, (width, height): (u64, u64)) -> impl Iterator<Item = Region> {
    let (width, height) = (width.min(spec.width), height.min(spec.height));
    let middle = ((spec.width - width) / 2, (spec.height - height) / 2);
    [middle, (0, 0)].map(|(left, top)| Region::new(left, top, width, height)).into_iter()
}

/// Columns and rows beyond a pixel that it depends on, and whether there are intermediate images.
fn reach(graph: &Graph, spec: &Spec) -> ((u64, u64), bool) {
    let region = Region::new(spec.width / 2, spec.height / 2, 1, 1);
    let parts = Parts::new(graph, &region);
    let sides = parts.list.iter().map(|part| (part.region.width - 1, part.region.height - 1));
    let halo = sides.fold((0, 0), |most, side| (side.0.max(most.0), side.1.max(most.1)));
    (halo, parts.list.iter().any(|part| part.way == Way::Kept))
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

    fn claim(&self, _: bool) -> Claim {
        let task = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if task.is_some() { Claim::Begin(0) } else { Claim::Exhausted }
    }

    fn run(&self, _: u64, _: &mut Worker) -> Result<Ran, Error> {
        let task = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            task();
        }
        Ok(Ran::Done)
    }

    fn fail(&self, _: Error) {}

    fn retire(&self) {}
}
