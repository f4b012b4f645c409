//! A sink that keeps no pixels: it sums them up.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use filters::Accumulator;
use raster::{Region, View, ViewMut};
use store::{Layout, Sink};

/// Sums an image up, in parts on all workers at once, which are merged at the end: the result does not
/// depend on who summed up what.
pub struct Measure<A> {
    empty: A,
    /// Parts that no worker is adding to. There are as many as workers that were here at once.
    parts: Mutex<Vec<A>>,
    whole: OnceLock<A>,
}

impl<A: Accumulator + Sync> Measure<A> {
    /// A sink for the image that `empty` was made for.
    pub const fn new(empty: A) -> Self {
        Self { empty, parts: Mutex::new(Vec::new()), whole: OnceLock::new() }
    }

    /// What the image adds up to; `None` unless the job has ended well.
    pub fn whole(&self) -> Option<&A> {
        self.whole.get()
    }

    fn parts(&self) -> MutexGuard<'_, Vec<A>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<A: Accumulator + Sync> Sink for Measure<A> {
    fn layout(&self) -> Layout {
        Layout::Any
    }

    unsafe fn claim(&self, _: &Region) -> Option<ViewMut<'_>> {
        None
    }

    fn write(&self, region: &Region, pixels: &View<'_>) -> Result<(), store::Error> {
        let spare = self.parts().pop();
        let mut part = spare.unwrap_or_else(|| self.empty.empty());
        part.add(region, pixels);
        self.parts().push(part);
        Ok(())
    }

    fn worker_bytes(&self) -> u64 {
        self.empty.bytes()
    }

    fn finish(&self) -> Result<(), store::Error> {
        let mut whole = self.empty.empty();
        for part in std::mem::take(&mut *self.parts()) {
            whole.merge(part);
        }
        // A sink is finished once.
        self.whole.get_or_init(|| whole);
        Ok(())
    }

    fn abort(&self) {
        self.parts().clear();
    }
}
