//! Reading WebP files, lossless and lossy; of an animation, its first frame.

use image_webp::{DecodingError, WebPDecoder};
use raster::{Depth, Spec};

use crate::{
    Bytes, Error, Format, Metadata,
    reader::Opened,
    stream::Stream,
    whole::{Decode, Whole},
};

/// Bytes that a decoder needs however small the image is.
const FIXED: u64 = 1 << 20;

pub(crate) fn opened(bytes: Bytes) -> Result<Opened, Error> {
    let decoder = decoder(&bytes)?;
    let (width, height) = decoder.dimensions();
    let channels = if decoder.has_alpha() { 4 } else { 3 };
    let spec = Spec::new(width.into(), height.into(), channels, Depth::U8)
        .map_err(|error| Error::corrupt(bytes.path(), format!("WebP: {error}")))?;
    let metadata =
        Metadata { compression: "webp", ..Metadata::single(Format::WebP, &bytes, &spec) };
    // The file, the image in luma and chroma or with alpha, and the canvas of an animation.
    let scratch = FIXED + bytes.len() + 10 * width as u64 * height as u64;
    Ok(Opened::new(bytes, Whole::new(spec, metadata, scratch, File { scratch })))
}

struct File {
    scratch: u64,
}

impl Decode for File {
    fn decode(&self, bytes: &Bytes, out: &mut [u8]) -> Result<(), Error> {
        let mut decoder = decoder(bytes)?;
        decoder.set_memory_limit(usize::try_from(self.scratch).unwrap_or(usize::MAX));
        decoder.read_image(out).map_err(|error| failure(bytes, &error))
    }
}

fn decoder(bytes: &Bytes) -> Result<WebPDecoder<Stream>, Error> {
    WebPDecoder::new(Stream::new(bytes)).map_err(|error| failure(bytes, &error))
}

fn failure(bytes: &Bytes, error: &DecodingError) -> Error {
    Error::corrupt(bytes.path(), format!("WebP: {error}"))
}
