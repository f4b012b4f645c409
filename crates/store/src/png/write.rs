//! Writing PNG.

use std::sync::atomic::{AtomicU32, Ordering};

use raster::{Depth, Region, Spec, View, ViewMut};

use super::band::{Packer, combine, push_chunk};
use crate::{
    Destination, Durability, Error, Layout, Sink,
    check::{assert_shape, refuse, valid},
    publish::Output,
    spare::Spare,
    turnstile::Turnstile,
};

/// Columns and rows at most.
const SIDE: u64 = (1 << 31) - 1;
/// Bytes of a band at most, if that leaves it rows enough.
const BAND: u64 = 1 << 20;
/// Rows of a band: the first of them cannot be packed as the difference from the row above.
const ROWS: std::ops::RangeInclusive<u64> = 16..=4096;
/// Bytes of a band at most, however few rows that are: a chunk has less than 2 GiB.
const LARGEST_BAND: u64 = 1 << 30;
/// Marks a file as PNG.
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// An empty last block of Deflate.
const LAST_BLOCK: [u8; 2] = [3, 0];

/// How to write a PNG file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PngOptions {
    /// The shape of the image.
    pub spec: Spec,
    /// From 1, fast, to 9, small.
    pub level: u8,
    /// What [`finish`](crate::Sink::finish) waits for.
    pub durability: Durability,
}

impl PngOptions {
    /// Packed as is usual, and durable.
    pub fn new(spec: Spec) -> Self {
        Self { spec, level: 6, durability: Durability::default() }
    }
}

/// A PNG file.
///
/// Rows are cut into bands, each of which is filtered and packed by the thread that has its pixels, as if
/// there were no others. What it comes to goes on where the band before ends, so that all of them
/// together are one stream. The cut depends on the image alone: the file is the same byte for byte,
/// whatever the order in which bands arrive.
pub struct PngSink {
    spec: Spec,
    level: u8,
    /// Rows of a band.
    rows: u64,
    /// The checksums of the bands.
    sums: Box<[AtomicU32]>,
    turnstile: Turnstile,
    packers: Spare<Packer>,
}

impl PngSink {
    /// Starts the file. Its name appears when [`finish`](Sink::finish) succeeds; a file that has the
    /// name now stays as it is until then.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if the image has not 1 to 4 channels of uint8 or uint16, if the level
    /// does not exist or the path names no regular file; [`Error::Unsupported`] if the image is too large
    /// for PNG; [`Error::Io`] if no file can be made there.
    pub fn create(destination: impl Into<Destination>, options: PngOptions) -> Result<Self, Error> {
        let PngOptions { level, durability, .. } = options;
        let spec = valid(options.spec)?;
        let head = head(&spec)?;
        if !(1..=9).contains(&level) {
            let message = format!("expected a level from 1 to 9 for PNG but received {level}");
            return Err(Error::InvalidArgument(message));
        }
        let rows = band_rows(&spec)?;
        let sums = (0..spec.height.div_ceil(rows)).map(|_| AtomicU32::new(1)).collect();
        let turnstile = Turnstile::new(Output::create(destination, 0, durability)?, &head)?;
        Ok(Self { spec, level, rows, sums, turnstile, packers: Spare::new() })
    }

    /// Bytes of `rows` rows that are packed, each behind the number of its filter.
    const fn filtered(&self, rows: u64) -> u64 {
        rows * (self.spec.row_bytes() + 1)
    }

    /// The checksum of all bands.
    fn sum(&self) -> u32 {
        let bands = self.sums.iter().zip((0..self.spec.height).step_by(self.rows as usize));
        bands.fold(1, |sum, (band, top)| {
            let rows = self.rows.min(self.spec.height - top);
            combine(sum, band.load(Ordering::Relaxed), self.filtered(rows))
        })
    }
}

/// Everything before the pixels.
fn head(spec: &Spec) -> Result<Vec<u8>, Error> {
    let Spec { width, height, channels, depth } = *spec;
    let (bits, colour) = match (depth, channels) {
        (Depth::U8 | Depth::U16, 1..=4) => {
            (8 * depth.bytes() as u8, [0, 4, 2, 6][channels as usize - 1])
        }
        _ => return Err(refuse("PNG", "1 to 4 channels of uint8 or uint16", spec)),
    };
    if width.max(height) > SIDE {
        let message =
            format!("{width} x {height} pixels are too many for PNG, whose sides end at {SIDE}");
        return Err(Error::Unsupported(message));
    }
    let sides = [width as u32, height as u32].map(u32::to_be_bytes).concat();
    let mut head = SIGNATURE.to_vec();
    push_chunk(&mut head, *b"IHDR", &[&sides[..], &[bits, colour, 0, 0, 0]].concat());
    Ok(head)
}

/// Rows of a band: a power of two, so that units suit other results beside.
fn band_rows(spec: &Spec) -> Result<u64, Error> {
    let row = spec.row_bytes() + 1;
    let fit = |bytes: u64| (bytes / row).checked_ilog2().map_or(0, |log| 1 << log);
    match fit(BAND).clamp(*ROWS.start(), *ROWS.end()).min(fit(LARGEST_BAND)) {
        0 => Err(Error::Unsupported(format!(
            "rows of {row} bytes are too long to be written as PNG"
        ))),
        rows => Ok(rows),
    }
}

/// What precedes all bands: the header of zlib, which tells the level in four steps.
const fn stream_head(level: u8) -> [u8; 2] {
    // The second byte makes the two a multiple of 31.
    match level {
        1 => [0x78, 0x01],
        2..=5 => [0x78, 0x5e],
        6 => [0x78, 0x9c],
        _ => [0x78, 0xda],
    }
}

impl Sink for PngSink {
    fn layout(&self) -> Layout {
        Layout::Tiles { width: self.spec.width, height: self.rows }
    }

    unsafe fn claim(&self, _region: &Region) -> Option<ViewMut<'_>> {
        None
    }

    fn write(&self, region: &Region, pixels: &View<'_>) -> Result<(), Error> {
        let index = self.layout().band(&self.spec, region);
        assert_shape(&self.spec, region, pixels);
        let head = stream_head(self.level);
        let head = if index == 0 { head.as_slice() } else { &[] };
        self.packers.with(
            || Ok(Packer::new(self.level)),
            |packer| {
                let (packed, sum) = packer.pack(head, pixels)?;
                self.sums[index as usize].store(sum, Ordering::Relaxed);
                self.turnstile.put(index, packed)
            },
        )
    }

    fn worker_bytes(&self) -> u64 {
        let rows = self.rows.min(self.spec.height);
        Packer::bytes(self.filtered(rows), self.spec.row_bytes())
    }

    fn fixed_bytes(&self) -> u64 {
        self.turnstile.bytes() + size_of_val(&*self.sums) as u64
    }

    fn finish(&self) -> Result<(), Error> {
        let mut tail = Vec::new();
        let end = [&LAST_BLOCK[..], &self.sum().to_be_bytes()].concat();
        push_chunk(&mut tail, *b"IDAT", &end);
        push_chunk(&mut tail, *b"IEND", &[]);
        self.turnstile.finish(&tail)
    }

    fn abort(&self) {
        self.turnstile.discard();
    }
}
