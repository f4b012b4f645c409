//! Telling formats apart by their first bytes.

use std::{path::Path, sync::Arc};

use crate::{
    Access, Bytes, Error, Source,
    foreign::{self, Container},
    jpeg, npy, png, pnm,
    reader::Opened,
    tiff::TiffImage,
    webp,
};

/// Bytes that tell every format named here.
const MAGIC: usize = 16;

/// Which of a file's images to open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The page, from 0 on.
    pub page: u64,
    /// Its version: 0 is the page itself, others are smaller, the largest first.
    pub level: u64,
}

/// Opens an image file, of the format that its first bytes tell. Only headers are read.
///
/// # Errors
/// [`Error::Unsupported`] if the file is of a format, or of a kind of it, that is not read; [`Error::Corrupt`] if it breaks the rules of its format; [`Error::Io`] if it cannot be read.
pub fn open(path: impl AsRef<Path>, access: Access) -> Result<Arc<dyn Source>, Error> {
    open_selected(path, access, Selection::default())
}

/// Opens one of the images of a file.
///
/// # Errors
/// As [`open`], and [`Error::InvalidArgument`] if there is no such image.
pub fn open_selected(
    path: impl AsRef<Path>,
    access: Access,
    selection: Selection,
) -> Result<Arc<dyn Source>, Error> {
    open_bytes(Bytes::open(path, access)?, selection)
}

/// Opens one of the images of a file whose bytes are at hand.
///
/// # Errors
/// As [`open_selected`].
pub fn open_bytes(bytes: Bytes, selection: Selection) -> Result<Arc<dyn Source>, Error> {
    Ok(Arc::new(opened(bytes, selection)?))
}

pub(crate) fn opened(bytes: Bytes, selection: Selection) -> Result<Opened, Error> {
    if bytes.len() < 8 {
        let message = format!("{} bytes are too few for an image file", bytes.len());
        return Err(Error::corrupt(bytes.path(), message));
    }
    let mut head = [0; MAGIC];
    let known = MAGIC.min(bytes.len() as usize);
    bytes.read_at(0, &mut head[..known])?;
    match recognise(&head, &bytes) {
        Some(Known::Read(read)) => read(bytes, selection),
        other => {
            let name = match other {
                Some(Known::Named(name)) => format!("{name} files"),
                _ => "this format".to_owned(),
            };
            let file = bytes.path().map_or(String::new(), |path| format!("{}: ", path.display()));
            Err(Error::Unsupported(format!(
                "{file}{name} cannot be read; supported are {SUPPORTED}, and bare pixels whose layout \
                 is given"
            )))
        }
    }
}

/// What is read, for people.
const SUPPORTED: &str = "TIFF, BigTIFF, PNG, JPEG, WebP, PNM, PFM, NPY, BMP, GIF, ICO, TGA, QOI, \
                         Radiance HDR, OpenEXR, farbfeld and DDS";

/// Opens a file of a certain format.
type Read = fn(Bytes, Selection) -> Result<Opened, Error>;

