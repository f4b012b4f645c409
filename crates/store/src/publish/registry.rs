//! The temporary files and directories that this process is writing.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::name;

/// Names that are tried.
const NAMES: usize = 100;
/// How often a directory is tried to be removed that others still write to.
const ATTEMPTS: usize = 1000;

static LIVE: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn live() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    // No operation on the set can leave it half done.
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes a temporary that was not there. It is known here before it exists: another sink for the same
/// target would take it for one that a dead process has left.
pub(super) fn create<T>(
    directory: &Path,
    prefix: &OsStr,
    mut make: impl FnMut(&Path) -> io::Result<T>,
) -> io::Result<(T, PathBuf)> {
    // A name is taken only if an earlier process of the same id was killed.
    for _ in 0..NAMES {
        let path = directory.join(name::next(prefix));
        live().insert(path.clone());
        match make(&path) {
            Ok(made) => return Ok((made, path)),
            Err(error) => {
                remove(&path);
                if error.kind() != io::ErrorKind::AlreadyExists {
                    return Err(error);
                }
            }
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

pub(super) fn remove(path: &Path) {
    live().remove(path);
}

pub(super) fn contains(path: &Path) -> bool {
    live().contains(path)
}

/// Removes the temporary files of every sink that is still being written, in this whole process.
///
/// For a hook that runs when the process exits, where nothing is dropped any more. A sink that is
/// finished afterwards fails, and its target stays as it was.
pub fn remove_all_temporaries() {
    for path in std::mem::take(&mut *live()) {
        // There is nobody left to tell.
        erase(&path);
    }
}

/// Removes a file, or a directory with all it holds.
pub(super) fn erase(path: &Path) {
    let is_directory = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
    if !is_directory {
        let _ = fs::remove_file(path);
        return;
    }
    // Each thread may add one more file to a directory that it has just found in the registry.
    let gone = || !matches!(fs::remove_dir_all(path), Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty);
    let _ = (0..ATTEMPTS).any(|_| gone());
}
