//! Images that can only be decoded row by row from the top: strips of a few rows.
//!
//! Decoders run forward, one for each job as a rule, and whoever needs a strip lets the nearest one run until
//! there. Strips on the way are kept as far as jobs have planned; what lies behind all decoders and is kept
//! no more is decoded again from the top, which is right but slow. The planner sees to it that a job need
//! not ([`Chunking::is_sequential`]).

use std::sync::{Mutex, MutexGuard, PoisonError};

use raster::{Buffer, Region, Spec, ViewMut};

use crate::{Bytes, Chunking, Error, Metadata, cache::Cache, chunk, reader::Reader};

/// Bytes of a strip, if a row is not longer.
const STRIP: u64 = 512 << 10;

/// Decoders under way at most: for as many jobs over an image at once that are at different places.
const MOST: usize = 4;

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
    /// Decoders under way, the one that ran last at the end.
    decoders: Mutex<Vec<Decoder<S::Rows>>>,
}

struct Decoder<R> {
    rows: R,
    /// The strip that comes next.
    next: u64,
}

impl<S: Start> Sequential<S> {
    pub(crate) fn new(spec: Spec, metadata: Metadata, scratch: u64, start: S) -> Self {
        let metadata = Metadata { access: "sequential", ..metadata };
        let height = (STRIP / spec.row_bytes()).clamp(1, spec.height);
        let (cache, decoders) = (Cache::default(), Mutex::default());
        Self { spec, metadata, scratch, start, strip: Spec { height, ..spec }, cache, decoders }
    }

    fn decoders(&self) -> MutexGuard<'_, Vec<Decoder<S::Rows>>> {
        self.decoders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decodes a strip, and those before it that have to be.
    fn decode(&self, bytes: &Bytes, index: u64, buffer: &mut Buffer) -> Result<(), Error> {
        loop {
            let mut decoders = self.decoders();
            let mut at = self.nearest(&mut decoders, bytes, index)?;
            let next = decoders[at].next;
            let kept = self.cache.planned() / self.strip.bytes();
            // Strips before these would not be kept until the decoder is there.
            for _ in next..index.saturating_sub(kept) {
                self.advance(&mut decoders, at, buffer)?;
                self.cache.count();
                at = decoders.len() - 1;
            }
            let next = decoders[at].next;
            if next == index {
                return self.advance(&mut decoders, at, buffer);
            }
            drop(decoders);
            self.pass(bytes, next, buffer)?;
        }
    }

    /// The last decoder that is not beyond a strip; a new one if there is none.
    fn nearest(
        &self,
        decoders: &mut Vec<Decoder<S::Rows>>,
        bytes: &Bytes,
        index: u64,
    ) -> Result<usize, Error> {
        let before = decoders.iter().enumerate().filter(|(_, decoder)| decoder.next <= index);
        if let Some((at, _)) = before.max_by_key(|(_, decoder)| decoder.next) {
            return Ok(at);
        }
        if decoders.len() == MOST {
            decoders.remove(0);
        }
        decoders.push(Decoder { rows: self.start.start(bytes)?, next: 0 });
        Ok(decoders.len() - 1)
    }

    /// Lets a decoder that is at a strip go beyond it. The strip is kept for whoever will ask for it, or
    /// waited for if someone has: strips wait for earlier ones only, so that one of them never waits.
    fn pass(&self, bytes: &Bytes, index: u64, spare: &mut Buffer) -> Result<(), Error> {
        let (mut is_decoded, mut is_gone) = (false, false);
        let decode = |buffer: &mut Buffer| {
            is_decoded = self.advance_from(index, buffer)?;
            is_gone = !is_decoded;
            // Another thread has moved the decoder, and what it decoded was not kept.
            let gone = || Error::corrupt(bytes.path(), "the decoder has gone on");
            is_decoded.then_some(()).ok_or_else(gone)
        };
        let passed = self.cache.get(index, self.strip.bytes(), true, decode);
        if is_decoded || is_gone {
            return Ok(());
        }
        passed?;
        // It was there already, so nobody needs what this decoder makes of it.
        if self.advance_from(index, spare)? {
            self.cache.count();
        }
        Ok(())
    }

    /// Decodes a strip with the decoder that is there; tells whether there is one.
    fn advance_from(&self, index: u64, buffer: &mut Buffer) -> Result<bool, Error> {
        let mut decoders = self.decoders();
        let Some(at) = decoders.iter().position(|decoder| decoder.next == index) else {
            return Ok(false);
        };
        self.advance(&mut decoders, at, buffer)?;
        Ok(true)
    }

    /// Decodes the strip that comes next for a decoder, which is then the last.
    fn advance(
        &self,
        decoders: &mut Vec<Decoder<S::Rows>>,
        at: usize,
        buffer: &mut Buffer,
    ) -> Result<(), Error> {
        let height = self.strip.height;
        // Taken out, so that one that has failed is not asked again.
        let mut decoder = decoders.remove(at);
        let rows = height.min(self.spec.height - decoder.next * height);
        let row = self.spec.row_bytes() as usize;
        let out = chunk::room(buffer, self.strip.bytes())?;
        out[..rows as usize * row]
            .chunks_exact_mut(row)
            .try_for_each(|row| decoder.rows.next(row))?;
        decoder.next += 1;
        // Nothing comes after the last one, and files need not stay open for that.
        if decoder.next * height < self.spec.height {
            decoders.push(decoder);
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

    fn chunks(&self) -> Option<Chunking> {
        let Spec { width, height, .. } = self.strip;
        let (bytes, scratch) = (self.strip.bytes(), self.scratch);
        Some(Chunking { width, height, bytes, scratch, is_sequential: true })
    }

    fn cache(&self) -> Option<&Cache> {
        Some(&self.cache)
    }
}
