//! Writing a TIFF file.

use raster::{Region, Spec, View, ViewMut};

use super::{
    field::Storage,
    head::Find,
    options::TiffOptions,
    places::Places,
    plan::{ALIGNMENT, Page, Plan},
};
use crate::{
    Decimation, Destination, Error, Layout, Sink, Tags,
    check::assert_shape,
    codec::Packer,
    gather::{Gather, gather},
    publish::Output,
    pyramid::{Grid, Pyramid, Scratch},
    spare::Spare,
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
    pyramid: Pyramid,
    output: Output,
    tools: Spare<Tools>,
}

/// What a thread works on chunks with.
struct Tools {
    packer: Packer,
    scratch: Scratch,
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
    /// [`Error::Io`] if no file can be made there; [`Error::TooLarge`] if memory may not have so many
    /// bytes.
    pub fn create(
        destination: impl Into<Destination>,
        options: TiffOptions,
    ) -> Result<Self, Error> {
        Self::describing(destination, options, &Tags::default())
    }

    /// Starts the file of an image that `tags` describe. The software is that which writes it.
    ///
    /// # Errors
    /// As [`create`](Self::create), and [`Error::InvalidArgument`] if the ICC profile is for other
    /// channels than the image has, or something does not fit a tag.
    pub fn describing(
        destination: impl Into<Destination>,
        options: TiffOptions,
        tags: &Tags,
    ) -> Result<Self, Error> {
        let plan = Plan::new(&options, tags)?;
        let (places, pyramid) = (Places::new(&plan), pyramid(&plan, options.decimation));
        let output = Output::create(destination, plan.reserved(), options.durability)?;
        let sink = Self { plan, places, pyramid, output, tools: Spare::new() };
        if !sink.plan.is_packed() {
            sink.write_head(&|page, index| sink.plan.pages[page].find(index))?;
        }
        Ok(sink)
    }

    fn write_head(&self, find: Find<'_>) -> Result<(), Error> {
        gather(&self.output, 0, |out| self.plan.head(find, |bytes| out.push(bytes)))
    }

    /// Takes what is left over of the pages' parts out of the file, and writes where chunks then lie.
    ///
    /// How small copies pack is not known before they do, yet they are to come before the larger ones,
    /// which are written at the same time. So each page has room for the worst case, of which no byte
    /// that is not written takes room on the disk.
    fn close_gaps(&self) -> Result<(), Error> {
        let gaps = self.places.gaps(&self.plan, ALIGNMENT);
        self.output.close_gaps(&gaps)?;
        self.write_head(&|page, index| {
            let (offset, bytes) = self.places.find(page, index);
            let before = gaps.iter().take_while(|gap| gap.start < offset);
            (offset - before.map(|gap| gap.end - gap.start).sum::<u64>(), bytes)
        })
    }

    fn check_region(&self, region: &Region) {
        let (spec, (width, height)) = (&self.plan.pages[0].spec, self.plan.step());
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
        gather(&self.output, page.find(first).0, |out| {
            let lefts = (0..region.width).step_by(page.chunk.width as usize);
            (first..).zip(lefts).try_for_each(|(index, left)| {
                let part = chunk_at(page, pixels, left);
                push_chunk(page, out, &part, page.stored(index).1)
            })
        })
    }

    /// Packs neighbours in a row of chunks and writes each behind all others.
    fn write_packed(
        &self,
        at: usize,
        region: &Region,
        pixels: &View<'_>,
        packer: &mut Packer,
    ) -> Result<(), Error> {
        let page = &self.plan.pages[at];
        let lefts = (0..region.width).step_by(page.chunk.width as usize);
        (page.index(region)..).zip(lefts).try_for_each(|(index, left)| {
            let packed = packer.pack(&chunk_at(page, pixels, left), page.stored(index))?;
            let offset = self.places.take(at, index, packed.len() as u64)?;
            self.output.write_at(offset, packed)
        })
    }

    /// Writes neighbours in a row of chunks of a page.
    fn write_chunks(
        &self,
        page: usize,
        region: &Region,
        pixels: &View<'_>,
        packer: &mut Packer,
    ) -> Result<(), Error> {
        if self.plan.is_packed() {
            self.write_packed(page, region, pixels, packer)
        } else {
            self.write_places(&self.plan.pages[page], region, pixels)
        }
    }

    fn make_tools(&self) -> Result<Tools, Error> {
        let Storage { compression, difference, .. } = self.plan.storage;
        Ok(Tools { packer: Packer::new(compression, difference)?, scratch: Scratch::default() })
    }
}

/// The levels of a file.
fn pyramid(plan: &Plan, decimation: Decimation) -> Pyramid {
    let Spec { width, height, .. } = plan.pages[0].chunk;
    let grid = Grid { cell: (width, height), overlap: 0 };
    Pyramid::new(plan.pages.iter().map(|page| page.spec), grid, decimation)
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
        let make = || self.make_tools();
        self.tools.with(make, |tools| {
            let Tools { packer, scratch } = tools;
            self.pyramid.add(region, pixels, scratch, &mut |page, region, pixels| {
                self.write_chunks(page, region, pixels, packer)
            })
        })
    }

    fn worker_bytes(&self) -> u64 {
        let pages = &self.plan.pages;
        let packer = Packer::bytes(self.plan.storage.compression, &pages[0].chunk);
        let packer = if self.plan.is_packed() { packer } else { 0 };
        packer + self.pyramid.worker_bytes()
    }

    fn fixed_bytes(&self) -> u64 {
        Places::bytes(&self.plan) + self.pyramid.bytes()
    }

    fn finish(&self) -> Result<(), Error> {
        if self.plan.is_packed() {
            self.close_gaps()?;
        }
        self.output.publish()
    }

    fn abort(&self) {
        self.output.discard();
    }
}
