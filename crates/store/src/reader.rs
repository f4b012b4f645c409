//! What a format knows of an image, without the bytes that it lies in.

use std::sync::Arc;

use raster::{Region, Spec, View, ViewMut};

use crate::{
    Bytes, Chunking, Error, Metadata, Source, Tags, cache::Cache, check::assert_inside,
    plane::Plane,
};

/// An image whose bytes are at hand only now and then. Regions are inside of it.
pub(crate) trait Reader: Send + Sync {
    fn spec(&self) -> &Spec;

    fn metadata(&self) -> &Metadata;

    /// The one plane that holds a region with samples in the machine's byte order, and the region in it.
    fn plane(&self, region: &Region) -> Option<(Plane, Region)> {
        let _ = region;
        None
    }

    fn read(&self, bytes: &Bytes, region: &Region, out: &mut ViewMut<'_>) -> Result<(), Error>;

    /// As [`Source::advise`].
    fn advise(&self, bytes: &Bytes, region: &Region) {
        let _ = (bytes, region);
    }

    /// As [`Source::tags`].
    fn tags(&self, bytes: &Bytes) -> Result<Tags, Error> {
        let _ = bytes;
        Ok(Tags::default())
    }

    /// As [`Source::chunks`].
    fn chunks(&self) -> Option<Chunking> {
        None
    }

    /// Where decoded chunks are kept.
    fn cache(&self) -> Option<&Cache> {
        None
    }
}

/// What a source whose `reader` may have chunks says of them.
macro_rules! chunks_of_reader {
    () => {
        fn chunks(&self) -> Option<crate::Chunking> {
            self.reader.chunks()
        }

        fn keep(&self, bytes: u64) {
            self.reader.cache().into_iter().for_each(|cache| cache.plan(bytes, 0));
        }

        fn release(&self, bytes: u64) {
            self.reader.cache().into_iter().for_each(|cache| cache.plan(0, bytes));
        }

        fn held(&self) -> u64 {
            self.reader.cache().map_or(0, crate::cache::Cache::held)
        }

        fn decoded(&self) -> u64 {
            self.reader.cache().map_or(0, crate::cache::Cache::decoded)
        }
    };
}
pub(crate) use chunks_of_reader;

/// An image and its bytes.
pub(crate) struct Opened {
    pub(crate) bytes: Bytes,
    pub(crate) reader: Arc<dyn Reader>,
}

impl Opened {
    pub(crate) fn new(bytes: Bytes, reader: impl Reader + 'static) -> Self {
        let bytes = if reader.chunks().is_some() { bytes.for_decoding() } else { bytes };
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

    fn tags(&self) -> Result<Tags, Error> {
        self.reader.tags(&self.bytes)
    }

    chunks_of_reader!();

    fn verify(&self) -> Result<(), Error> {
        self.bytes.verify()
    }
}
