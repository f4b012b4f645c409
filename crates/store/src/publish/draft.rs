//! A file under a temporary name.

use std::{
    fs::{self, File},
    io,
    ops::Range,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use super::{fate::Fate, gaps, name, registry, stale};
use crate::{Error, bytes};

/// Bytes after which the system is asked to start writing to the disk. Left alone it waits until a
/// fifth of memory is dirty and then stops every writer at once.
const WRITEBACK: u64 = 64 << 20;

/// What [`finish`](crate::Sink::finish) waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Durability {
    /// The pixels and the name are on the disk: they survive a loss of power.
    #[default]
    Sync,
    /// The system has accepted them. They survive the end of the process but perhaps not that of the
    /// machine, and an error that the disk reports later is not seen.
    None,
}

/// An output that has not got its name yet.
pub(crate) struct Draft {
    file: File,
    target: PathBuf,
    temporary: PathBuf,
    directory: PathBuf,
    durability: Durability,
    written: AtomicU64,
    fate: Fate,
}

impl Draft {
    /// Makes the temporary file and reserves `size` bytes for it.
    pub(crate) fn create(path: &Path, size: u64, durability: Durability) -> Result<Self, Error> {
        let failed = |syscall| move |source| Error::from_io(source, syscall, path);
        check_target(path)?;
        let (target, directory) = resolve(path)?;
        let prefix = name::prefix(target.file_name().unwrap_or_default());
        stale::reclaim(&directory, &prefix);
        let open = |path: &Path| File::options().read(true).write(true).create_new(true).open(path);
        let (file, temporary) =
            registry::create(&directory, &prefix, open).map_err(failed("open"))?;
        // Tells processes in other containers that the file is in use (see `stale`).
        let _ = file.try_lock();
        let draft = Self {
            file,
            target,
            temporary,
            directory,
            durability,
            written: AtomicU64::new(0),
            fate: Fate::new(),
        };
        // On failure the draft is dropped and the file with it.
        reserve(&draft.file, size).map_err(|source| draft.error(source, "fallocate"))?;
        Ok(draft)
    }

    /// Writes all of `bytes` at `offset`, from any thread.
    pub(crate) fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), Error> {
        bytes::write_all_at(&self.file, offset, bytes)
            .map_err(|source| self.error(source, "pwrite"))?;
        let len = bytes.len() as u64;
        let before = self.written.fetch_add(len, Ordering::Relaxed);
        if before / WRITEBACK != (before + len) / WRITEBACK {
            start_writeback(&self.file);
        }
        Ok(())
    }

    /// Reads what was written at `offset`.
    pub(crate) fn read_at(&self, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        bytes::read_exact_at(&self.file, offset, out).map_err(|source| self.error(source, "pread"))
    }

    /// Another draft of the same target, for what has no place yet.
    pub(crate) fn beside(&self) -> Result<Self, Error> {
        Self::create(&self.target, 0, Durability::None)
    }

    /// Takes ranges out of the file in which nothing was written, in ascending order and with ends that
    /// are multiples of 4,096; what follows them moves down.
    pub(crate) fn close_gaps(&self, ranges: &[Range<u64>]) -> Result<(), Error> {
        gaps::close(&self.file, ranges).map_err(|source| self.error(source, "pwrite"))
    }

    /// Gives the file its name.
    pub(crate) fn publish(&self) -> Result<(), Error> {
        let is_new = self.fate.publish(&self.target, || {
            let named = self.rename();
            if named.is_err() {
                // The first error is the one to report.
                let _ = fs::remove_file(&self.temporary);
            }
            registry::remove(&self.temporary);
            named
        })?;
        if is_new { sync_directory(&self.directory, self.durability) } else { Ok(()) }
    }

    /// Removes the file, unless it has its name already.
    pub(crate) fn discard(&self) {
        self.fate.discard(|| {
            // Nobody can do anything about a file that cannot be removed; the next sink for this
            // target tries again.
            let _ = fs::remove_file(&self.temporary);
            registry::remove(&self.temporary);
        });
    }

    fn rename(&self) -> Result<(), Error> {
        if self.durability == Durability::Sync {
            self.file.sync_all().map_err(|source| self.error(source, "fsync"))?;
        } else if exchange(&self.temporary, &self.target) {
            // What has the temporary name now is the file that was replaced.
            let _ = fs::remove_file(&self.temporary);
            return Ok(());
        }
        fs::rename(&self.temporary, &self.target).map_err(|source| self.error(source, "rename"))
    }

    fn error(&self, source: io::Error, syscall: &'static str) -> Error {
        Error::from_io(source, syscall, &self.target)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        self.discard();
    }
}

