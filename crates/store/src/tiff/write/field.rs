//! The tags of a page.

use raster::{Depth, Spec};

use super::{
    super::tag::{self, kind},
    describe::Described,
    options::TiffPyramid,
    plan::Page,
};
use crate::codec::{Compression, Difference};

/// A tag and its value.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) tag: u16,
    pub(super) kind: u16,
    pub(super) count: u64,
    pub(super) value: Value,
}

#[derive(Clone, Debug)]
pub(super) enum Value {
    Bytes(Vec<u8>),
    /// Where every chunk starts.
    Offsets,
    /// The size of every chunk.
    Sizes,
    /// Where the tags of every page but the first start.
    Pages,
}

impl Field {
    pub(super) const fn bytes(&self) -> u64 {
        let size = match self.kind {
            kind::SHORT => 2,
            kind::LONG | kind::IFD => 4,
            kind::LONG8 | kind::IFD8 | kind::RATIONAL | kind::DOUBLE => 8,
            _ => 1,
        };
        self.count * size
    }

    pub(super) fn shorts(tag: u16, values: &[u16]) -> Self {
        let value = Value::Bytes(bytemuck::cast_slice(values).to_vec());
        Self { tag, kind: kind::SHORT, count: values.len() as u64, value }
    }

    fn long(tag: u16, value: u64) -> Self {
        // Sides fit 32 bits (`Plan::new`).
        let value = Value::Bytes((value as u32).to_ne_bytes().to_vec());
        Self { tag, kind: kind::LONG, count: 1, value }
    }

    pub(super) fn fraction(tag: u16, parts: [u32; 2]) -> Self {
        let value = Value::Bytes(bytemuck::cast_slice(&parts).to_vec());
        Self { tag, kind: kind::RATIONAL, count: 1, value }
    }

    pub(super) fn doubles(tag: u16, values: &[f64]) -> Self {
        let value = Value::Bytes(bytemuck::cast_slice(values).to_vec());
        Self { tag, kind: kind::DOUBLE, count: values.len() as u64, value }
    }

    /// Bytes, of a type whose values are one each.
    pub(super) const fn bytes_of(tag: u16, kind: u16, bytes: Vec<u8>) -> Self {
        Self { tag, kind, count: bytes.len() as u64, value: Value::Bytes(bytes) }
    }

    fn rationals(tag: u16, values: &[u32]) -> Self {
        let pairs: Vec<u32> = values.iter().flat_map(|&value| [value, 1]).collect();
        let value = Value::Bytes(bytemuck::cast_slice(&pairs).to_vec());
        Self { tag, kind: kind::RATIONAL, count: values.len() as u64, value }
    }

    /// A text. It ends where it has a zero, as C's do.
    pub(super) fn text(tag: u16, text: &str) -> Self {
        let text = text.split('\0').next().unwrap_or_default();
        let value = Value::Bytes([text.as_bytes(), b"\0"].concat());
        Self { tag, kind: kind::ASCII, count: text.len() as u64 + 1, value }
    }
}

/// How the samples of every page are stored.
#[derive(Clone, Copy, Debug)]
pub(super) struct Storage {
    pub(super) compression: Compression,
    pub(super) difference: Difference,
    pub(super) pyramid: Option<TiffPyramid>,
    pub(super) is_tiled: bool,
    pub(super) is_big: bool,
}

