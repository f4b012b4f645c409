//! Compressed strips and tiles: decoded as a whole, and kept for as long as jobs have planned.

use std::cell::RefCell;

use raster::{Buffer, Region, Spec, ViewMut};

use super::{
    chunks::Index,
    description::{Coding, Description, Grid},
};
use crate::{
    Bytes, Chunking, Error,
    cache::Cache,
    chunk,
    codec::{Predictor, Shape},
    form::Form,
};

/// Memory of a thread's decoding beyond this is let go when a chunk is done.
const MAX_IDLE: usize = 8 << 20;

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::default();
}

/// What a thread decodes with, reused from chunk to chunk.
#[derive(Default)]
struct Memory {
    /// A chunk as it is stored, where it cannot be decoded from where it lies.
    chunk: Vec<u8>,
    /// What it has become, where that is converted further.
    stored: Vec<u8>,
    /// A row of one plane, or a row of bytes that are put together.
    row: Vec<u8>,
}

/// The compressed chunks of an image.
pub(super) struct Packed {
    grid: Grid,
    form: Form,
    coding: Coding,
    shape: Shape,
    index: Index,
    /// The shape of a decoded chunk.
    spec: Spec,
    /// Rows of the image.
    height: u64,
    cache: Cache,
}

impl Packed {
    pub(super) fn new(description: Description, index: Index) -> Self {
        let shape = description.shape();
        let Description { spec, form, grid, coding } = description;
        let chunk = Spec { width: grid.width, height: grid.height, ..spec };
        let height = spec.height;
        Self { grid, form, coding, shape, index, spec: chunk, height, cache: Cache::default() }
    }

    pub(super) fn cache(&self) -> &Cache {
        &self.cache
    }

    pub(super) fn chunking(&self) -> Chunking {
        let stored = self.form.row_bytes(self.grid.width) * self.grid.height;
        let converted = if self.form.is_plain() { 0 } else { stored };
        // Decoders of images hold one in other samples beside that which they were given.
        let own = if self.coding.codec.is_image() { 4 * stored } else { 0 };
        let scratch = self.index.longest + converted + own;
        let Spec { width, height, .. } = self.spec;
        Chunking { width, height, bytes: self.spec.bytes(), scratch, is_sequential: false }
    }

    /// Reads a region. Chunks that other threads are decoding come last, so that threads which need the
    /// same ones share the work.
    pub(super) fn read(
        &self,
        bytes: &Bytes,
        region: &Region,
        out: &mut ViewMut<'_>,
    ) -> Result<(), Error> {
        let mut waiting = Vec::new();
        for part in region.cells(self.grid.width, self.grid.height) {
            if !self.read_part(bytes, region, &part, false, out)? {
                waiting.push(part);
            }
        }
        for part in waiting {
            self.read_part(bytes, region, &part, true, out)?;
        }
        Ok(())
    }

    /// Reads the part of a region that lies in one chunk; tells whether the chunk was there.
    fn read_part(
        &self,
        bytes: &Bytes,
        region: &Region,
        part: &Region,
        wait: bool,
        out: &mut ViewMut<'_>,
    ) -> Result<bool, Error> {
        let (width, height) = (self.grid.width, self.grid.height);
        let index = self.grid.index(part);
        let decode = |buffer: &mut Buffer| self.decode(bytes, index, buffer);
        let Some(chunk) = self.cache.get(index, self.spec.bytes(), wait, decode)? else {
            return Ok(false);
        };
        let local = Region { left: part.left % width, top: part.top % height, ..*part };
        let (left, top) = (part.left - region.left, part.top - region.top);
        chunk::copy(&chunk, &self.spec, &local, &mut out.sub(&Region { left, top, ..*part }));
        Ok(true)
    }

    /// Says that the chunks of a region will be read soon.
    pub(super) fn advise(&self, bytes: &Bytes, region: &Region) {
        for part in region.cells(self.grid.width, self.grid.height) {
            for plane in 0..self.grid.planes {
                let index = plane * self.grid.count + self.grid.index(&part);
                let (offset, count) = self.index.get(index);
                bytes.advise(offset, count);
            }
        }
    }

