use napi_derive::napi;
use raster::Affine;
use store::{Geo, KeyValue, Keys, Model, Place};

/// Where on earth an image is.
#[napi(object)]
pub struct BindingGeo {
    /// Of corners of pixels: `x = a * column + b * row + c`, then `d`, `e` and `f` for `y`.
    pub transform: Option<Vec<f64>>,
    pub pixel_scale: Option<Vec<f64>>,
    /// Six numbers each.
    pub tiepoints: Option<Vec<Vec<f64>>>,
    /// `projected`, `geographic` or `geocentric`.
    pub model: Option<String>,
    pub epsg: Option<u32>,
    pub keys: Option<Vec<BindingGeoKey>>,
    pub nodata: Option<String>,
    pub metadata: Option<String>,
}

/// A key of GeoTIFF, and the one value that it has.
#[napi(object)]
pub struct BindingGeoKey {
    pub key: u32,
    pub code: Option<u32>,
    pub numbers: Option<Vec<f64>>,
    pub text: Option<String>,
}

impl From<Geo> for BindingGeo {
    fn from(geo: Geo) -> Self {
        let transform = geo.transform().map(|Affine(numbers)| numbers.to_vec());
        let (pixel_scale, tiepoints) = match geo.place {
            Some(Place::Scale { scale, tiepoint }) => {
                (Some(scale.to_vec()), Some(vec![tiepoint.to_vec()]))
            }
            Some(Place::Points(points)) => {
                (None, Some(points.iter().map(|point| point.to_vec()).collect()))
            }
            Some(Place::Matrix(_)) | None => (None, None),
        };
        let model = geo.keys.model().map(|model| match model {
            Model::Projected => "projected".to_owned(),
            Model::Geographic => "geographic".to_owned(),
            Model::Geocentric => "geocentric".to_owned(),
        });
        Self {
            transform,
            pixel_scale,
            tiepoints,
            model,
            epsg: geo.keys.epsg().map(u32::from),
            keys: Some(geo.keys.list.into_iter().filter_map(key).collect()),
            nodata: geo.nodata,
            metadata: geo.metadata,
        }
    }
}

/// A key; several codes have no form here.
fn key((key, value): (u16, KeyValue)) -> Option<BindingGeoKey> {
    let none = BindingGeoKey { key: key.into(), code: None, numbers: None, text: None };
    Some(match value {
        KeyValue::Shorts(codes) if codes.len() == 1 => {
            BindingGeoKey { code: Some(codes[0].into()), ..none }
        }
        KeyValue::Shorts(_) => return None,
        KeyValue::Doubles(numbers) => BindingGeoKey { numbers: Some(numbers), ..none },
        KeyValue::Text(text) => BindingGeoKey { text: Some(text), ..none },
    })
}

impl BindingGeo {
    pub(crate) fn convert(&self) -> Geo {
        let place = self.place();
        let (nodata, metadata) = (self.nodata.clone(), self.metadata.clone());
        let mut geo = Geo { place, keys: self.keys(), nodata, metadata };
        if let Some(transform) = self.transform.as_deref().and_then(|list| list.try_into().ok()) {
            geo.place(&Affine(transform));
        }
        geo
    }

    fn place(&self) -> Option<Place> {
        let points: Vec<[f64; 6]> = self
            .tiepoints
            .iter()
            .flatten()
            .filter_map(|point| point.as_slice().try_into().ok())
            .collect();
        match (self.pixel_scale.as_deref().and_then(|list| list.try_into().ok()), points.first()) {
            (Some(scale), Some(&tiepoint)) => Some(Place::Scale { scale, tiepoint }),
            (_, Some(_)) => Some(Place::Points(points)),
            (_, None) => None,
        }
    }

    /// The keys, if they are those of the number, and otherwise that.
    fn keys(&self) -> Keys {
        let value = |key: &BindingGeoKey| match (key.code, &key.numbers, &key.text) {
            (Some(code), ..) => KeyValue::Shorts(vec![code as u16]),
            (_, Some(numbers), _) => KeyValue::Doubles(numbers.clone()),
            (.., text) => KeyValue::Text(text.clone().unwrap_or_default()),
        };
        let list = self.keys.iter().flatten().map(|key| (key.key as u16, value(key)));
        let mut keys = Keys { list: list.collect(), ..Keys::default() };
        keys.list.sort_by_key(|(key, _)| *key);
        // The façade has checked that the number fits.
        let epsg = self.epsg.map(|code| code as u16);
        let model = match self.model.as_deref() {
            Some("projected") => Model::Projected,
            Some("geographic") => Model::Geographic,
            Some("geocentric") => Model::Geocentric,
            _ => return keys,
        };
        match epsg {
            Some(code) if (keys.model(), keys.epsg()) != (Some(model), epsg) => {
                Keys::of_epsg(model, code)
            }
            _ => keys,
        }
    }
}
