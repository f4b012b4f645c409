//! What describes an image beside its pixels, whatever container says so.
//!
//! `profile`, `resolution`, `ome` (with `xml`) and `geo` (with `keys`) are what each part means, and what
//! becomes of it when pixels move. Containers turn what they store into [`Tags`] and back.

mod geo;
mod keys;
mod ome;
mod profile;
mod resolution;
mod xml;

use raster::Affine;

pub use geo::{Geo, Place};
pub use keys::{KeyValue, Keys, Model};
pub use ome::{Ome, PixelSize};
pub use profile::fits as icc_fits;
pub use resolution::{Resolution, Unit};

pub(crate) use profile::is_cmyk;
pub(crate) use xml::escaped;

/// What describes an image beside its pixels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tags {
    /// An ICC profile: what colours samples are.
    pub icc: Option<Vec<u8>>,
    /// XMP, in XML.
    pub xmp: Option<Vec<u8>>,
    /// What people say of the image.
    pub description: Option<String>,
    /// Pixels for a length.
    pub resolution: Option<Resolution>,
    /// What OME-XML says.
    pub ome: Option<Ome>,
    /// Where on earth the image is.
    pub geo: Option<Geo>,
    /// Where the image is from.
    pub origin: Origin,
}

/// Where an image is from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Who made the camera or scanner.
    pub make: Option<String>,
    /// Its model.
    pub model: Option<String>,
    /// The program that wrote the file.
    pub software: Option<String>,
    /// When; in TIFF as `YYYY:MM:DD HH:MM:SS`.
    pub date: Option<String>,
    /// Who took the picture.
    pub artist: Option<String>,
    /// Whose it is.
    pub copyright: Option<String>,
}

impl Tags {
    /// What is so of an image whose places are these in the image that this describes. What says where
    /// pixels are is gone where it cannot be said of the other.
    #[must_use]
    pub fn moved(self, affine: &Affine) -> Self {
        Self {
            resolution: self.resolution.and_then(|resolution| resolution.moved(affine)),
            ome: self.ome.map(|ome| ome.moved(affine)),
            geo: self.geo.and_then(|geo| geo.moved(affine)),
            ..self
        }
    }

    /// These, but what `other` has instead. A resolution replaces what OME-XML says of the size of pixels.
    #[must_use]
    pub fn replaced(self, other: Self) -> Self {
        let is_sized = other.resolution.is_some();
        let own =
            self.ome.map(|ome| Ome { pixel_size: ome.pixel_size.filter(|_| !is_sized), ..ome });
        Self {
            icc: other.icc.or(self.icc),
            xmp: other.xmp.or(self.xmp),
            description: other.description.or(self.description),
            resolution: other.resolution.or(self.resolution),
            ome: other.ome.or(own),
            geo: other.geo.or(self.geo),
            origin: self.origin.replaced(other.origin),
        }
    }
}

impl Origin {
    fn replaced(self, other: Self) -> Self {
        Self {
            make: other.make.or(self.make),
            model: other.model.or(self.model),
            software: other.software.or(self.software),
            date: other.date.or(self.date),
            artist: other.artist.or(self.artist),
            copyright: other.copyright.or(self.copyright),
        }
    }
}
