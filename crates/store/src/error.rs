//! Why reading or writing an image fails.

use std::{
    io,
    path::{Path, PathBuf},
};

/// Why a source or a sink fails.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file breaks the rules of its format, or is too short for what it says it holds.
    #[error("{}{message}", prefix(path.as_deref()))]
    Corrupt {
        /// The file, if there is one.
        path: Option<PathBuf>,
        /// What is wrong, with the names and values that show it.
        message: String,
    },
    /// The input is valid, but this version cannot read or write it.
    #[error("{0}")]
    Unsupported(String),
    /// A system call failed.
    #[error("{syscall}{}: {source}", suffix(path))]
    Io {
        /// The system's error.
        source: io::Error,
        /// The call that failed.
        syscall: &'static str,
        /// The file it was for; empty if there is none.
        path: PathBuf,
    },
    /// The disk or the user's share of it is full.
    #[error("no space left for {} ({syscall})", path.display())]
    NoSpace {
        /// The output.
        path: PathBuf,
        /// The call that failed.
        syscall: &'static str,
    },
    /// The file was modified while it was being read.
    #[error("{} changed while it was being read", path.display())]
    SourceChanged {
        /// The file.
        path: PathBuf,
    },
    /// The result has more bytes than memory for it may have.
    #[error("the encoded image exceeds {limit} bytes; write it to a file")]
    TooLarge {
        /// The most bytes.
        limit: u64,
    },
    /// The caller asked for something that makes no sense.
    #[error("{0}")]
    InvalidArgument(String),
}

fn prefix(path: Option<&Path>) -> String {
    path.map(|path| format!("{}: ", path.display())).unwrap_or_default()
}

fn suffix(path: &Path) -> String {
    if path.as_os_str().is_empty() { String::new() } else { format!(" {}", path.display()) }
}

impl Error {
    /// The error for a failed system call: [`Error::NoSpace`] if the disk or a quota is full,
    /// otherwise [`Error::Io`].
    pub fn from_io(source: io::Error, syscall: &'static str, path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::NoSpace { path, syscall }
            }
            _ => Self::Io { source, syscall, path },
        }
    }

    pub(crate) fn corrupt(path: Option<&Path>, message: impl Into<String>) -> Self {
        Self::Corrupt { path: path.map(Path::to_path_buf), message: message.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_other_failures() {
        let full = Error::from_io(io::ErrorKind::StorageFull.into(), "pwrite", "a.tif");
        assert_eq!(full.to_string(), "no space left for a.tif (pwrite)");
        let quota = Error::from_io(io::ErrorKind::QuotaExceeded.into(), "fsync", "a.tif");
        assert!(matches!(quota, Error::NoSpace { .. }));
        let large = Error::from_io(io::ErrorKind::FileTooLarge.into(), "fallocate", "a.tif");
        assert!(matches!(large, Error::Io { syscall: "fallocate", .. }));
    }
}
