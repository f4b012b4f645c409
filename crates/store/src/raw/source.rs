//! Reading bare pixels.

use std::{path::Path, sync::Arc};

use raster::{Region, Spec, ViewMut};

use crate::{
    Access, Bytes, Error, Format, Metadata, Source,
    check::valid,
    plane::Plane,
    reader::{Opened, Reader},
};

/// Where bare pixels lie: the first at `offset`, row by row, in the byte order of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawLayout {
    /// The shape of the image.
    pub spec: Spec,
    /// The byte where the first row starts.
    pub offset: u64,
    /// Bytes from the start of one row to the start of the next; those of a row if absent.
    pub row_stride: Option<u64>,
}

impl RawLayout {
    /// Pixels from the first byte on, with nothing between rows.
    pub const fn dense(spec: Spec) -> Self {
        Self { spec, offset: 0, row_stride: None }
    }
}

/// Opens a file of bare pixels.
///
/// # Errors
/// [`Error::InvalidArgument`] if the layout contradicts itself, [`Error::Corrupt`] if the file is too
/// short for it, [`Error::Io`] or [`Error::Unsupported`] if it cannot be opened.
pub fn open_raw(
    path: impl AsRef<Path>,
    layout: RawLayout,
    access: Access,
) -> Result<Arc<dyn Source>, Error> {
    Ok(Arc::new(opened(path, layout, access)?))
}

pub(crate) fn opened(
    path: impl AsRef<Path>,
    layout: RawLayout,
    access: Access,
) -> Result<Opened, Error> {
    let plane = plane(&layout)?;
    let bytes = Bytes::open(path, access)?;
    let needed = needed(&layout, plane);
    if needed > u128::from(bytes.len()) {
        let message =
            format!("{} need {needed} bytes, but the file has {}", words(&layout), bytes.len());
        return Err(Error::corrupt(bytes.path(), message));
    }
    let image = RawImage::new(&bytes, layout.spec, plane, Format::Raw);
    Ok(Opened::new(bytes, image))
}

/// An image in memory that `owner` holds.
///
/// # Errors
/// [`Error::InvalidArgument`] if the layout contradicts itself or the memory is too short for it.
pub fn from_memory(
    owner: Arc<dyn AsRef<[u8]> + Send + Sync>,
    layout: RawLayout,
) -> Result<Arc<dyn Source>, Error> {
    let plane = plane(&layout)?;
    let bytes = Bytes::from_memory(owner);
    let needed = needed(&layout, plane);
    if needed > u128::from(bytes.len()) {
        let message =
            format!("{} need {needed} bytes but received {}", words(&layout), bytes.len());
        return Err(Error::InvalidArgument(message));
    }
    let image = RawImage::new(&bytes, layout.spec, plane, Format::Memory);
    Ok(Arc::new(Opened::new(bytes, image)))
}

fn plane(layout: &RawLayout) -> Result<Plane, Error> {
    let row = valid(layout.spec)?.row_bytes();
    let stride = layout.row_stride.unwrap_or(row);
    if stride < row {
        let message =
            format!("a row stride of {stride} bytes is less than the {row} bytes of a row");
        return Err(Error::InvalidArgument(message));
    }
    Ok(Plane { offset: layout.offset, stride })
}

fn needed(layout: &RawLayout, plane: Plane) -> u128 {
    plane.end(layout.spec.row_bytes(), layout.spec.height)
}

fn words(layout: &RawLayout) -> String {
    let Spec { width, height, channels, depth } = layout.spec;
    let from = match layout.offset {
        0 => String::new(),
        offset => format!(" from byte {offset} on"),
    };
    let apart = layout
        .row_stride
        .map_or(String::new(), |stride| format!(" with rows {stride} bytes apart"));
    format!("{width} x {height} pixels of {channels} x {depth}{from}{apart}")
}

struct RawImage {
    spec: Spec,
    plane: Plane,
    metadata: Metadata,
}

impl RawImage {
    fn new(bytes: &Bytes, spec: Spec, plane: Plane, format: Format) -> Self {
        let metadata = Metadata::single(format, bytes, &spec);
        Self { spec, plane, metadata }
    }
}

impl Reader for RawImage {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn plane(&self, region: &Region) -> Option<(Plane, Region)> {
        Some((self.plane, *region))
    }

    fn read(&self, bytes: &Bytes, region: &Region, out: &mut ViewMut<'_>) -> Result<(), Error> {
        self.plane.read(bytes, &self.spec, region, out)
    }

    fn advise(&self, bytes: &Bytes, region: &Region) {
        self.plane.advise(bytes, &self.spec, region);
    }
}