    /// Decodes chunk `index` of every plane into its pixels.
    fn decode(&self, bytes: &Bytes, index: u64, buffer: &mut Buffer) -> Result<(), Error> {
        let out = chunk::room(buffer, self.spec.bytes())?;
        MEMORY.with_borrow_mut(|memory| {
            let result = (0..self.form.planes).try_for_each(|plane| {
                let index = plane as u64 * self.grid.count + index;
                self.decode_plane(bytes, plane, index, out, memory)
            });
            memory.trim();
            result
        })
    }

    fn decode_plane(
        &self,
        bytes: &Bytes,
        plane: usize,
        index: u64,
        out: &mut [u8],
        memory: &mut Memory,
    ) -> Result<(), Error> {
        let Memory { chunk, stored, row } = memory;
        let len = self.grid.height as usize * self.shape.row;
        if self.form.is_plain() {
            return self.decode_stored(bytes, index, &mut out[..len], chunk, row);
        }
        let stored = take(stored, len)?;
        self.decode_stored(bytes, index, stored, chunk, row)?;
        let width = self.grid.width as usize;
        let rows = out.chunks_exact_mut(width * self.form.pixel_bytes());
        let row = take(row, width * self.form.depth.bytes())?;
        let rows = stored.chunks_exact(self.shape.row).zip(rows).take(self.rows(index));
        rows.for_each(|(stored, out)| self.form.place(plane, stored, 0, width, out, row));
        Ok(())
    }

    /// Decodes what is stored of a chunk, as far as it is in the image.
    fn decode_stored(
        &self,
        bytes: &Bytes,
        index: u64,
        stored: &mut [u8],
        chunk: &mut Vec<u8>,
        spare: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let (offset, count) = self.index.get(index);
        if count == 0 {
            stored.fill(0);
            return Ok(());
        }
        let chunk = self.fetch(bytes, offset, count, chunk)?;
        let filled = self.coding.codec.decode(chunk, stored, &self.shape);
        let filled = filled.map_err(|reason| self.corrupt(bytes, index, &reason))?;
        let needed = self.rows(index) * self.shape.row;
        if filled < needed {
            let reason = format!("it has {filled} bytes instead of {needed}");
            return Err(self.corrupt(bytes, index, &reason));
        }
        self.restore(&mut stored[..needed], spare);
        Ok(())
    }

    /// The bytes of a chunk: where they lie if they are in memory, otherwise read into `memory`.
    fn fetch<'a>(
        &self,
        bytes: &'a Bytes,
        offset: u64,
        count: u64,
        memory: &'a mut Vec<u8>,
    ) -> Result<&'a [u8], Error> {
        if !self.coding.is_reversed
            && let Some(chunk) = bytes.slice(offset, count)
        {
            return Ok(chunk);
        }
        // It was found to lie in the file when the file was opened.
        let chunk = take(memory, count as usize)?;
        bytes.read_at(offset, chunk)?;
        self.coding.arrange(chunk);
        Ok(chunk)
    }

    /// Makes stored samples of what was decoded, in this machine's byte order.
    fn restore(&self, stored: &mut [u8], spare: &mut Vec<u8>) {
        let (samples, bytes) = (self.form.samples, self.form.sample_bytes());
        // Bytes that are stored apart have no order of their own.
        if self.coding.predictor != Predictor::Float {
            self.form.swap(stored);
        }
        for row in stored.chunks_exact_mut(self.shape.row) {
            self.coding.predictor.undo(row, samples, bytes, spare);
        }
    }

    /// Rows of a chunk of any plane that are in the image.
    fn rows(&self, index: u64) -> usize {
        let top = index % self.grid.count / self.grid.across * self.grid.height;
        (self.height - top).min(self.grid.height) as usize
    }

    fn corrupt(&self, bytes: &Bytes, index: u64, reason: &str) -> Error {
        let (what, name) = (self.grid.noun(), self.coding.codec.name());
        Error::corrupt(bytes.path(), format!("{what} {index} ({name}): {reason}"))
    }
}

impl Memory {
    fn trim(&mut self) {
        for memory in [&mut self.chunk, &mut self.stored, &mut self.row] {
            if memory.capacity() > MAX_IDLE {
                *memory = Vec::new();
            }
        }
    }
}

/// The first `len` bytes, growing the memory if it is smaller.
fn take(memory: &mut Vec<u8>, len: usize) -> Result<&mut [u8], Error> {
    if memory.len() < len {
        memory.clear();
        memory.try_reserve_exact(len).map_err(|_| chunk::out_of_memory())?;
        memory.resize(len, 0);
    }
    Ok(&mut memory[..len])
}
