//! What comes before the pixels: the header, and the pages' directories and tables.

use super::{
    field::{Field, Value},
    plan::{Page, Plan},
};
use crate::Error;

/// Takes bytes, one piece after the other.
type Push<'a> = &'a mut dyn FnMut(&[u8]) -> Result<(), Error>;

/// Where a chunk of a page lies, and how many bytes it has.
pub(super) type Find<'a> = &'a dyn Fn(usize, u64) -> (u64, u64);

/// Values start at multiples of 8 bytes.
pub(super) const fn padded(bytes: u64) -> u64 {
    bytes.next_multiple_of(8)
}

/// Bytes of the header.
pub(super) const fn header_bytes(is_big: bool) -> u64 {
    if is_big { 16 } else { 8 }
}

/// Bytes of the entries of a directory, with their number and what follows them.
const fn table_bytes(fields: &[Field], is_big: bool) -> u64 {
    let count = fields.len() as u64;
    if is_big { 8 + 20 * count + 8 } else { 2 + 12 * count + 4 }
}

/// The same with its padding; values that are too long for their entry follow.
pub(super) const fn entries_bytes(fields: &[Field], is_big: bool) -> u64 {
    padded(table_bytes(fields, is_big))
}

/// Bytes of a directory and its values.
pub(super) fn directory_bytes(fields: &[Field], is_big: bool) -> u64 {
    let long = fields.iter().filter(|field| !is_inline(field, is_big));
    entries_bytes(fields, is_big) + long.map(|field| padded(field.bytes())).sum::<u64>()
}

const fn is_inline(field: &Field, is_big: bool) -> bool {
    field.bytes() <= word_bytes(is_big)
}

const fn word_bytes(is_big: bool) -> u64 {
    if is_big { 8 } else { 4 }
}

impl Plan {
    /// Gives everything before the pixels, piece by piece from byte 0 on.
    pub(super) fn head(
        &self,
        find: Find<'_>,
        mut push: impl FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let push: Push<'_> = &mut push;
        push(if cfg!(target_endian = "big") { b"MM" } else { b"II" })?;
        if self.storage.is_big {
            push(&43u16.to_ne_bytes())?;
            push(&8u16.to_ne_bytes())?;
            push(&0u16.to_ne_bytes())?;
        } else {
            push(&42u16.to_ne_bytes())?;
        }
        self.word(self.pages[0].directory, push)?;
        for (at, page) in self.pages.iter().enumerate() {
            self.directory(at, page, find, push)?;
        }
        Ok(())
    }

    fn directory(
        &self,
        at: usize,
        page: &Page,
        find: Find<'_>,
        push: Push<'_>,
    ) -> Result<(), Error> {
        let is_big = self.storage.is_big;
        let fields = &page.fields;
        if is_big {
            push(&(fields.len() as u64).to_ne_bytes())?;
        } else {
            push(&(fields.len() as u16).to_ne_bytes())?;
        }
        let entries = entries_bytes(fields, is_big);
        let mut value = page.directory + entries;
        for field in fields {
            push(&field.tag.to_ne_bytes())?;
            push(&field.kind.to_ne_bytes())?;
            self.word(field.count, push)?;
            if is_inline(field, is_big) {
                self.value(at, field, find, push)?;
                push(&[0; 8][..(word_bytes(is_big) - field.bytes()) as usize])?;
            } else {
                self.word(value, push)?;
                value += padded(field.bytes());
            }
        }
        self.word(page.next, push)?;
        push(&[0; 8][..(entries - table_bytes(fields, is_big)) as usize])?;
        for field in fields.iter().filter(|field| !is_inline(field, is_big)) {
            self.value(at, field, find, push)?;
            push(&[0; 8][..(padded(field.bytes()) - field.bytes()) as usize])?;
        }
        Ok(())
    }

    fn value(
        &self,
        page: usize,
        field: &Field,
        find: Find<'_>,
        push: Push<'_>,
    ) -> Result<(), Error> {
        match &field.value {
            Value::Bytes(bytes) => push(bytes),
            Value::Offsets => (0..field.count).try_for_each(|i| self.word(find(page, i).0, push)),
            Value::Sizes => (0..field.count).try_for_each(|i| self.word(find(page, i).1, push)),
            Value::Pages => {
                self.pages[1..].iter().try_for_each(|page| self.word(page.directory, push))
            }
        }
    }

    /// An offset or a count. Those of classic TIFF fit 32 bits (`Plan::new`).
    fn word(&self, value: u64, push: Push<'_>) -> Result<(), Error> {
        if self.storage.is_big {
            push(&value.to_ne_bytes())
        } else {
            push(&(value as u32).to_ne_bytes())
        }
    }
}
