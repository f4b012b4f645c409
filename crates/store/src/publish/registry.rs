//! The temporary files that this process is writing.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

static LIVE: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn live() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    // No operation on the set can leave it half done.
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn add(path: &Path) {
    live().insert(path.to_path_buf());
}

pub(super) fn remove(path: &Path) {
    live().remove(path);
}

pub(super) fn contains(path: &Path) -> bool {
    live().contains(path)
}

/// Removes the temporary file of every sink that is still being written, in this whole process.
///
/// For a hook that runs when the process exits, where nothing is dropped any more. A sink that is
/// finished afterwards fails, and its target stays as it was.
pub fn remove_all_temporaries() {
    for path in std::mem::take(&mut *live()) {
        // There is nobody left to tell.
        let _ = fs::remove_file(path);
    }
}
