//! The tags of one image.

use super::{
    header::Container,
    tag::{self, kind},
};
use crate::{ByteOrder, Error};

/// The tags of one image. Values stay in the file until they are asked for, so what an unknown tag
/// says can be wrong without harm.
pub(super) struct Directory {
    entries: Vec<Entry>,
}

struct Entry {
    tag: u16,
    kind: u16,
    count: u64,
    /// Where the value lies, or its offset if it is too long.
    value: u64,
}

/// The value of a tag that describes the image, in this machine's byte order.
pub(super) struct Value {
    pub(super) kind: u16,
    pub(super) bytes: Vec<u8>,
}

/// The most bytes of such a value. A file may well have as many, but nobody would call them a description.
const MAX_VALUE: u64 = 1 << 28;

/// Unsigned integers that lie in the file.
#[derive(Clone, Copy)]
pub(super) struct Table {
    tag: u16,
    /// Bytes of one.
    size: u64,
    pub(super) count: u64,
    offset: u64,
}

impl Directory {
    pub(super) fn read(container: &Container<'_>, offset: u64) -> Result<Self, Error> {
        let (start, count, end) = container.entries(offset)?;
        let word = container.word_bytes();
        let size = 4 + 2 * word as usize;
        // At most 65,535 entries, which have been found to lie in the file.
        let mut block = vec![0; (end - start) as usize];
        container.bytes.read_at(start, &mut block)?;
        let entries = block.chunks_exact(size).zip((start..).step_by(size)).take(count as usize);
        let entries = entries
            .map(|(bytes, at)| Entry {
                tag: number(container.order, &bytes[..2]) as u16,
                kind: number(container.order, &bytes[2..4]) as u16,
                count: number(container.order, &bytes[4..][..word as usize]),
                value: at + 4 + word,
            })
            .collect();
        Ok(Self { entries })
    }

    /// Whether the tag is there.
    pub(super) fn has(&self, tag: u16) -> bool {
        self.entries.iter().any(|entry| entry.tag == tag)
    }

    /// The integers of a tag, which lie wholly in the file.
    pub(super) fn table(
        &self,
        container: &Container<'_>,
        tag: u16,
    ) -> Result<Option<Table>, Error> {
        // Of a repeated tag the first counts, as in libtiff.
        let Some(entry) = self.entries.iter().find(|entry| entry.tag == tag) else {
            return Ok(None);
        };
        let name = tag::name(tag);
        let (kind, count) = (entry.kind, entry.count);
        let size = kind::bytes(kind).ok_or_else(|| {
            container.corrupt(format!("{name} has values of type {kind}, which are no integers"))
        })?;
        if count == 0 {
            return Err(container.corrupt(format!("{name} has no value")));
        }
        let inline = count.checked_mul(size).is_some_and(|len| len <= container.word_bytes());
        let offset = if inline { entry.value } else { container.word(entry.value)? };
        let inside = count.checked_mul(size).is_some_and(|len| container.bytes.holds(offset, len));
        if !inside {
            let len = container.bytes.len();
            return Err(container.corrupt(format!(
                "{name} has {count} values from byte {offset} on, past the end of the file ({len} \
                 bytes)"
            )));
        }
        Ok(Some(Table { tag, size, count, offset }))
    }

    /// The bytes of a tag's value, whatever they are.
    pub(super) fn bytes(
        &self,
        container: &Container<'_>,
        tag: u16,
    ) -> Result<Option<Vec<u8>>, Error> {
        let entry = self.entries.iter().find(|entry| entry.tag == tag);
        entry.map(|entry| entry.bytes(container)).transpose()
    }

    /// The value of a tag that describes the image.
    pub(super) fn value(
        &self,
        container: &Container<'_>,
        tag: u16,
    ) -> Result<Option<Value>, Error> {
        let Some(entry) = self.entries.iter().find(|entry| entry.tag == tag) else {
            return Ok(None);
        };
        let kind = entry.kind;
        if entry.count.saturating_mul(tag::value_bytes(kind)) > MAX_VALUE {
            let (name, count) = (tag::name(tag), entry.count);
            return Err(container.corrupt(format!(
                "{name} has {count} values of type {kind}, more than {MAX_VALUE} bytes"
            )));
        }
        let mut bytes = entry.bytes(container)?;
        if container.order != ByteOrder::NATIVE {
            bytes.chunks_exact_mut(tag::number_bytes(kind)).for_each(<[u8]>::reverse);
        }
        Ok(Some(Value { kind, bytes }))
    }

