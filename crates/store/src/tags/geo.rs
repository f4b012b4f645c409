//! Where on earth an image is, as `GeoTIFF` and GDAL say it.

use raster::Affine;

use super::keys::Keys;

/// Where on earth an image is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Geo {
    /// Where its pixels are in the coordinates that `keys` name.
    pub place: Option<Place>,
    /// Which coordinates.
    pub keys: Keys,
    /// The sample that stands for none, in GDAL's words.
    pub nodata: Option<String>,
    /// What GDAL says beside, in XML.
    pub metadata: Option<String>,
}

/// Where pixels are. Columns and rows are counted from corners of pixels or, if the keys say so, from
/// centres; all numbers are finite.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// By the size of a pixel, and the coordinates of one.
    Scale {
        /// Sides of a pixel, and the height of a level. Coordinates go up as rows go down.
        scale: [f64; 3],
        /// Column, row and level, and their coordinates.
        tiepoint: [f64; 6],
    },
    /// By some pixels whose coordinates are known.
    Points(Vec<[f64; 6]>),
    /// By a matrix, row by row, that is multiplied with column, row, level and 1.
    Matrix([f64; 16]),
}

const HALF: f64 = 0.5;

impl Geo {
    /// The coordinates of corners of pixels; `None` if they do not lie on a grid.
    pub fn transform(&self) -> Option<Affine> {
        let transform = self.place.as_ref()?.transform()?;
        Some(if self.keys.is_point() {
            transform.of(&Affine::translation(-HALF, -HALF))
        } else {
            transform
        })
    }

    /// Sets the coordinates of corners of pixels.
    pub fn place(&mut self, transform: &Affine) {
        let transform = if self.keys.is_point() {
            transform.of(&Affine::translation(HALF, HALF))
        } else {
            *transform
        };
        self.place = Some(Place::of(&transform, 0.0, [0.0; 2]));
    }

    /// Where an image is whose places are these in the image that is here. `None` if that cannot be said.
    pub(super) fn moved(self, affine: &Affine) -> Option<Self> {
        if *affine == Affine::IDENTITY {
            return Some(self);
        }
        let affine = if self.keys.is_point() {
            let inner = affine.of(&Affine::translation(HALF, HALF));
            Affine::translation(-HALF, -HALF).of(&inner)
        } else {
            *affine
        };
        let place = match self.place {
            Some(place) => Some(place.moved(&affine)?),
            None => None,
        };
        Some(Self { place, ..self })
    }
}

impl Place {
    /// The simplest that has those coordinates, and such levels.
    fn of(transform: &Affine, scale: f64, [level, height]: [f64; 2]) -> Self {
        let [a, b, c, d, e, f] = transform.0;
        if b == 0.0 && d == 0.0 && a > 0.0 && e < 0.0 {
            return Self::Scale {
                scale: [a, -e, scale],
                tiepoint: [0.0, 0.0, level, c, f, height],
            };
        }
        let up = height - level * scale;
        Self::Matrix([a, b, 0.0, c, d, e, 0.0, f, 0.0, 0.0, scale, up, 0.0, 0.0, 0.0, 1.0])
    }

    fn transform(&self) -> Option<Affine> {
        match self {
            Self::Scale { scale: [x, y, _], tiepoint: [column, row, _, east, north, _] } => {
                // As GDAL does, whatever the sign.
                let y = y.abs();
                Some(Affine([*x, 0.0, east - column * x, 0.0, -y, north + row * y]))
            }
            Self::Matrix([a, b, _, c, d, e, _, f, ..]) => Some(Affine([*a, *b, *c, *d, *e, *f])),
            Self::Points(_) => None,
        }
    }

