//! An image whose file is open when it is needed.

use std::sync::Arc;

use raster::{Region, Spec, View, ViewMut};

use super::recent::Recent;
use crate::{
    Bytes, Error, Metadata, Source, Tags,
    bytes::Origin,
    check::assert_inside,
    reader::{Opened, Reader, chunks_of_reader},
};

pub(super) struct OnDemand {
    recent: Arc<Recent>,
    /// The number of the file there.
    id: u64,
    origin: Origin,
    reader: Arc<dyn Reader>,
}

impl OnDemand {
    pub(super) fn new(
        recent: &Arc<Recent>,
        origin: Origin,
        bytes: Bytes,
        reader: Arc<dyn Reader>,
    ) -> Self {
        let id = recent.admit(bytes);
        Self { recent: Arc::clone(recent), id, origin, reader }
    }

    fn bytes(&self) -> Result<Arc<Bytes>, Error> {
        self.recent.get(self.id, || self.origin.open())
    }
}

impl Source for OnDemand {
    fn spec(&self) -> &Spec {
        self.reader.spec()
    }

    fn metadata(&self) -> &Metadata {
        self.reader.metadata()
    }

    fn lends(&self, region: &Region) -> bool {
        assert_inside(self.spec(), region);
        let plane = self.reader.plane(region).filter(|_| self.origin.is_mapped());
        plane.is_some_and(|(plane, local)| plane.lends(self.origin.len(), self.spec(), &local))
    }

    fn hold(&self) -> Result<Option<Arc<dyn Source>>, Error> {
        let Some(bytes) = self.bytes()?.mapping() else { return Ok(None) };
        Ok(Some(Arc::new(Opened { bytes, reader: Arc::clone(&self.reader) })))
    }

    fn view(&self, _: &Region) -> Option<View<'_>> {
        None
    }

    fn read(&self, region: &Region, out: &mut ViewMut<'_>) -> Result<(), Error> {
        assert_inside(self.spec(), region);
        let bytes = self.bytes()?;
        self.reader.read(&bytes, region, out)
    }

    fn advise(&self, region: &Region) {
        // A file that cannot be opened says so when it is read.
        if let Ok(bytes) = self.bytes() {
            self.reader.advise(&bytes, region);
        }
    }

    fn tags(&self) -> Result<Tags, Error> {
        self.reader.tags(&*self.bytes()?)
    }

    chunks_of_reader!();

    fn verify(&self) -> Result<(), Error> {
        match self.recent.find(self.id) {
            Some(bytes) => bytes.verify(),
            None => self.origin.verify(),
        }
    }
}

impl Drop for OnDemand {
    fn drop(&mut self) {
        self.recent.forget(self.id);
    }
}
