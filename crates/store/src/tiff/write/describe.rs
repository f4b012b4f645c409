//! The tags that describe the image: what [`Tags`] says, as TIFF says it.

use raster::Spec;

use super::{
    super::tag::{self, kind},
    field::Field,
    ome,
    options::{TiffOptions, TiffPyramid},
};
use crate::{
    Compression, Error, Geo, Place, Resolution, Tags, Unit,
    tags::{icc_fits, is_cmyk},
};

/// The tags of the image that describe it.
#[derive(Clone, Debug, Default)]
pub(super) struct Described {
    pub(super) fields: Vec<Field>,
    /// Whether the channels are inks.
    pub(super) is_cmyk: bool,
}

/// What `tags` say of an image that is to be written.
pub(super) fn describe(tags: &Tags, options: &TiffOptions) -> Result<Described, Error> {
    let is_cmyk = tags.icc.as_deref().is_some_and(is_cmyk);
    if let Some(icc) = &tags.icc {
        check_profile(icc, options)?;
    }
    let mut fields = Vec::new();
    let opaque = |tag, kind, bytes: &Option<Vec<u8>>| {
        bytes.as_ref().map(|bytes| Field::bytes_of(tag, kind, bytes.clone()))
    };
    fields.extend(opaque(tag::ICC_PROFILE, kind::UNDEFINED, &tags.icc));
    fields.extend(opaque(tag::XMP, kind::BYTE, &tags.xmp));
    fields
        .extend(description(tags, options).map(|text| Field::text(tag::IMAGE_DESCRIPTION, &text)));
    fields.extend(tags.resolution.iter().flat_map(resolution));
    fields.extend(origin(tags));
    if let Some(geo) = &tags.geo {
        geo_fields(geo, &mut fields)?;
    }
    Ok(Described { fields, is_cmyk })
}

fn check_profile(icc: &[u8], options: &TiffOptions) -> Result<(), Error> {
    let Spec { channels, .. } = options.spec;
    // Their pixels are colours of light.
    let is_light = matches!(options.compression, Compression::Webp { .. });
    if icc_fits(icc, channels) && !(is_light && is_cmyk(icc)) {
        return Ok(());
    }
    let space = String::from_utf8_lossy(icc.get(16..20).unwrap_or_default());
    Err(Error::InvalidArgument(format!(
        "expected an ICC profile for {channels} channels but received one for '{}'",
        space.trim_end()
    )))
}

/// OME-XML for readers of OME-TIFF, and where the image had some; otherwise the words of people.
fn description(tags: &Tags, options: &TiffOptions) -> Option<String> {
    if options.pyramid == Some(TiffPyramid::Ome) || tags.ome.is_some() {
        return Some(ome::description(&options.spec, tags));
    }
    tags.description.clone()
}

fn resolution(resolution: &Resolution) -> [Field; 3] {
    let unit = match resolution.unit {
        Unit::None => 1,
        Unit::Inch => 2,
        Unit::Centimetre => 3,
    };
    [
        Field::fraction(tag::X_RESOLUTION, fraction(resolution.x)),
        Field::fraction(tag::Y_RESOLUTION, fraction(resolution.y)),
        Field::shorts(tag::RESOLUTION_UNIT, &[unit]),
    ]
}

/// The simplest fraction that is a number above 0, or the nearest to it that has 32 bits.
fn fraction(number: f64) -> [u32; 2] {
    const LIMIT: f64 = u32::MAX as f64;
    let (mut before, mut last) = ([0.0, 1.0], [1.0, 0.0]);
    let mut rest = number.min(LIMIT);
    loop {
        let whole = rest.floor();
        let next = [0, 1].map(|at| whole * last[at] + before[at]);
        if next.iter().any(|&part| part > LIMIT) {
            break;
        }
        (before, last) = (last, next);
        if last[0] / last[1] == number || rest == whole {
            break;
        }
        rest = (rest - whole).recip();
    }
    // The number is not 0, and so the fraction is not either.
    if last[0] == 0.0 { [1, u32::MAX] } else { last.map(|part| part as u32) }
}

fn origin(tags: &Tags) -> impl Iterator<Item = Field> {
    let origin = &tags.origin;
    let texts = [
        (tag::MAKE, &origin.make),
        (tag::MODEL, &origin.model),
        (tag::DATE_TIME, &origin.date),
        (tag::ARTIST, &origin.artist),
        (tag::COPYRIGHT, &origin.copyright),
    ];
    texts.into_iter().filter_map(|(tag, text)| Some(Field::text(tag, text.as_deref()?)))
}

fn geo_fields(geo: &Geo, fields: &mut Vec<Field>) -> Result<(), Error> {
    match &geo.place {
        Some(Place::Scale { scale, tiepoint }) => {
            fields.push(Field::doubles(tag::MODEL_PIXEL_SCALE, scale));
            fields.push(Field::doubles(tag::MODEL_TIEPOINT, tiepoint));
        }
        Some(Place::Points(points)) => {
            fields.push(Field::doubles(tag::MODEL_TIEPOINT, points.as_flattened()));
        }
        Some(Place::Matrix(matrix)) => {
            fields.push(Field::doubles(tag::MODEL_TRANSFORMATION, matrix));
        }
        None => {}
    }
    if !geo.keys.list.is_empty() {
        let (directory, numbers, texts) = geo.keys.directory().ok_or_else(|| {
            let message = "the keys of the coordinates are too many, or too long, for TIFF";
            Error::InvalidArgument(message.to_owned())
        })?;
        fields.push(Field::shorts(tag::GEO_KEY_DIRECTORY, &directory));
        if !numbers.is_empty() {
            fields.push(Field::doubles(tag::GEO_DOUBLE_PARAMS, &numbers));
        }
        if !texts.is_empty() {
            fields.push(Field::text(tag::GEO_ASCII_PARAMS, &texts));
        }
    }
    let texts = [(tag::GDAL_NODATA, &geo.nodata), (tag::GDAL_METADATA, &geo.metadata)];
    let texts = texts.into_iter();
    fields.extend(texts.filter_map(|(tag, text)| Some(Field::text(tag, text.as_deref()?))));
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value([above, below]: [u32; 2]) -> f64 {
        f64::from(above) / f64::from(below)
    }

    proptest! {
        #[test]
        fn small_fractions_are_found_again(above in 1u32..1 << 20, below in 1u32..1 << 20) {
            let number = value([above, below]);
            prop_assert_eq!(value(fraction(number)), number);
        }

        #[test]
        fn other_numbers_are_near(exponent in -20f64..20.0) {
            let number = exponent.exp();
            let error = (value(fraction(number)) / number - 1.0).abs();
            prop_assert!(error < 1e-8, "{number} is off by {error}");
        }
    }

    #[test]
    fn what_is_simple_stays_simple() {
        assert_eq!(fraction(300.0), [300, 1]);
        assert_eq!(fraction(0.1), [1, 10]);
        assert_eq!(fraction(1e300), [u32::MAX, 1]);
        assert_eq!(fraction(1e-300), [1, u32::MAX]);
    }
}
