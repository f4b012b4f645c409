//! TIFF files made by hand, tag by tag, and helpers to look at what was read.

use std::sync::Arc;

use gigapx_store::{ByteOrder, Bytes, Error, Selection, Source, open_bytes};
use raster::{Buffer, Region, ViewMut};

pub(crate) const BYTE: u16 = 1;
pub(crate) const SHORT: u16 = 3;
pub(crate) const LONG: u16 = 4;
pub(crate) const RATIONAL: u16 = 5;
pub(crate) const DOUBLE: u16 = 12;
pub(crate) const LONG8: u16 = 16;

/// A TIFF file to be.
#[derive(Clone)]
pub(crate) struct Tiff {
    pub(crate) order: ByteOrder,
    pub(crate) big: bool,
    pub(crate) entries: Vec<(u16, u16, Vec<u64>)>,
    pub(crate) data: Vec<(usize, Vec<u8>)>,
    pub(crate) next: u64,
}

impl Tiff {
    /// A file with the tags of an image of one strip or so; `data` lies where the caller says.
    pub(crate) fn new(order: ByteOrder, big: bool, width: u64, height: u64, bits: u64) -> Self {
        let entries = vec![
            (256, LONG, vec![width]),
            (257, LONG, vec![height]),
            (258, SHORT, vec![bits]),
            (259, SHORT, vec![1]),
            (262, SHORT, vec![1]),
        ];
        Self { order, big, entries, data: Vec::new(), next: 0 }
    }

    /// Adds a tag or replaces it. A rational has its numerator in the high half; a double is its bits.
    pub(crate) fn tag(mut self, tag: u16, kind: u16, values: &[u64]) -> Self {
        self.entries.retain(|entry| entry.0 != tag);
        self.entries.push((tag, kind, values.to_vec()));
        self.entries.sort();
        self
    }

    pub(crate) fn without(mut self, tag: u16) -> Self {
        self.entries.retain(|entry| entry.0 != tag);
        self
    }

    pub(crate) fn at(mut self, offset: usize, data: &[u8]) -> Self {
        self.data.push((offset, data.to_vec()));
        self
    }

    pub(crate) fn next(mut self, offset: u64) -> Self {
        self.next = offset;
        self
    }

    fn number(&self, value: u64, size: usize) -> Vec<u8> {
        match self.order {
            ByteOrder::Little => value.to_le_bytes()[..size].to_vec(),
            ByteOrder::Big => value.to_be_bytes()[8 - size..].to_vec(),
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut file = match self.order {
            ByteOrder::Little => b"II".to_vec(),
            ByteOrder::Big => b"MM".to_vec(),
        };
        let word = if self.big { 8 } else { 4 };
        if self.big {
            file.extend([43, 8, 0].iter().flat_map(|&value| self.number(value, 2)));
            file.extend(self.number(16, 8));
            file.extend(self.number(self.entries.len() as u64, 8));
        } else {
            file.extend(self.number(42, 2));
            file.extend(self.number(8, 4));
            file.extend(self.number(self.entries.len() as u64, 2));
        }
        let mut values = Vec::new();
        let end = file.len() + self.entries.len() * (4 + 2 * word) + word;
        for (tag, kind, list) in &self.entries {
            let size = match *kind {
                SHORT => 2,
                LONG => 4,
                LONG8 | DOUBLE => 8,
                _ => 1,
            };
            let value = |value: u64| match *kind {
                RATIONAL => [value >> 32, value & 0xffff_ffff]
                    .iter()
                    .flat_map(|&part| self.number(part, 4))
                    .collect(),
                _ => self.number(value, size),
            };
            file.extend(self.number(u64::from(*tag), 2));
            file.extend(self.number(u64::from(*kind), 2));
            file.extend(self.number(list.len() as u64, word));
            let mut raw: Vec<u8> = list.iter().flat_map(|&number| value(number)).collect();
            if raw.len() <= word {
                raw.resize(word, 0);
                file.extend(raw);
            } else {
                file.extend(self.number((end + values.len()) as u64, word));
                values.extend(raw);
            }
        }
        file.extend(self.number(self.next, word));
        file.extend(values);
        let used = file.len();
        for (offset, data) in &self.data {
            assert!(*offset >= used, "the directory ends at {used}, the data start at {offset}");
            let len = file.len().max(offset + data.len());
            file.resize(len, 0);
            file[*offset..][..data.len()].copy_from_slice(data);
        }
        file
    }

    pub(crate) fn open(&self) -> Result<Arc<dyn Source>, Error> {
        open(&self.bytes())
    }
}

pub(crate) fn open(file: &[u8]) -> Result<Arc<dyn Source>, Error> {
    open_selected(file, Selection::default())
}

pub(crate) fn open_selected(file: &[u8], selection: Selection) -> Result<Arc<dyn Source>, Error> {
    // Aligned as a mapping would be, so that views do not depend on the allocator's mood.
    struct Aligned(Buffer, usize);
    impl AsRef<[u8]> for Aligned {
        fn as_ref(&self) -> &[u8] {
            &self.0.bytes()[..self.1]
        }
    }
    let mut buffer = Buffer::zeroed(file.len());
    buffer.take(file.len()).copy_from_slice(file);
    open_bytes(Bytes::from_memory(Arc::new(Aligned(buffer, file.len()))), selection)
}

/// The dense pixels of a region, read with `read`; checked against `view` where there is one.
pub(crate) fn pixels(source: &dyn Source, region: &Region) -> Vec<u8> {
    try_pixels(source, region).unwrap()
}

/// As [`pixels`], of a file that may be broken.
pub(crate) fn try_pixels(source: &dyn Source, region: &Region) -> Result<Vec<u8>, Error> {
    let spec = source.spec();
    let len = spec.region_bytes(region) as usize;
    let mut buffer = Buffer::zeroed(len);
    let (width, height) = (region.width as usize, region.height as usize);
    source.advise(region);
    let mut out = ViewMut::new(buffer.take(len), width, height, spec).unwrap();
    source.read(region, &mut out)?;
    drop(out);
    let read = buffer.bytes()[..len].to_vec();
    if let Some(view) = source.view(region) {
        let seen: Vec<u8> = (0..height).flat_map(|y| view.row_bytes(y).to_vec()).collect();
        assert_eq!(seen, read, "view and read differ");
    }
    Ok(read)
}

/// The dense pixels of the whole image.
pub(crate) fn image(source: &dyn Source) -> Vec<u8> {
    pixels(source, &source.spec().region())
}

/// The dense region of a dense image.
pub(crate) fn cut(image: &[u8], spec: &raster::Spec, region: &Region) -> Vec<u8> {
    let (row, pixel) = (spec.row_bytes() as usize, spec.pixel_bytes() as usize);
    (region.top..region.bottom())
        .flat_map(|y| {
            let start = y as usize * row + region.left as usize * pixel;
            image[start..][..region.width as usize * pixel].to_vec()
        })
        .collect()
}
