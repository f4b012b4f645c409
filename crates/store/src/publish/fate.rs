//! What became of an output: it has its name, was given up, or is still being written.

use std::{
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::Error;

/// What became of an output.
pub(super) struct Fate(Mutex<State>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Published,
    Discarded,
}

impl Fate {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(State::Open))
    }

    /// Has `name` give the output its name, unless it has it already; tells whether it did. If that
    /// fails, the output is given up.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if it was given up before, and what `name` fails with.
    pub(super) fn publish(
        &self,
        target: &Path,
        name: impl FnOnce() -> Result<(), Error>,
    ) -> Result<bool, Error> {
        let mut state = self.state();
        match *state {
            State::Open => {}
            State::Published => return Ok(false),
            State::Discarded => {
                let message = format!("{} was given up before", target.display());
                return Err(Error::InvalidArgument(message));
            }
        }
        let named = name();
        *state = if named.is_ok() { State::Published } else { State::Discarded };
        named.map(|()| true)
    }

    /// Gives the output up by `remove`, unless it has its name or was given up already.
    pub(super) fn discard(&self, remove: impl FnOnce()) {
        let mut state = self.state();
        if *state == State::Open {
            *state = State::Discarded;
            remove();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is one assignment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
