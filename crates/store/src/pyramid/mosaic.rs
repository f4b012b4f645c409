//! Rectangles that wait for their pixels.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use raster::{Buffer, Region, Spec, View};

/// Parts below this share of a rectangle wait by themselves: a strip that a tile has of the row of tiles
/// above is no reason to hold memory for the whole tile before the next row comes.
const STRIP: u64 = 8;

/// Rectangles of one image, by two numbers, each from its first pixel until its last.
///
/// Each waits behind a lock of its own: only threads that bring parts of the same one ever wait for each
/// other.
#[derive(Default)]
pub(super) struct Mosaic {
    waiting: Mutex<Numbered>,
}

type Numbered = HashMap<(u64, u64), Arc<Mutex<Waiting>>>;

#[derive(Default)]
struct Waiting {
    /// The rectangle's pixels, once a part of it has come that is more than a strip.
    pixels: Option<Buffer>,
    /// Strips that came before, and where they lie in the image.
    strips: Vec<(Region, Buffer)>,
    /// Pixels that have come.
    filled: u64,
}

/// A panic while pixels were copied has failed the job.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Mosaic {
    /// Copies what of `pixels`, those of the region `part`, lies in a rectangle. Returns its memory if
    /// they were the last, in dense rows. `memory` is asked for that of one that has none.
    pub(super) fn put(
        &self,
        number: (u64, u64),
        (rectangle, part): (&Region, &Region),
        pixels: &View<'_>,
        spec: &Spec,
        memory: impl FnOnce() -> Buffer,
    ) -> Option<Buffer> {
        let shared = rectangle.intersect(part)?;
        let waiting = Arc::clone(lock(&self.waiting).entry(number).or_default());
        let mut waiting = lock(&waiting);
        waiting.filled += shared.pixels();
        let is_whole = waiting.filled == rectangle.pixels();
        let Region { width, height, .. } = shared;
        let from = Region::new(shared.left - part.left, shared.top - part.top, width, height);
        let pixels = pixels.sub(&from);
        let is_strip = shared.pixels() < rectangle.pixels() / STRIP;
        if waiting.pixels.is_none() && is_strip && !is_whole {
            let mut strip = Buffer::zeroed(spec.region_bytes(&shared) as usize);
            copy(&pixels, &shared, &mut strip, &shared, spec);
            waiting.strips.push((shared, strip));
            return None;
        }
        let Waiting { pixels: whole, strips, .. } = &mut *waiting;
        let whole = whole.get_or_insert_with(memory);
        copy(&pixels, &shared, whole, rectangle, spec);
        for (at, strip) in strips.drain(..) {
            copy(&dense(&strip, &at, spec), &at, whole, rectangle, spec);
        }
        if !is_whole {
            return None;
        }
        lock(&self.waiting).remove(&number);
        waiting.pixels.take()
    }
}

/// The pixels of a region in dense rows.
pub(super) fn dense<'a>(pixels: &'a Buffer, region: &Region, spec: &Spec) -> View<'a> {
    let (width, height) = (region.width as usize, region.height as usize);
    let stride = width * spec.pixel_bytes() as usize;
    View::new(pixels.bytes(), stride, width, height, spec).expect("memory of so many pixels")
}

/// Copies the pixels of the region `at` into those of the rectangle around it.
fn copy(pixels: &View<'_>, at: &Region, out: &mut Buffer, rectangle: &Region, spec: &Spec) {
    let stride = (rectangle.width * spec.pixel_bytes()) as usize;
    let start = ((at.left - rectangle.left) * spec.pixel_bytes()) as usize;
    let out = out.take(spec.region_bytes(rectangle) as usize);
    let rows = out.chunks_exact_mut(stride).skip((at.top - rectangle.top) as usize);
    for (y, row) in rows.enumerate().take(pixels.height()) {
        let from = pixels.row_bytes(y);
        row[start..start + from.len()].copy_from_slice(from);
    }
}

#[cfg(test)]
impl Mosaic {
    /// Bytes that wait.
    pub(super) fn bytes(&self) -> u64 {
        let waiting = lock(&self.waiting);
        let bytes = waiting.values().map(|waiting| {
            let waiting = lock(waiting);
            let strips = waiting.strips.iter().map(|(_, strip)| strip.capacity());
            waiting.pixels.as_ref().map_or(0, Buffer::capacity) + strips.sum::<usize>()
        });
        bytes.sum::<usize>() as u64
    }
}
