//! A zip archive of files that are packed already.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use crate::{Error, gather::gather, publish::Output};

/// What 32 bits and 16 bits say if the value is elsewhere, in fields of 64.
const ELSEWHERE: u64 = u32::MAX as u64;
const ELSEWHERE_SHORT: u64 = u16::MAX as u64;

/// The versions of the format that know plain files, and fields of 64 bits.
const PLAIN: u16 = 20;
const WIDE: u16 = 45;

/// Names are UTF-8.
const UTF8: u16 = 1 << 11;

/// The first day that the format knows: files do not depend on when they were made.
const DAY: u16 = (1 << 5) | 1;

/// An archive to which any thread adds files, each in a place taken in one step. Keys stand for their
/// names, which would take more memory, and order the table.
pub(super) struct Zip<K> {
    pub(super) output: Output,
    end: AtomicU64,
    entries: Mutex<Vec<Entry<K>>>,
}

struct Entry<K> {
    key: K,
    sum: u32,
    bytes: u32,
    offset: u64,
}

impl<K: Copy + Ord> Zip<K> {
    /// Starts an archive of so many files.
    pub(super) fn new(output: Output, count: u64) -> Self {
        let entries = Mutex::new(Vec::with_capacity(count as usize));
        Self { output, end: AtomicU64::new(0), entries }
    }

    /// Bytes of the table of so many files.
    pub(super) const fn bytes(count: u64) -> u64 {
        count * size_of::<Entry<K>>() as u64
    }

    /// Adds a file. `record` is scratch.
    pub(super) fn add(
        &self,
        key: K,
        name: &str,
        file: &[u8],
        record: &mut Vec<u8>,
    ) -> Result<(), Error> {
        // Tiles are far below 4 GiB (`DeepZoomOptions::check`).
        let (sum, bytes) = (crc32fast::hash(file), file.len() as u32);
        record.clear();
        record.extend_from_slice(b"PK\x03\x04");
        shorts(record, &[PLAIN, UTF8, 0, 0, DAY]);
        longs(record, &[sum, bytes, bytes]);
        shorts(record, &[name.len() as u16, 0]);
        record.extend_from_slice(name.as_bytes());
        record.extend_from_slice(file);
        let offset = self.end.fetch_add(record.len() as u64, Ordering::Relaxed);
        self.output.write_at(offset, record)?;
        self.entries().push(Entry { key, sum, bytes, offset });
        Ok(())
    }

