//! Whether a file is mapped or read.

use std::fs::File;

/// How the bytes of a file are reached.
///
/// A mapping gives pixels without a copy, which makes it the right choice for large uncompressed
/// files on a local disk. It comes with a promise that no program can check: **nobody changes the
/// file while it is mapped.**
///
/// - If another process *truncates* a mapped file, touching a page past its new end raises `SIGBUS`,
///   which ends this process. So does a bad block of the disk. No handler is installed for it: inside
///   Node, signals belong to others.
/// - If another process *writes* to a mapped file, the pixels read may be old, new or a mixture, and
///   by Rust's rules the behaviour is undefined, because memory behind a shared reference changed. In
///   practice filters see garbage samples, which for pixels is no worse than that: no sample is used
///   as an index without a check. [`verify`](super::Bytes::verify) then reports the change
///   afterwards, if the file's size or modification time shows it.
/// - If another process *replaces* the file by renaming a new one over it, nothing happens: the
///   mapping keeps the old file. All outputs of this crate are published that way.
///
/// None of that concerns compressed files under [`Access::Auto`]: they are read by position.
///
/// Use [`Access::Pread`] for files that may be changed in place or that come from people you do not
/// trust with the process: then all of the above are ordinary errors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Access {
    /// Maps uncompressed files on local file systems and reads all others, as well as those that cannot
    /// be mapped.
    /// Network file systems (NFS, SMB, 9p) and FUSE are not mapped, for there a server can take pages
    /// away. The promise above is made by opening a file so.
    #[default]
    Auto,
    /// Maps the file wherever it lies; opening fails if that is impossible.
    Mmap,
    /// Reads with positional reads; the file is never mapped.
    Pread,
}

/// Whether `file` is on a file system whose pages stay where they are.
pub(super) fn is_local(file: &File) -> bool {
    #[cfg(target_os = "linux")]
    {
        const NFS: u64 = 0x6969;
        const SMB: u64 = 0x517b;
        const CIFS: u64 = 0xff53_4d42;
        const SMB2: u64 = 0xfe53_4d42;
        const FUSE: u64 = 0x6573_5546;
        const PLAN9: u64 = 0x0102_1997;
        // The field's type and sign differ by architecture; the magic has 32 bits.
        rustix::fs::fstatfs(file).is_ok_and(|fs| {
            !matches!(fs.f_type as u64 & 0xffff_ffff, NFS | SMB | CIFS | SMB2 | FUSE | PLAN9)
        })
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = file;
        true
    }
}
