//! The header, and numbers read in the file's byte order from checked places.

use std::collections::HashSet;

use crate::{ByteOrder, Bytes, Error};

/// The most images in one file that are counted; the limit of libtiff.
const MAX_PAGES: usize = 1 << 20;

/// A file whose header has been read.
pub(super) struct Container<'a> {
    pub(super) bytes: &'a Bytes,
    pub(super) order: ByteOrder,
    /// Whether offsets have 64 bits.
    pub(super) big: bool,
    /// Where the first directory lies.
    pub(super) first: u64,
}

impl<'a> Container<'a> {
    pub(super) fn open(bytes: &'a Bytes) -> Result<Self, Error> {
        let mut head = [0; 4];
        bytes.read_at(0, &mut head)?;
        let order = if head[0] == b'M' { ByteOrder::Big } else { ByteOrder::Little };
        let mut container = Self { bytes, order, big: false, first: 0 };
        container.big = container.u16(2)? == 43;
        if container.big {
            let (size, zero) = (container.u16(4)?, container.u16(6)?);
            if (size, zero) != (8, 0) {
                let message = format!("BigTIFF offsets have {size} bytes (then {zero}), not 8 (0)");
                return Err(container.corrupt(message));
            }
        }
        container.first = container.word(if container.big { 8 } else { 4 })?;
        if container.first == 0 {
            return Err(container.corrupt("the file has no image (its first directory is at 0)"));
        }
        Ok(container)
    }

    pub(super) fn corrupt(&self, message: impl Into<String>) -> Error {
        Error::corrupt(self.bytes.path(), message)
    }

    pub(super) fn unsupported(&self, message: impl std::fmt::Display) -> Error {
        Error::Unsupported(match self.bytes.path() {
            Some(path) => format!("{}: {message}", path.display()),
            None => message.to_string(),
        })
    }

    pub(super) fn u16(&self, offset: u64) -> Result<u16, Error> {
        self.array(offset).map(|bytes| match self.order {
            ByteOrder::Little => u16::from_le_bytes(bytes),
            ByteOrder::Big => u16::from_be_bytes(bytes),
        })
    }

    pub(super) fn u32(&self, offset: u64) -> Result<u32, Error> {
        self.array(offset).map(|bytes| match self.order {
            ByteOrder::Little => u32::from_le_bytes(bytes),
            ByteOrder::Big => u32::from_be_bytes(bytes),
        })
    }

    pub(super) fn u64(&self, offset: u64) -> Result<u64, Error> {
        self.array(offset).map(|bytes| match self.order {
            ByteOrder::Little => u64::from_le_bytes(bytes),
            ByteOrder::Big => u64::from_be_bytes(bytes),
        })
    }

    /// An offset or a count, as wide as the kind of file has them.
    pub(super) fn word(&self, offset: u64) -> Result<u64, Error> {
        if self.big { self.u64(offset) } else { self.u32(offset).map(u64::from) }
    }

    /// Bytes of a [`word`](Self::word).
    pub(super) const fn word_bytes(&self) -> u64 {
        if self.big { 8 } else { 4 }
    }

    /// Where the entries of the directory at `offset` start, how many there are, and where the
    /// offset of the next directory lies. All of it is inside the file.
    pub(super) fn entries(&self, offset: u64) -> Result<(u64, u64, u64), Error> {
        let (head, entry) = if self.big { (8, 20) } else { (2, 12) };
        let count = if self.big { self.u64(offset)? } else { u64::from(self.u16(offset)?) };
        if count == 0 || count > u64::from(u16::MAX) {
            let message = format!("the directory at byte {offset} has {count} entries");
            return Err(self.corrupt(message));
        }
        // `count` has 16 bits, and reading it has shown that `offset` is inside the file.
        let (start, len) = (offset + head, count * entry);
        if !self.bytes.holds(start, len + self.word_bytes()) {
            let message = format!(
                "the directory at byte {offset} has {count} entries, past the end of the file"
            );
            return Err(self.corrupt(message));
        }
        Ok((start, count, start + len))
    }

    /// Where the directories of the chain lie.
    pub(super) fn directories(&self) -> Result<Vec<u64>, Error> {
        let (mut seen, mut list) = (HashSet::new(), Vec::new());
        let mut offset = self.first;
        while offset != 0 {
            if !seen.insert(offset) {
                return Err(self.corrupt(format!("the directories form a loop at byte {offset}")));
            }
            if seen.len() > MAX_PAGES {
                return Err(self.unsupported(format!("more than {MAX_PAGES} images in one file")));
            }
            list.push(offset);
            let (_, _, next) = self.entries(offset)?;
            offset = self.word(next)?;
        }
        Ok(list)
    }

    fn array<const N: usize>(&self, offset: u64) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        self.bytes.read_at(offset, &mut bytes)?;
        Ok(bytes)
    }
}
