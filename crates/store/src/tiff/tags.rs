//! What the tags say that describes the image. A value that makes no sense is left out: nothing is read
//! differently for it.

use super::{
    directory::{Directory, Value},
    header::Container,
    tag,
};
use crate::{Error, Geo, Keys, Ome, Place, Resolution, Tags, Unit, tags::Origin};

/// Reads what describes the image.
pub(super) fn read(container: &Container<'_>, directory: &Directory) -> Result<Tags, Error> {
    let value = |tag| directory.value(container, tag);
    let text = |tag| Ok::<_, Error>(value(tag)?.and_then(Value::text));
    let numbers = |tag| Ok::<_, Error>(value(tag)?.and_then(Value::numbers));
    let bytes =
        |tag| Ok::<_, Error>(value(tag)?.map(|value| value.bytes).filter(|b| !b.is_empty()));
    let description = text(tag::IMAGE_DESCRIPTION)?;
    let ome = description.as_deref().and_then(Ome::parse);
    let nodata = text(tag::GDAL_NODATA)?;
    let metadata = text(tag::GDAL_METADATA)?;
    let place = place(
        numbers(tag::MODEL_PIXEL_SCALE)?,
        numbers(tag::MODEL_TIEPOINT)?,
        numbers(tag::MODEL_TRANSFORMATION)?,
    );
    let keys = keys(
        numbers(tag::GEO_KEY_DIRECTORY)?,
        numbers(tag::GEO_DOUBLE_PARAMS)?,
        text(tag::GEO_ASCII_PARAMS)?,
    );
    let is_placed = place.is_some() || keys.is_some() || nodata.is_some() || metadata.is_some();
    let geo = Geo { place, keys: keys.unwrap_or_default(), nodata, metadata };
    Ok(Tags {
        icc: bytes(tag::ICC_PROFILE)?,
        xmp: bytes(tag::XMP)?,
        description: description.filter(|_| ome.is_none()),
        resolution: resolution(
            numbers(tag::X_RESOLUTION)?,
            numbers(tag::Y_RESOLUTION)?,
            numbers(tag::RESOLUTION_UNIT)?,
        ),
        ome,
        geo: is_placed.then_some(geo),
        origin: Origin {
            make: text(tag::MAKE)?,
            model: text(tag::MODEL)?,
            software: text(tag::SOFTWARE)?,
            date: text(tag::DATE_TIME)?,
            artist: text(tag::ARTIST)?,
            copyright: text(tag::COPYRIGHT)?,
        },
    })
}

type Numbers = Option<Vec<f64>>;

fn resolution(x: Numbers, y: Numbers, unit: Numbers) -> Option<Resolution> {
    let first = |numbers: Numbers| numbers?.first().copied();
    let side = |numbers| first(numbers).filter(|side| side.is_finite() && *side > 0.0);
    let unit = match first(unit) {
        Some(1.0) => Unit::None,
        Some(3.0) => Unit::Centimetre,
        _ => Unit::Inch,
    };
    Some(Resolution { x: side(x)?, y: side(y)?, unit })
}

/// Of several the one that GDAL takes.
fn place(scale: Numbers, points: Numbers, matrix: Numbers) -> Option<Place> {
    let finite = |numbers: Numbers| numbers.filter(|list| list.iter().all(|n| n.is_finite()));
    let points: Vec<[f64; 6]> = finite(points).unwrap_or_default().as_chunks().0.to_vec();
    let scale =
        finite(scale).filter(|scale| scale.len() >= 2 && scale[0] != 0.0 && scale[1] != 0.0);
    if let (Some(scale), Some(&tiepoint)) = (scale, points.first()) {
        let level = scale.get(2).copied().unwrap_or(0.0);
        return Some(Place::Scale { scale: [scale[0], scale[1], level], tiepoint });
    }
    match finite(matrix).and_then(|matrix| matrix.try_into().ok()) {
        Some(matrix) => Some(Place::Matrix(matrix)),
        None => (!points.is_empty()).then_some(Place::Points(points)),
    }
}

fn keys(directory: Numbers, doubles: Numbers, texts: Option<String>) -> Option<Keys> {
    let directory: Vec<u16> = directory?.into_iter().map(|code| code as u16).collect();
    Keys::parse(&directory, &doubles.unwrap_or_default(), &texts.unwrap_or_default())
}

impl Value {
    /// The first of the texts, of which writers mean but one; what is not UTF-8 is taken for Latin-1.
    fn text(self) -> Option<String> {
        if self.kind != tag::kind::ASCII && self.kind != tag::kind::BYTE {
            return None;
        }
        let mut bytes = self.bytes;
        let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
        bytes.truncate(end);
        let text = String::from_utf8(bytes)
            .unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect());
        (!text.is_empty()).then_some(text)
    }

    /// The values as numbers; `None` if they are none.
    fn numbers(self) -> Option<Vec<f64>> {
        macro_rules! all {
            ($($kind:literal $type:ty)*) => {
                match self.kind {
                    $($kind => Some(self.parts(|bytes| <$type>::from_ne_bytes(bytes) as f64)),)*
                    5 => Some(self.pairs(|bytes| u32::from_ne_bytes(bytes).into())),
                    10 => Some(self.pairs(|bytes| i32::from_ne_bytes(bytes).into())),
                    _ => None,
                }
            };
        }
        all!(1 u8 3 u16 4 u32 6 i8 8 i16 9 i32 11 f32 12 f64 16 u64 17 i64)
    }

    fn parts<const N: usize>(&self, number: impl Fn([u8; N]) -> f64) -> Vec<f64> {
        self.bytes.as_chunks().0.iter().map(|&bytes| number(bytes)).collect()
    }

    fn pairs(&self, number: impl Fn([u8; 4]) -> f64) -> Vec<f64> {
        let numbers = self.parts(number);
        numbers.as_chunks().0.iter().map(|[above, below]| above / below).collect()
    }
}
