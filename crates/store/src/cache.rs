//! Decoded chunks that are kept for a while, so that each is decoded once.
//!
//! Whoever needs a chunk first decodes it, outside the lock; others that need it meanwhile wait for
//! that. Jobs say how many bytes they have planned for, and no more than all of them together stay:
//! the chunk that has not been used for longest gives its memory to the next.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use raster::Buffer;

use crate::Error;

/// The decoded chunks of one source, by number.
#[derive(Default)]
pub(crate) struct Cache {
    state: Mutex<State>,
    /// Signalled whenever a chunk has been decoded, or could not be.
    settled: Condvar,
    /// Bytes of what is kept.
    held: AtomicU64,
    decoded: AtomicU64,
}

#[derive(Default)]
struct State {
    entries: HashMap<u64, Entry>,
    /// The entries in the order of their last use.
    order: BTreeMap<u64, u64>,
    clock: u64,
    bytes: u64,
    /// What jobs have planned for.
    limit: u64,
}

struct Entry {
    slot: Slot,
    used: u64,
    bytes: u64,
}

/// Where a chunk appears; nothing, if decoding it has failed.
type Slot = Arc<OnceLock<Option<Arc<Buffer>>>>;

/// Marks a chunk as failed unless it has been decoded, also if decoding panics.
struct Ticket<'a> {
    cache: &'a Cache,
    index: u64,
    slot: Slot,
}

impl Cache {
    /// The chunk of that number, made by `decode` if it is not there; `bytes` is how large it is. What
    /// is in the buffer that `decode` gets does not matter. Nothing if another thread is at it and this
    /// one shall not `wait`.
    pub(crate) fn get(
        &self,
        index: u64,
        bytes: u64,
        wait: bool,
        decode: impl FnOnce(&mut Buffer) -> Result<(), Error>,
    ) -> Result<Option<Arc<Buffer>>, Error> {
        let mut state = self.lock();
        while let Some(slot) = state.touch(index) {
            if slot.get().is_none() && !wait {
                return Ok(None);
            }
            while slot.get().is_none() {
                state = self.settled.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            // It may have been let go already; and if decoding it failed, this caller tries itself.
            if let Some(Some(chunk)) = slot.get() {
                return Ok(Some(Arc::clone(chunk)));
            }
        }
        let slot = Slot::default();
        let mut buffer = state.insert(index, bytes, Arc::clone(&slot)).unwrap_or_default();
        self.held.store(state.bytes, Ordering::Relaxed);
        drop(state);
        let ticket = Ticket { cache: self, index, slot };
        decode(&mut buffer)?;
        self.decoded.fetch_add(1, Ordering::Relaxed);
        let chunk = Arc::new(buffer);
        // Nobody else sets it before the ticket is dropped.
        let _ = ticket.slot.set(Some(Arc::clone(&chunk)));
        Ok(Some(chunk))
    }

    /// Counts a chunk that was decoded only to come to another.
    pub(crate) fn count(&self) {
        self.decoded.fetch_add(1, Ordering::Relaxed);
    }

    /// Changes how many bytes stay: `plus` more, `minus` less.
    pub(crate) fn plan(&self, plus: u64, minus: u64) {
        let mut state = self.lock();
        state.limit = state.limit.saturating_add(plus).saturating_sub(minus);
        state.shrink();
        self.held.store(state.bytes, Ordering::Relaxed);
    }

    /// Bytes that jobs have planned for.
    pub(crate) fn planned(&self) -> u64 {
        self.lock().limit
    }

    /// Bytes of the chunks that are kept.
    pub(crate) fn held(&self) -> u64 {
        self.held.load(Ordering::Relaxed)
    }

    /// Chunks that have been decoded so far.
    pub(crate) fn decoded(&self) -> u64 {
        self.decoded.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut state = self.cache.lock();
        if self.slot.get().is_none() {
            let _ = self.slot.set(None);
            state.remove(self.index, &self.slot);
        }
        state.shrink();
        self.cache.held.store(state.bytes, Ordering::Relaxed);
        drop(state);
        self.cache.settled.notify_all();
    }
}

impl State {
    /// The slot of a chunk, which has now been used.
    fn touch(&mut self, index: u64) -> Option<Slot> {
        let entry = self.entries.get_mut(&index)?;
        self.order.remove(&entry.used);
        self.clock += 1;
        entry.used = self.clock;
        self.order.insert(self.clock, index);
        Some(Arc::clone(&entry.slot))
    }

