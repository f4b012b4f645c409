//! Where everything lies in a tiled TIFF file, known before the first pixel is.

use raster::{Depth, Spec};

use super::{
    MAX_CHUNKS,
    tag::{self, kind},
};
use crate::{Error, Layout};

/// Pixels start on a page, so that a mapping of the file has every tile aligned.
const PAGE: u64 = 4096;

/// The largest file that 32-bit offsets reach.
const CLASSIC_LIMIT: u64 = u32::MAX as u64;

/// Which kind of TIFF to write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TiffVariant {
    /// Classic if the file stays below 4 GiB, which every program reads; otherwise `BigTIFF`.
    #[default]
    Auto,
    /// TIFF with 32-bit offsets.
    Classic,
    /// TIFF with 64-bit offsets.
    Big,
}

/// The layout of a file.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) spec: Spec,
    pub(super) tile: (u64, u64),
    /// Tiles side by side.
    pub(super) across: u64,
    /// Bytes of a row of a tile.
    pub(super) tile_row: u64,
    /// Bytes of a tile.
    tile_bytes: u64,
    count: u64,
    big: bool,
    /// Where the first tile starts.
    data: u64,
    fields: Vec<Field>,
}

#[derive(Debug)]
struct Field {
    tag: u16,
    kind: u16,
    count: u64,
    value: Value,
}

#[derive(Debug)]
enum Value {
    Bytes(Vec<u8>),
    /// The offset of every tile.
    Offsets,
    /// The size of every tile.
    Sizes,
}

impl Plan {
    pub(super) fn new(spec: Spec, tile: (u64, u64), variant: TiffVariant) -> Result<Self, Error> {
        let invalid = |message| Err(Error::InvalidArgument(message));
        let (width, height) = tile;
        if [width, height].iter().any(|&side| side == 0 || !side.is_multiple_of(16)) {
            return invalid(format!(
                "expected tile sides that are multiples of 16 but received {width} x {height}"
            ));
        }
        if spec.width.max(spec.height) > CLASSIC_LIMIT {
            return Err(Error::Unsupported(format!(
                "{} x {} pixels are too many for TIFF, whose sides end at {CLASSIC_LIMIT}",
                spec.width, spec.height
            )));
        }
        let chunk = match spec.resized(width, height) {
            Ok(chunk) if width.max(height) <= CLASSIC_LIMIT => chunk,
            _ => return invalid(format!("tiles of {width} x {height} pixels are too large")),
        };
        let (across, down) = (spec.width.div_ceil(width), spec.height.div_ceil(height));
        // Both fit 32 bits.
        let count = across * down;
        if count > MAX_CHUNKS {
            return invalid(format!(
                "the image has {count} tiles of {width} x {height} pixels, more than {MAX_CHUNKS}; \
                 choose larger tiles"
            ));
        }
        if u128::from(count) * u128::from(chunk.bytes()) >= 1 << 62 {
            return invalid(format!("{count} tiles of {width} x {height} pixels are too large"));
        }
        let plan = |big| Self::lay_out(spec, &chunk, (across, count), big);
        let classic = plan(false);
        match variant {
            TiffVariant::Big => Ok(plan(true)),
            _ if classic.size() <= CLASSIC_LIMIT => Ok(classic),
            TiffVariant::Auto => Ok(plan(true)),
            TiffVariant::Classic => invalid(format!(
                "the file would have {} bytes, but classic TIFF ends at {CLASSIC_LIMIT}; use BigTIFF",
                classic.size()
            )),
        }
    }

    fn lay_out(spec: Spec, chunk: &Spec, (across, count): (u64, u64), big: bool) -> Self {
        let mut plan = Self {
            spec,
            tile: (chunk.width, chunk.height),
            across,
            tile_row: chunk.row_bytes(),
            tile_bytes: chunk.bytes(),
            count,
            big,
            data: 0,
            fields: fields(&spec, chunk, count, big),
        };
        let end = plan.fields.iter().fold(plan.values_start(), |end, field| {
            if plan.is_inline(field) { end } else { end + padded(field.bytes()) }
        });
        plan.data = end.next_multiple_of(PAGE);
        plan
    }