    /// The one integer of a tag.
    pub(super) fn scalar(&self, container: &Container<'_>, tag: u16) -> Result<Option<u64>, Error> {
        let Some(table) = self.table(container, tag)? else { return Ok(None) };
        if table.count != 1 {
            let (name, count) = (tag::name(tag), table.count);
            return Err(container.corrupt(format!("{name} has {count} values instead of one")));
        }
        let mut value = [0];
        table.read(container, 0, &mut value)?;
        Ok(Some(value[0]))
    }

    /// The integer of a tag that must be there.
    pub(super) fn required(&self, container: &Container<'_>, tag: u16) -> Result<u64, Error> {
        self.scalar(container, tag)?
            .ok_or_else(|| container.corrupt(format!("{} is missing", tag::name(tag))))
    }

    /// The integer of a tag that has one for each of `channels` samples, all alike. One for all is
    /// accepted, as libtiff does.
    pub(super) fn uniform(
        &self,
        container: &Container<'_>,
        tag: u16,
        channels: u32,
    ) -> Result<Option<u64>, Error> {
        let Some(table) = self.table(container, tag)? else { return Ok(None) };
        let name = tag::name(tag);
        let wanted = if table.count == 1 { 1 } else { u64::from(channels) };
        if table.count < wanted {
            let count = table.count;
            let message = format!("{name} has {count} values for {channels} samples a pixel");
            return Err(container.corrupt(message));
        }
        // There are at most 65,535 samples.
        let mut values = vec![0; wanted as usize];
        table.read(container, 0, &mut values)?;
        match values.iter().find(|&&value| value != values[0]) {
            Some(other) => Err(container.unsupported(format!(
                "{name} differs between samples ({} and {other}); only equal samples are supported",
                values[0]
            ))),
            None => Ok(Some(values[0])),
        }
    }
}

/// A number of up to 8 bytes.
fn number(order: ByteOrder, bytes: &[u8]) -> u64 {
    let mut wide = [0; 8];
    match order {
        ByteOrder::Little => {
            wide[..bytes.len()].copy_from_slice(bytes);
            u64::from_le_bytes(wide)
        }
        ByteOrder::Big => {
            wide[8 - bytes.len()..].copy_from_slice(bytes);
            u64::from_be_bytes(wide)
        }
    }
}

impl Entry {
    /// The bytes of the value as they are stored. They lie in the file, and so are no more than it.
    fn bytes(&self, container: &Container<'_>) -> Result<Vec<u8>, Error> {
        let size = tag::value_bytes(self.kind);
        let len = self.count.saturating_mul(size);
        let offset =
            if len <= container.word_bytes() { self.value } else { container.word(self.value)? };
        if !container.bytes.holds(offset, len) {
            let (name, all) = (tag::name(self.tag), container.bytes.len());
            return Err(container.corrupt(format!(
                "{name} has {len} bytes from byte {offset} on, past the end of the file ({all} bytes)"
            )));
        }
        let mut bytes = vec![0; len as usize];
        container.bytes.read_at(offset, &mut bytes)?;
        Ok(bytes)
    }
}

impl Table {
    /// The name of the tag.
    pub(super) fn name(&self) -> &'static str {
        tag::name(self.tag)
    }

    /// Reads integers from number `first` on.
    pub(super) fn read(
        &self,
        container: &Container<'_>,
        first: u64,
        out: &mut [u64],
    ) -> Result<(), Error> {
        const BLOCK: usize = 4096;
        let mut block = [0; BLOCK];
        let size = self.size as usize;
        let mut offset = self.offset + first * self.size;
        for out in out.chunks_mut(BLOCK / size) {
            let block = &mut block[..out.len() * size];
            container.bytes.read_at(offset, block)?;
            offset += block.len() as u64;
            for (out, bytes) in out.iter_mut().zip(block.chunks_exact(size)) {
                *out = number(container.order, bytes);
            }
        }
        Ok(())
    }
}