    /// Writes the table of files behind them.
    pub(super) fn close(&self, name: impl Fn(K) -> String) -> Result<(), Error> {
        let mut entries = self.entries();
        entries.sort_unstable_by_key(|entry| entry.key);
        let (start, mut size) = (self.end.load(Ordering::Relaxed), 0);
        gather(&self.output, start, |out| {
            let mut record = Vec::new();
            for entry in entries.iter() {
                record.clear();
                entry.describe(&name(entry.key), &mut record);
                size += record.len() as u64;
                out.push(&record)?;
            }
            out.push(&ending(entries.len() as u64, start, size))
        })
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Entry<K>>> {
        // A push is whole or did not happen.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K> Entry<K> {
    /// Appends its record of the table.
    fn describe(&self, name: &str, out: &mut Vec<u8>) {
        let is_wide = self.offset >= ELSEWHERE;
        let (version, extra) = if is_wide { (WIDE, 12) } else { (PLAIN, 0) };
        out.extend_from_slice(b"PK\x01\x02");
        shorts(out, &[version, version, UTF8, 0, 0, DAY]);
        longs(out, &[self.sum, self.bytes, self.bytes]);
        shorts(out, &[name.len() as u16, extra, 0, 0, 0]);
        longs(out, &[0, self.offset.min(ELSEWHERE) as u32]);
        out.extend_from_slice(name.as_bytes());
        if is_wide {
            shorts(out, &[1, 8]);
            out.extend_from_slice(&self.offset.to_le_bytes());
        }
    }
}

/// What follows the table of `count` files, which has `size` bytes from `start` on.
fn ending(count: u64, start: u64, size: u64) -> Vec<u8> {
    let mut out = Vec::new();
    if count >= ELSEWHERE_SHORT || start >= ELSEWHERE || size >= ELSEWHERE {
        out.extend_from_slice(b"PK\x06\x06");
        // Bytes that follow in this record.
        out.extend_from_slice(&44u64.to_le_bytes());
        shorts(&mut out, &[WIDE, WIDE]);
        longs(&mut out, &[0, 0]);
        for value in [count, count, size, start] {
            out.extend_from_slice(&value.to_le_bytes());
        }
        // Where that record is.
        out.extend_from_slice(b"PK\x06\x07");
        longs(&mut out, &[0]);
        out.extend_from_slice(&(start + size).to_le_bytes());
        longs(&mut out, &[1]);
    }
    let count = count.min(ELSEWHERE_SHORT) as u16;
    out.extend_from_slice(b"PK\x05\x06");
    shorts(&mut out, &[0, 0, count, count]);
    longs(&mut out, &[size.min(ELSEWHERE) as u32, start.min(ELSEWHERE) as u32]);
    shorts(&mut out, &[0]);
    out
}

fn shorts(out: &mut Vec<u8>, values: &[u16]) {
    out.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

fn longs(out: &mut Vec<u8>, values: &[u32]) {
    out.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::Durability;

    /// The values of so many bytes each that start at `at`.
    fn values<const N: usize>(file: &[u8], mut at: usize, sizes: [usize; N]) -> [u64; N] {
        sizes.map(|size| {
            let mut value = [0; 8];
            value[..size].copy_from_slice(&file[at..at + size]);
            at += size;
            u64::from_le_bytes(value)
        })
    }

    #[test]
    fn offsets_beyond_four_gibibytes_have_fields_of_their_own() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.zip");
        let output = Output::create(&path, 0, Durability::None).unwrap();
        let zip = Zip::new(output, 2);
        let mut record = Vec::new();
        zip.add(7, "7", b"near", &mut record).unwrap();
        // As if that much had been written: file systems store nothing for it.
        let far = ELSEWHERE + 5;
        zip.end.store(far, Ordering::Relaxed);
        zip.add(8, "8", b"far", &mut record).unwrap();
        let table = zip.end.load(Ordering::Relaxed);
        zip.close(|key: u64| key.to_string()).unwrap();
        zip.output.publish().unwrap();
        let file = fs::File::open(&path).unwrap();
        let mut tail = vec![0; (file.metadata().unwrap().len() - table) as usize];
        crate::bytes::read_exact_at(&file, table, &mut tail).unwrap();
        // A record of 47 bytes, one with 12 more, then the endings of 56, 20 and 22.
        assert_eq!(tail.len(), 47 + 59 + 56 + 20 + 22);
        assert_eq!(values(&tail, 20, [4, 4, 2, 2]), [4, 4, 1, 0]);
        assert_eq!(values(&tail, 42, [4]), [0]);
        assert_eq!(values(&tail, 47 + 24, [4, 2, 2]), [3, 1, 12]);
        assert_eq!(values(&tail, 47 + 42, [4]), [ELSEWHERE]);
        assert_eq!(values(&tail, 47 + 47, [2, 2, 8]), [1, 8, far]);
        let end = 47 + 59;
        assert_eq!(&tail[end..end + 4], b"PK\x06\x06");
        assert_eq!(values(&tail, end + 24, [8, 8, 8, 8]), [2, 2, end as u64, table]);
        assert_eq!(values(&tail, end + 56 + 8, [8]), [table + end as u64]);
        assert_eq!(values(&tail, end + 76 + 8, [2, 2, 4, 4]), [2, 2, end as u64, ELSEWHERE]);
    }
}