/// Where a path leads, absolute, for the process may change its directory; and the directory that has it.
///
/// A link is followed, as opening the file for writing would; renaming would replace it.
pub(super) fn resolve(path: &Path) -> Result<(PathBuf, PathBuf), Error> {
    let target =
        std::path::absolute(path).map_err(|source| Error::from_io(source, "open", path))?;
    let target = match fs::symlink_metadata(&target) {
        Ok(metadata) if metadata.is_symlink() => fs::canonicalize(&target).unwrap_or(target),
        _ => target,
    };
    match (target.file_name(), target.parent().map(Path::to_path_buf)) {
        (Some(_), Some(directory)) => Ok((target, directory)),
        _ => Err(Error::InvalidArgument(format!("{} names no file", path.display()))),
    }
}

/// Makes a new name in a directory durable. What it names is whole by now; if this fails, a loss of power
/// may still bring the old one back.
pub(super) fn sync_directory(directory: &Path, durability: Durability) -> Result<(), Error> {
    if durability == Durability::None || !cfg!(unix) {
        return Ok(());
    }
    // A directory that may be written but not read cannot be opened to be synced.
    let Ok(opened) = File::open(directory) else { return Ok(()) };
    match opened.sync_all() {
        // Some file systems sync no directories.
        Err(error) if error.kind() != io::ErrorKind::InvalidInput => {
            Err(Error::from_io(error, "fsync", directory))
        }
        _ => Ok(()),
    }
}

/// Refuses targets that a rename would destroy: as root, writing to `/dev/null` would replace it.
fn check_target(path: &Path) -> Result<(), Error> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            Err(Error::from_io(bytes::is_a_directory(), "open", path))
        }
        Ok(metadata) if !metadata.is_file() => {
            let message =
                format!("{} is not a regular file; it cannot be replaced", path.display());
            Err(Error::InvalidArgument(message))
        }
        _ => Ok(()),
    }
}

/// Reserves the space of the whole file, so that a full disk is known before any work is done.
fn reserve(file: &File, size: u64) -> io::Result<()> {
    if size == 0 {
        return Ok(());
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::{
            fs::{FallocateFlags, fallocate},
            io::Errno,
        };
        // On tmpfs a signal undoes the call; a process with a profiler gets many.
        for _ in 0..8 {
            match fallocate(file, FallocateFlags::empty(), 0, size) {
                Err(Errno::INTR) => {}
                // The file system has no such call. (glibc's posix_fallocate would write every
                // block instead.)
                Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => break,
                done => return done.map_err(io::Error::from),
            }
        }
    }
    file.set_len(size)
}

/// Swaps two names in one step, if both exist and the file system can.
///
/// ext4 takes a rename over another file as a sign that the program forgot fsync, and flushes the new
/// file in it: for a caller who wants no flush that is the larger part of a job's time.
pub(super) fn exchange(one: &Path, other: &Path) -> bool {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).is_ok()
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (one, other);
        false
    }
}

