//! Names of temporary files: `.NAME.gigapx-PID-COUNTER.tmp`.

use std::{
    ffi::{OsStr, OsString},
    sync::atomic::{AtomicU64, Ordering},
};

/// The longest part of the target's name that is kept. File systems allow 255 bytes, and the rest of
/// the name takes up to 55.
const LONGEST: usize = 190;

const SUFFIX: &[u8] = b".tmp";

/// What the temporary names of one target begin with.
pub(super) fn prefix(target: &OsStr) -> OsString {
    let mut prefix = OsString::from(".");
    if target.len() <= LONGEST {
        prefix.push(target);
    } else {
        let text = target.to_string_lossy();
        prefix.push(&text[..text.floor_char_boundary(LONGEST)]);
    }
    prefix.push(".gigapx-");
    prefix
}

/// A name that this process has not used before.
pub(super) fn next(prefix: &OsStr) -> OsString {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let counter = COUNTER.fetch_add(1, Ordering::Relaxed);
    let mut name = prefix.to_os_string();
    name.push(format!("{}-{counter}.tmp", std::process::id()));
    name
}

/// The process that made the temporary file `name`, if it is one of the target with this prefix.
pub(super) fn owner(name: &OsStr, prefix: &OsStr) -> Option<u32> {
    let rest = name.as_encoded_bytes().strip_prefix(prefix.as_encoded_bytes())?;
    let numbers = std::str::from_utf8(rest.strip_suffix(SUFFIX)?).ok()?;
    let (process, counter) = numbers.split_once('-')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(process) && digits(counter)).then(|| process.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_recognised_exactly() {
        let prefix = prefix("a.tif".as_ref());
        assert_eq!(owner(&next(&prefix), &prefix), Some(std::process::id()));
        assert_ne!(next(&prefix), next(&prefix));
        assert_eq!(owner(".a.tif.gigapx-12-0.tmp".as_ref(), &prefix), Some(12));
        for other in [
            "a.tif.gigapx-12-0.tmp",
            ".b.tif.gigapx-12-0.tmp",
            ".a.tif.gigapx-12-0.tmp2",
            ".a.tif.gigapx-12.tmp",
            ".a.tif.gigapx-12-.tmp",
            ".a.tif.gigapx--12-0.tmp",
            ".a.tif.gigapx-+12-0.tmp",
            ".a.tif.gigapx-99999999999-0.tmp",
        ] {
            assert_eq!(owner(other.as_ref(), &prefix), None, "{other}");
        }
    }

    #[test]
    fn long_names_still_fit() {
        let long = "ü".repeat(127);
        assert!(next(&prefix(long.as_ref())).len() <= 255);
    }
}
