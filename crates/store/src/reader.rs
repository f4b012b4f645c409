//! What a format knows of an image, without the bytes that it lies in.

use std::sync::Arc;

use raster::{Region, Spec, View, ViewMut};

use crate::{Bytes, Error, Metadata, Source, check::assert_inside, plane::Plane};

/// An image whose bytes are at hand only now and then. Regions are inside of it.
pub(crate) trait Reader: Send + Sync {
    fn spec(&self) -> &Spec;

    fn metadata(&self) -> &Metadata;

    /// The one plane that holds a region with samples in the machine's byte order, and the region in it.
    fn plane(&self, region: &Region) -> Option<(Plane, Region)>;

    fn read(&self, bytes: &Bytes, region: &Region, out: &mut ViewMut<'_>) -> Result<(), Error>;

    fn advise(&self, bytes: &Bytes, region: &Region);
}

/// An image and its bytes.
pub(crate) struct Opened {
    pub(crate) bytes: Bytes,
    pub(crate) reader: Arc<dyn Reader>,
}

impl Opened {
    pub(crate) fn new(bytes: Bytes, reader: impl Reader + 'static) -> Self {
        Self { bytes, reader: Arc::new(reader) }
    }
}

impl Source for Opened {
    fn spec(&self) -> &Spec {
        self.reader.spec()
    }

    fn metadata(&self) -> &Metadata {
        self.reader.metadata()
    }

    fn view(&self, region: &Region) -> Option<View<'_>> {
        assert_inside(self.spec(), region);
        let (plane, local) = self.reader.plane(region)?;
        plane.view(&self.bytes, self.spec(), &local)
    }

    fn read(&self, region: &Region, out: &mut ViewMut<'_>) -> Result<(), Error> {
        assert_inside(self.spec(), region);
        self.reader.read(&self.bytes, region, out)
    }

    fn advise(&self, region: &Region) {
        self.reader.advise(&self.bytes, region);
    }

    fn verify(&self) -> Result<(), Error> {
        self.bytes.verify()
    }
}
