//! Reading a TIFF file by region.

use std::path::Path;

use raster::{Depth, Region, Spec, View, ViewMut};

use super::{chunks::Chunks, description::Description, directory::Directory, header::Container};
use crate::{ByteOrder, Bytes, Error, Format, Metadata, Source, check::assert_inside};

/// The first image of a TIFF file.
pub(crate) struct TiffSource {
    bytes: Bytes,
    spec: Spec,
    metadata: Metadata,
    chunks: Chunks,
    /// Whether samples are stored in the other byte order than this machine's.
    foreign: bool,
}

impl TiffSource {
    pub(crate) fn open(bytes: Bytes) -> Result<Self, Error> {
        let container = Container::open(&bytes)?;
        let (order, big, pages) = (container.order, container.big, container.pages()?);
        let tags = Directory::read(&container, container.first)?;
        let Description { spec, grid } = Description::read(&container, &tags)?;
        let chunks = Chunks::read(&container, &tags, &spec, grid)?;
        let metadata = Metadata {
            format: if big { Format::BigTiff } else { Format::Tiff },
            path: bytes.path().map(Path::to_path_buf),
            byte_order: order,
            tile: grid.tiled.then_some((grid.width, grid.height)),
            rows_per_strip: (!grid.tiled).then_some(grid.height),
            compression: "none",
            pages,
            access: "random",
        };
        let foreign = order != ByteOrder::NATIVE && spec.depth != Depth::U8;
        Ok(Self { bytes, spec, metadata, chunks, foreign })
    }
}

impl Source for TiffSource {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn view(&self, region: &Region) -> Option<View<'_>> {
        assert_inside(&self.spec, region);
        if self.foreign {
            return None;
        }
        let (part, local, plane) = self.chunks.parts(*region).next()?;
        (part == *region).then(|| plane.view(&self.bytes, &self.spec, &local)).flatten()
    }

    fn read(&self, region: &Region, out: &mut ViewMut<'_>) -> Result<(), Error> {
        assert_inside(&self.spec, region);
        for (part, local, plane) in self.chunks.parts(*region) {
            let (left, top) = (part.left - region.left, part.top - region.top);
            let place = Region::new(left, top, part.width, part.height);
            plane.read(&self.bytes, &self.spec, &local, &mut out.sub(&place))?;
        }
        if self.foreign {
            for y in 0..out.height() {
                swap(out.row_bytes(y), self.spec.depth);
            }
        }
        Ok(())
    }

    fn advise(&self, region: &Region) {
        for (_, local, plane) in self.chunks.parts(*region) {
            plane.advise(&self.bytes, &self.spec, &local);
        }
    }

    fn verify(&self) -> Result<(), Error> {
        self.bytes.verify()
    }
}

/// Reverses the bytes of every sample.
fn swap(row: &mut [u8], depth: Depth) {
    fn each<const N: usize>(row: &mut [u8]) {
        row.as_chunks_mut::<N>().0.iter_mut().for_each(|sample| sample.reverse());
    }
    match depth {
        Depth::U8 => {}
        Depth::U16 | Depth::I16 => each::<2>(row),
        Depth::I32 | Depth::F32 => each::<4>(row),
    }
}
