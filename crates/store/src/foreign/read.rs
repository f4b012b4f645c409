//! Reading whole images with the `image` crate: BMP, GIF, ICO, TGA, QOI, Radiance HDR, `OpenEXR`, farbfeld
//! and DDS. Of a file of several images it is the one that the crate takes: the first frame of a GIF, the
//! largest icon.

use image::{ColorType, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use raster::{Depth, Spec};

use crate::{
    Bytes, Error, Format, Metadata,
    reader::Opened,
    stream::Stream,
    whole::{Decode, Whole},
};

/// Bytes that a decoder needs however small the image is.
const FIXED: u64 = 4 << 20;

/// A format and how it is read.
#[derive(Clone, Copy)]
pub(crate) struct Container {
    format: Format,
    name: &'static str,
    compression: &'static str,
    by: ImageFormat,
}

impl Container {
    const fn new(
        format: Format,
        name: &'static str,
        compression: &'static str,
        by: ImageFormat,
    ) -> Self {
        Self { format, name, compression, by }
    }

    pub(crate) const BMP: Self = Self::new(Format::Bmp, "BMP", "none", ImageFormat::Bmp);
    pub(crate) const GIF: Self = Self::new(Format::Gif, "GIF", "lzw", ImageFormat::Gif);
    pub(crate) const ICO: Self = Self::new(Format::Ico, "ICO", "none", ImageFormat::Ico);
    pub(crate) const TGA: Self = Self::new(Format::Tga, "TGA", "none", ImageFormat::Tga);
    pub(crate) const QOI: Self = Self::new(Format::Qoi, "QOI", "qoi", ImageFormat::Qoi);
    pub(crate) const RADIANCE: Self =
        Self::new(Format::Radiance, "Radiance", "rle", ImageFormat::Hdr);
    pub(crate) const OPEN_EXR: Self =
        Self::new(Format::OpenExr, "OpenEXR", "openexr", ImageFormat::OpenExr);
    pub(crate) const FARBFELD: Self =
        Self::new(Format::Farbfeld, "farbfeld", "none", ImageFormat::Farbfeld);
    pub(crate) const DDS: Self = Self::new(Format::Dds, "DDS", "dxt", ImageFormat::Dds);
}

pub(crate) fn opened(bytes: Bytes, container: Container) -> Result<Opened, Error> {
    let (width, height, color) = {
        let decoder = decoder(&bytes, container, FIXED)?;
        let (width, height) = decoder.dimensions();
        (width, height, decoder.color_type())
    };
    let (channels, depth) = shape(color).ok_or_else(|| {
        Error::Unsupported(format!("{} files in {color:?} cannot be read", container.name))
    })?;
    let spec = Spec::new(width.into(), height.into(), channels, depth)
        .map_err(|error| Error::corrupt(bytes.path(), format!("{}: {error}", container.name)))?;
    let metadata = Metadata {
        compression: container.compression,
        ..Metadata::single(container.format, &bytes, &spec)
    };
    // Some decode into memory of their own, and some hold what is stored.
    let scratch = FIXED + 2 * spec.bytes() + bytes.len();
    let file = File { container, spec, scratch };
    Ok(Opened::new(bytes, Whole::new(spec, metadata, scratch, file)))
}

/// Channels of a colour type, and the depth of each.
fn shape(color: ColorType) -> Option<(u32, Depth)> {
    let depth = match color {
        ColorType::L8 | ColorType::La8 | ColorType::Rgb8 | ColorType::Rgba8 => Depth::U8,
        ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16 => Depth::U16,
        ColorType::Rgb32F | ColorType::Rgba32F => Depth::F32,
        _ => return None,
    };
    Some((color.channel_count().into(), depth))
}

struct File {
    container: Container,
    spec: Spec,
    scratch: u64,
}

impl Decode for File {
    fn decode(&self, bytes: &Bytes, out: &mut [u8]) -> Result<(), Error> {
        let decoder = decoder(bytes, self.container, self.spec.bytes() + self.scratch)?;
        if decoder.total_bytes() != out.len() as u64 {
            let message = format!("{}: the image has become another", self.container.name);
            return Err(Error::corrupt(bytes.path(), message));
        }
        decoder.read_image(out).map_err(|error| failure(bytes, self.container, &error))
    }
}

/// A decoder that has read the header and may use `most` bytes.
fn decoder(
    bytes: &Bytes,
    container: Container,
    most: u64,
) -> Result<impl ImageDecoder + use<>, Error> {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(most);
    let mut reader = ImageReader::with_format(Stream::new(bytes), container.by);
    reader.limits(limits);
    reader.into_decoder().map_err(|error| failure(bytes, container, &error))
}

fn failure(bytes: &Bytes, container: Container, error: &ImageError) -> Error {
    match error {
        ImageError::Unsupported(_) => {
            let file = bytes.path().map_or(String::new(), |path| format!("{}: ", path.display()));
            Error::Unsupported(format!("{file}{error}"))
        }
        error => Error::corrupt(bytes.path(), format!("{}: {error}", container.name)),
    }
}
