//! Taking ranges that hold nothing out of a file.

use std::{fs::File, io, ops::Range};

use crate::bytes::{read_exact_at, write_all_at};

/// Bytes that are moved at once where the file system cannot take ranges out.
const BLOCK: u64 = 1 << 20;

/// Takes ranges out of a file, which hold nothing, lie in ascending order and have blocks of 4,096 bytes
/// as their ends; what follows one moves down.
///
/// File systems that work in extents do it by numbers (ext4 and XFS on Linux); elsewhere the bytes are
/// moved, a block at a time.
pub(super) fn close(file: &File, gaps: &[Range<u64>]) -> io::Result<()> {
    let mut left = gaps;
    // From the last on, so that those before stay where they are.
    while let [rest @ .., gap] = left
        && collapse(file, gap)
    {
        left = rest;
    }
    shift(file, left)
}

/// Whether the system has taken the range out.
fn collapse(file: &File, gap: &Range<u64>) -> bool {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{FallocateFlags, fallocate};
        fallocate(file, FallocateFlags::COLLAPSE_RANGE, gap.start, gap.end - gap.start).is_ok()
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (file, gap);
        false
    }
}

/// Moves what follows each range down over it.
fn shift(file: &File, gaps: &[Range<u64>]) -> io::Result<()> {
    let Some(first) = gaps.first() else { return Ok(()) };
    let end = file.metadata()?.len();
    let mut to = first.start;
    let mut block = vec![0; BLOCK as usize];
    for (at, gap) in gaps.iter().enumerate() {
        let mut from = gap.end;
        let stop = gaps.get(at + 1).map_or(end, |next| next.start);
        while from < stop {
            let bytes = BLOCK.min(stop - from);
            let block = &mut block[..bytes as usize];
            read_exact_at(file, from, block)?;
            write_all_at(file, to, block)?;
            (from, to) = (from + bytes, to + bytes);
            release(file, from.saturating_sub(bytes).max(to)..from);
        }
    }
    file.set_len(to)
}

/// Gives room on the disk back that was copied from, so that little more is needed than before.
fn release(file: &File, range: Range<u64>) {
    #[cfg(target_os = "linux")]
    if range.start < range.end {
        use rustix::fs::{FallocateFlags, fallocate};
        let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        // Where that cannot be done the room is given back in the end.
        let _ = fallocate(file, flags, range.start, range.end - range.start);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (file, range);
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_follows_a_gap_moves_down() {
        const PAGE: u64 = 4096;
        // Gaps shorter and longer than a block, beside one another's data of odd length.
        let gaps = [PAGE..2 * PAGE, 3 * PAGE..700 * PAGE, 1300 * PAGE..1301 * PAGE];
        let end = 1310 * PAGE + 5;
        let byte = |at: u64| ((at / 7) ^ (at / PAGE)) as u8;
        let kept = |at: &u64| !gaps.iter().any(|gap| gap.contains(at));
        let expected: Vec<u8> = (0..end).filter(kept).map(byte).collect();
        let directory = tempfile::tempdir().unwrap();
        for by_hand in [false, true] {
            let path = directory.path().join("a");
            let file =
                File::options().read(true).write(true).create(true).truncate(true).open(&path);
            let file = file.unwrap();
            let mut at = 0;
            for gap in gaps.iter().chain([&(end..end)]) {
                let bytes: Vec<u8> = (at..gap.start).map(byte).collect();
                write_all_at(&file, at, &bytes).unwrap();
                at = gap.end;
            }
            if by_hand { shift(&file, &gaps) } else { close(&file, &gaps) }.unwrap();
            assert!(fs::read(&path).unwrap() == expected, "by hand: {by_hand}");
        }
    }
}
