//! Where packed chunks went.

use std::{
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
};

use super::plan::{Page, Plan};
use crate::Error;

/// The places of the chunks of every page, and the ends of those taken so far.
///
/// A place is taken in one step, so no thread waits for another. Whoever reads the tables has waited for
/// all threads, which orders their writes before.
pub(super) struct Places {
    /// Of the pages' pixels, if each has a part of the file; else of all of them together. With where
    /// that part ends.
    ends: Vec<(AtomicU64, u64)>,
    tables: Vec<Vec<Place>>,
}

#[derive(Default)]
struct Place {
    offset: AtomicU64,
    bytes: AtomicU64,
}

impl Places {
    pub(super) fn new(plan: &Plan) -> Self {
        if !plan.is_packed() {
            return Self { ends: Vec::new(), tables: Vec::new() };
        }
        let part = |(at, page): (usize, &Page)| (AtomicU64::new(page.data), plan.limit(at));
        let parts = if plan.is_apart { plan.pages.len() } else { 1 };
        let table = |count| (0..count).map(|_| Place::default()).collect();
        let tables = plan.pages.iter().map(|page| table(page.count)).collect();
        Self { ends: plan.pages.iter().enumerate().map(part).take(parts).collect(), tables }
    }

    /// Bytes of the tables.
    pub(super) fn bytes(plan: &Plan) -> u64 {
        let count: u64 = plan.pages.iter().map(|page| page.count).sum();
        if plan.is_packed() { count * size_of::<Place>() as u64 } else { 0 }
    }

    /// Takes a place for a chunk. Returns where it starts.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if pictures pack so badly that there is no room for them.
    pub(super) fn take(&self, page: usize, index: u64, bytes: u64) -> Result<u64, Error> {
        let (end, limit) = &self.ends[page.min(self.ends.len() - 1)];
        // Offsets are even, as the format demands.
        let offset = end.fetch_add(bytes.next_multiple_of(2), Ordering::Relaxed);
        if offset.saturating_add(bytes) > *limit {
            let message = "the image packs into more bytes than this kind of TIFF has room for";
            return Err(Error::Unsupported(message.into()));
        }
        let place = &self.tables[page][index as usize];
        place.offset.store(offset, Ordering::Relaxed);
        place.bytes.store(bytes, Ordering::Relaxed);
        Ok(offset)
    }

    /// Where a chunk starts, and its bytes.
    pub(super) fn find(&self, page: usize, index: u64) -> (u64, u64) {
        let place = &self.tables[page][index as usize];
        (place.offset.load(Ordering::Relaxed), place.bytes.load(Ordering::Relaxed))
    }

    /// What is left over of the pages' parts of the file, in file order. A multiple of `alignment` each,
    /// since the parts start at such.
    pub(super) fn gaps(&self, plan: &Plan, alignment: u64) -> Vec<Range<u64>> {
        if self.ends.len() < 2 {
            return Vec::new();
        }
        // The last page lies first, and nothing behind the first one.
        let pages = (1..self.ends.len()).rev();
        let end = |page: usize| self.ends[page].0.load(Ordering::Relaxed);
        let gap = |page: usize| end(page).next_multiple_of(alignment)..plan.pages[page - 1].data;
        pages.map(gap).filter(|gap| gap.start < gap.end).collect()
    }
}
