//! Smaller copies of the image, made of its chunks as they come.
//!
//! A chunk of a copy waits in memory until the chunks that it is the half of have come, at most four;
//! then whoever has brought the last one writes it and halves it in turn. Chunks come about in rows, so
//! about one row of chunks of each copy waits at a time. Each chunk waits behind a lock of its own:
//! only threads that bring parts of the same one ever wait for each other.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use raster::{Buffer, Region, Spec, View};

use super::{
    halve::{halve, scratch_bytes},
    plan::Page,
};

/// The chunks that wait.
pub(super) struct Pyramid {
    /// Those of each page, by number. None of the first one.
    waiting: Vec<Mutex<HashMap<u64, Arc<Mutex<Chunk>>>>>,
    /// Memory of chunks that wait no more.
    spare: Mutex<Vec<Buffer>>,
}

struct Chunk {
    pixels: Buffer,
    /// Parts that have not come.
    missing: u64,
}

/// A chunk of which all parts have come.
pub(super) struct Finished {
    pub(super) page: usize,
    pub(super) region: Region,
    pixels: Buffer,
}

impl Finished {
    /// Its pixels in the image.
    pub(super) fn view(&self, pages: &[Page]) -> View<'_> {
        let chunk = &pages[self.page].chunk;
        let (width, height) = (self.region.width as usize, self.region.height as usize);
        let stride = chunk.row_bytes() as usize;
        let view = View::new(self.pixels.bytes(), stride, width, height, chunk);
        view.expect("the memory of a whole chunk")
    }
}

/// A panic while pixels were halved has failed the job.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pyramid {
    pub(super) fn new(pages: &[Page]) -> Self {
        Self { waiting: pages.iter().map(|_| Mutex::default()).collect(), spare: Mutex::default() }
    }

    /// Bytes of the chunks that wait at most, but for those that a thread has begun.
    pub(super) fn bytes(pages: &[Page]) -> u64 {
        pages[1..].iter().map(|page| page.across * page.chunk.bytes()).sum()
    }

    /// Bytes that a thread needs beside those.
    pub(super) fn worker_bytes(pages: &[Page]) -> u64 {
        let Spec { width, channels, depth, .. } = pages[0].chunk;
        let begun = if pages.len() > 1 { 4 * pages[0].chunk.bytes() } else { 0 };
        begun + scratch_bytes(width * u64::from(channels), depth)
    }

    /// Halves a chunk of a page into the one of the next page that it is a part of, and returns that if
    /// it was the last part. `sums` is scratch.
    pub(super) fn add(
        &self,
        pages: &[Page],
        page: usize,
        region: &Region,
        pixels: &View<'_>,
        sums: &mut Buffer,
    ) -> Option<Finished> {
        let next = pages.get(page + 1)?;
        let (left, top) = (region.left / 2, region.top / 2);
        let Spec { width, height, .. } = next.chunk;
        let (column, row) = (left / width, top / height);
        let index = row * next.across + column;
        let cell = Region::new(column * width, row * height, width, height);
        let whole = cell.intersect(&next.spec.region()).expect("half of a chunk is in the image");
        let chunk = self.chunk(page + 1, index, || {
            // Sides of chunks are even, so as many lie side by side in twice the columns.
            let across = |half: u64, side: u64, of: u64| {
                let end = (2 * (half + side)).min(of);
                (end - 2 * half).div_ceil(side)
            };
            let spec = &pages[page].spec;
            across(cell.left, width, spec.width) * across(cell.top, height, spec.height)
        });
        let mut locked = lock(&chunk);
        let stride = next.chunk.row_bytes() as usize;
        let start = (top - whole.top) as usize * stride
            + ((left - whole.left) * next.chunk.pixel_bytes()) as usize;
        let memory = locked.pixels.take(next.chunk.bytes() as usize);
        halve(pixels, memory, start, stride, sums);
        locked.missing -= 1;
        if locked.missing > 0 {
            return None;
        }
        lock(&self.waiting[page + 1]).remove(&index);
        let pixels = std::mem::take(&mut locked.pixels);
        Some(Finished { page: page + 1, region: whole, pixels })
    }

    /// Takes the memory of a chunk back.
    pub(super) fn recycle(&self, chunk: Finished) {
        lock(&self.spare).push(chunk.pixels);
    }

    /// The chunk that waits under a number; one of `parts` if it is the first to be asked for.
    fn chunk(&self, page: usize, index: u64, parts: impl FnOnce() -> u64) -> Arc<Mutex<Chunk>> {
        let mut waiting = lock(&self.waiting[page]);
        let chunk = waiting.entry(index).or_insert_with(|| {
            let pixels = lock(&self.spare).pop().unwrap_or_default();
            Arc::new(Mutex::new(Chunk { pixels, missing: parts() }))
        });
        Arc::clone(chunk)
    }
}

#[cfg(test)]
mod tests {
    use raster::Depth;

    use super::{
        super::{
            options::{TiffChunks, TiffOptions, TiffPyramid},
            plan::Plan,
        },
        *,
    };
    use crate::Tags;

    /// The chunks that were in memory at once when those of an image came in units of such sizes.
    fn most_at_once(unit: (u64, u64)) -> (u64, u64) {
        let spec = Spec::new(1900, 1300, 1, Depth::U8).unwrap();
        let chunks = TiffChunks::Tiles { width: 16, height: 16 };
        let pyramid = Some(TiffPyramid::Chain);
        let plan =
            Plan::new(&TiffOptions { chunks, pyramid, ..TiffOptions::new(spec) }, &Tags::default())
                .unwrap();
        let (pages, zeros) = (&plan.pages, [0; 256]);
        let (pyramid, mut sums, mut written) = (Pyramid::new(pages), Buffer::new(), 0);
        for unit in spec.region().cells(unit.0, unit.1) {
            for cell in unit.cells(16, 16) {
                let (width, height) = (cell.width as usize, cell.height as usize);
                let pixels = View::new(&zeros, 16, width, height, &spec).unwrap();
                let mut next = pyramid.add(pages, 0, &cell, &pixels, &mut sums);
                while let Some(chunk) = next {
                    let pixels = chunk.view(pages);
                    written += 1;
                    next = pyramid.add(pages, chunk.page, &chunk.region, &pixels, &mut sums);
                    pyramid.recycle(chunk);
                }
            }
        }
        assert_eq!(written, pages[1..].iter().map(|page| page.count).sum::<u64>());
        // What waited at once was given back in the end.
        let all = lock(&pyramid.spare).len() as u64;
        (all, (Pyramid::bytes(pages) + Pyramid::worker_bytes(pages)) / pages[0].chunk.bytes())
    }

    #[test]
    fn about_a_row_of_each_copy_waits() {
        for unit in [(1904, 16), (1904, 48), (160, 16), (160, 48), (48, 64), (16, 1312)] {
            let (most, allowed) = most_at_once(unit);
            // A unit of many rows holds chunks of copies below one another at its sides.
            let sides = unit.1 / 16;
            assert!(most <= allowed + sides, "{unit:?}: {most} of {allowed}");
        }
    }
}
