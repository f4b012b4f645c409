//! Temporary files and directories whose process was killed before it could remove them.

use std::{
    ffi::OsStr,
    fs::{self, File, TryLockError},
    path::Path,
};

use super::{name, registry};

/// Removes the abandoned temporary files of the target with this prefix. What cannot be removed
/// stays; it is in nobody's way.
pub(super) fn reclaim(directory: &Path, prefix: &OsStr) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let Some(process) = name::owner(&entry.file_name(), prefix) else { continue };
        let regular = entry.file_type().is_ok_and(|kind| kind.is_file() || kind.is_dir());
        let path = entry.path();
        if regular && !registry::contains(&path) && is_gone(process) && !is_locked(&path) {
            registry::erase(&path);
        }
    }
}

/// Whether no process has this id. A file of this process's own id that it does not know is from an
/// earlier one: in a container every run may have the same id.
fn is_gone(process: u32) -> bool {
    if process == std::process::id() {
        return true;
    }
    #[cfg(unix)]
    {
        let id = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw);
        id.is_some_and(|id| rustix::process::test_kill_process(id) == Err(rustix::io::Errno::SRCH))
    }
    #[cfg(not(unix))]
    {
        false
    }
}

/// Whether a living process holds the file. An id says nothing about processes in other containers
/// that share the directory; the lock that each sink holds on its file does.
fn is_locked(path: &Path) -> bool {
    // A file that cannot be opened is left alone; where the file system has no locks, the id must do.
    File::open(path).map_or(true, |file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_abandoned_files_of_the_target_go() {
        let dir = tempfile::tempdir().unwrap();
        // No process has an id this high (Linux ends at 2^22).
        let gone = ".a.gigapx-999999999-0.tmp";
        let own = format!(".a.gigapx-{}-999999.tmp", std::process::id());
        let alive = format!(".a.gigapx-{}-0.tmp", std::os::unix::process::parent_id());
        let locked = ".a.gigapx-999999999-1.tmp";
        let other = ".b.gigapx-999999999-0.tmp";
        for name in [gone, &own, &alive, locked, other] {
            fs::write(dir.path().join(name), "x").unwrap();
        }
        let holder = File::open(dir.path().join(locked)).unwrap();
        holder.try_lock().unwrap();
        reclaim(dir.path(), &name::prefix("a".as_ref()));
        let left = |name: &str| dir.path().join(name).exists();
        assert!(!left(gone) && !left(&own));
        assert!(left(&alive) && left(locked) && left(other));
    }
}
