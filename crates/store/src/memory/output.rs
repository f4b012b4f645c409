//! The memory of a result.

use std::{
    io,
    ops::{Deref, DerefMut},
    path::PathBuf,
};

use memmap2::MmapMut;

use crate::Error;

/// From this size on memory comes straight from the system, in huge pages if it has them: the first
/// touch of each page is what a large output costs.
const LARGE: u64 = 8 << 20;

/// Bytes that a sink has filled. They are on a word's boundary at least, start as zeros, and can be
/// freed on any thread.
pub struct OutputBytes {
    memory: Memory,
    len: usize,
}

enum Memory {
    Mapped(MmapMut),
    Heap(Vec<u64>),
}

impl OutputBytes {
    /// `len` zeros.
    ///
    /// # Errors
    /// [`Error::Io`] if the system has not that much memory.
    pub(super) fn zeroed(len: u64) -> Result<Self, Error> {
        let failed = |source| Error::from_io(source, "mmap", PathBuf::new());
        let bytes = usize::try_from(len).map_err(|_| failed(io::ErrorKind::OutOfMemory.into()))?;
        let memory = if len >= LARGE {
            let map = MmapMut::map_anon(bytes).map_err(failed)?;
            // A system without huge pages gives small ones.
            #[cfg(target_os = "linux")]
            let _ = map.advise(memmap2::Advice::HugePage);
            Memory::Mapped(map)
        } else {
            // Words, because the allocator then zeroes and aligns in one step.
            Memory::Heap(vec![0; bytes.div_ceil(size_of::<u64>())])
        };
        Ok(Self { memory, len: bytes })
    }

    /// Makes it longer, by zeros, or shorter.
    ///
    /// # Errors
    /// As [`zeroed`](Self::zeroed); nothing has changed then.
    pub(super) fn resize(&mut self, len: u64) -> Result<(), Error> {
        match (&mut self.memory, usize::try_from(len)) {
            (Memory::Heap(words), Ok(bytes)) if len < LARGE => {
                words.resize(bytes.div_ceil(size_of::<u64>()), 0);
                self.len = bytes;
            }
            #[cfg(target_os = "linux")]
            (Memory::Mapped(map), Ok(bytes @ 1..)) => {
                let options = memmap2::RemapOptions::new().may_move(true);
                // SAFETY: the mapping is anonymous and ours alone; nothing borrows it while `self` is
                // borrowed for change.
                unsafe { map.remap(bytes, options) }
                    .map_err(|source| Error::from_io(source, "mremap", PathBuf::new()))?;
                self.len = bytes;
            }
            _ => {
                let mut other = Self::zeroed(len)?;
                let shared = self.len.min(other.len);
                other[..shared].copy_from_slice(&self[..shared]);
                *self = other;
            }
        }
        Ok(())
    }
}

impl Deref for OutputBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        let all: &[u8] = match &self.memory {
            Memory::Mapped(map) => map,
            Memory::Heap(words) => bytemuck::cast_slice(words),
        };
        &all[..self.len]
    }
}

impl DerefMut for OutputBytes {
    fn deref_mut(&mut self) -> &mut [u8] {
        let all: &mut [u8] = match &mut self.memory {
            Memory::Mapped(map) => map,
            Memory::Heap(words) => bytemuck::cast_slice_mut(words),
        };
        &mut all[..self.len]
    }
}

impl AsRef<[u8]> for OutputBytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_may_be_freed_on_any_thread() {
        fn is_free<T: Send + Sync + 'static>(_: &T) {}
        let mut bytes = OutputBytes::zeroed(13).unwrap();
        is_free(&bytes);
        bytes[12] = 1;
        assert_eq!(bytes.as_ref(), [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert!(OutputBytes::zeroed(1 << 61).is_err());
    }
}
