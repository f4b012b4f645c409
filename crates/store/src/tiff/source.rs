//! Reading a TIFF file by region.

use std::path::Path;

use raster::{Region, Spec, ViewMut};

use super::{
    chunks::{Chunks, Index},
    description::{Coding, Description},
    directory::Directory,
    header::Container,
    packed::Packed,
    pages::Pages,
    rows, tags,
};
use crate::{
    ByteOrder, Bytes, Chunking, Error, Format, Metadata, Selection, Tags, cache::Cache,
    codec::Codec, form::Form, plane::Plane, reader::Reader,
};

/// An image of a TIFF file.
pub(crate) struct TiffImage {
    order: ByteOrder,
    big: bool,
    tags: Directory,
    spec: Spec,
    metadata: Metadata,
    pixels: Pixels,
}

/// How pixels are come by.
enum Pixels {
    /// They lie in the file as they are read, but perhaps for the order of their bytes.
    Plain { chunks: Chunks, form: Form },
    /// They are converted row by row.
    Converted { chunks: Chunks, form: Form, coding: Coding },
    /// They are decoded chunk by chunk.
    Packed(Box<Packed>),
}

impl TiffImage {
    pub(crate) fn read(bytes: &Bytes, selection: Selection) -> Result<Self, Error> {
        let container = Container::open(bytes)?;
        let pages = Pages::read(&container, selection.page)?;
        let count = pages.levels.len();
        let level = usize::try_from(selection.level).ok().and_then(|level| pages.levels.get(level));
        let level = level.ok_or_else(|| {
            let level = selection.level;
            Error::InvalidArgument(format!("expected a level below {count} but received {level}"))
        })?;
        let tags = Directory::read(&container, level.offset)?;
        let description = Description::read(&container, &tags)?;
        let metadata = metadata(&container, &description, &pages);
        let spec = description.spec;
        let pixels = Pixels::read(&container, &tags, description)?;
        let Container { order, big, .. } = container;
        Ok(Self { order, big, tags, spec, metadata, pixels })
    }
}

fn metadata(container: &Container<'_>, description: &Description, pages: &Pages) -> Metadata {
    let Description { grid, coding, .. } = description;
    let is_whole = grid.count == 1 && !matches!(coding.codec, Codec::None);
    Metadata {
        format: if container.big { Format::BigTiff } else { Format::Tiff },
        path: container.bytes.path().map(Path::to_path_buf),
        byte_order: container.order,
        tile: grid.tiled.then_some((grid.width, grid.height)),
        rows_per_strip: (!grid.tiled).then_some(grid.height),
        compression: coding.codec.name(),
        pages: pages.count,
        levels: pages.levels.iter().map(|level| level.size).collect(),
        access: if is_whole { "whole" } else { "random" },
    }
}

impl Pixels {
    fn read(
        container: &Container<'_>,
        tags: &Directory,
        description: Description,
    ) -> Result<Self, Error> {
        if !matches!(description.coding.codec, Codec::None) {
            let index = Index::read(container, tags, &description)?;
            return Ok(Self::Packed(Box::new(Packed::new(description, index))));
        }
        let chunks = Chunks::read(container, tags, &description)?;
        let Description { form, coding, .. } = description;
        Ok(if form.is_plain() && !coding.is_reversed {
            Self::Plain { chunks, form }
        } else {
            Self::Converted { chunks, form, coding }
        })
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
        match &self.pixels {
            Pixels::Plain { chunks, form } if !form.is_foreign() => {
                let (part, local, plane) = chunks.parts(*region, 0).next()?;
                (part == *region).then_some((plane, local))
            }
            _ => None,
        }
    }

    fn read(&self, bytes: &Bytes, region: &Region, out: &mut ViewMut<'_>) -> Result<(), Error> {
        match &self.pixels {
            Pixels::Plain { chunks, form } => {
                for (part, local, plane) in chunks.parts(*region, 0) {
                    let (left, top) = (part.left - region.left, part.top - region.top);
                    let place = Region::new(left, top, part.width, part.height);
                    plane.read(bytes, &self.spec, &local, &mut out.sub(&place))?;
                }
                (0..out.height()).for_each(|y| form.swap(out.row_bytes(y)));
                Ok(())
            }
            Pixels::Converted { chunks, form, coding } => {
                rows::read(bytes, chunks, form, coding, region, out)
            }
            Pixels::Packed(packed) => packed.read(bytes, region, out),
        }
    }

    fn tags(&self, bytes: &Bytes) -> Result<Tags, Error> {
        let container = Container { bytes, order: self.order, big: self.big, first: 0 };
        tags::read(&container, &self.tags)
    }

    fn chunks(&self) -> Option<Chunking> {
        match &self.pixels {
            Pixels::Packed(packed) => Some(packed.chunking()),
            _ => None,
        }
    }

    fn cache(&self) -> Option<&Cache> {
        match &self.pixels {
            Pixels::Packed(packed) => Some(packed.cache()),
            _ => None,
        }
    }

    fn advise(&self, bytes: &Bytes, region: &Region) {
        match &self.pixels {
            Pixels::Plain { chunks, .. } => {
                for (_, local, plane) in chunks.parts(*region, 0) {
                    plane.advise(bytes, &self.spec, &local);
                }
            }
            Pixels::Converted { chunks, form, .. } => {
                for plane in 0..form.planes {
                    for (_, local, place) in chunks.parts(*region, plane as u64) {
                        let start = place.offset + local.top * place.stride;
                        bytes.advise(start, local.height * place.stride);
                    }
                }
            }
            Pixels::Packed(packed) => packed.advise(bytes, region),
        }
    }
}
