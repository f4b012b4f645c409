//! Writing a tiled TIFF file.

use std::path::Path;

use raster::{Region, Spec, View, ViewMut};

use super::plan::{Plan, TiffVariant};
use crate::{
    Durability, Error, Layout, Sink,
    check::{assert_shape, valid},
    gather::{Gather, gather},
    publish::Draft,
};

/// How to write a TIFF file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TiffOptions {
    /// The shape of the image.
    pub spec: Spec,
    /// Columns and rows of a tile, multiples of 16.
    pub tile: (u64, u64),
    /// Which kind of TIFF.
    pub variant: TiffVariant,
    /// What [`finish`](Sink::finish) waits for.
    pub durability: Durability,
}

impl TiffOptions {
    /// Tiles of 512 x 512 pixels, the kind of TIFF that fits, and durable.
    pub fn new(spec: Spec) -> Self {
        Self {
            spec,
            tile: (512, 512),
            variant: TiffVariant::default(),
            durability: Durability::default(),
        }
    }
}

/// An uncompressed tiled TIFF file in the byte order of this machine.
///
/// Every tile has its place from the start, so the file is the same byte for byte whatever the order
/// in which regions arrive.
pub struct TiffSink {
    plan: Plan,
    draft: Draft,
}

impl TiffSink {
    /// Starts the file and writes its header. Its name appears when [`finish`](Sink::finish)
    /// succeeds; a file that has the name now stays as it is until then.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if the tiles are not multiples of 16, are too many, or do not fit
    /// the kind of TIFF asked for, or if the path names no regular file; [`Error::Unsupported`] if
    /// the image is too large for TIFF; [`Error::NoSpace`] if it does not fit on the disk;
    /// [`Error::Io`] if no file can be made there.
    pub fn create(path: impl AsRef<Path>, options: TiffOptions) -> Result<Self, Error> {
        let plan = Plan::new(valid(options.spec)?, options.tile, options.variant)?;
        let draft = Draft::create(path.as_ref(), plan.size(), options.durability)?;
        gather(&draft, 0, |out| plan.head(|bytes| out.push(bytes)))?;
        Ok(Self { plan, draft })
    }

    fn check_region(&self, region: &Region) {
        let Plan { spec, tile: (width, height), .. } = &self.plan;
        let starts = region.left.is_multiple_of(*width) && region.top.is_multiple_of(*height);
        let ends = |end: u64, side: u64, limit: u64| end.is_multiple_of(side) || end == limit;
        let whole =
            ends(region.right(), *width, spec.width) && ends(region.bottom(), *height, spec.height);
        let one_row = region.height <= *height;
        assert!(
            spec.region().contains(region) && starts && whole && one_row,
            "{region:?} are not neighbours of one row of {width} x {height} tiles"
        );
    }

    /// Appends the tile whose left edge is at column `left` of the view, filled up with zeros.
    fn push_tile(&self, out: &mut Gather<'_>, pixels: &View<'_>, left: u64) -> Result<(), Error> {
        let (tile_width, tile_height) = self.plan.tile;
        let width = tile_width.min(pixels.width() as u64 - left);
        let pixel = self.plan.spec.pixel_bytes();
        let (start, len) = ((left * pixel) as usize, (width * pixel) as usize);
        for y in 0..pixels.height() {
            out.push(&pixels.row_bytes(y)[start..][..len])?;
            out.zeros(self.plan.tile_row - len as u64)?;
        }
        out.zeros((tile_height - pixels.height() as u64) * self.plan.tile_row)
    }
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
        assert_shape(&self.plan.spec, region, pixels);
        let (width, height) = self.plan.tile;
        let first = region.top / height * self.plan.across + region.left / width;
        // Neighbours in a row of tiles are neighbours in the file too.
        gather(&self.draft, self.plan.offset(first), |out| {
            (0..region.width)
                .step_by(width as usize)
                .try_for_each(|left| self.push_tile(out, pixels, left))
        })
    }

    fn finish(&self) -> Result<(), Error> {
        self.draft.publish()
    }

    fn abort(&self) {
        self.draft.discard();
    }
}
