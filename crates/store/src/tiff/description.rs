//! What the tags say the image is: its shape, how its samples are stored, and the grid it is cut into.

use std::sync::Arc;

use raster::{Region, Spec};

use super::{MAX_CHUNKS, directory::Directory, header::Container, palette, tag};
use crate::{
    Error,
    codec::{Codec, Fax, Jpeg, Predictor, Shape},
    form::{Form, Kind, Meaning},
};

/// An image, as its tags describe it.
pub(super) struct Description {
    pub(super) spec: Spec,
    pub(super) form: Form,
    pub(super) grid: Grid,
    pub(super) coding: Coding,
}

/// How chunks become stored samples.
pub(super) struct Coding {
    pub(super) codec: Codec,
    pub(super) predictor: Predictor,
    /// Whether bytes are filled from the lowest bit on.
    pub(super) is_reversed: bool,
}

/// How the image is cut into strips or tiles. Strips are tiles as wide as the image.
#[derive(Clone, Copy)]
pub(super) struct Grid {
    pub(super) tiled: bool,
    /// Columns of a chunk.
    pub(super) width: u64,
    /// Rows of a chunk.
    pub(super) height: u64,
    /// Chunks side by side.
    pub(super) across: u64,
    /// Chunks of a plane.
    pub(super) count: u64,
    /// Planes of as many chunks each.
    pub(super) planes: u64,
}

impl Description {
    pub(super) fn read(container: &Container<'_>, tags: &Directory) -> Result<Self, Error> {
        let width = tags.required(container, tag::IMAGE_WIDTH)?;
        let height = tags.required(container, tag::IMAGE_LENGTH)?;
        let stored = tags.scalar(container, tag::SAMPLES_PER_PIXEL)?.unwrap_or(1);
        let stored = u32::try_from(stored)
            .ok()
            .filter(|stored| (1..=Spec::MAX_CHANNELS).contains(stored))
            .ok_or_else(|| container.corrupt(format!("SamplesPerPixel is {stored}")))?;
        let form = form(container, tags, stored)?;
        let channels = if matches!(form.meaning, Meaning::Palette(_)) { 3 } else { stored };
        let spec = Spec::new(width, height, channels, form.depth)
            .map_err(|error| container.corrupt(format!("not an image: {error}")))?;
        let coding = coding(container, tags, &form)?;
        let grid = Grid::read(container, tags, &spec, &form, &coding.codec)?;
        Ok(Self { spec, form, grid, coding })
    }

    /// What a chunk of one plane decodes to.
    pub(super) const fn shape(&self) -> Shape {
        Shape {
            width: self.grid.width as usize,
            row: self.form.row_bytes(self.grid.width) as usize,
            samples: self.form.samples,
        }
    }
}

impl Coding {
    /// Has the bits of stored bytes begin with the highest.
    pub(super) fn arrange(&self, stored: &mut [u8]) {
        if self.is_reversed {
            for byte in stored {
                *byte = byte.reverse_bits();
            }
        }
    }
}

fn form(container: &Container<'_>, tags: &Directory, stored: u32) -> Result<Form, Error> {
    let bits = tags.uniform(container, tag::BITS_PER_SAMPLE, stored)?.unwrap_or(1);
    let format = tags.uniform(container, tag::SAMPLE_FORMAT, stored)?.unwrap_or(1);
    let unsupported = || {
        container.unsupported(format!(
            "BitsPerSample {bits} with SampleFormat {format} ({}) is not supported; supported are \
             unsigned integers of 1 to 16, 32 and 64 bits, signed ones of 8, 16, 32 and 64, and \
             floating point of 16, 32 and 64",
            tag::sample_format(format)
        ))
    };
    let kind = match format {
        // Undefined data are integers in practice.
        1 | 4 => Kind::Unsigned,
        2 => Kind::Signed,
        3 => Kind::Float,
        _ => return Err(unsupported()),
    };
    if bits == 0 {
        return Err(container.corrupt("BitsPerSample is 0"));
    }
    let depth = Form::depth(bits, kind).ok_or_else(unsupported)?;
    let planes = planes(container, tags, stored)?;
    let (meaning, depth) = meaning(container, tags, bits, kind, stored)?
        .map_or((Meaning::Plain, depth), |(meaning, other)| (meaning, other.unwrap_or(depth)));
    Ok(Form {
        // A depth has been found, so there are at most 64.
        bits: bits as u32,
        kind,
        meaning,
        samples: stored as usize / planes,
        planes,
        order: container.order,
        depth,
    })
}

