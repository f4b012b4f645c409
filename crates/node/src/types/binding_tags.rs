use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;
use store::{Origin, Resolution, Tags, Unit};

use super::BindingGeo;
use crate::error::BindingError;

/// What describes an image. Of what is to be written, `ome`, the size of pixels and the software are not
/// looked at.
#[napi(object)]
pub struct BindingTags {
    pub icc: Option<Uint8Array>,
    pub xmp: Option<Uint8Array>,
    pub description: Option<String>,
    pub resolution: Option<BindingResolution>,
    pub ome: Option<String>,
    /// Micrometres.
    pub pixel_width: Option<f64>,
    /// Micrometres.
    pub pixel_height: Option<f64>,
    pub geo: Option<BindingGeo>,
    pub make: Option<String>,
    pub model: Option<String>,
    pub software: Option<String>,
    pub date: Option<String>,
    pub artist: Option<String>,
    pub copyright: Option<String>,
}

/// Pixels for a length: `none`, `inch` or `cm`.
#[napi(object)]
pub struct BindingResolution {
    pub x: f64,
    pub y: f64,
    pub unit: String,
}

/// What describes an image, or why that is not known.
#[napi(object, object_from_js = false)]
pub struct BindingDescribed {
    pub tags: Option<BindingTags>,
    pub error: Option<BindingError>,
}

impl BindingDescribed {
    pub(crate) fn lost() -> Self {
        Self { tags: None, error: Some(BindingError::internal("the file was not read")) }
    }
}

impl From<Result<Tags, store::Error>> for BindingDescribed {
    fn from(result: Result<Tags, store::Error>) -> Self {
        match result {
            Ok(tags) => Self { tags: Some(tags.into()), error: None },
            Err(error) => Self { tags: None, error: Some(error.into()) },
        }
    }
}

impl From<Tags> for BindingTags {
    fn from(tags: Tags) -> Self {
        let Tags { icc, xmp, description, resolution, ome, geo, origin } = tags;
        let size = ome.as_ref().and_then(|ome| ome.pixel_size);
        Self {
            icc: icc.map(Uint8Array::from),
            xmp: xmp.map(Uint8Array::from),
            description,
            resolution: resolution.map(BindingResolution::from),
            pixel_width: size.map(|size| size.x),
            pixel_height: size.map(|size| size.y),
            ome: ome.map(|ome| ome.xml),
            geo: geo.map(BindingGeo::from),
            make: origin.make,
            model: origin.model,
            software: origin.software,
            date: origin.date,
            artist: origin.artist,
            copyright: origin.copyright,
        }
    }
}

impl From<Resolution> for BindingResolution {
    fn from(resolution: Resolution) -> Self {
        let unit = match resolution.unit {
            Unit::None => "none",
            Unit::Inch => "inch",
            Unit::Centimetre => "cm",
        };
        Self { x: resolution.x, y: resolution.y, unit: unit.to_owned() }
    }
}

impl BindingResolution {
    fn convert(&self) -> Resolution {
        let unit = match self.unit.as_str() {
            "inch" => Unit::Inch,
            "cm" => Unit::Centimetre,
            _ => Unit::None,
        };
        Resolution { x: self.x, y: self.y, unit }
    }
}

impl BindingTags {
    pub(crate) fn convert(&self) -> Tags {
        Tags {
            icc: self.icc.as_ref().map(|icc| icc.to_vec()),
            xmp: self.xmp.as_ref().map(|xmp| xmp.to_vec()),
            description: self.description.clone(),
            resolution: self.resolution.as_ref().map(BindingResolution::convert),
            ome: None,
            geo: self.geo.as_ref().map(BindingGeo::convert),
            origin: Origin {
                make: self.make.clone(),
                model: self.model.clone(),
                software: None,
                date: self.date.clone(),
                artist: self.artist.clone(),
                copyright: self.copyright.clone(),
            },
        }
    }
}
