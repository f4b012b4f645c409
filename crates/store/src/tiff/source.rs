//! Reading a TIFF file by region.

use std::path::Path;

use raster::{Depth, Region, Spec, ViewMut};

use super::{chunks::Chunks, description::Description, directory::Directory, header::Container};
use crate::{ByteOrder, Bytes, Error, Format, Metadata, plane::Plane, reader::Reader};

/// The first image of a TIFF file.
pub(crate) struct TiffImage {
    spec: Spec,
    metadata: Metadata,
    chunks: Chunks,
    /// Whether samples are stored in the other byte order than this machine's.
    foreign: bool,
}

impl TiffImage {
    pub(crate) fn read(bytes: &Bytes) -> Result<Self, Error> {
        let container = Container::open(bytes)?;
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
        Ok(Self { spec, metadata, chunks, foreign })
    }
}

impl Reader for TiffImage {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn plane(&self, region: &Region) -> Option<(Plane, Region)> {
        if self.foreign {
            return None;
        }
        let (part, local, plane) = self.chunks.parts(*region).next()?;
        (part == *region).then_some((plane, local))
    }

    fn read(&self, bytes: &Bytes, region: &Region, out: &mut ViewMut<'_>) -> Result<(), Error> {
        for (part, local, plane) in self.chunks.parts(*region) {
            let (left, top) = (part.left - region.left, part.top - region.top);
            let place = Region::new(left, top, part.width, part.height);
            plane.read(bytes, &self.spec, &local, &mut out.sub(&place))?;
        }
        if self.foreign {
            for y in 0..out.height() {
                swap(out.row_bytes(y), self.spec.depth);
            }
        }
        Ok(())
    }

    fn advise(&self, bytes: &Bytes, region: &Region) {
        for (_, local, plane) in self.chunks.parts(*region) {
            plane.advise(bytes, &self.spec, &local);
        }
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
