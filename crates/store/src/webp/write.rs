//! Writing WebP.

use raster::{Depth, Region, Spec, View, ViewMut};

use crate::{
    Compression, Destination, Durability, Error, Layout, MemorySink, Sink,
    check::{refuse, valid},
    codec::lossy::{WEBP_SIDE, webp},
    publish::Output,
};

/// How to write a WebP file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WebpOptions {
    /// The shape of the image.
    pub spec: Spec,
    /// From 1, small, to 100, good; if none, nothing is lost.
    pub quality: Option<u8>,
    /// What [`finish`](crate::Sink::finish) waits for.
    pub durability: Durability,
}

impl WebpOptions {
    /// Nothing is lost, and durable.
    pub fn new(spec: Spec) -> Self {
        Self { spec, quality: None, durability: Durability::default() }
    }
}

/// A WebP file, of 8-bit colour.
///
/// The format is coded as a whole: the image is gathered in memory, and coded by one thread when it is
/// complete. [`fixed_bytes`](Sink::fixed_bytes) tells what that takes.
pub struct WebpSink {
    quality: Option<u8>,
    image: MemorySink,
    output: Output,
}

impl WebpSink {
    /// Starts the file. Its name appears when [`finish`](Sink::finish) succeeds; a file that has the
    /// name now stays as it is until then.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if the image has not 3 or 4 channels of uint8, if the quality does not
    /// exist or the path names no regular file; [`Error::Unsupported`] if the image is too large for
    /// WebP; [`Error::Io`] if no file can be made there, or the system has not enough memory.
    pub fn create(
        destination: impl Into<Destination>,
        options: WebpOptions,
    ) -> Result<Self, Error> {
        let WebpOptions { quality, durability, .. } = options;
        let spec = valid(options.spec)?;
        if spec.depth != Depth::U8 || !matches!(spec.channels, 3 | 4) {
            return Err(refuse("WebP", "3 or 4 channels of uint8", &spec));
        }
        if spec.width.max(spec.height) > WEBP_SIDE {
            let Spec { width, height, .. } = spec;
            return Err(Error::Unsupported(format!(
                "{width} x {height} pixels are too many for WebP, whose sides end at {WEBP_SIDE}"
            )));
        }
        Compression::Webp { quality }.check(&spec)?;
        let (image, output) = (MemorySink::new(spec)?, Output::create(destination, 0, durability)?);
        Ok(Self { quality, image, output })
    }
}

impl Sink for WebpSink {
    fn layout(&self) -> Layout {
        self.image.layout()
    }

    unsafe fn claim(&self, region: &Region) -> Option<ViewMut<'_>> {
        // SAFETY: the caller promises of this sink what the other one wants.
        unsafe { self.image.claim(region) }
    }

    fn write(&self, region: &Region, pixels: &View<'_>) -> Result<(), Error> {
        self.image.write(region, pixels)
    }

    fn fixed_bytes(&self) -> u64 {
        let (bytes, compression) =
            (self.image.spec().bytes(), Compression::Webp { quality: self.quality });
        bytes + compression.bound(bytes) + compression.state_bytes(bytes)
    }

    fn finish(&self) -> Result<(), Error> {
        // SAFETY: whoever claims regions promises that none is in use now.
        let pixels = unsafe { self.image.take() };
        let gone = || Error::InvalidArgument("the image was given up before".into());
        let (pixels, mut packed) = (pixels.ok_or_else(gone)?, Vec::new());
        webp(&pixels, self.image.spec(), self.quality, &mut packed)
            .map_err(|why| Error::Unsupported(format!("WebP cannot code the image: {why}")))?;
        self.output.write_at(0, &packed)?;
        self.output.publish()
    }

    fn abort(&self) {
        self.output.discard();
    }
}