    /// Bytes of the file.
    pub(super) const fn size(&self) -> u64 {
        self.data + self.count * self.tile_bytes
    }

    /// Where tile `index` starts. Tiles follow one another row by row.
    pub(super) const fn offset(&self, index: u64) -> u64 {
        self.data + index * self.tile_bytes
    }

    pub(super) const fn layout(&self) -> Layout {
        Layout::Tiles { width: self.tile.0, height: self.tile.1 }
    }

    /// Gives everything before the tiles, piece by piece from byte 0 on.
    pub(super) fn head(
        &self,
        mut push: impl FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        push(if cfg!(target_endian = "big") { b"MM" } else { b"II" })?;
        if self.big {
            push(&43u16.to_ne_bytes())?;
            push(&8u16.to_ne_bytes())?;
            push(&0u16.to_ne_bytes())?;
            push(&16u64.to_ne_bytes())?;
            push(&(self.fields.len() as u64).to_ne_bytes())?;
        } else {
            push(&42u16.to_ne_bytes())?;
            push(&8u32.to_ne_bytes())?;
            push(&(self.fields.len() as u16).to_ne_bytes())?;
        }
        let mut value = self.values_start();
        for field in &self.fields {
            push(&field.tag.to_ne_bytes())?;
            push(&field.kind.to_ne_bytes())?;
            self.word(field.count, &mut push)?;
            if self.is_inline(field) {
                self.value(field, &mut push)?;
                push(&[0; 8][..(self.word_bytes() - field.bytes()) as usize])?;
            } else {
                self.word(value, &mut push)?;
                value += padded(field.bytes());
            }
        }
        // No further image.
        self.word(0, &mut push)?;
        push(&[0; 8][..(self.values_start() - self.directory_end()) as usize])?;
        for field in self.fields.iter().filter(|field| !self.is_inline(field)) {
            self.value(field, &mut push)?;
            push(&[0; 8][..(padded(field.bytes()) - field.bytes()) as usize])?;
        }
        Ok(())
    }

    fn value(
        &self,
        field: &Field,
        push: &mut impl FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        match &field.value {
            Value::Bytes(bytes) => push(bytes),
            Value::Offsets => (0..self.count).try_for_each(|i| self.word(self.offset(i), push)),
            Value::Sizes => (0..self.count).try_for_each(|_| self.word(self.tile_bytes, push)),
        }
    }

    fn word(
        &self,
        value: u64,
        push: &mut impl FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.big { push(&value.to_ne_bytes()) } else { push(&(value as u32).to_ne_bytes()) }
    }

    const fn word_bytes(&self) -> u64 {
        if self.big { 8 } else { 4 }
    }

    const fn directory_end(&self) -> u64 {
        let fields = self.fields.len() as u64;
        if self.big { 16 + 8 + 20 * fields + 8 } else { 8 + 2 + 12 * fields + 4 }
    }

    /// Where values that are too long for their entries start.
    const fn values_start(&self) -> u64 {
        padded(self.directory_end())
    }

    const fn is_inline(&self, field: &Field) -> bool {
        field.bytes() <= self.word_bytes()
    }
}

impl Field {
    const fn bytes(&self) -> u64 {
        let size = match self.kind {
            kind::SHORT => 2,
            kind::LONG => 4,
            kind::LONG8 => 8,
            _ => 1,
        };
        self.count * size
    }
}

/// Values start at multiples of 8 bytes.
const fn padded(bytes: u64) -> u64 {
    bytes.next_multiple_of(8)
}

