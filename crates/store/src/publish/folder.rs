//! A directory under a temporary name.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use super::{
    Durability,
    draft::{exchange, resolve, sync_directory},
    fate::Fate,
    name, registry, stale,
};
use crate::{Error, bytes};

/// What another program puts beside the levels that it writes.
const FOREIGN: &str = "vips-properties.xml";

/// A directory of numbered directories of files that has not got its name yet.
pub(crate) struct Folder {
    target: PathBuf,
    temporary: PathBuf,
    directory: PathBuf,
    prefix: std::ffi::OsString,
    durability: Durability,
    /// Tells processes in other containers that the directory is in use (see `stale`).
    _lock: Option<File>,
    fate: Fate,
}

impl Folder {
    /// Makes the temporary directory, and directories in it.
    pub(crate) fn create(
        path: &Path,
        mut parts: impl Iterator<Item = String>,
        durability: Durability,
    ) -> Result<Self, Error> {
        let failed = |source| Error::from_io(source, "open", path);
        check_target(path)?;
        let (target, directory) = resolve(path)?;
        let prefix = name::prefix(target.file_name().unwrap_or_default());
        stale::reclaim(&directory, &prefix);
        let make = |path: &Path| fs::create_dir(path);
        let ((), temporary) = registry::create(&directory, &prefix, make).map_err(failed)?;
        let lock = File::open(&temporary).ok();
        if let Some(lock) = &lock {
            let _ = lock.try_lock();
        }
        let fate = Fate::new();
        // On failure the folder is dropped and the directory with it.
        let folder = Self { target, temporary, directory, prefix, durability, _lock: lock, fate };
        parts.try_for_each(|part| fs::create_dir(folder.temporary.join(part))).map_err(failed)?;
        Ok(folder)
    }

    /// Writes a file, whose name is relative to the directory, from any thread.
    pub(crate) fn add(&self, name: &str, file: &[u8]) -> Result<(), Error> {
        self.check_held("open")?;
        let path = self.temporary.join(name);
        let made = File::options().write(true).create_new(true).open(path);
        let made = made.map_err(|source| self.error(source, "open"))?;
        bytes::write_all_at(&made, 0, file).map_err(|source| self.error(source, "pwrite"))?;
        if self.durability == Durability::Sync && !cfg!(target_os = "linux") {
            made.sync_all().map_err(|source| self.error(source, "fsync"))?;
        }
        Ok(())
    }

    /// Gives the directory its name, and removes what had it before.
    pub(crate) fn publish(&self) -> Result<(), Error> {
        let is_new = self.fate.publish(&self.target, || {
            let named = self.flush().and_then(|()| self.rename());
            // After the name was changed this is what was replaced.
            registry::erase(&self.temporary);
            registry::remove(&self.temporary);
            named
        })?;
        if is_new { sync_directory(&self.directory, self.durability) } else { Ok(()) }
    }

    /// Removes the directory, unless it has its name already.
    pub(crate) fn discard(&self) {
        self.fate.discard(|| {
            registry::remove(&self.temporary);
            registry::erase(&self.temporary);
        });
    }

    /// Waits until all files are on the disk: by one call for the whole file system where there is one,
    /// since there may be a hundred thousand.
    fn flush(&self) -> Result<(), Error> {
        self.check_held("rename")?;
        #[cfg(target_os = "linux")]
        if self.durability == Durability::Sync {
            let directory = File::open(&self.temporary);
            let directory = directory.map_err(|source| self.error(source, "fsync"))?;
            let synced = rustix::fs::syncfs(&directory);
            return synced.map_err(|source| self.error(source.into(), "fsync"));
        }
        Ok(())
    }

    fn rename(&self) -> Result<(), Error> {
        let failed = |source| self.error(source, "rename");
        if exchange(&self.temporary, &self.target) {
            return Ok(());
        }
        match fs::rename(&self.temporary, &self.target) {
            // What has the name is no empty directory, and cannot be swapped here.
            Err(_) if self.target.exists() => {
                let aside = self.directory.join(name::next(&self.prefix));
                fs::rename(&self.target, &aside).map_err(failed)?;
                let renamed = fs::rename(&self.temporary, &self.target);
                if renamed.is_err() {
                    let _ = fs::rename(&aside, &self.target);
                }
                renamed.map_err(failed)?;
                registry::erase(&aside);
                Ok(())
            }
            renamed => renamed.map_err(failed),
        }
    }

    /// Fails once the process is exiting and temporaries were removed.
    fn check_held(&self, syscall: &'static str) -> Result<(), Error> {
        if registry::contains(&self.temporary) {
            return Ok(());
        }
        Err(self.error(io::ErrorKind::NotFound.into(), syscall))
    }

    fn error(&self, source: io::Error, syscall: &'static str) -> Error {
        Error::from_io(source, syscall, &self.target)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        self.discard();
    }
}

/// Refuses targets that hold anything but numbered directories: they are replaced with all they hold.
fn check_target(path: &Path) -> Result<(), Error> {
    let failed = |source| Error::from_io(source, "open", path);
    let entries = match fs::read_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(failed)?,
    };
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let name = entry.file_name();
        if !(is_directory && is_number(&name) || name == FOREIGN) {
            return Err(Error::InvalidArgument(format!(
                "{} holds {}, which is no level of tiles; it will not be replaced",
                path.display(),
                name.display()
            )));
        }
    }
    Ok(())
}

fn is_number(name: &OsStr) -> bool {
    !name.is_empty() && name.as_encoded_bytes().iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn folder(path: &Path, parts: &[&str], durability: Durability) -> Result<Folder, Error> {
        Folder::create(path, parts.iter().map(ToString::to_string), durability)
    }

    #[test]
    fn a_directory_of_levels_is_replaced_as_a_whole() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("a_files");
        for (durability, level) in [(Durability::Sync, "0"), (Durability::None, "1")] {
            let folder = folder(&target, &[level], durability).unwrap();
            folder.add(&format!("{level}/0_0.png"), b"tile").unwrap();
            folder.publish().unwrap();
            folder.publish().unwrap();
            folder.discard();
            assert_eq!(names(dir.path()), ["a_files"]);
            assert_eq!(names(&target), [level]);
            assert_eq!(fs::read(target.join(level).join("0_0.png")).unwrap(), b"tile");
        }
    }

    #[test]
    fn what_was_given_up_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("a_files");
        let given_up = folder(&target, &["0"], Durability::None).unwrap();
        given_up.add("0/0_0.png", b"tile").unwrap();
        given_up.discard();
        assert!(matches!(given_up.add("0/0_1.png", b""), Err(Error::Io { syscall: "open", .. })));
        assert!(matches!(given_up.publish(), Err(Error::InvalidArgument(_))));
        drop(folder(&target, &["0"], Durability::None).unwrap());
        assert_eq!(names(dir.path()).len(), 0);
    }

    #[test]
    fn directories_of_other_things_stay() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("a_files");
        fs::create_dir_all(target.join("0")).unwrap();
        fs::write(target.join(FOREIGN), "").unwrap();
        drop(folder(&target, &["0"], Durability::None).unwrap());
        fs::write(target.join("1"), "mine").unwrap();
        let error = folder(&target, &["0"], Durability::None).err().unwrap();
        assert!(matches!(error, Error::InvalidArgument(_)), "{error}");
        let file = dir.path().join("b_files");
        fs::write(&file, "mine").unwrap();
        let error = folder(&file, &["0"], Durability::None).err().unwrap();
        assert!(matches!(error, Error::Io { syscall: "open", .. }), "{error}");
        assert_eq!(names(dir.path()), ["a_files", "b_files"]);
    }
}
