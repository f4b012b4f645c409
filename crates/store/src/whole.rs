//! Images that can only be decoded as a whole: one chunk.

use std::sync::Arc;

use raster::{Buffer, Region, Spec, ViewMut};

use crate::{Bytes, Chunking, Error, Metadata, cache::Cache, chunk, reader::Reader};

/// Decodes an image whose shape is known.
pub(crate) trait Decode: Send + Sync {
    /// Fills `out`: dense rows, samples in this machine's byte order.
    fn decode(&self, bytes: &Bytes, out: &mut [u8]) -> Result<(), Error>;
}

/// An image that is decoded as a whole.
pub(crate) struct Whole<D> {
    spec: Spec,
    metadata: Metadata,
    /// Bytes that decoding needs beside the result.
    scratch: u64,
    decoder: D,
    cache: Cache,
}

impl<D: Decode> Whole<D> {
    pub(crate) fn new(spec: Spec, metadata: Metadata, scratch: u64, decoder: D) -> Self {
        let metadata = Metadata { access: "whole", ..metadata };
        Self { spec, metadata, scratch, decoder, cache: Cache::default() }
    }

    /// The decoded image; several readers decode it once.
    fn pixels(&self, bytes: &Bytes) -> Result<Arc<Buffer>, Error> {
        let decode = |buffer: &mut Buffer| {
            self.decoder.decode(bytes, chunk::room(buffer, self.spec.bytes())?)
        };
        let pixels = self.cache.get(0, self.spec.bytes(), true, decode)?;
        Ok(pixels.expect("it was waited for"))
    }
}

impl<D: Decode> Reader for Whole<D> {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn read(&self, bytes: &Bytes, region: &Region, out: &mut ViewMut<'_>) -> Result<(), Error> {
        chunk::copy(&*self.pixels(bytes)?, &self.spec, region, out);
        Ok(())
    }

    fn chunks(&self) -> Option<Chunking> {
        let Spec { width, height, .. } = self.spec;
        let (bytes, scratch) = (self.spec.bytes(), self.scratch);
        Some(Chunking { width, height, bytes, scratch, is_sequential: false })
    }

    fn cache(&self) -> Option<&Cache> {
        Some(&self.cache)
    }
}
