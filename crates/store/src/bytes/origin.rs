//! Files that are opened again.

use std::{fs, path::PathBuf};

use super::{Access, Bytes, stamp::Stamp};
use crate::Error;

/// What is known of a file that was open: enough to open it again, and to tell if it is the same.
#[derive(Clone)]
pub(crate) struct Origin {
    pub(super) path: PathBuf,
    pub(super) len: u64,
    pub(super) stamp: Stamp,
    pub(super) is_mapped: bool,
}

impl Origin {
    /// How many bytes there were.
    pub(crate) const fn len(&self) -> u64 {
        self.len
    }

    /// Whether the file was mapped, and so will be.
    pub(crate) const fn is_mapped(&self) -> bool {
        self.is_mapped
    }

    /// Opens the file.
    ///
    /// # Errors
    /// [`Error::SourceChanged`] if another file has its name, or it was written since; [`Error::Io`] if
    /// it cannot be opened.
    pub(crate) fn open(&self) -> Result<Bytes, Error> {
        let access = if self.is_mapped { Access::Mmap } else { Access::Pread };
        let bytes = Bytes::open(&self.path, access)?;
        match bytes.origin() {
            Some(Self { stamp, .. }) if stamp == self.stamp => Ok(bytes),
            _ => Err(self.changed()),
        }
    }

    /// Checks that the file of that name is the one that was open, as it was.
    ///
    /// # Errors
    /// [`Error::SourceChanged`] if not.
    pub(crate) fn verify(&self) -> Result<(), Error> {
        let is_same = self.stamp.still_holds(fs::metadata(&self.path));
        if is_same { Ok(()) } else { Err(self.changed()) }
    }

    fn changed(&self) -> Error {
        Error::SourceChanged { path: self.path.clone() }
    }
}
