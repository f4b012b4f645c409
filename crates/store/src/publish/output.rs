//! What the sinks of file formats write to: a file, or memory.

use std::{
    ops::Range,
    path::{Path, PathBuf},
};

use super::{Draft, Durability};
use crate::{Encoded, Error};

/// Where an encoded image goes.
#[derive(Clone)]
pub enum Destination {
    /// A file of that name, once it is whole.
    File(PathBuf),
    /// Memory.
    Memory(Encoded),
}

impl<P: AsRef<Path>> From<P> for Destination {
    fn from(path: P) -> Self {
        Self::File(path.as_ref().to_path_buf())
    }
}

impl From<Encoded> for Destination {
    fn from(memory: Encoded) -> Self {
        Self::Memory(memory)
    }
}

/// An encoded image on its way to its destination, written by any thread in any order.
pub(crate) enum Output {
    File(Draft),
    Memory(Encoded),
}

impl Output {
    /// Starts an output and reserves `size` bytes for it.
    pub(crate) fn create(
        destination: impl Into<Destination>,
        size: u64,
        durability: Durability,
    ) -> Result<Self, Error> {
        match destination.into() {
            Destination::File(path) => Ok(Self::File(Draft::create(&path, size, durability)?)),
            Destination::Memory(memory) => {
                memory.reserve(size)?;
                Ok(Self::Memory(memory))
            }
        }
    }

    /// Writes all of `bytes` at `offset`.
    pub(crate) fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), Error> {
        match self {
            Self::File(draft) => draft.write_at(offset, bytes),
            Self::Memory(memory) => memory.write_at(offset, bytes),
        }
    }

    /// Takes ranges out in which nothing was written, in ascending order and with ends that are
    /// multiples of 4,096; what follows them moves down.
    pub(crate) fn close_gaps(&self, gaps: &[Range<u64>]) -> Result<(), Error> {
        match self {
            Self::File(draft) => draft.close_gaps(gaps),
            Self::Memory(memory) => memory.close_gaps(gaps),
        }
    }

    /// Makes it a result: gives the file its name.
    pub(crate) fn publish(&self) -> Result<(), Error> {
        match self {
            Self::File(draft) => draft.publish(),
            Self::Memory(memory) => memory.publish(),
        }
    }

    /// Gives it up, unless it is a result already.
    pub(crate) fn discard(&self) {
        match self {
            Self::File(draft) => draft.discard(),
            Self::Memory(memory) => memory.discard(),
        }
    }
}
