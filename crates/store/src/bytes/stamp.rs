//! The identity of a file at one moment.

use std::{fs::Metadata, io, time::SystemTime};

/// What tells a file from another and from its own later state.
///
/// The modification time has the resolution of the file system's clock (about 4 ms on Linux), and a
/// store through somebody's shared mapping may update it only later, so a change can go unseen; what
/// is reported did happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    identity: (u64, u64),
    len: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let identity = {
            use std::os::unix::fs::MetadataExt;
            (metadata.dev(), metadata.ino())
        };
        // A mapped or open file cannot be replaced on Windows, so size and time suffice there.
        #[cfg(not(unix))]
        let identity = (0, 0);
        Self { identity, len: metadata.len(), modified: metadata.modified().ok() }
    }

    /// Whether the file whose metadata were fetched now is still in this state.
    pub(super) fn still_holds(&self, now: io::Result<Metadata>) -> bool {
        now.is_ok_and(|metadata| Self::of(&metadata) == *self)
    }
}
