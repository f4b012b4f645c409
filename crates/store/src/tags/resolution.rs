//! How large pixels are.

use raster::Affine;

/// Pixels for a length, across and down. Both are above 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resolution {
    /// Across.
    pub x: f64,
    /// Down.
    pub y: f64,
    /// The length.
    pub unit: Unit,
}

/// A length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// None: the numbers say how pixels are stretched.
    None,
    /// 25.4 mm.
    Inch,
    /// 10 mm.
    Centimetre,
}

impl Unit {
    /// Micrometres.
    pub(crate) const fn micrometres(self) -> Option<f64> {
        match self {
            Self::None => None,
            Self::Inch => Some(25_400.0),
            Self::Centimetre => Some(10_000.0),
        }
    }
}

impl Resolution {
    /// That of an image whose places are these in the image that has this one.
    pub(super) fn moved(self, affine: &Affine) -> Option<Self> {
        let (columns, rows, turns) = affine.steps()?;
        let (x, y) = if turns { (self.y, self.x) } else { (self.x, self.y) };
        Some(Self { x: x / columns, y: y / rows, ..self })
    }
}
