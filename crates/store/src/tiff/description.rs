//! What the tags say the image is: its shape and the grid it is cut into.

use raster::{Depth, Spec};

use super::{MAX_CHUNKS, directory::Directory, header::Container, tag};
use crate::Error;

/// An image, as its tags describe it.
pub(super) struct Description {
    pub(super) spec: Spec,
    pub(super) grid: Grid,
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
    /// Chunks in all.
    pub(super) count: u64,
}

impl Description {
    pub(super) fn read(container: &Container<'_>, tags: &Directory) -> Result<Self, Error> {
        let spec = spec(container, tags)?;
        check_supported(container, tags, spec.channels)?;
        let grid = Grid::read(container, tags, &spec)?;
        Ok(Self { spec, grid })
    }
}

fn spec(container: &Container<'_>, tags: &Directory) -> Result<Spec, Error> {
    let width = tags.required(container, tag::IMAGE_WIDTH)?;
    let height = tags.required(container, tag::IMAGE_LENGTH)?;
    let channels = tags.scalar(container, tag::SAMPLES_PER_PIXEL)?.unwrap_or(1);
    let channels = u32::try_from(channels)
        .ok()
        .filter(|channels| (1..=Spec::MAX_CHANNELS).contains(channels))
        .ok_or_else(|| container.corrupt(format!("SamplesPerPixel is {channels}")))?;
    // Before the depth, so that what is compressed is called so rather than oddly deep.
    let compression = tags.scalar(container, tag::COMPRESSION)?.unwrap_or(1);
    if compression != 1 {
        let name = tag::compression(compression);
        return Err(container.unsupported(format!(
            "Compression {compression} ({name}) is not supported yet; supported is 1 (none)"
        )));
    }
    let depth = depth(container, tags, channels)?;
    Spec::new(width, height, channels, depth)
        .map_err(|error| container.corrupt(format!("not an image: {error}")))
}

fn depth(container: &Container<'_>, tags: &Directory, channels: u32) -> Result<Depth, Error> {
    let bits = tags.uniform(container, tag::BITS_PER_SAMPLE, channels)?.unwrap_or(1);
    let format = tags.uniform(container, tag::SAMPLE_FORMAT, channels)?.unwrap_or(1);
    match (bits, format) {
        // Undefined data of these widths are integers in practice.
        (8, 1 | 4) => Ok(Depth::U8),
        (16, 1 | 4) => Ok(Depth::U16),
        (16, 2) => Ok(Depth::I16),
        (32, 2) => Ok(Depth::I32),
        (32, 3) => Ok(Depth::F32),
        (0, _) => Err(container.corrupt("BitsPerSample is 0")),
        _ => Err(container.unsupported(format!(
            "BitsPerSample {bits} with SampleFormat {format} ({}) is not supported; supported are \
             uint8, uint16, int16, int32 and float32",
            tag::sample_format(format)
        ))),
    }
}

/// Refuses what is valid TIFF but would be read wrongly.
fn check_supported(
    container: &Container<'_>,
    tags: &Directory,
    channels: u32,
) -> Result<(), Error> {
    match tags.scalar(container, tag::PLANAR_CONFIGURATION)?.unwrap_or(1) {
        // Both mean the same for one sample a pixel.
        1 => {}
        2 if channels == 1 => {}
        2 => {
            return Err(container.unsupported(format!(
                "PlanarConfiguration 2 (each of the {channels} channels apart) is not supported \
                 yet; supported is 1 (interleaved)"
            )));
        }
        other => return Err(container.corrupt(format!("PlanarConfiguration is {other}"))),
    }
    // Without the tag, which some writers forget, samples are taken as they are.
    match tags.scalar(container, tag::PHOTOMETRIC)?.unwrap_or(1) {
        1 | 2 | 32_803 | 34_892 => Ok(()),
        other => Err(container.unsupported(format!(
            "PhotometricInterpretation {other} ({}) is not supported yet; supported are 1 \
             (BlackIsZero) and 2 (RGB)",
            tag::photometric(other)
        ))),
    }
}

impl Grid {
    fn read(container: &Container<'_>, tags: &Directory, spec: &Spec) -> Result<Self, Error> {
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
        let chunk = spec.resized(width, height).map_err(|error| {
            container.corrupt(format!("{what} of {width} x {height} pixels: {error}"))
        })?;
        if tiled && chunk.bytes() > container.bytes.len() {
            let (needed, len) = (chunk.bytes(), container.bytes.len());
            return Err(container.corrupt(format!(
                "a tile of {width} x {height} pixels needs {needed} bytes, more than the file has \
                 ({len})"
            )));
        }
        let (across, down) = (spec.width.div_ceil(width), spec.height.div_ceil(height));
        // Both are at most 2^40.
        let count = u128::from(across) * u128::from(down);
        if count > u128::from(MAX_CHUNKS) {
            return Err(container.unsupported(format!(
                "the image has {count} {what} of {width} x {height} pixels; supported are \
                 {MAX_CHUNKS}"
            )));
        }
        Ok(Self { tiled, width, height, across, count: count as u64 })
    }

    /// Rows of chunk `index` that are stored. The last strip ends with the image; tiles are whole.
    pub(super) const fn rows(&self, spec: &Spec, index: u64) -> u64 {
        if self.tiled || index + 1 < self.count {
            self.height
        } else {
            spec.height - index * self.height
        }
    }
}
