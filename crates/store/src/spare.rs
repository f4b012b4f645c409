//! Tools that threads leave to one another.

use std::sync::{Mutex, PoisonError};

/// Tools that no thread uses at the moment.
pub(crate) struct Spare<T>(Mutex<Vec<T>>);

impl<T> Spare<T> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// Runs `work` with tools that nobody else uses meanwhile, made if there are none. Those of a work
    /// that panics are lost.
    pub(crate) fn with<R, E>(
        &self,
        make: impl FnOnce() -> Result<T, E>,
        work: impl FnOnce(&mut T) -> Result<R, E>,
    ) -> Result<R, E> {
        let spare = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = spare().pop();
        let mut tools = known.map_or_else(make, Ok)?;
        let result = work(&mut tools);
        spare().push(tools);
        result
    }
}