fn planes(container: &Container<'_>, tags: &Directory, stored: u32) -> Result<usize, Error> {
    match tags.scalar(container, tag::PLANAR_CONFIGURATION)?.unwrap_or(1) {
        1 => Ok(1),
        2 => Ok(stored as usize),
        other => Err(container.corrupt(format!("PlanarConfiguration is {other}"))),
    }
}

/// What samples mean, and the depth of what they stand for if that is another.
fn meaning(
    container: &Container<'_>,
    tags: &Directory,
    bits: u64,
    kind: Kind,
    stored: u32,
) -> Result<Option<(Meaning, Option<raster::Depth>)>, Error> {
    // Without the tag, which some writers forget, samples are taken as they are.
    match tags.scalar(container, tag::PHOTOMETRIC)?.unwrap_or(1) {
        0 => Ok(Some((Meaning::WhiteIsZero, None))),
        1 | 2 | 4 | 5 | 32_803 | 34_892 => Ok(None),
        3 if stored == 1 && kind == Kind::Unsigned && matches!(bits, 1..=8 | 16) => {
            let (colours, depth) = palette::read(container, tags, bits as u32)?;
            Ok(Some((Meaning::Palette(colours), Some(depth))))
        }
        3 => Err(container.unsupported(format!(
            "a palette for {stored} samples a pixel of {bits} bits is not supported; supported is \
             one sample of 1 to 8 or 16 bits"
        ))),
        // The decoders make RGB of it.
        6 if matches!(tags.scalar(container, tag::COMPRESSION)?, Some(7 | 50_001)) => Ok(None),
        other => Err(container.unsupported(format!(
            "PhotometricInterpretation {other} ({}) is not supported; supported are 0 \
             (WhiteIsZero), 1 (BlackIsZero), 2 (RGB), 3 (palette), 4 (mask), 5 (CMYK), and 6 \
             (YCbCr) with JPEG",
            tag::photometric(other)
        ))),
    }
}

fn coding(container: &Container<'_>, tags: &Directory, form: &Form) -> Result<Coding, Error> {
    let scheme = tags.scalar(container, tag::COMPRESSION)?.unwrap_or(1);
    let codec = codec(container, tags, scheme)?;
    let name = tag::compression(scheme);
    let fits = match &codec {
        Codec::Jpeg(_) => form.bits == 8 && form.kind == Kind::Unsigned,
        Codec::WebP => form.bits == 8 && matches!(form.samples, 3 | 4),
        Codec::Fax(_) => form.bits == 1 && form.samples == 1,
        _ => true,
    };
    if !fits {
        return Err(container.unsupported(format!(
            "{name} with {} samples a pixel of {} bits is not supported",
            form.samples, form.bits
        )));
    }
    let is_reversed = match tags.scalar(container, tag::FILL_ORDER)?.unwrap_or(1) {
        1 => false,
        2 => !matches!(codec, Codec::Jpeg(_) | Codec::WebP),
        other => return Err(container.corrupt(format!("FillOrder is {other}"))),
    };
    let predictor = match codec {
        Codec::Lzw | Codec::Deflate | Codec::Zstd => predictor(container, tags, form)?,
        // The tag means nothing for the others.
        _ => Predictor::None,
    };
    Ok(Coding { codec, predictor, is_reversed })
}

