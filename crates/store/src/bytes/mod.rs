//! A store of bytes that decoders read from: a mapped file, a file read by position, or memory.

mod access;
mod origin;
mod positional;
mod stamp;

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use memmap2::Mmap;

use crate::Error;

pub use access::Access;
pub(crate) use origin::Origin;
pub(crate) use positional::{read_exact_at, write_all_at};
use stamp::Stamp;

/// The most bytes that one advice asks the system to fetch. A run ahead that is longer than this
/// evicts what is being worked on.
const MAX_ADVICE: u64 = 64 << 20;

/// Immutable bytes with random access, shared by all threads that decode them. A clone is the same bytes.
#[derive(Clone)]
pub struct Bytes {
    store: Store,
    len: u64,
    path: Option<PathBuf>,
}

#[derive(Clone)]
enum Store {
    File { file: Arc<File>, stamp: Stamp, map: Option<Arc<Mmap>>, access: Access },
    Memory(Arc<dyn AsRef<[u8]> + Send + Sync>),
}

impl Bytes {
    /// Opens a regular file.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be opened or is a directory, or if it cannot be mapped although
    /// `access` demands it; [`Error::Unsupported`] if it is a pipe, a socket or a device.
    pub fn open(path: impl AsRef<Path>, access: Access) -> Result<Self, Error> {
        let path = path.as_ref();
        let failed = |syscall| move |source| Error::from_io(source, syscall, path);
        // Opening a pipe waits for its writer, so what it is must be known before.
        check_regular(path, &fs::metadata(path).map_err(failed("open"))?)?;
        let file = File::open(path).map_err(failed("open"))?;
        let metadata = file.metadata().map_err(failed("fstat"))?;
        check_regular(path, &metadata)?;
        let (len, stamp) = (metadata.len(), Stamp::of(&metadata));
        let map = match access {
            // An empty mapping is an error of its own, and there is nothing to see in it.
            _ if len == 0 => None,
            Access::Pread => None,
            Access::Mmap => Some(map(&file, len).map_err(failed("mmap"))?),
            Access::Auto => {
                let wanted = cfg!(target_pointer_width = "64") && access::is_local(&file);
                wanted.then(|| map(&file, len).ok()).flatten()
            }
        };
        let map = map.map(Arc::new);
        Ok(Self {
            store: Store::File { file: Arc::new(file), stamp, map, access },
            len,
            path: Some(path.to_path_buf()),
        })
    }

    /// Bytes that `owner` holds, for as long as anything reads them.
    pub fn from_memory(owner: Arc<dyn AsRef<[u8]> + Send + Sync>) -> Self {
        let len = (*owner).as_ref().len() as u64;
        Self { store: Store::Memory(owner), len, path: None }
    }

    /// The same bytes, read by position if nobody asked for a mapping. What is decoded is copied
    /// anyway, and if the file is cut meanwhile that is an error then, not a signal.
    pub(crate) fn for_decoding(mut self) -> Self {
        if let Store::File { map, access: Access::Auto, .. } = &mut self.store {
            *map = None;
        }
        self
    }

    /// What opens the file again; `None` for memory.
    pub(crate) fn origin(&self) -> Option<Origin> {
        match (&self.store, &self.path) {
            (Store::File { stamp, map, .. }, Some(path)) => Some(Origin {
                path: path.clone(),
                len: self.len,
                stamp: stamp.clone(),
                is_mapped: map.is_some(),
            }),
            _ => None,
        }
    }

    /// The bytes of a mapped file, which need no descriptor; `None` if it is not mapped.
    pub(crate) fn mapping(&self) -> Option<Self> {
        let Store::File { map: Some(map), .. } = &self.store else { return None };
        let owner: Arc<dyn AsRef<[u8]> + Send + Sync> = Arc::<Mmap>::clone(map);
        Some(Self { store: Store::Memory(owner), len: self.len, path: self.path.clone() })
    }

    /// How many bytes there are. For a file, how many there were when it was opened.
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The file's path, unless this is memory.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Whether the bytes are in the address space, so that [`slice`](Self::slice) gives them.
    pub const fn is_addressable(&self) -> bool {
        matches!(self.store, Store::Memory(_) | Store::File { map: Some(_), .. })
    }

    /// `len` bytes from `offset` on, uncopied. `None` if the file is not mapped or ends before.
    pub fn slice(&self, offset: u64, len: u64) -> Option<&[u8]> {
        let all: &[u8] = match &self.store {
            Store::File { map, .. } => map.as_deref()?,
            Store::Memory(owner) => (**owner).as_ref(),
        };
        let start = usize::try_from(offset).ok()?;
        let end = start.checked_add(usize::try_from(len).ok()?)?;
        all.get(start..end)
    }

    /// Fills `out` from `offset` on.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if the bytes end before; [`Error::Io`] if the file cannot be read.
    pub fn read_at(&self, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        let len = out.len() as u64;
        if let Some(bytes) = self.slice(offset, len) {
            out.copy_from_slice(bytes);
            return Ok(());
        }
        let ends = || {
            let message = format!(
                "bytes {offset} to {} are needed, but there are {}",
                u128::from(offset) + u128::from(len),
                self.len
            );
            Error::corrupt(self.path(), message)
        };
        match &self.store {
            Store::File { file, map: None, .. } if self.holds(offset, len) => {
                read_exact_at(file, offset, out).map_err(|source| match source.kind() {
                    io::ErrorKind::UnexpectedEof => Error::corrupt(
                        self.path(),
                        format!(
                            "the file was cut below its {} bytes after it was opened",
                            self.len
                        ),
                    ),
                    _ => Error::from_io(source, "pread", self.path().unwrap_or(Path::new(""))),
                })
            }
            _ => Err(ends()),
        }
    }