    /// Makes room for a chunk. Returns the memory of one that is kept no more, if nobody uses it.
    fn insert(&mut self, index: u64, bytes: u64, slot: Slot) -> Option<Buffer> {
        self.bytes += bytes;
        let buffer = self.shrink();
        self.clock += 1;
        self.order.insert(self.clock, index);
        self.entries.insert(index, Entry { slot, used: self.clock, bytes });
        buffer
    }

    /// Lets chunks go until what is kept is within the limit. Those that are being decoded stay.
    fn shrink(&mut self) -> Option<Buffer> {
        let mut buffer = None;
        let mut from = 0;
        while self.bytes > self.limit {
            let Some((&used, &index)) = self.order.range(from..).next() else { break };
            from = used + 1;
            if self.entries[&index].slot.get().is_none() {
                continue;
            }
            self.order.remove(&used);
            let entry = self.entries.remove(&index).expect("ordered because it is there");
            self.bytes -= entry.bytes;
            let chunk = Arc::into_inner(entry.slot).and_then(OnceLock::into_inner).flatten();
            buffer = chunk.and_then(Arc::into_inner).or(buffer);
        }
        buffer
    }

    /// Removes a chunk that could not be decoded.
    fn remove(&mut self, index: u64, slot: &Slot) {
        if self.entries.get(&index).is_some_and(|entry| Arc::ptr_eq(&entry.slot, slot)) {
            let entry = self.entries.remove(&index).expect("looked at");
            self.order.remove(&entry.used);
            self.bytes -= entry.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;

    fn fill(index: u64) -> impl FnOnce(&mut Buffer) -> Result<(), Error> {
        move |buffer| {
            buffer.take(64).fill(index as u8);
            Ok(())
        }
    }

    fn get(
        cache: &Cache,
        index: u64,
        decode: impl FnOnce(&mut Buffer) -> Result<(), Error>,
    ) -> Result<Arc<Buffer>, Error> {
        cache.get(index, 64, true, decode).map(|chunk| chunk.expect("waited for"))
    }

    #[test]
    fn whoever_does_not_wait_gets_nothing_meanwhile() {
        let cache = Cache::default();
        cache.plan(640, 0);
        let outer = |buffer: &mut Buffer| {
            let inner = cache.get(7, 64, false, |_| panic!("decoded twice"));
            assert!(inner.unwrap().is_none());
            fill(7)(buffer)
        };
        get(&cache, 7, outer).unwrap();
        let after = cache.get(7, 64, false, |_| panic!("decoded twice"));
        assert_eq!(after.unwrap().unwrap().bytes()[0], 7);
    }

    #[test]
    fn what_was_planned_for_stays_and_the_oldest_goes() {
        let cache = Cache::default();
        cache.plan(64 * 3, 0);
        for index in [0, 1, 2, 0, 3, 0, 2, 3] {
            let chunk = get(&cache, index, fill(index)).unwrap();
            assert_eq!(chunk.bytes(), [index as u8; 64]);
            assert!(cache.held() <= 64 * 3);
        }
        assert_eq!(cache.decoded(), 4);
        get(&cache, 1, fill(1)).unwrap();
        assert_eq!(cache.decoded(), 5);
        cache.plan(0, 64 * 3);
        assert_eq!(cache.held(), 0);
        get(&cache, 1, fill(1)).unwrap();
        assert_eq!((cache.held(), cache.decoded()), (0, 6));
    }

    #[test]
    fn many_readers_decode_once() {
        let cache = Cache::default();
        cache.plan(64 * 20, 0);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for index in 0..20 {
                        let decode = |buffer: &mut Buffer| {
                            thread::sleep(Duration::from_millis(1));
                            fill(index)(buffer)
                        };
                        let chunk = get(&cache, index, decode).unwrap();
                        assert_eq!(chunk.bytes()[63], index as u8);
                    }
                });
            }
        });
        assert_eq!(cache.decoded(), 20);
    }

    #[test]
    fn a_failure_is_everyones_own() {
        let cache = Cache::default();
        cache.plan(640, 0);
        let fail = |_: &mut Buffer| {
            thread::sleep(Duration::from_millis(5));
            Err(Error::corrupt(None, "broken"))
        };
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert!(get(&cache, 7, fail).is_err()));
            }
        });
        assert_eq!(cache.held(), 0);
        let panics = |_: &mut Buffer| panic!("in a decoder");
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _ = get(&cache, 7, panics);
        }));
        assert!(result.is_err());
        assert_eq!(get(&cache, 7, fill(7)).unwrap().bytes()[0], 7);
    }
}
