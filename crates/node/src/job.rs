//! A job as JavaScript holds it: made before the work starts, so that it can be cancelled at once.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use napi::Status;
use napi::bindgen_prelude::Function;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;
use pipeline::{Error, Handle, Image, Options, Progress};
use store::Sink;

use crate::engine::engine;
use crate::environment::Ticket;

/// Calls JavaScript without arguments, and without keeping the event loop alive.
type Notify = ThreadsafeFunction<(), (), (), Status, false, true>;

/// Controls a job.
#[napi]
pub struct BindingJob {
    threads: usize,
    shared: Arc<Shared>,
}

struct Shared {
    handle: Mutex<Option<Handle>>,
    cancelled: AtomicBool,
    done: AtomicU64,
    total: AtomicU64,
    notify: Option<Notify>,
    /// Whether a call of `notify` is queued: at most one is.
    pending: Arc<AtomicBool>,
}

#[napi]
impl BindingJob {
    /// A job of at most `threads` threads, 0 for all. `onProgress` is called without arguments when
    /// there is progress to read.
    #[napi(constructor)]
    pub fn new(threads: u32, on_progress: Option<Function<'_, (), ()>>) -> napi::Result<Self> {
        let pending = Arc::new(AtomicBool::new(false));
        let notify = on_progress
            .map(|function| {
                let pending = Arc::clone(&pending);
                function
                    .build_threadsafe_function::<()>()
                    .weak::<true>()
                    .callee_handled::<false>()
                    .build_callback(move |_| {
                        // Cleared before the counters are read, so that no progress goes unheard.
                        pending.store(false, Ordering::Release);
                        Ok(())
                    })
            })
            .transpose()?;
        let shared = Shared {
            handle: Mutex::new(None),
            cancelled: AtomicBool::new(false),
            done: AtomicU64::new(0),
            total: AtomicU64::new(0),
            notify,
            pending,
        };
        Ok(Self { threads: threads as usize, shared: Arc::new(shared) })
    }

    /// Cancels the job, now or when it starts.
    #[napi]
    pub fn cancel(&self) {
        self.shared.cancelled.store(true, Ordering::Release);
        if let Some(handle) = &*self.shared.handle() {
            handle.cancel();
        }
    }

    /// Pixels finished.
    #[napi(getter)]
    pub fn done(&self) -> f64 {
        self.shared.done.load(Ordering::Acquire) as f64
    }

    /// Pixels of intermediate images and results that were made; complete when the job is over.
    #[napi(getter)]
    pub fn made(&self) -> f64 {
        self.shared.handle().as_ref().map_or(0.0, |handle| handle.made() as f64)
    }

    /// Pixels in all; 0 before the start.
    #[napi(getter)]
    pub fn total(&self) -> f64 {
        self.shared.total.load(Ordering::Acquire) as f64
    }
}

impl BindingJob {
    /// The options of the job that is about to start.
    pub(crate) fn options(&self) -> Options {
        let shared = Arc::clone(&self.shared);
        Options { threads: self.threads, on_progress: Some(Box::new(move |it| shared.advance(it))) }
    }

    pub(crate) fn attach(&self, handle: &Handle) {
        self.shared.attach(handle);
    }

    /// What starts the job, on any thread.
    pub(crate) fn starter(&self) -> Starter {
        Starter { options: self.options(), shared: Arc::clone(&self.shared) }
    }
}

/// Starts a job.
pub(crate) struct Starter {
    options: Options,
    shared: Arc<Shared>,
}

impl Starter {
    /// Computes `image` into `sink`; `on_done` is called once, here if the job cannot start.
    pub(crate) fn start(
        self,
        image: &Image,
        sink: Arc<dyn Sink>,
        ticket: Ticket,
        on_done: impl FnOnce(Result<(), Error>, Ticket) + Send + 'static,
    ) {
        self.write(&[(image.clone(), sink)], ticket, on_done);
    }

    /// Computes several images into a sink each; `on_done` as above.
    pub(crate) fn write(
        self,
        results: &[(Image, Arc<dyn Sink>)],
        ticket: Ticket,
        on_done: impl FnOnce(Result<(), Error>, Ticket) + Send + 'static,
    ) {
        let (environment, id) = (Arc::clone(ticket.environment()), ticket.id());
        let on_done = move |result| on_done(result, ticket);
        let handle = engine().write(results, self.options, on_done);
        self.shared.attach(&handle);
        environment.attach(id, handle);
    }
}

impl Shared {
    /// Tells the job how it is cancelled; it may already have been.
    fn attach(&self, handle: &Handle) {
        *self.handle() = Some(handle.clone());
        self.total.store(handle.progress().total, Ordering::Release);
        if self.cancelled.load(Ordering::Acquire) {
            handle.cancel();
        }
    }

    fn handle(&self) -> std::sync::MutexGuard<'_, Option<Handle>> {
        self.handle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn advance(&self, progress: Progress) {
        self.total.store(progress.total, Ordering::Release);
        self.done.fetch_max(progress.done, Ordering::AcqRel);
        if let Some(notify) = &self.notify
            && !self.pending.swap(true, Ordering::AcqRel)
        {
            notify.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }
}
