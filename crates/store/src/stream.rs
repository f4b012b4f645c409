//! Bytes as a stream, for decoders that read forward.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

use crate::{Bytes, Error};

/// Bytes read at once where they are not in memory.
const BLOCK: usize = 64 << 10;

/// A position in some bytes. What is mapped is not copied before a decoder looks at it.
pub(crate) struct Stream {
    bytes: Bytes,
    position: u64,
    block: Vec<u8>,
    /// Where the block begins.
    offset: u64,
}

impl Stream {
    pub(crate) fn new(bytes: &Bytes) -> Self {
        Self { bytes: bytes.clone(), position: 0, block: Vec::new(), offset: 0 }
    }

    /// What is left in the block.
    fn rest(&self) -> Option<&[u8]> {
        let skip = usize::try_from(self.position.checked_sub(self.offset)?).ok()?;
        self.block.get(skip..).filter(|rest| !rest.is_empty())
    }

    fn refill(&mut self) -> io::Result<()> {
        let left = self.bytes.len().saturating_sub(self.position);
        self.block.resize(left.min(BLOCK as u64) as usize, 0);
        self.offset = self.position;
        self.bytes.read_at(self.offset, &mut self.block).map_err(|error| match error {
            Error::Io { source, .. } => source,
            // The file was cut.
            _ => io::ErrorKind::UnexpectedEof.into(),
        })
    }
}

impl BufRead for Stream {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let left = self.bytes.len().saturating_sub(self.position);
        if left > 0 && !self.bytes.is_addressable() && self.rest().is_none() {
            self.refill()?;
        }
        Ok(match self.bytes.slice(self.position, left) {
            Some(slice) => slice,
            None => self.rest().unwrap_or_default(),
        })
    }

    fn consume(&mut self, count: usize) {
        self.position += count as u64;
    }
}

impl Read for Stream {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let len = available.len().min(out.len());
        out[..len].copy_from_slice(&available[..len]);
        self.consume(len);
        Ok(len)
    }
}

impl Seek for Stream {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(by) => self.bytes.len().checked_add_signed(by),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Access;

    #[test]
    fn reads_and_seeks_as_a_file_does() {
        let content: Vec<u8> = (0..200_000u32).map(|i| (i % 251) as u8).collect();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &content).unwrap();
        for access in [Access::Mmap, Access::Pread] {
            let bytes = Bytes::open(file.path(), access).unwrap();
            let mut stream = Stream::new(&bytes);
            let mut reference = io::Cursor::new(&content);
            let steps = [
                SeekFrom::Start(0),
                SeekFrom::Start(65_530),
                SeekFrom::Current(-3),
                SeekFrom::End(-5),
                SeekFrom::Start(70_000),
                SeekFrom::Current(10),
                SeekFrom::Start(300_000),
            ];
            for step in steps {
                assert_eq!(stream.seek(step).unwrap(), reference.seek(step).unwrap());
                let (mut ours, mut theirs) = (vec![], vec![]);
                stream.by_ref().take(70_000).read_to_end(&mut ours).unwrap();
                reference.by_ref().take(70_000).read_to_end(&mut theirs).unwrap();
                assert!(ours == theirs, "{step:?}");
            }
            assert!(stream.seek(SeekFrom::End(-300_000)).is_err());
        }
    }
}
