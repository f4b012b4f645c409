//! Telling formats apart by their first bytes.

use std::{path::Path, sync::Arc};

use crate::{Access, Bytes, Error, Source, reader::Opened, tiff};

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

/// Opens an image file: TIFF or `BigTIFF`. Only headers are read.
///
/// # Errors
/// [`Error::Unsupported`] if the file is of another format, or of a kind of TIFF that is not read
/// yet; [`Error::Corrupt`] if it breaks the rules of its format; [`Error::Io`] if it cannot be read.
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
    match recognise(&head) {
        Some("TIFF") => {
            let image = tiff::TiffImage::read(&bytes, selection)?;
            Ok(Opened::new(bytes, image))
        }
        other => {
            let name = other.map_or("this format".to_owned(), |name| format!("{name} files"));
            let file = bytes.path().map_or(String::new(), |path| format!("{}: ", path.display()));
            Err(Error::Unsupported(format!(
                "{file}{name} cannot be read yet; supported are TIFF and BigTIFF, and bare \
                 pixels whose layout is given"
            )))
        }
    }
}

/// The name of the format that starts with these bytes.
fn recognise(head: &[u8; MAGIC]) -> Option<&'static str> {
    const MAGICS: &[(&[u8], &str)] = &[
        (b"II*\0", "TIFF"),
        (b"MM\0*", "TIFF"),
        (b"II+\0", "TIFF"),
        (b"MM\0+", "TIFF"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xff\xd8\xff", "JPEG"),
        (b"GIF8", "GIF"),
        (b"BM", "BMP"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"\xff\x4f\xff\x51", "JPEG 2000"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
        (b"\xff\x0a", "JPEG XL"),
        (b"8BPS", "Photoshop"),
        (b"v/1\x01", "OpenEXR"),
        (b"\x89HDF\r\n\x1a\n", "HDF5"),
        (b"SIMPLE  =", "FITS"),
        (b"%PDF-", "PDF"),
        (b"#?RADIANCE", "Radiance"),
        (b"qoif", "QOI"),
        (b"\x1f\x8b", "gzip"),
        (b"PK\x03\x04", "ZIP"),
    ];
    if let Some((_, name)) = MAGICS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(name);
    }
    match head {
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("WebP"),
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => match &brand[..4] {
            b"avif" | b"avis" => Some("AVIF"),
            _ => Some("HEIF"),
        },
        [b'P', b'1'..=b'7', b' ' | b'\n' | b'\r' | b'\t', ..] => Some("PNM"),
        _ => None,
    }
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
            (&b"\x89PNG\r\n\x1a\n"[..], "PNG"),
            (b"\xff\xd8\xff\xe0", "JPEG"),
            (b"RIFF\0\0\0\0WEBPVP8 ", "WebP"),
            (b"\0\0\0\x20ftypavif", "AVIF"),
            (b"P6\n1 1\n255\n", "PNM"),
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
