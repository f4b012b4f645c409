//! Cancel, progress, failures, back-pressure and fairness.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::time::Duration;

use filters::{Demand, Filter, GaussianBlur, Pass, Recipe, Scratch, Window};
use gigapx_pipeline::{Engine, Error, Image, Options, Progress};
use kernels::Isa;
use raster::{Border, Depth, Region, Spec, ViewMut};
use store::{Durability, MemorySink, RawLayout, RawSink, Sink, from_memory};

fn spec(width: u64, height: u64) -> Spec {
    Spec::new(width, height, 1, Depth::U8).unwrap()
}

fn source(spec: Spec) -> Image {
    let data = vec![7u8; spec.bytes() as usize];
    Image::new(from_memory(Arc::new(data), RawLayout::dense(spec)).unwrap())
}

fn blurred(width: u64, height: u64) -> Image {
    let image = source(spec(width, height));
    let options = GaussianBlur { sigma: (2.0, 2.0), ..Default::default() };
    image.filter(options.bind(image.spec(), Isa::best()).unwrap())
}

fn memory(image: &Image) -> Arc<dyn Sink> {
    Arc::new(MemorySink::new(*image.spec()).unwrap())
}

/// A filter that runs a hook for each region instead of filtering.
struct Hook<F>(Spec, Arc<F>);

/// The hook on its way down a region.
struct HookPass<F>(Arc<F>);

impl<F: Fn(&Region) + Send + Sync> Pass for HookPass<F> {
    fn next(&mut self, _: &Window<'_>, rows: &Region, _: &mut ViewMut<'_>, _: &mut Scratch) {
        (self.0)(rows);
    }

    fn bytes(&self) -> u64 {
        0
    }

    fn close(self: Box<Self>, _: &mut Scratch) {}
}

impl<F: Fn(&Region) + Send + Sync + 'static> Filter for Hook<F> {
    fn name(&self) -> &'static str {
        "hook"
    }

    fn output(&self) -> &Spec {
        &self.0
    }

    fn demand(&self, region: &Region) -> Demand {
        Demand {
            columns: Border::default().demand(region.left, region.width, 0, 0, self.0.width),
            rows: Border::default().demand(region.top, region.height, 0, 0, self.0.height),
        }
    }

    fn open(self: Arc<Self>, _: &Region) -> Box<dyn Pass> {
        Box::new(HookPass(Arc::clone(&self.1)))
    }

    fn slack(&self) -> [u64; 2] {
        [0, 0]
    }

    fn scratch_bytes(&self, _: u64) -> u64 {
        0
    }
}

fn hooked(width: u64, height: u64, hook: impl Fn(&Region) + Send + Sync + 'static) -> Image {
    let image = source(spec(width, height));
    let filter = Hook(*image.spec(), Arc::new(hook));
    image.filter(Arc::new(filter))
}

#[test]
fn progress_is_complete() {
    let image = blurred(3000, 2000);
    let engine = Engine::new(2);
    let most = Arc::new(AtomicU64::new(0));
    let calls = Arc::new(AtomicUsize::new(0));
    let (seen, count) = (Arc::clone(&most), Arc::clone(&calls));
    let on_progress = move |progress: Progress| {
        assert_eq!(progress.total, 6_000_000);
        seen.fetch_max(progress.done, Ordering::Relaxed);
        count.fetch_add(1, Ordering::Relaxed);
    };
    let options = Options { on_progress: Some(Box::new(on_progress)), ..Default::default() };
    engine.run(&image, memory(&image), options).unwrap();
    assert_eq!(most.load(Ordering::Relaxed), 6_000_000);
    assert!(calls.load(Ordering::Relaxed) > 3);
}

#[test]
fn a_cancelled_job_ends_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.raw");
    let (reached, started) = mpsc::channel();
    let gate = Arc::new(Barrier::new(2));
    let wait = Arc::clone(&gate);
    let first = AtomicUsize::new(0);
    let image = hooked(4000, 4000, move |_| {
        if first.fetch_add(1, Ordering::SeqCst) == 0 {
            reached.send(()).unwrap();
            wait.wait();
        }
    });
    let engine = Engine::new(2);
    let sink = RawSink::create(&path, *image.spec(), Durability::None).unwrap();
    let (sender, done) = mpsc::channel();
    let handle =
        engine.start(&image, Arc::new(sink), Options::default(), move |r| sender.send(r).unwrap());
    started.recv().unwrap();
    handle.cancel();
    gate.wait();
    assert!(matches!(done.recv().unwrap(), Err(Error::Cancelled)));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    handle.cancel();
    assert_eq!(engine.counters().active, 0);
}

#[test]
fn a_panic_fails_its_job_and_no_other() {
    let engine = Engine::new(2);
    let image = hooked(4000, 4000, |region| assert!(region.top < 2000, "boom"));
    let error = engine.run(&image, memory(&image), Options::default()).unwrap_err();
    assert!(matches!(&error, Error::Internal(text) if text.contains("boom")), "{error}");
    let image = blurred(500, 500);
    engine.run(&image, memory(&image), Options::default()).unwrap();
}