    /// Whether `len` bytes from `offset` on exist.
    pub const fn holds(&self, offset: u64, len: u64) -> bool {
        match offset.checked_add(len) {
            Some(end) => end <= self.len,
            None => false,
        }
    }

    /// Says that `len` bytes from `offset` on will be read soon. At most 64 MiB are fetched; a
    /// system that cannot take the advice is none the worse.
    pub fn advise(&self, offset: u64, len: u64) {
        let len = len.min(MAX_ADVICE).min(self.len.saturating_sub(offset));
        if len == 0 {
            return;
        }
        match &self.store {
            #[cfg(unix)]
            Store::File { map: Some(map), .. } => {
                // Advice that fails changes no result.
                let _ = map.advise_range(memmap2::Advice::WillNeed, offset as usize, len as usize);
            }
            #[cfg(target_os = "linux")]
            Store::File { file, map: None, .. } => {
                let len = std::num::NonZeroU64::new(len);
                let _ = rustix::fs::fadvise(file, offset, len, rustix::fs::Advice::WillNeed);
            }
            _ => {}
        }
    }

    /// Checks that the file is still as it was when it was opened.
    ///
    /// What counts is the file that was opened, not its name. If another file has since been renamed
    /// over it, every read still comes from the old one, which is whole, so that is no change.
    ///
    /// # Errors
    /// [`Error::SourceChanged`] if its size or modification time differ.
    pub fn verify(&self) -> Result<(), Error> {
        match &self.store {
            Store::File { file, stamp, .. } if !stamp.still_holds(file.metadata()) => {
                Err(Error::SourceChanged { path: self.path.clone().unwrap_or_default() })
            }
            _ => Ok(()),
        }
    }
}

fn check_regular(path: &Path, metadata: &fs::Metadata) -> Result<(), Error> {
    if metadata.is_dir() {
        return Err(Error::from_io(is_a_directory(), "open", path));
    }
    if !metadata.is_file() {
        let message = format!("{} is not a regular file; only those can be read", path.display());
        return Err(Error::Unsupported(message));
    }
    Ok(())
}

/// The error of opening a directory, with its number where the system has one.
pub(crate) fn is_a_directory() -> io::Error {
    #[cfg(unix)]
    {
        rustix::io::Errno::ISDIR.into()
    }
    #[cfg(not(unix))]
    {
        io::ErrorKind::IsADirectory.into()
    }
}

fn map(file: &File, len: u64) -> io::Result<Mmap> {
    let len = usize::try_from(len).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
    // SAFETY: this passes on the promise of whoever chose the access: that nobody changes the file
    // while it is mapped (see `Access`). The length is that of `fstat`, so every page is inside the
    // file at this moment. Nothing here can keep another process from breaking the promise.
    unsafe { memmap2::MmapOptions::new().len(len).map(file) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_access_reads_the_same() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let content: Vec<u8> = (0..=255).collect();
        fs::write(file.path(), &content).unwrap();
        for access in [Access::Auto, Access::Mmap, Access::Pread] {
            let bytes = Bytes::open(file.path(), access).unwrap();
            let mut out = [0; 4];
            bytes.advise(0, u64::MAX);
            bytes.advise(300, 10);
            bytes.read_at(252, &mut out).unwrap();
            assert_eq!(out, [252, 253, 254, 255]);
            assert!(matches!(bytes.read_at(253, &mut out), Err(Error::Corrupt { .. })));
            assert!(matches!(bytes.read_at(u64::MAX, &mut out), Err(Error::Corrupt { .. })));
            assert_eq!(bytes.slice(1, 2), (access != Access::Pread).then_some(&[1, 2][..]));
            assert_eq!(bytes.slice(u64::MAX, 2), None);
            assert_eq!(bytes.len(), 256);
            bytes.verify().unwrap();
        }
    }

    // Windows lets nobody replace or cut a mapped file.
    #[cfg(unix)]
    #[test]
    fn a_change_is_noticed_and_a_replacement_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let (path, other) = (dir.path().join("a"), dir.path().join("b"));
        fs::write(&path, [1; 100]).unwrap();
        let bytes = Bytes::open(&path, Access::Auto).unwrap();
        fs::write(&other, [2; 50]).unwrap();
        fs::rename(&other, &path).unwrap();
        bytes.verify().unwrap();
        assert_eq!(bytes.slice(0, 1), Some(&[1][..]));

        let bytes = Bytes::open(&path, Access::Pread).unwrap();
        let writer = File::options().write(true).open(&path).unwrap();
        write_all_at(&writer, 0, &[9; 60]).unwrap();
        assert!(matches!(bytes.verify(), Err(Error::SourceChanged { .. })));
        writer.set_len(10).unwrap();
        let cut = bytes.read_at(20, &mut [0; 4]);
        assert!(matches!(cut, Err(Error::Corrupt { .. })), "{cut:?}");
    }

    #[test]
    fn only_regular_files_are_opened() {
        let dir = tempfile::tempdir().unwrap();
        let error = Bytes::open(dir.path(), Access::Auto).err().unwrap();
        assert!(matches!(error, Error::Io { syscall: "open", .. }), "{error}");
        let error = Bytes::open(dir.path().join("none"), Access::Auto).err().unwrap();
        assert!(matches!(error, Error::Io { syscall: "open", .. }), "{error}");
        #[cfg(unix)]
        assert!(matches!(Bytes::open("/dev/null", Access::Auto), Err(Error::Unsupported(_))));
    }
}
