//! Writing a TIFF file.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

use raster::{Region, Spec, View, ViewMut};

use super::{
    options::TiffOptions,
    places::Places,
    plan::{Page, Plan},
};
use crate::{
    Error, Layout, Sink,
    check::assert_shape,
    codec::Packer,
    gather::{Gather, gather},
    publish::Draft,
};

/// A TIFF file in the byte order of this machine.
///
/// Without compression every chunk has its place from the start, so the file is the same byte for byte
/// whatever the order in which regions arrive. Packed chunks lie in the order in which they were
/// finished: the thread that has the pixels of one packs it, takes a place behind all others, and
/// writes it there.
pub struct TiffSink {
    plan: Plan,
    places: Places,
    draft: Draft,
    /// Packers that no thread uses at the moment.
    packers: Mutex<Vec<Packer>>,
}

impl TiffSink {
    /// Starts the file. Its name appears when [`finish`](Sink::finish) succeeds; a file that has the
    /// name now stays as it is until then.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if the tiles are not multiples of 16, are too many, or do not fit
    /// the kind of TIFF asked for, if compression and its options do not fit one another, or if the
    /// path names no regular file; [`Error::Unsupported`] if the image is too large for TIFF;
    /// [`Error::NoSpace`] if it does not fit on the disk, as far as that is known before it is packed;
    /// [`Error::Io`] if no file can be made there.
    pub fn create(path: impl AsRef<Path>, options: TiffOptions) -> Result<Self, Error> {
        let plan = Plan::new(&options)?;
        let counts = plan.pages.iter().map(|page| if plan.is_packed() { page.count } else { 0 });
        let places = Places::new(plan.data, counts);
        let draft = Draft::create(path.as_ref(), plan.reserved(), options.durability)?;
        let sink = Self { plan, places, draft, packers: Mutex::default() };
        if !sink.plan.is_packed() {
            sink.write_head()?;
        }
        Ok(sink)
    }

    fn write_head(&self) -> Result<(), Error> {
        let find = |page: usize, index| {
            if self.plan.is_packed() {
                self.places.find(page, index)
            } else {
                self.plan.pages[page].find(index)
            }
        };
        gather(&self.draft, 0, |out| self.plan.head(&find, |bytes| out.push(bytes)))
    }

    fn check_region(&self, region: &Region) {
        let Page { spec, chunk, .. } = &self.plan.pages[0];
        let Spec { width, height, .. } = *chunk;
        let starts = region.left.is_multiple_of(width) && region.top.is_multiple_of(height);
        let ends = |end: u64, side: u64, limit: u64| end.is_multiple_of(side) || end == limit;
        let whole =
            ends(region.right(), width, spec.width) && ends(region.bottom(), height, spec.height);
        let one_row = region.height <= height;
        assert!(
            spec.region().contains(region) && starts && whole && one_row,
            "{region:?} are not neighbours of one row of {width} x {height} tiles"
        );
    }

    /// Writes neighbours in a row of chunks, which are neighbours in the file too.
    fn write_places(&self, page: &Page, region: &Region, pixels: &View<'_>) -> Result<(), Error> {
        let first = page.index(region);
        gather(&self.draft, page.find(first).0, |out| {
            let lefts = (0..region.width).step_by(page.chunk.width as usize);
            (first..).zip(lefts).try_for_each(|(index, left)| {
                let part = chunk_at(page, pixels, left);
                push_chunk(page, out, &part, page.stored(index).1)
            })
        })
    }

    /// Packs a chunk and writes it behind all others.
    fn write_packed(
        &self,
        page: usize,
        index: u64,
        pixels: &View<'_>,
        packer: &mut Packer,
    ) -> Result<(), Error> {
        let packed = packer.pack(pixels, self.plan.pages[page].stored(index))?;
        let offset = self.places.take(page, index, packed.len() as u64);
        self.draft.write_at(offset, packed)
    }

    /// Runs `work` with a packer that nobody else uses meanwhile.
    fn with_packer<R>(
        &self,
        work: impl FnOnce(&mut Packer) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let spare = || self.packers.lock().unwrap_or_else(PoisonError::into_inner);
        let known = spare().pop();
        let mut packer = match known {
            Some(packer) => packer,
            None => Packer::new(self.plan.storage.compression, self.plan.storage.difference)?,
        };
        let result = work(&mut packer);
        spare().push(packer);
        result
    }
}

/// The pixels of the chunk whose left edge is at column `left` of the view.
fn chunk_at<'a>(page: &Page, pixels: &View<'a>, left: u64) -> View<'a> {
    let width = page.chunk.width.min(pixels.width() as u64 - left);
    pixels.sub(&Region::new(left, 0, width, pixels.height() as u64))
}

/// Appends a chunk, filled up with zeros to `rows` whole rows.
fn push_chunk(
    page: &Page,
    out: &mut Gather<'_>,
    pixels: &View<'_>,
    rows: u64,
) -> Result<(), Error> {
    let whole = page.chunk.row_bytes();
    for y in 0..pixels.height() {
        let row = pixels.row_bytes(y);
        out.push(row)?;
        out.zeros(whole - row.len() as u64)?;
    }
    out.zeros((rows - pixels.height() as u64) * whole)
}

impl Sink for TiffSink {
    fn layout(&self) -> Layout {
        self.plan.layout()
    }

    unsafe fn claim(&self, _region: &Region) -> Option<ViewMut<'_>> {
        None
    }

    fn write(&self, region: &Region, pixels: &View<'_>) -> Result<(), Error> {
        self.check_region(region);
        let page = &self.plan.pages[0];
        assert_shape(&page.spec, region, pixels);
        if !self.plan.is_packed() {
            return self.write_places(page, region, pixels);
        }
        let lefts = (0..region.width).step_by(page.chunk.width as usize);
        self.with_packer(|packer| {
            (page.index(region)..).zip(lefts).try_for_each(|(index, left)| {
                self.write_packed(0, index, &chunk_at(page, pixels, left), packer)
            })
        })
    }

    fn worker_bytes(&self) -> u64 {
        if !self.plan.is_packed() {
            return 0;
        }
        Packer::bytes(self.plan.storage.compression, &self.plan.pages[0].chunk)
    }

    fn fixed_bytes(&self) -> u64 {
        let chunks = self.plan.pages.iter().map(|page| page.count).sum();
        if self.plan.is_packed() { Places::bytes(chunks) } else { 0 }
    }

    fn finish(&self) -> Result<(), Error> {
        if self.plan.is_packed() {
            self.write_head()?;
        }
        self.draft.publish()
    }

    fn abort(&self) {
        self.draft.discard();
    }
}