/// Asks the system to begin writing what is dirty, without waiting for it.
fn start_writeback(file: &File) {
    #[cfg(target_os = "linux")]
    {
        use std::os::fd::AsRawFd;
        // SAFETY: the call takes no pointers, and the descriptor is open for as long as `file` is.
        // A failure is harmless: the system writes when it sees fit.
        let _ =
            unsafe { libc::sync_file_range(file.as_raw_fd(), 0, 0, libc::SYNC_FILE_RANGE_WRITE) };
    }
    #[cfg(not(target_os = "linux"))]
    let _ = file;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn nothing_is_visible_before_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("a");
        fs::write(&target, "old").unwrap();
        let draft = Draft::create(&target, 3, Durability::Sync).unwrap();
        draft.write_at(0, b"new").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"old");
        draft.publish().unwrap();
        draft.publish().unwrap();
        draft.discard();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        assert_eq!(names(dir.path()), ["a"]);
    }

    #[test]
    fn the_old_file_goes_without_a_flush_too() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("a");
        for content in [b"one", b"two"] {
            let draft = Draft::create(&target, 3, Durability::None).unwrap();
            draft.write_at(0, content).unwrap();
            draft.publish().unwrap();
            assert_eq!(fs::read(&target).unwrap(), content);
            assert_eq!(names(dir.path()), ["a"]);
        }
    }

    #[test]
    fn a_dropped_draft_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let draft = Draft::create(&dir.path().join("a"), 3, Durability::None).unwrap();
        assert_eq!(names(dir.path()).len(), 1);
        draft.discard();
        assert_eq!(names(dir.path()).len(), 0);
        assert!(matches!(draft.publish(), Err(Error::InvalidArgument(_))));
        drop(Draft::create(&dir.path().join("a"), 3, Durability::None).unwrap());
        assert_eq!(names(dir.path()).len(), 0);
    }

    /// Where nothing could be reserved, the disk fills up under the writes.
    #[cfg(target_os = "linux")]
    #[test]
    #[expect(clippy::print_stderr, reason = "a skipped test says why")]
    fn a_disk_that_fills_up_is_no_space() {
        use std::process::Command;
        let dir = tempfile::tempdir().unwrap();
        let mount = ["-t", "tmpfs", "-o", "size=256k", "tmpfs"];
        let output = Command::new("mount").args(mount).arg(dir.path()).output();
        if !output.is_ok_and(|output| output.status.success()) {
            eprintln!("skipped: mounting a tmpfs needs root and was refused");
            return;
        }
        let draft = Draft::create(&dir.path().join("a"), 0, Durability::Sync).unwrap();
        let result = draft.write_at(0, &vec![1; 1 << 20]);
        drop(draft);
        let left = names(dir.path());
        Command::new("umount").arg(dir.path()).status().unwrap();
        assert!(matches!(result, Err(Error::NoSpace { syscall: "pwrite", .. })), "{result:?}");
        assert!(left.is_empty(), "{left:?}");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_devices_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let (real, link) = (dir.path().join("real"), dir.path().join("link"));
        fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let draft = Draft::create(&link, 0, Durability::None).unwrap();
        draft.write_at(0, b"new").unwrap();
        draft.publish().unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read(&real).unwrap(), b"new");

        let device = Draft::create(Path::new("/dev/null"), 0, Durability::None).err().unwrap();
        assert!(matches!(device, Error::InvalidArgument(_)), "{device}");
    }

    #[test]
    fn targets_that_cannot_be_made_are_refused_early() {
        let dir = tempfile::tempdir().unwrap();
        for path in [dir.path().to_path_buf(), dir.path().join("none/a")] {
            let error = Draft::create(&path, 0, Durability::None).err().unwrap();
            assert!(matches!(error, Error::Io { syscall: "open", .. }), "{error}");
        }
        assert!(matches!(
            Draft::create(Path::new(".."), 0, Durability::None),
            Err(Error::InvalidArgument(_) | Error::Io { .. })
        ));
        // Larger than any file may be: known before a byte is written.
        let error = Draft::create(&dir.path().join("a"), 1 << 62, Durability::None).err().unwrap();
        assert!(matches!(error, Error::Io { .. } | Error::NoSpace { .. }), "{error}");
        assert_eq!(names(dir.path()).len(), 0);
    }
}