/// A format that is recognised.
#[derive(Clone, Copy)]
enum Known {
    Read(Read),
    Named(&'static str),
}

fn tiff(bytes: Bytes, selection: Selection) -> Result<Opened, Error> {
    let image = TiffImage::read(&bytes, selection)?;
    Ok(Opened::new(bytes, image))
}

/// Checks that the one image of a file is asked for.
fn only(selection: Selection) -> Result<(), Error> {
    let Selection { page, level } = selection;
    let named = [("page", page), ("level", level)].into_iter().find(|(_, number)| *number > 0);
    named.map_or(Ok(()), |(name, number)| {
        let message = format!("expected a {name} below 1 but received {number}");
        Err(Error::InvalidArgument(message))
    })
}

/// Wraps what opens the one image of a file.
macro_rules! single {
    ($open:path $(, $container:expr)?) => {
        Known::Read(|bytes, selection| {
            only(selection)?;
            $open(bytes $(, $container)?)
        })
    };
}

const TIFF: Known = Known::Read(tiff);
const PNM: Known = single!(pnm::opened);
const TGA: Known = single!(foreign::opened, Container::TGA);

/// What files start with.
const MAGICS: &[(&[u8], Known)] = &[
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"II+\0", TIFF),
    (b"MM\0+", TIFF),
    (b"\x89PNG\r\n\x1a\n", single!(png::opened)),
    (b"\xff\xd8\xff", single!(jpeg::opened)),
    (b"\x93NUMPY", single!(npy::opened)),
    (b"GIF8", single!(foreign::opened, Container::GIF)),
    (b"BM", single!(foreign::opened, Container::BMP)),
    (b"\0\0\x01\0", single!(foreign::opened, Container::ICO)),
    (b"qoif", single!(foreign::opened, Container::QOI)),
    (b"#?RADIANCE", single!(foreign::opened, Container::RADIANCE)),
    (b"#?RGBE", single!(foreign::opened, Container::RADIANCE)),
    (b"v/1\x01", single!(foreign::opened, Container::OPEN_EXR)),
    (b"farbfeld", single!(foreign::opened, Container::FARBFELD)),
    (b"DDS ", single!(foreign::opened, Container::DDS)),
    (b"\0\0\0\x0cjP  \r\n\x87\n", Known::Named("JPEG 2000")),
    (b"\xff\x4f\xff\x51", Known::Named("JPEG 2000")),
    (b"\0\0\0\x0cJXL \r\n\x87\n", Known::Named("JPEG XL")),
    (b"\xff\x0a", Known::Named("JPEG XL")),
    (b"8BPS", Known::Named("Photoshop")),
    (b"\x89HDF\r\n\x1a\n", Known::Named("HDF5")),
    (b"SIMPLE  =", Known::Named("FITS")),
    (b"%PDF-", Known::Named("PDF")),
    (b"\x1f\x8b", Known::Named("gzip")),
    (b"PK\x03\x04", Known::Named("ZIP")),
];

/// The format that starts with these bytes.
fn recognise(head: &[u8; MAGIC], bytes: &Bytes) -> Option<Known> {
    if let Some((_, known)) = MAGICS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(*known);
    }
    match head {
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => {
            Some(single!(webp::opened))
        }
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => match &brand[..4] {
            b"avif" | b"avis" => Some(Known::Named("AVIF")),
            _ => Some(Known::Named("HEIF")),
        },
        [b'P', b'1'..=b'7' | b'F' | b'f', b' ' | b'\n' | b'\r' | b'\t' | b'#', ..] => Some(PNM),
        _ => is_tga(bytes).then_some(TGA),
    }
}

/// Whether a file is TGA, which starts with nothing of its own: newer ones end with a name, of others
/// the extension tells.
fn is_tga(bytes: &Bytes) -> bool {
    const END: &[u8; 18] = b"TRUEVISION-XFILE.\0";
    let mut end = [0; END.len()];
    let start = bytes.len().checked_sub(end.len() as u64);
    let is_newer = start.is_some_and(|start| bytes.read_at(start, &mut end).is_ok());
    let extension = bytes.path().and_then(Path::extension);
    is_newer && end == *END || extension.is_some_and(|name| name.eq_ignore_ascii_case("tga"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(head: &[u8]) -> Error {
        let mut file = head.to_vec();
        file.resize(head.len().max(8), b' ');
        open_bytes(Bytes::from_memory(Arc::new(file)), Selection::default()).err().unwrap()
    }

    #[test]
    fn other_formats_are_named() {
        for (head, name) in [
            (&b"\xff\x0a"[..], "JPEG XL"),
            (b"\0\0\0\x20ftypavif", "AVIF"),
            (b"\0\0\0\x20ftypheic", "HEIF"),
            (b"PK\x03\x04", "ZIP"),
            (b"whatever", "this format"),
        ] {
            let error = refusal(head);
            assert!(matches!(&error, Error::Unsupported(text) if text.contains(name)), "{error}");
            assert!(error.to_string().contains("BigTIFF"));
        }
    }

    #[test]
    fn a_file_without_a_header_is_corrupt() {
        for len in 0..8 {
            let bytes = Bytes::from_memory(Arc::new(b"II*\0\0\0\0\0"[..len].to_vec()));
            assert!(matches!(open_bytes(bytes, Selection::default()), Err(Error::Corrupt { .. })));
        }
    }
}