/// The tags, in ascending order as the format demands.
fn fields(spec: &Spec, chunk: &Spec, count: u64, big: bool) -> Vec<Field> {
    let shorts = |tag, values: &[u16]| Field {
        tag,
        kind: kind::SHORT,
        count: values.len() as u64,
        value: Value::Bytes(bytemuck::cast_slice(values).to_vec()),
    };
    // Sides fit 32 bits (`Plan::new`).
    let long = |tag, value: u64| Field {
        tag,
        kind: kind::LONG,
        count: 1,
        value: Value::Bytes((value as u32).to_ne_bytes().to_vec()),
    };
    let table =
        |tag, value| Field { tag, kind: if big { kind::LONG8 } else { kind::LONG }, count, value };
    let software = b"gigapx\0";

    let channels = spec.channels as usize;
    let bits = spec.depth.bytes() as u16 * 8;
    let format = match spec.depth {
        Depth::U8 | Depth::U16 => 1,
        Depth::I16 | Depth::I32 => 2,
        Depth::F32 => 3,
    };
    // Three and four channels are taken for colour, without and with transparency.
    let (photometric, coloured) = if matches!(channels, 3 | 4) { (2, 3) } else { (1, 1) };
    let extra_kind = if channels == 4 { 2 } else { 0 };
    let extra = vec![extra_kind; channels - coloured];

    let mut fields = vec![
        long(tag::IMAGE_WIDTH, spec.width),
        long(tag::IMAGE_LENGTH, spec.height),
        shorts(tag::BITS_PER_SAMPLE, &vec![bits; channels]),
        shorts(tag::COMPRESSION, &[1]),
        shorts(tag::PHOTOMETRIC, &[photometric]),
        // `Spec` allows as many channels as this tag can say.
        shorts(tag::SAMPLES_PER_PIXEL, &[channels as u16]),
        shorts(tag::PLANAR_CONFIGURATION, &[1]),
        Field {
            tag: tag::SOFTWARE,
            kind: kind::ASCII,
            count: software.len() as u64,
            value: Value::Bytes(software.to_vec()),
        },
        long(tag::TILE_WIDTH, chunk.width),
        long(tag::TILE_LENGTH, chunk.height),
        table(tag::TILE_OFFSETS, Value::Offsets),
        table(tag::TILE_BYTE_COUNTS, Value::Sizes),
    ];
    if !extra.is_empty() {
        fields.push(shorts(tag::EXTRA_SAMPLES, &extra));
    }
    fields.push(shorts(tag::SAMPLE_FORMAT, &vec![format; channels]));
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(width: u64, height: u64, variant: TiffVariant) -> Result<Plan, Error> {
        let spec = Spec::new(width, height, 1, Depth::U8).unwrap();
        Plan::new(spec, (512, 512), variant)
    }

    #[test]
    fn the_head_fills_what_was_reserved_for_it() {
        for channels in [1, 2, 3, 4, 7] {
            for depth in Depth::ALL {
                for variant in [TiffVariant::Classic, TiffVariant::Big] {
                    let spec = Spec::new(1000, 700, channels, depth).unwrap();
                    let plan = Plan::new(spec, (128, 64), variant).unwrap();
                    let mut head = Vec::new();
                    plan.head(|bytes| {
                        head.extend_from_slice(bytes);
                        Ok(())
                    })
                    .unwrap();
                    assert_eq!((head.len() as u64).next_multiple_of(PAGE), plan.data);
                    assert!(plan.fields.is_sorted_by(|a, b| a.tag < b.tag));
                }
            }
        }
    }

    #[test]
    fn classic_is_used_as_long_as_it_fits() {
        // 128 x 64 tiles of 2^18 bytes are 2^31 bytes; twice as many no longer fit with their head.
        assert!(!plan(65_536, 32_768, TiffVariant::Auto).unwrap().big);
        assert!(plan(65_536, 65_536, TiffVariant::Auto).unwrap().big);
        assert!(!plan(65_536, 65_536 - 1024, TiffVariant::Auto).unwrap().big);
        let error = plan(65_536, 65_536, TiffVariant::Classic).unwrap_err();
        assert!(matches!(error, Error::InvalidArgument(_)), "{error}");
        assert!(plan(16, 16, TiffVariant::Big).unwrap().big);
    }

    #[test]
    fn odd_tiles_and_giant_images_are_refused() {
        let spec = Spec::new(1 << 20, 1 << 20, 1, Depth::U8).unwrap();
        for tile in [(0, 16), (16, 17), (16, 16), (1 << 40, 16)] {
            let error = Plan::new(spec, tile, TiffVariant::Auto).unwrap_err();
            assert!(matches!(error, Error::InvalidArgument(_)), "{tile:?}: {error}");
        }
        let error = plan(1 << 33, 1, TiffVariant::Auto).unwrap_err();
        assert!(matches!(error, Error::Unsupported(_)), "{error}");
    }
}
