//! Images that can only be decoded row by row from the top: strips of a few rows.
//!
//! One decoder runs forward, and whoever needs a strip lets it run until there. Strips on the way that
//! nobody has asked for yet are kept as far as jobs have planned; what lies behind the decoder and is
//! kept no more is decoded again from the top, which is right but slow. The planner sees to it that a
//! job need not ([`Chunking::is_sequential`]).

use std::sync::{Mutex, MutexGuard, PoisonError};

use raster::{Buffer, Region, Spec, ViewMut};

use crate::{Bytes, Chunking, Error, Metadata, cache::Cache, chunk, plane::Plane, reader::Reader};

/// Bytes of a strip, if a row is not longer.
const STRIP: u64 = 512 << 10;

/// Starts decoding at the top.
pub(crate) trait Start: Send + Sync {
    type Rows: Rows;

    fn start(&self, bytes: &Bytes) -> Result<Self::Rows, Error>;
}

/// The rows of an image, one after the other.
pub(crate) trait Rows: Send {
    /// Decodes the next row, its samples in this machine's byte order. After the last one, checks what
    /// can only be checked at the end.
    fn next(&mut self, row: &mut [u8]) -> Result<(), Error>;
}

/// An image whose rows are decoded one after the other.
pub(crate) struct Sequential<S: Start> {
    spec: Spec,
    metadata: Metadata,
    /// Bytes that the decoder needs.
    scratch: u64,
    start: S,
    /// The shape of a strip.
    strip: Spec,
    cache: Cache,
    state: Mutex<State<S::Rows>>,
}

struct State<R> {
    rows: Option<R>,
    /// The strip that comes next.
    next: u64,
    /// The first strip that has never been decoded.
    furthest: u64,
}

impl<S: Start> Sequential<S> {
    pub(crate) fn new(spec: Spec, metadata: Metadata, scratch: u64, start: S) -> Self {
        let metadata = Metadata { access: "sequential", ..metadata };
        let height = (STRIP / spec.row_bytes()).clamp(1, spec.height);
        let state = Mutex::new(State { rows: None, next: 0, furthest: 0 });
        let strip = Spec { height, ..spec };
        Self { spec, metadata, scratch, start, strip, cache: Cache::default(), state }
    }

    fn state(&self) -> MutexGuard<'_, State<S::Rows>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decodes a strip, and those before it that have to be.
    fn decode(&self, bytes: &Bytes, index: u64, buffer: &mut Buffer) -> Result<(), Error> {
        loop {
            let mut state = self.state();
            if state.next > index {
                (state.rows, state.next) = (None, 0);
            }
            // These have been asked for before, so nobody need wait for them.
            while state.next < index.min(state.furthest) {
                self.strip(&mut state, bytes, buffer)?;
                self.cache.count();
            }
            if state.next == index {
                return self.strip(&mut state, bytes, buffer);
            }
            let passed = state.next;
            drop(state);
            self.pass(bytes, passed)?;
        }
    }

    /// Decodes a strip that nobody has asked for yet, or waits for who has: strips wait for earlier ones
    /// only, so that one of them is never waiting.
    fn pass(&self, bytes: &Bytes, index: u64) -> Result<(), Error> {
        let mut is_behind = false;
        let decode = |buffer: &mut Buffer| {
            let mut state = self.state();
            is_behind = state.next != index;
            if is_behind {
                // Another thread was faster, and has let it go already.
                return Err(Error::corrupt(bytes.path(), "the decoder is elsewhere"));
            }
            self.strip(&mut state, bytes, buffer)
        };
        let passed = self.cache.get(index, self.strip.bytes(), true, decode);
        if is_behind { Ok(()) } else { passed.map(drop) }
    }

    /// Decodes the strip that comes next.
    fn strip(
        &self,
        state: &mut State<S::Rows>,
        bytes: &Bytes,
        buffer: &mut Buffer,
    ) -> Result<(), Error> {
        let height = self.strip.height.min(self.spec.height - state.next * self.strip.height);
        let row = self.spec.row_bytes();
        let out = chunk::room(buffer, self.strip.bytes())?;
        // Taken, so that a decoder that has failed is not asked again.
        let mut rows = match state.rows.take() {
            Some(rows) => rows,
            None => self.start.start(bytes)?,
        };
        let next = std::mem::replace(&mut state.next, 0);
        for row in out[..(height * row) as usize].chunks_exact_mut(row as usize) {
            rows.next(row)?;
        }
        state.next = next + 1;
        state.furthest = state.furthest.max(state.next);
        // Nothing comes after the last one, and files need not stay open for that.
        if state.next * self.strip.height < self.spec.height {
            state.rows = Some(rows);
        }
        Ok(())
    }
}

impl<S: Start> Reader for Sequential<S> {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn plane(&self, _: &Region) -> Option<(Plane, Region)> {
        None
    }

    fn read(&self, bytes: &Bytes, region: &Region, out: &mut ViewMut<'_>) -> Result<(), Error> {
        for part in region.cells(self.strip.width, self.strip.height) {
            let index = part.top / self.strip.height;
            let decode = |buffer: &mut Buffer| self.decode(bytes, index, buffer);
            let strip = self.cache.get(index, self.strip.bytes(), true, decode)?;
            let strip = strip.expect("it was waited for");
            let local = Region { top: part.top % self.strip.height, ..part };
            let place = Region { left: 0, top: part.top - region.top, ..part };
            chunk::copy(&strip, &self.strip, &local, &mut out.sub(&place));
        }
        Ok(())
    }

    fn advise(&self, _: &Bytes, _: &Region) {}

    fn chunks(&self) -> Option<Chunking> {
        let Spec { width, height, .. } = self.strip;
        let (bytes, scratch) = (self.strip.bytes(), self.scratch);
        Some(Chunking { width, height, bytes, scratch, is_sequential: true })
    }

    fn cache(&self) -> Option<&Cache> {
        Some(&self.cache)
    }
}
