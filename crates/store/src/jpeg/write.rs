//! Writing JPEG.

use raster::{Depth, Region, Spec, View, ViewMut};

use crate::{
    Compression, Destination, Durability, Error, Layout, Sink,
    check::{assert_shape, refuse, valid},
    codec::lossy::{JPEG_SIDE, jpeg},
    publish::Output,
    spare::Spare,
    turnstile::Turnstile,
};

/// Rows of blocks in a band. Markers between such rows are numbered from 0 to 7 again and again, so those
/// within a band are right in every band, and the one before it is always the last.
const BLOCK_ROWS: u64 = 8;
/// What separates bands.
const RESTART: [u8; 2] = [0xff, 0xd7];
/// Ends the image.
const END: [u8; 2] = [0xff, 0xd9];
/// Starts the description of the image, the second byte of the marker.
const FRAME: u8 = 0xc0;
/// Starts the samples.
const SCAN: u8 = 0xda;

/// How to write a JPEG file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JpegOptions {
    /// The shape of the image.
    pub spec: Spec,
    /// From 1, small, to 100, good.
    pub quality: u8,
    /// Whether colour, not lightness, has half the columns and rows.
    pub is_subsampled: bool,
    /// What [`finish`](crate::Sink::finish) waits for.
    pub durability: Durability,
}

impl JpegOptions {
    /// As is usual for photographs, and durable.
    pub fn new(spec: Spec) -> Self {
        Self { spec, quality: 80, is_subsampled: true, durability: Durability::default() }
    }
}

/// A JPEG file, of 8-bit gray or colour.
///
/// Coding starts anew with every row of blocks, so the thread that has the pixels of a band codes it as an
/// image of its own with the tables of all, and what is coded is put between the bands beside it. The
/// file is the same byte for byte, whatever the order in which bands arrive.
pub struct JpegSink {
    options: JpegOptions,
    turnstile: Turnstile,
    tools: Spare<Tools>,
}

/// What a thread codes bands with.
#[derive(Default)]
struct Tools {
    /// A band whose rows are apart in memory.
    dense: Vec<u8>,
    stream: Vec<u8>,
}

impl JpegSink {
    /// Starts the file. Its name appears when [`finish`](Sink::finish) succeeds; a file that has the
    /// name now stays as it is until then.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if the image has not 1 or 3 channels of uint8, if the quality does not
    /// exist or the path names no regular file; [`Error::Unsupported`] if the image is too large for
    /// JPEG; [`Error::Io`] if no file can be made there.
    pub fn create(
        destination: impl Into<Destination>,
        options: JpegOptions,
    ) -> Result<Self, Error> {
        let JpegOptions { quality, is_subsampled, durability, .. } = options;
        let spec = valid(options.spec)?;
        if spec.depth != Depth::U8 || !matches!(spec.channels, 1 | 3) {
            return Err(refuse("JPEG", "1 or 3 channels of uint8", &spec));
        }
        if spec.width.max(spec.height) > JPEG_SIDE {
            let Spec { width, height, .. } = spec;
            return Err(Error::Unsupported(format!(
                "{width} x {height} pixels are too many for JPEG, whose sides end at {JPEG_SIDE}"
            )));
        }
        Compression::Jpeg { quality, is_subsampled }.check(&spec)?;
        let head = head(&options)?;
        let turnstile = Turnstile::new(Output::create(destination, 0, durability)?, &head)?;
        Ok(Self { options, turnstile, tools: Spare::new() })
    }
}

impl JpegOptions {
    /// Columns and rows of the blocks that are coded together.
    const fn block(&self) -> u64 {
        if self.is_subsampled && self.spec.channels == 3 { 16 } else { 8 }
    }

    /// Appends a band as an image of its own.
    fn encode(&self, band: &[u8], height: u64, out: &mut Vec<u8>) -> Result<(), Error> {
        let spec = Spec { height, ..self.spec };
        // Sides fit 16 bits.
        let restart = self.spec.width.div_ceil(self.block()) as u16;
        jpeg(band, &spec, (self.quality, self.is_subsampled), Some(restart), out)
            .map_err(|why| Error::Unsupported(format!("JPEG cannot code a band: {why}")))
    }
}

/// Everything before the samples: as of the first row alone, with the height of the image.
fn head(options: &JpegOptions) -> Result<Vec<u8>, Error> {
    let mut stream = Vec::new();
    options.encode(&vec![0; options.spec.row_bytes() as usize], 1, &mut stream)?;
    let (frame, scan) = find(&stream)?;
    // Behind the marker, the length and the bits a sample.
    stream[frame + 5..][..2].copy_from_slice(&(options.spec.height as u16).to_be_bytes());
    stream.truncate(scan);
    Ok(stream)
}

/// Where the description of the image and the samples start.
fn find(stream: &[u8]) -> Result<(usize, usize), Error> {
    let (mut at, mut frame) = (START_BYTES, 0);
    while let Some(&[0xff, kind, high, low]) = stream.get(at..at + 4) {
        if kind == FRAME {
            frame = at;
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
        if kind == SCAN {
            return Ok((frame, at));
        }
    }
    Err(Error::Unsupported("the encoder of JPEG has made something else".into()))
}

/// Bytes of the marker that every stream starts with.
const START_BYTES: usize = 2;

impl Sink for JpegSink {
    fn layout(&self) -> Layout {
        let JpegOptions { spec, .. } = self.options;
        Layout::Tiles { width: spec.width, height: BLOCK_ROWS * self.options.block() }
    }

    unsafe fn claim(&self, _region: &Region) -> Option<ViewMut<'_>> {
        None
    }

    fn write(&self, region: &Region, pixels: &View<'_>) -> Result<(), Error> {
        let index = self.layout().band(&self.options.spec, region);
        assert_shape(&self.options.spec, region, pixels);
        let make = || Ok(Tools::default());
        self.tools.with(make, |Tools { dense, stream }| {
            let band = if let Some(band) = pixels.dense() {
                band
            } else {
                dense.clear();
                (0..pixels.height()).for_each(|y| dense.extend_from_slice(pixels.row_bytes(y)));
                dense
            };
            stream.clear();
            self.options.encode(band, region.height, stream)?;
            let (_, mut start) = find(stream)?;
            let end = stream.len() - END.len();
            if index > 0 {
                start -= RESTART.len();
                stream[start..][..RESTART.len()].copy_from_slice(&RESTART);
            }
            self.turnstile.put(index, &stream[start..end])
        })
    }

    fn worker_bytes(&self) -> u64 {
        let JpegOptions { spec, .. } = self.options;
        let band = spec.row_bytes() * spec.height.min(BLOCK_ROWS * self.options.block());
        // A dense copy, and noise of the best quality, which takes more than its samples.
        (1 << 20) + 3 * band
    }

    fn fixed_bytes(&self) -> u64 {
        self.turnstile.bytes()
    }

    fn finish(&self) -> Result<(), Error> {
        self.turnstile.finish(&END)
    }

    fn abort(&self) {
        self.turnstile.discard();
    }
}
