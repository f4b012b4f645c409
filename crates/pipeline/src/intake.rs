//! A source in a job, and whether the job has read it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use raster::{Region, ViewMut};
use store::Source;

use crate::Error;

/// A source of a job.
pub(crate) struct Intake {
    source: Arc<dyn Source>,
    is_read: AtomicBool,
}

impl Intake {
    pub(crate) fn new(source: &Arc<dyn Source>) -> Self {
        Self { source: Arc::clone(source), is_read: AtomicBool::new(false) }
    }

    /// The source itself, to be asked or told what opens no file.
    pub(crate) const fn source(&self) -> &Arc<dyn Source> {
        &self.source
    }

    /// Whether a region is read where it lies.
    pub(crate) fn lends(&self, region: &Region) -> bool {
        self.source.lends(region)
    }

    /// The source that lends regions, as long as it is kept.
    pub(crate) fn hold(&self) -> Result<Arc<dyn Source>, Error> {
        self.is_read.store(true, Ordering::Relaxed);
        Ok(self.source.hold()?.unwrap_or_else(|| Arc::clone(&self.source)))
    }

    pub(crate) fn read(&self, region: &Region, out: &mut ViewMut<'_>) -> Result<(), Error> {
        self.is_read.store(true, Ordering::Relaxed);
        Ok(self.source.read(region, out)?)
    }

    pub(crate) fn advise(&self, region: &Region) {
        self.source.advise(region);
    }

    /// Checks that what was read is what it was when it was opened. A source that the job did not need is
    /// left alone.
    pub(crate) fn verify(&self) -> Result<(), Error> {
        if self.is_read.load(Ordering::Relaxed) { Ok(self.source.verify()?) } else { Ok(()) }
    }
}
