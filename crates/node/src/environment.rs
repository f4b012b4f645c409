//! The jobs of each Node environment.
//!
//! A job may read or write memory that belongs to its environment (a `fromBuffer` source, an `into`
//! target). When the environment ends, that memory goes; so its jobs are cancelled first and waited
//! for, which takes one unit of work. Jobs of other environments run on. With the last environment
//! the engine's threads are joined.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use napi::bindgen_prelude::{Env, Result};
use pipeline::Handle;

use crate::engine::engine;

/// How long an exit waits for jobs. They stop within a unit of work, except while the system
/// flushes a finished file.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Default)]
pub(crate) struct Environment {
    jobs: Mutex<Jobs>,
    idle: Condvar,
}

#[derive(Default)]
struct Jobs {
    next: u64,
    /// Set when the environment ends: a job that starts later is cancelled at once.
    ended: bool,
    running: HashMap<u64, Option<Handle>>,
}

/// Marks a job of an environment as running until it is dropped.
pub(crate) struct Ticket {
    environment: Arc<Environment>,
    id: u64,
}

static ENVIRONMENTS: Mutex<Option<HashMap<usize, Arc<Environment>>>> = Mutex::new(None);

pub(crate) fn register(env: &Env) -> Result<()> {
    let key = env.raw() as usize;
    with_all(|all| all.insert(key, Arc::default()));
    env.add_env_cleanup_hook(key, |key| {
        let (gone, last) = with_all(|all| (all.remove(&key), all.is_empty()));
        if let Some(environment) = gone {
            environment.end(Duration::MAX);
        }
        if last {
            engine().shutdown(PATIENCE);
        }
    })?;
    Ok(())
}

/// The calling environment.
pub(crate) fn current(env: &Env) -> Arc<Environment> {
    with_all(|all| Arc::clone(all.entry(env.raw() as usize).or_default()))
}

/// Ends the environment's jobs before the process exits, as far as `PATIENCE` allows, and sees to it
/// that no temporary file stays.
pub(crate) fn shutdown(env: &Env) {
    let alone = with_all(|all| all.len() <= 1);
    current(env).end(PATIENCE);
    if alone {
        engine().shutdown(PATIENCE);
        store::remove_all_temporaries();
    }
}

fn with_all<R>(run: impl FnOnce(&mut HashMap<usize, Arc<Environment>>) -> R) -> R {
    let mut all = ENVIRONMENTS.lock().unwrap_or_else(PoisonError::into_inner);
    run(all.get_or_insert_default())
}

impl Environment {
    /// Counts a job as running.
    pub(crate) fn enter(self: &Arc<Self>) -> Ticket {
        let mut jobs = self.jobs();
        let id = jobs.next;
        jobs.next += 1;
        jobs.running.insert(id, None);
        drop(jobs);
        Ticket { environment: Arc::clone(self), id }
    }

    /// Says how the job `id` is cancelled, once that is known; it may be over by then.
    pub(crate) fn attach(&self, id: u64, handle: Handle) {
        let mut jobs = self.jobs();
        if jobs.ended {
            drop(jobs);
            handle.cancel();
        } else if let Some(entry) = jobs.running.get_mut(&id) {
            *entry = Some(handle);
        }
    }

    fn end(&self, patience: Duration) {
        let mut jobs = self.jobs();
        jobs.ended = true;
        for handle in jobs.running.values().flatten() {
            handle.cancel();
        }
        if patience == Duration::MAX {
            while !jobs.running.is_empty() {
                jobs = self.idle.wait(jobs).unwrap_or_else(PoisonError::into_inner);
            }
        } else {
            let ended =
                self.idle.wait_timeout_while(jobs, patience, |jobs| !jobs.running.is_empty());
            drop(ended);
        }
    }

    fn jobs(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    pub(crate) const fn environment(&self) -> &Arc<Environment> {
        &self.environment
    }

    pub(crate) const fn id(&self) -> u64 {
        self.id
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.environment.jobs().running.remove(&self.id);
        self.environment.idle.notify_all();
    }
}