/// The tags of page `at` of so many, in ascending order as the format demands.
pub(super) fn fields(
    page: &Page,
    at: usize,
    pages: usize,
    storage: Storage,
    described: &Described,
) -> Vec<Field> {
    let Page { spec, chunk, .. } = page;
    let table = |tag, value| {
        let kind = if storage.is_big { kind::LONG8 } else { kind::LONG };
        Field { tag, kind, count: page.count, value }
    };
    let mut fields = samples(spec, storage.compression, described.is_cmyk);
    fields.extend([
        Field::long(tag::IMAGE_WIDTH, spec.width),
        Field::long(tag::IMAGE_LENGTH, spec.height),
        Field::shorts(tag::COMPRESSION, &[scheme(storage.compression)]),
        Field::shorts(tag::PLANAR_CONFIGURATION, &[1]),
        Field::text(tag::SOFTWARE, "gigapx"),
    ]);
    if at > 0 {
        // A smaller copy of another page.
        fields.push(Field::long(tag::NEW_SUBFILE_TYPE, 1));
    } else {
        fields.extend(described.fields.iter().cloned());
        if storage.pyramid == Some(TiffPyramid::Ome) && pages > 1 {
            let kind = if storage.is_big { kind::IFD8 } else { kind::IFD };
            let (count, value) = (pages as u64 - 1, Value::Pages);
            fields.push(Field { tag: tag::SUB_IFDS, kind, count, value });
        }
    }
    if storage.difference != Difference::None {
        fields.push(Field::shorts(tag::PREDICTOR, &[storage.difference.predictor()]));
    }
    fields.extend(if storage.is_tiled {
        [
            Field::long(tag::TILE_WIDTH, chunk.width),
            Field::long(tag::TILE_LENGTH, chunk.height),
            table(tag::TILE_OFFSETS, Value::Offsets),
            table(tag::TILE_BYTE_COUNTS, Value::Sizes),
        ]
        .into_iter()
        .collect::<Vec<_>>()
    } else {
        vec![
            Field::long(tag::ROWS_PER_STRIP, chunk.height),
            table(tag::STRIP_OFFSETS, Value::Offsets),
            table(tag::STRIP_BYTE_COUNTS, Value::Sizes),
        ]
    });
    fields.sort_by_key(|field| field.tag);
    fields
}

/// The tags that say what a pixel is.
fn samples(spec: &Spec, compression: Compression, is_cmyk: bool) -> Vec<Field> {
    let channels = spec.channels as usize;
    let bits = spec.depth.bytes() as u16 * 8;
    let format = match spec.depth {
        Depth::U8 | Depth::U16 => 1,
        Depth::I16 | Depth::I32 => 2,
        Depth::F32 => 3,
    };
    // Three and four channels are taken for colour, without and with transparency.
    let (photometric, coloured) = match channels {
        4 if is_cmyk => (5, 4),
        3 | 4 => (2, 3),
        _ => (1, 1),
    };
    let split = match compression {
        Compression::Jpeg { is_subsampled, .. } if channels == 3 => Some(is_subsampled),
        _ => None,
    };
    let photometric = if split.is_some() { 6 } else { photometric };
    let extra_kind = if channels == 4 { 2 } else { 0 };
    let mut fields = vec![
        Field::shorts(tag::BITS_PER_SAMPLE, &vec![bits; channels]),
        Field::shorts(tag::PHOTOMETRIC, &[photometric]),
        // `Spec` allows as many channels as this tag can say.
        Field::shorts(tag::SAMPLES_PER_PIXEL, &[channels as u16]),
        Field::shorts(tag::SAMPLE_FORMAT, &vec![format; channels]),
    ];
    if channels > coloured {
        fields.push(Field::shorts(tag::EXTRA_SAMPLES, &vec![extra_kind; channels - coloured]));
    }
    if let Some(is_subsampled) = split {
        let step = if is_subsampled { 2 } else { 1 };
        fields.push(Field::shorts(tag::YCBCR_SUBSAMPLING, &[step, step]));
        // The range of 8 bits, with no chrominance at its middle.
        fields.push(Field::rationals(tag::REFERENCE_BLACK_WHITE, &[0, 255, 128, 255, 128, 255]));
    }
    fields
}

/// The value of the tag `Compression`.
const fn scheme(compression: Compression) -> u16 {
    match compression {
        Compression::None => 1,
        Compression::Lzw => 5,
        Compression::Deflate { .. } => 8,
        Compression::Jpeg { .. } => 7,
        Compression::Zstd { .. } => 50_000,
        Compression::Webp { .. } => 50_001,
    }
}