    fn moved(self, affine: &Affine) -> Option<Self> {
        match self {
            Self::Scale { scale, tiepoint: [_, _, level, _, _, height] } => {
                let transform = self.transform()?.of(affine);
                Some(Self::of(&transform, scale[2], [level, height]))
            }
            Self::Points(points) => {
                let inverse = affine.inverse()?;
                let point = |[column, row, rest @ ..]: [f64; 6]| {
                    let (column, row) = inverse.apply((column, row));
                    let [level, x, y, z] = rest;
                    [column, row, level, x, y, z]
                };
                Some(Self::Points(points.into_iter().map(point).collect()))
            }
            Self::Matrix(mut matrix) => {
                let [a, b, c, d, e, f] = affine.0;
                for row in matrix.as_chunks_mut::<4>().0 {
                    let [x, y, z, shift] = *row;
                    *row = [x * a + y * d, x * b + y * e, z, x * c + y * f + shift];
                }
                Some(Self::Matrix(matrix))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tags::{KeyValue, Model};

    fn keys(is_point: bool) -> Keys {
        let mut keys = Keys::of_epsg(Model::Projected, 25_832);
        let raster = keys.list.iter_mut().find(|(key, _)| *key == 1025).unwrap();
        raster.1 = KeyValue::Shorts(vec![if is_point { 2 } else { 1 }]);
        keys
    }

    fn place() -> impl Strategy<Value = Place> {
        let near = || -64i32..64;
        prop_oneof![
            (1i32..9, 1i32..9, [near(), near(), near(), near(), near(), near()]).prop_map(
                |(x, y, tiepoint)| Place::Scale {
                    scale: [f64::from(x) / 4.0, f64::from(y) / 4.0, 1.0],
                    tiepoint: tiepoint.map(f64::from),
                }
            ),
            prop::array::uniform6(near()).prop_map(|n| {
                let [a, b, c, d, e, f] = n.map(f64::from);
                Place::Matrix([a, b, 0.0, c, d, e, 0.0, f, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0])
            }),
        ]
    }

    /// The maps of turns, crops and pads.
    fn maps() -> impl Strategy<Value = Affine> {
        (0u8..8, -40i32..40, -40i32..40).prop_map(|(turn, c, f)| {
            let signs = [turn & 1, turn >> 1 & 1].map(|bit| if bit == 0 { 1.0 } else { -1.0 });
            let (c, f) = (f64::from(c), f64::from(f));
            if turn & 4 == 0 {
                Affine([signs[0], 0.0, c, 0.0, signs[1], f])
            } else {
                Affine([0.0, signs[0], c, signs[1], 0.0, f])
            }
        })
    }

    proptest! {
        #[test]
        fn a_corner_that_is_moved_has_its_coordinates(
            place in place(), map in maps(), is_point: bool, x in -9i32..9, y in -9i32..9,
        ) {
            let geo = Geo { place: Some(place), keys: keys(is_point), ..Geo::default() };
            let moved = geo.clone().moved(&map).unwrap();
            let corner = (f64::from(x), f64::from(y));
            let was = geo.transform().unwrap().apply(map.apply(corner));
            prop_assert_eq!(moved.transform().unwrap().apply(corner), was);
        }

        #[test]
        fn a_place_that_is_set_is_read_back(
            numbers in prop::array::uniform6(-64i32..64), is_point: bool,
        ) {
            let transform = Affine(numbers.map(f64::from));
            let mut geo = Geo { keys: keys(is_point), ..Geo::default() };
            geo.place(&transform);
            prop_assert_eq!(geo.transform(), Some(transform));
        }

        #[test]
        fn points_keep_their_coordinates(map in maps(), column in -9i32..9, row in -9i32..9) {
            let point = [f64::from(column), f64::from(row), 0.0, 5.0, 6.0, 7.0];
            let place = Some(Place::Points(vec![point]));
            let moved = Geo { place, ..Geo::default() }.moved(&map).unwrap();
            let Some(Place::Points(points)) = moved.place else { panic!("points stay points") };
            prop_assert_eq!(map.apply((points[0][0], points[0][1])), (point[0], point[1]));
            prop_assert_eq!(&points[0][2..], &point[2..]);
        }
    }

    #[test]
    fn shifted_scales_stay_scales_and_turned_ones_are_matrices() {
        let scale =
            Place::Scale { scale: [0.5, 0.25, 2.0], tiepoint: [1.0, 2.0, 3.0, 4.0, 5.0, 6.0] };
        let shifted = scale.clone().moved(&Affine::translation(10.0, 20.0)).unwrap();
        let tiepoint = [0.0, 0.0, 3.0, 8.5, 0.5, 6.0];
        assert_eq!(shifted, Place::Scale { scale: [0.5, 0.25, 2.0], tiepoint });
        let flopped = scale.moved(&Affine([-1.0, 0.0, 10.0, 0.0, 1.0, 0.0])).unwrap();
        let rows =
            [-0.5, 0.0, 0.0, 8.5, 0.0, -0.25, 0.0, 5.5, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 1.0];
        assert_eq!(flopped, Place::Matrix(rows));
    }
}
