//! Reading JPEG files, baseline and progressive, grey or in colour.
//!
//! Luma and chroma become RGB. An orientation that Exif tells of is not applied.

use raster::{Depth, Spec};
use zune_jpeg::{
    JpegDecoder,
    errors::DecodeErrors,
    zune_core::{colorspace::ColorSpace, options::DecoderOptions},
};

use crate::{
    Bytes, Error, Format, Metadata,
    reader::Opened,
    stream::Stream,
    whole::{Decode, Whole},
};

/// The longest side that the format knows.
const MAX_SIDE: usize = 65_535;
/// Bytes that a decoder needs however small the image is.
const FIXED: u64 = 1 << 20;
/// Pixels that one byte can stand for at most: a bit for each block of 64, of which three quarters may be
/// left out.
const LARGEST_RATIO: u64 = 2048;

pub(crate) fn opened(bytes: Bytes) -> Result<Opened, Error> {
    let decoder = decoder(&bytes)?;
    let info = decoder.info().ok_or_else(|| failure(&bytes, &"no image"))?;
    let channels = decoder.output_colorspace().map_or(0, |space| space.num_components());
    let spec = Spec::new(info.width.into(), info.height.into(), channels as u32, Depth::U8)
        .map_err(|error| failure(&bytes, &error))?;
    if spec.width * spec.height / LARGEST_RATIO > bytes.len() {
        let Spec { width, height, .. } = spec;
        let message =
            format!("{width} x {height} pixels cannot be stored in {} bytes", bytes.len());
        return Err(failure(&bytes, &message));
    }
    let metadata =
        Metadata { compression: "jpeg", ..Metadata::single(Format::Jpeg, &bytes, &spec) };
    // Progressive images are 16-bit coefficients until all scans are read, and blocks are rounded up.
    let scratch = FIXED + 3 * spec.bytes() + 64 * spec.row_bytes();
    Ok(Opened::new(bytes, Whole::new(spec, metadata, scratch, File)))
}

struct File;

impl Decode for File {
    fn decode(&self, bytes: &Bytes, out: &mut [u8]) -> Result<(), Error> {
        decoder(bytes)?.decode_into(out).map_err(|error| failed(bytes, &error))
    }
}

/// A decoder that has read everything before the pixels.
fn decoder(bytes: &Bytes) -> Result<JpegDecoder<Stream>, Error> {
    let options = DecoderOptions::default()
        .set_max_width(MAX_SIDE)
        .set_max_height(MAX_SIDE)
        .set_strict_mode(true);
    let mut decoder = JpegDecoder::new_with_options(Stream::new(bytes), options);
    decoder.decode_headers().map_err(|error| failed(bytes, &error))?;
    let stored = decoder.input_colorspace().ok_or_else(|| failure(bytes, &"no image"))?;
    let read = match stored {
        ColorSpace::Luma => ColorSpace::Luma,
        ColorSpace::YCbCr | ColorSpace::RGB => ColorSpace::RGB,
        other => {
            let file = bytes.path().map_or(String::new(), |path| format!("{}: ", path.display()));
            return Err(Error::Unsupported(format!(
                "{file}JPEG files in {other:?} cannot be read, only grey and colour"
            )));
        }
    };
    decoder.set_options(options.jpeg_set_out_colorspace(read));
    Ok(decoder)
}

fn failed(bytes: &Bytes, error: &DecodeErrors) -> Error {
    match error {
        DecodeErrors::Unsupported(scheme) => {
            Error::Unsupported(format!("JPEG files of this kind cannot be read: {scheme:?}"))
        }
        error => failure(bytes, error),
    }
}

fn failure(bytes: &Bytes, reason: &dyn std::fmt::Display) -> Error {
    Error::corrupt(bytes.path(), format!("JPEG: {reason}"))
}
