//! Where packed chunks went.

use std::sync::atomic::{AtomicU64, Ordering};

/// The places of the chunks of every page, and the end of those taken so far.
///
/// A place is taken in one step, so no thread waits for another. Whoever reads the tables has waited for
/// all threads, which orders their writes before.
pub(super) struct Places {
    end: AtomicU64,
    tables: Vec<Vec<Place>>,
}

#[derive(Default)]
struct Place {
    offset: AtomicU64,
    bytes: AtomicU64,
}

impl Places {
    /// For pages of so many chunks, in a file that ends at `end`.
    pub(super) fn new(end: u64, counts: impl Iterator<Item = u64>) -> Self {
        let table = |count| (0..count).map(|_| Place::default()).collect();
        Self { end: AtomicU64::new(end), tables: counts.map(table).collect() }
    }

    /// Bytes of the tables for so many chunks.
    pub(super) const fn bytes(count: u64) -> u64 {
        count * size_of::<Place>() as u64
    }

    /// Takes a place for a chunk. Returns where it starts.
    pub(super) fn take(&self, page: usize, index: u64, bytes: u64) -> u64 {
        // Offsets are even, as the format demands.
        let offset = self.end.fetch_add(bytes.next_multiple_of(2), Ordering::Relaxed);
        let place = &self.tables[page][index as usize];
        place.offset.store(offset, Ordering::Relaxed);
        place.bytes.store(bytes, Ordering::Relaxed);
        offset
    }

    /// Where a chunk starts, and its bytes.
    pub(super) fn find(&self, page: usize, index: u64) -> (u64, u64) {
        let place = &self.tables[page][index as usize];
        (place.offset.load(Ordering::Relaxed), place.bytes.load(Ordering::Relaxed))
    }
}
