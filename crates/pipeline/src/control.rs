//! The state that a job shares with whoever started it: progress, and why it stopped.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::Error;
use crate::job::{OnProgress, Progress};

/// The state that a job shares with whoever started it.
pub(crate) struct Control {
    stopped: AtomicBool,
    failure: Mutex<Option<Error>>,
    done: AtomicU64,
    /// Pixels made of intermediate images and results.
    made: AtomicU64,
    total: u64,
    on_progress: Option<OnProgress>,
}

impl Control {
    pub(crate) fn new(total: u64, on_progress: Option<OnProgress>) -> Arc<Self> {
        Arc::new(Self {
            stopped: AtomicBool::new(false),
            failure: Mutex::new(None),
            done: AtomicU64::new(0),
            made: AtomicU64::new(0),
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

    pub(crate) fn progress(&self) -> Progress {
        Progress { done: self.done.load(Ordering::Relaxed), total: self.total }
    }

    pub(crate) fn count_made(&self, pixels: u64) {
        self.made.fetch_add(pixels, Ordering::Relaxed);
    }

    pub(crate) fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }
}
