//! More files than may be open at once.
//!
//! Images of [`Files`] know their header and open their file when they are read. The files that were
//! used last stay open, so that few files are opened once. `docs/design/graph.md` has the rules.

mod recent;
mod source;

use std::{path::Path, sync::Arc};

use crate::{Access, Bytes, Error, RawLayout, Selection, Source, open, raw, reader::Opened};
use recent::Recent;
use source::OnDemand;

/// Opens images of which only some keep their file open.
pub struct Files {
    recent: Arc<Recent>,
}

/// Files that stay open at most.
const MOST: usize = 64;

impl Default for Files {
    /// Keeps 64 files open, or a quarter of what the process may open.
    fn default() -> Self {
        Self::new(MOST.min(allowed() / 4))
    }
}

impl Files {
    /// Keeps at most that many files open, and at least one.
    pub fn new(most: usize) -> Self {
        Self { recent: Arc::new(Recent::new(most.max(1))) }
    }

    /// Opens one of the images of a file, as [`open_selected`](crate::open_selected).
    ///
    /// # Errors
    /// As [`open_selected`](crate::open_selected).
    pub fn open(
        &self,
        path: impl AsRef<Path>,
        access: Access,
        selection: Selection,
    ) -> Result<Arc<dyn Source>, Error> {
        Ok(self.admit(open::opened(Bytes::open(path, access)?, selection)?))
    }

    /// Opens a file of bare pixels, as [`open_raw`](crate::open_raw).
    ///
    /// # Errors
    /// As [`open_raw`](crate::open_raw).
    pub fn open_raw(
        &self,
        path: impl AsRef<Path>,
        layout: RawLayout,
        access: Access,
    ) -> Result<Arc<dyn Source>, Error> {
        Ok(self.admit(raw::opened(path, layout, access)?))
    }

    fn admit(&self, opened: Opened) -> Arc<dyn Source> {
        let Opened { bytes, reader } = opened;
        match bytes.origin() {
            Some(origin) => Arc::new(OnDemand::new(&self.recent, origin, bytes, reader)),
            None => Arc::new(Opened { bytes, reader }),
        }
    }
}

/// How many files the system lets this process open.
fn allowed() -> usize {
    #[cfg(unix)]
    {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        limit.map_or(usize::MAX, |limit| limit as usize)
    }
    #[cfg(not(unix))]
    {
        usize::MAX
    }
}
