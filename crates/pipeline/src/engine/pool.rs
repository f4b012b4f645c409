//! An own rayon pool whose threads are joined when it is dropped.
//!
//! Never the global pool: its threads are never joined, and an addon's threads must not outlive the
//! addon.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rayon::{ThreadPool, ThreadPoolBuilder};

pub(super) struct Pool {
    threads: Option<ThreadPool>,
    handles: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Pool {
    /// A pool of `threads` threads, or of as many as the system will start.
    pub(super) fn new(threads: usize) -> Self {
        let handles = Arc::new(Mutex::new(Vec::new()));
        let mut wanted = threads;
        loop {
            match build(wanted, &handles) {
                Ok(pool) => return Self { threads: Some(pool), handles },
                Err(error) if wanted == 1 => panic!("no worker thread can be started: {error}"),
                Err(_) => wanted /= 2,
            }
        }
    }

    /// Lets the threads end once they are idle.
    pub(super) fn close(&mut self) {
        self.threads = None;
    }

    pub(super) fn spawn(&self, task: impl FnOnce() + Send + 'static) {
        if let Some(threads) = &self.threads {
            threads.spawn(task);
        }
    }
}

fn build(
    threads: usize,
    handles: &Arc<Mutex<Vec<JoinHandle<()>>>>,
) -> Result<ThreadPool, rayon::ThreadPoolBuildError> {
    let handles = Arc::clone(handles);
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("gigapx-{index}"))
        // Workers catch the panics of jobs; one that still gets here must not abort the process.
        .panic_handler(|_| {})
        .spawn_handler(move |thread| {
            let mut builder = thread::Builder::new();
            if let Some(name) = thread.name() {
                builder = builder.name(name.to_owned());
            }
            let handle = builder.spawn(|| thread.run())?;
            handles.lock().unwrap_or_else(PoisonError::into_inner).push(handle);
            Ok(())
        })
        .build()
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.close();
        let handles =
            std::mem::take(&mut *self.handles.lock().unwrap_or_else(PoisonError::into_inner));
        for handle in handles {
            // A pool that replaces itself is dropped by the caller, never by one of its threads;
            // joining oneself would wait for ever all the same.
            if handle.thread().id() != thread::current().id() {
                // A thread that panicked has already been heard by the panic handler.
                let _ = handle.join();
            }
        }
    }
}