fn codec(container: &Container<'_>, tags: &Directory, scheme: u64) -> Result<Codec, Error> {
    Ok(match scheme {
        1 => Codec::None,
        2 => Codec::Fax(Fax::Runs),
        3 => {
            let options = tags.scalar(container, tag::T4_OPTIONS)?.unwrap_or(0);
            Codec::Fax(Fax::Group3 { is_mixed: options & 1 == 1 })
        }
        4 => Codec::Fax(Fax::Group4),
        5 => Codec::Lzw,
        7 => Codec::Jpeg(Jpeg {
            tables: tags.bytes(container, tag::JPEG_TABLES)?.map(Arc::from),
            is_luma_chroma: tags.scalar(container, tag::PHOTOMETRIC)? == Some(6),
        }),
        8 | 32_946 => Codec::Deflate,
        32_773 => Codec::PackBits,
        50_000 => Codec::Zstd,
        50_001 => Codec::WebP,
        _ => {
            let name = tag::compression(scheme);
            return Err(container.unsupported(format!(
                "Compression {scheme} ({name}) is not supported; supported are none, LZW, Deflate, \
                 Zstd, PackBits, JPEG, WebP and CCITT"
            )));
        }
    })
}

fn predictor(container: &Container<'_>, tags: &Directory, form: &Form) -> Result<Predictor, Error> {
    let number = tags.scalar(container, tag::PREDICTOR)?.unwrap_or(1);
    match (number, form.bits, form.kind) {
        (1, ..) => Ok(Predictor::None),
        (2, 8 | 16 | 32 | 64, _) => Ok(Predictor::Horizontal),
        (3, 16 | 32 | 64, Kind::Float) => Ok(Predictor::Float),
        (2 | 3, bits, _) => Err(container.unsupported(format!(
            "Predictor {number} with samples of {bits} bits is not supported"
        ))),
        _ => Err(container.corrupt(format!("Predictor is {number}"))),
    }
}

impl Grid {
    fn read(
        container: &Container<'_>,
        tags: &Directory,
        spec: &Spec,
        form: &Form,
        codec: &Codec,
    ) -> Result<Self, Error> {
        let tiled = tags.has(tag::TILE_WIDTH) || tags.has(tag::TILE_LENGTH);
        let (width, height) = if tiled {
            (
                tags.required(container, tag::TILE_WIDTH)?,
                tags.required(container, tag::TILE_LENGTH)?,
            )
        } else {
            // The default of 2^32 - 1 rows stands for all there are.
            let rows = tags.scalar(container, tag::ROWS_PER_STRIP)?.unwrap_or(spec.height);
            (spec.width, rows.min(spec.height))
        };
        let what = if tiled { "tiles" } else { "strips" };
        // A chunk with the image's samples obeys the same limits as an image.
        spec.resized(width, height).map_err(|error| {
            container.corrupt(format!("{what} of {width} x {height} pixels: {error}"))
        })?;
        let stored = u128::from(form.row_bytes(width)) * u128::from(height);
        let is_bare = matches!(codec, Codec::None);
        if tiled && is_bare && stored > container.bytes.len().into() {
            let len = container.bytes.len();
            return Err(container.corrupt(format!(
                "a tile of {width} x {height} pixels needs {stored} bytes, more than the file has \
                 ({len})"
            )));
        }
        let (across, down) = (spec.width.div_ceil(width), spec.height.div_ceil(height));
        let planes = form.planes as u64;
        // Two are at most 2^40, and the third 2^16.
        let count = u128::from(across) * u128::from(down) * u128::from(planes);
        if count > u128::from(MAX_CHUNKS) {
            return Err(container.unsupported(format!(
                "the image has {count} {what} of {width} x {height} pixels; supported are \
                 {MAX_CHUNKS}"
            )));
        }
        Ok(Self { tiled, width, height, across, count: across * down, planes })
    }

    /// Rows of chunk `index` of a plane that are stored. The last strip ends with the image; tiles
    /// are whole.
    pub(super) const fn rows(&self, spec: &Spec, index: u64) -> u64 {
        if self.tiled || index + 1 < self.count {
            self.height
        } else {
            spec.height - index * self.height
        }
    }

    /// The number of the chunk of a plane that a part of it lies in.
    pub(super) const fn index(&self, part: &Region) -> u64 {
        part.top / self.height * self.across + part.left / self.width
    }

    /// What chunks are called.
    pub(super) const fn noun(&self) -> &'static str {
        if self.tiled { "tile" } else { "strip" }
    }
}
