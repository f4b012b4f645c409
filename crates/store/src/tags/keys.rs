//! The keys of `GeoTIFF`: which coordinates an image is in.

/// What kind of coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// On a plane.
    Projected,
    /// Longitude and latitude.
    Geographic,
    /// From the centre of the earth.
    Geocentric,
}

/// The keys, in ascending order, each once.
#[derive(Clone, Debug, PartialEq)]
pub struct Keys {
    /// The version of the directory, and the revision of the keys with its minor part.
    pub version: [u16; 3],
    /// Numbers and values.
    pub list: Vec<(u16, KeyValue)>,
}

/// The value of a key.
#[derive(Clone, Debug, PartialEq)]
pub enum KeyValue {
    /// Codes, mostly one.
    Shorts(Vec<u16>),
    /// Numbers.
    Doubles(Vec<f64>),
    /// A text, without the bar at its end.
    Text(String),
}

const MODEL: u16 = 1024;
const RASTER: u16 = 1025;
const GEODETIC: u16 = 2048;
const PROJECTED: u16 = 3072;
/// Where values in other places are found.
pub(crate) const DIRECTORY: u16 = 34_735;
pub(crate) const DOUBLES: u16 = 34_736;
pub(crate) const TEXTS: u16 = 34_737;
const PIXEL_IS_AREA: u16 = 1;
const PIXEL_IS_POINT: u16 = 2;
const USER_DEFINED: u16 = 32_767;

impl Default for Keys {
    fn default() -> Self {
        Self { version: [1, 1, 0], list: Vec::new() }
    }
}

impl Model {
    const fn code(self) -> u16 {
        match self {
            Self::Projected => 1,
            Self::Geographic => 2,
            Self::Geocentric => 3,
        }
    }

    /// The key whose value names the coordinates.
    const fn key(self) -> u16 {
        match self {
            Self::Projected => PROJECTED,
            Self::Geographic | Self::Geocentric => GEODETIC,
        }
    }
}

impl Keys {
    /// The keys of coordinates that EPSG has a number for.
    pub fn of_epsg(model: Model, code: u16) -> Self {
        let list = [(MODEL, model.code()), (RASTER, PIXEL_IS_AREA), (model.key(), code)];
        let list = list.map(|(key, value)| (key, KeyValue::Shorts(vec![value])));
        Self { list: list.into(), ..Self::default() }
    }

    /// The kind of coordinates.
    pub fn model(&self) -> Option<Model> {
        let all = [Model::Projected, Model::Geographic, Model::Geocentric];
        let code = self.code(MODEL)?;
        all.into_iter().find(|model| model.code() == code)
    }

    /// EPSG's number of the coordinates.
    pub fn epsg(&self) -> Option<u16> {
        let code = self.code(self.model()?.key())?;
        (code != 0 && code != USER_DEFINED).then_some(code)
    }

    /// Whether places are counted from centres of pixels rather than corners.
    pub fn is_point(&self) -> bool {
        self.code(RASTER) == Some(PIXEL_IS_POINT)
    }

    fn code(&self, key: u16) -> Option<u16> {
        let (_, value) = self.list.iter().find(|(number, _)| *number == key)?;
        match value {
            KeyValue::Shorts(codes) => codes.first().copied(),
            _ => None,
        }
    }

    /// The keys of a directory. One whose value is not there is left out.
    pub(crate) fn parse(directory: &[u16], doubles: &[f64], texts: &str) -> Option<Self> {
        let [version, revision, minor, count, rest @ ..] = directory else { return None };
        let entries = rest.as_chunks::<4>().0.iter().take(usize::from(*count));
        let value = |&[key, place, count, value]: &[u16; 4]| {
            let range = usize::from(value)..usize::from(value) + usize::from(count);
            let value = match place {
                0 if count == 1 => KeyValue::Shorts(vec![value]),
                DIRECTORY => KeyValue::Shorts(directory.get(range)?.to_vec()),
                DOUBLES => KeyValue::Doubles(doubles.get(range)?.to_vec()),
                TEXTS => {
                    let text = texts.get(range)?;
                    KeyValue::Text(text.strip_suffix('|').unwrap_or(text).to_owned())
                }
                _ => return None,
            };
            Some((key, value))
        };
        let mut list: Vec<_> = entries.filter_map(value).collect();
        list.sort_by_key(|(key, _)| *key);
        list.dedup_by_key(|(key, _)| *key);
        Some(Self { version: [*version, *revision, *minor], list })
    }

    /// The directory, and the numbers and texts that it points to; `None` if they are too many for it.
    pub(crate) fn directory(&self) -> Option<(Vec<u16>, Vec<f64>, String)> {
        let count = u16::try_from(self.list.len()).ok()?;
        let [version, revision, minor] = self.version;
        let mut directory = vec![version, revision, minor, count];
        let (mut numbers, mut texts, mut codes) = (Vec::new(), String::new(), Vec::new());
        let first = 4 + 4 * self.list.len();
        let short = |length: usize| u16::try_from(length).ok();
        for (key, value) in &self.list {
            let (place, count, value) = match value {
                KeyValue::Shorts(one) if one.len() == 1 => (0, 1, one[0]),
                KeyValue::Shorts(many) => {
                    codes.extend_from_slice(many);
                    (DIRECTORY, short(many.len())?, short(first + codes.len() - many.len())?)
                }
                KeyValue::Doubles(many) => {
                    numbers.extend_from_slice(many);
                    (DOUBLES, short(many.len())?, short(numbers.len() - many.len())?)
                }
                KeyValue::Text(text) => {
                    let start = short(texts.len())?;
                    texts.push_str(text);
                    texts.push('|');
                    (TEXTS, short(text.len() + 1)?, start)
                }
            };
            directory.extend([*key, place, count, value]);
        }
        directory.extend(codes);
        Some((directory, numbers, texts))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = KeyValue> {
        prop_oneof![
            prop::collection::vec(any::<u16>(), 1..4).prop_map(KeyValue::Shorts),
            prop::collection::vec(-1e9f64..1e9, 1..4).prop_map(KeyValue::Doubles),
            "[ -{}~µ]{0,20}".prop_map(KeyValue::Text),
        ]
    }

    proptest! {
        #[test]
        fn keys_are_read_back(
            version in any::<[u16; 3]>(),
            list in prop::collection::btree_map(any::<u16>(), value(), 0..12),
        ) {
            let keys = Keys { version, list: list.into_iter().collect() };
            let (directory, numbers, texts) = keys.directory().unwrap();
            prop_assert_eq!(Keys::parse(&directory, &numbers, &texts), Some(keys));
        }

        #[test]
        fn no_directory_is_too_broken(
            directory in prop::collection::vec(any::<u16>(), 0..40),
            numbers in prop::collection::vec(any::<f64>(), 0..4),
            texts in ".{0,20}",
        ) {
            let keys = Keys::parse(&directory, &numbers, &texts);
            prop_assert_eq!(keys.is_some(), directory.len() >= 4);
        }
    }

    #[test]
    fn coordinates_have_a_number() {
        for model in [Model::Projected, Model::Geographic, Model::Geocentric] {
            let keys = Keys::of_epsg(model, 4326);
            assert_eq!(
                (keys.model(), keys.epsg(), keys.is_point()),
                (Some(model), Some(4326), false)
            );
        }
        assert_eq!(Keys::of_epsg(Model::Projected, USER_DEFINED).epsg(), None);
        assert_eq!(Keys::default().epsg(), None);
    }
}