#[test]
fn tiles_wait_for_whoever_takes_them() {
    let started = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&started);
    let image = hooked(64 * 100, 64, move |rows| {
        count.fetch_add(u64::from(rows.top == 0), Ordering::SeqCst);
    });
    let engine = Engine::new(2);
    let tiles = engine.tiles(&image, (64, 64), Options::default(), |_| ()).unwrap();
    for taken in 1..=100u64 {
        let (sender, receiver) = mpsc::channel();
        tiles.next(move |tile| sender.send(tile).unwrap());
        let tile = receiver.recv().unwrap().unwrap().unwrap();
        assert_eq!(tile.region.left, (taken - 1) * 64);
        // Three ahead with two threads; the tile just taken made room for one more.
        assert!(started.load(Ordering::SeqCst) <= taken + 3);
    }
    let (sender, receiver) = mpsc::channel();
    tiles.next(move |tile| sender.send(tile).unwrap());
    assert!(receiver.recv().unwrap().unwrap().is_none());
}

#[test]
fn tiles_dropped_half_way_end_the_job() {
    let image = blurred(2000, 2000);
    let engine = Engine::new(2);
    let tiles = engine.tiles(&image, (100, 100), Options::default(), |_| ()).unwrap();
    drop(tiles);
    engine.shutdown(Duration::MAX);
    assert_eq!(engine.counters().jobs, 0);
}

#[test]
fn a_small_job_is_served_beside_a_large_one() {
    let units = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&units);
    let (go, gate) = mpsc::channel::<()>();
    let gate = std::sync::Mutex::new(gate);
    let large = hooked(8192, 32 * 200, move |_| {
        // The first rows wait until the small job is in the queue.
        if count.fetch_add(1, Ordering::SeqCst) == 0 {
            gate.lock().unwrap().recv().unwrap();
        }
        std::thread::sleep(Duration::from_millis(1));
    });
    let engine = Engine::new(1);
    let (sender, large_done) = mpsc::channel();
    engine.start(&large, memory(&large), Options::default(), move |r| sender.send(r).unwrap());
    let small = blurred(64, 64);
    let (sender, small_done) = mpsc::channel();
    let seen = Arc::clone(&units);
    engine.start(&small, memory(&small), Options::default(), move |result| {
        sender.send((result, seen.load(Ordering::SeqCst))).unwrap();
    });
    go.send(()).unwrap();
    let (result, units_before) = small_done.recv().unwrap();
    result.unwrap();
    assert!(units_before < 10, "{units_before} parts of the large job came first");
    large_done.recv().unwrap().unwrap();
}

#[test]
fn memory_is_kept_to_and_counted() {
    let image = blurred(20_000, 600);
    let engine = Engine::new(2);
    engine.set_memory_limit(4 << 20);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.raw");
    let sink = RawSink::create(&path, *image.spec(), Durability::None).unwrap();
    engine.run(&image, Arc::new(sink), Options::default()).unwrap();
    let counters = engine.counters();
    assert!(counters.peak > 0 && counters.peak <= 4 << 20, "{counters:?}");

    engine.set_memory_limit(1000);
    let sink = RawSink::create(&path, *image.spec(), Durability::None).unwrap();
    let error = engine.run(&image, Arc::new(sink), Options::default()).unwrap_err();
    let Error::MemoryLimit { needed, limit: 1000, .. } = error else { panic!("{error}") };
    // The limit that the error names will do.
    engine.set_memory_limit(needed);
    let sink = RawSink::create(&path, *image.spec(), Durability::None).unwrap();
    engine.run(&image, Arc::new(sink), Options::default()).unwrap();
}

#[test]
fn the_number_of_threads_can_change_while_jobs_run() {
    let engine = Arc::new(Engine::new(1));
    let image = blurred(4000, 4000);
    let jobs: Vec<_> = (0..4)
        .map(|_| {
            let (sender, done) = mpsc::channel();
            engine.start(&image, memory(&image), Options::default(), move |r| {
                sender.send(r).unwrap();
            });
            done
        })
        .collect();
    for threads in [3, 1, 4, 2] {
        engine.set_concurrency(threads);
        assert_eq!(engine.concurrency(), threads);
    }
    for done in jobs {
        done.recv().unwrap().unwrap();
    }
}

#[test]
fn an_engine_dropped_cancels_its_jobs() {
    let image = blurred(6000, 6000);
    let engine = Engine::new(2);
    let (sender, done) = mpsc::channel();
    engine.start(&image, memory(&image), Options::default(), move |r| sender.send(r).unwrap());
    drop(engine);
    // Either it was cancelled or it had just finished; it has been heard of in any case.
    assert!(matches!(done.recv().unwrap(), Ok(()) | Err(Error::Cancelled)));
}
