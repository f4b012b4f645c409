//! Reading PNG files with the `png` crate.
//!
//! Grey of fewer than 8 bits fills the range of uint8, palettes become colours, and transparent colours
//! an alpha channel. Samples are not corrected for gamma.

use png::{BitDepth, ColorType, Decoder, DecodingError, Limits, Reader, Transformations};
use raster::{Depth, Spec};

use crate::{
    ByteOrder, Bytes, Error, Format, Metadata,
    reader::Opened,
    sequential::{Rows, Sequential, Start},
    stream::Stream,
    whole::{Decode, Whole},
};

/// Bytes that one byte of Deflate can become at most.
const LARGEST_RATIO: u128 = 1032;
/// Bytes that a decoder needs beside rows.
const FIXED: u64 = 1 << 20;

pub(crate) fn opened(bytes: Bytes) -> Result<Opened, Error> {
    let reader = reader(&bytes, FIXED)?;
    let info = reader.info();
    let (width, height) = (info.width.into(), info.height.into());
    let depth = match reader.output_color_type().1 {
        BitDepth::Sixteen => Depth::U16,
        _ => Depth::U8,
    };
    let channels = reader.output_color_type().0.samples() as u32;
    let spec = Spec::new(width, height, channels, depth)
        .map_err(|error| Error::corrupt(bytes.path(), error.to_string()))?;
    let stored = width * (info.color_type.samples() as u64) * (info.bit_depth as u64);
    let stored = u128::from(stored.div_ceil(8)) * u128::from(height);
    if stored > u128::from(bytes.len()) * LARGEST_RATIO {
        let message =
            format!("{width} x {height} pixels cannot be stored in {} bytes", bytes.len());
        return Err(Error::corrupt(bytes.path(), message));
    }
    let metadata = Metadata {
        byte_order: ByteOrder::Big,
        compression: "deflate",
        ..Metadata::single(Format::Png, &bytes, &spec)
    };
    // The last rows as stored and as filtered, and one that is converted.
    let scratch = FIXED + 8 * spec.row_bytes();
    let file = File { scratch, spec };
    Ok(if info.interlaced {
        Opened::new(bytes, Whole::new(spec, metadata, scratch, file))
    } else {
        Opened::new(bytes, Sequential::new(spec, metadata, scratch, file))
    })
}

/// A decoder that has read everything before the pixels.
fn reader(bytes: &Bytes, most: u64) -> Result<Reader<Stream>, Error> {
    let limits = Limits { bytes: usize::try_from(most).unwrap_or(usize::MAX) };
    let mut decoder = Decoder::new_with_limits(Stream::new(bytes), limits);
    decoder.set_transformations(Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.read_info().map_err(|error| failure(bytes, &error))
}

fn failure(bytes: &Bytes, error: &DecodingError) -> Error {
    match error {
        DecodingError::IoError(error) if error.raw_os_error().is_some() => {
            let path = bytes.path().unwrap_or(std::path::Path::new(""));
            let source = std::io::Error::from_raw_os_error(error.raw_os_error().unwrap_or(0));
            Error::from_io(source, "pread", path)
        }
        DecodingError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Error::corrupt(bytes.path(), "PNG: the file ends before its image")
        }
        error => Error::corrupt(bytes.path(), format!("PNG: {error}")),
    }
}

/// How a file is decoded.
struct File {
    scratch: u64,
    spec: Spec,
}

impl Start for File {
    type Rows = PngRows;

    fn start(&self, bytes: &Bytes) -> Result<PngRows, Error> {
        let reader = reader(bytes, self.scratch)?;
        Ok(PngRows { bytes: bytes.clone(), reader, left: self.spec.height })
    }
}

/// The rows of a file.
struct PngRows {
    bytes: Bytes,
    reader: Reader<Stream>,
    left: u64,
}

impl Rows for PngRows {
    fn next(&mut self, row: &mut [u8]) -> Result<(), Error> {
        let failed = |error| failure(&self.bytes, &error);
        if self.reader.read_row(row).map_err(failed)?.is_none() {
            return Err(Error::corrupt(self.bytes.path(), "PNG: rows are missing"));
        }
        order(self.reader.output_color_type(), row);
        self.left -= 1;
        if self.left == 0 {
            self.reader.finish().map_err(failed)?;
        }
        Ok(())
    }
}

impl Decode for File {
    fn decode(&self, bytes: &Bytes, out: &mut [u8]) -> Result<(), Error> {
        let mut reader = reader(bytes, self.scratch)?;
        let failed = |error| failure(bytes, &error);
        reader.next_frame(out).map_err(failed)?;
        order(reader.output_color_type(), out);
        reader.finish().map_err(failed)
    }
}

/// Brings samples into this machine's byte order.
fn order((_, depth): (ColorType, BitDepth), samples: &mut [u8]) {
    if depth == BitDepth::Sixteen && ByteOrder::NATIVE == ByteOrder::Little {
        samples.as_chunks_mut::<2>().0.iter_mut().for_each(|sample| sample.reverse());
    }
}
