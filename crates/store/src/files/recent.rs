//! The files that were used last.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{Bytes, Error};

/// Open files, the least recently used of which make room for others.
pub(super) struct Recent {
    most: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The next number of a file.
    next: u64,
    /// Counts uses.
    clock: u64,
    open: HashMap<u64, Entry>,
}

struct Entry {
    used: u64,
    bytes: Arc<Bytes>,
}

impl Recent {
    pub(super) fn new(most: usize) -> Self {
        Self { most, state: Mutex::default() }
    }

    /// Takes a file in, under a number of its own.
    pub(super) fn admit(&self, bytes: Bytes) -> u64 {
        let mut state = self.state();
        state.next += 1;
        let id = state.next;
        let closed = state.keep(id, Arc::new(bytes), self.most);
        drop(state);
        drop(closed);
        id
    }

    /// The file of that number, if it is open.
    pub(super) fn find(&self, id: u64) -> Option<Arc<Bytes>> {
        let mut state = self.state();
        state.clock += 1;
        let clock = state.clock;
        let entry = state.open.get_mut(&id)?;
        entry.used = clock;
        Some(Arc::clone(&entry.bytes))
    }

    /// The file of that number, which `open` opens if it is not. Nobody waits for it meanwhile.
    pub(super) fn get(
        &self,
        id: u64,
        open: impl FnOnce() -> Result<Bytes, Error>,
    ) -> Result<Arc<Bytes>, Error> {
        if let Some(bytes) = self.find(id) {
            return Ok(bytes);
        }
        let bytes = Arc::new(open()?);
        let mut state = self.state();
        let closed = state.keep(id, Arc::clone(&bytes), self.most);
        drop(state);
        drop(closed);
        Ok(bytes)
    }

    /// Lets go of a file that nobody will ask for again.
    pub(super) fn forget(&self, id: u64) {
        let entry = self.state().open.remove(&id);
        drop(entry);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Keeps a file open, and returns those that are to be closed, which may take a while.
    fn keep(&mut self, id: u64, bytes: Arc<Bytes>, most: usize) -> Vec<Entry> {
        self.clock += 1;
        let mut closed: Vec<Entry> =
            self.open.insert(id, Entry { used: self.clock, bytes }).into_iter().collect();
        while self.open.len() > most {
            let oldest = self.open.iter().min_by_key(|(_, entry)| entry.used);
            let id = oldest.map(|(&id, _)| id);
            closed.extend(id.and_then(|id| self.open.remove(&id)));
        }
        closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(first: u8) -> Bytes {
        Bytes::from_memory(Arc::new(vec![first]))
    }

    fn first(bytes: &Bytes) -> u8 {
        bytes.slice(0, 1).unwrap()[0]
    }

    #[test]
    fn the_least_recently_used_is_closed() {
        let recent = Recent::new(2);
        let [a, b] = [recent.admit(bytes(1)), recent.admit(bytes(2))];
        assert_eq!(first(&recent.find(a).unwrap()), 1);
        let c = recent.admit(bytes(3));
        assert!(recent.find(b).is_none());
        assert_eq!([a, c].map(|id| first(&recent.find(id).unwrap())), [1, 3]);
        assert_eq!(first(&recent.get(b, || Ok(bytes(9))).unwrap()), 9);
        assert!(recent.find(a).is_none());
        recent.forget(c);
        assert!(recent.find(c).is_none());
        let failed = recent.get(c, || Err(Error::InvalidArgument(String::new())));
        assert!(failed.is_err() && recent.find(b).is_some());
    }
}
