//! Places in one image as places in another.

/// A map of places: `(a * x + b * y + c, d * x + e * y + f)` for `[a, b, c, d, e, f]`.
///
/// Places are corners of pixels rather than their centres: the first pixel reaches from (0, 0) to (1, 1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine(pub [f64; 6]);

impl Affine {
    /// Every place is itself.
    pub const IDENTITY: Self = Self([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);

    /// Every place is moved by so many columns and rows.
    pub const fn translation(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, x, 0.0, 1.0, y])
    }

    /// Where a place is.
    pub const fn apply(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + b * y + c, d * x + e * y + f)
    }

    /// This map of where `inner` puts a place.
    #[must_use]
    pub fn of(&self, inner: &Self) -> Self {
        let [a, b, _, d, e, _] = self.0;
        let [p, q, r, s, t, u] = inner.0;
        let (c, f) = self.apply((r, u));
        // A sum with 0 has no negative zero.
        Self([a * p + b * s, a * q + b * t, c, d * p + e * s, d * q + e * t, f].map(|n| n + 0.0))
    }

    /// The map that undoes this one; `None` if there is none.
    pub fn inverse(&self) -> Option<Self> {
        let [a, b, c, d, e, f] = self.0;
        let area = a * e - b * d;
        if area == 0.0 || !area.is_finite() {
            return None;
        }
        let [p, q, s, t] = [e / area, -b / area, -d / area, a / area];
        Some(Self([p, q, -(p * c + q * f), s, t, -(s * c + t * f)].map(|n| n + 0.0)))
    }

    /// How many columns and rows of the one image a column and a row of the other are, and whether
    /// columns are rows there; `None` if they are neither.
    pub fn steps(&self) -> Option<(f64, f64, bool)> {
        match self.0 {
            [a, 0.0, _, 0.0, e, _] if a != 0.0 && e != 0.0 => Some((a.abs(), e.abs(), false)),
            [0.0, b, _, d, 0.0, _] if b != 0.0 && d != 0.0 => Some((d.abs(), b.abs(), true)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_follow_one_another_and_are_undone() {
        let turn = Affine([0.0, 1.0, 0.0, -1.0, 0.0, 9.0]);
        let shift = Affine::translation(3.0, -2.0);
        for place in [(0.0, 0.0), (5.0, 7.5), (-1.0, 4.0)] {
            assert_eq!(turn.of(&shift).apply(place), turn.apply(shift.apply(place)));
            assert_eq!(turn.inverse().unwrap().apply(turn.apply(place)), place);
        }
        assert_eq!(turn.of(&turn.inverse().unwrap()), Affine::IDENTITY);
        assert_eq!(Affine([1.0, 2.0, 0.0, 2.0, 4.0, 0.0]).inverse(), None);
    }

    #[test]
    fn steps_are_those_of_columns_and_rows() {
        assert_eq!(Affine::translation(3.0, 4.0).steps(), Some((1.0, 1.0, false)));
        assert_eq!(Affine([2.0, 0.0, 1.0, 0.0, -3.0, 5.0]).steps(), Some((2.0, 3.0, false)));
        assert_eq!(Affine([0.0, -3.0, 1.0, 2.0, 0.0, 5.0]).steps(), Some((2.0, 3.0, true)));
        assert_eq!(Affine([1.0, 1.0, 0.0, -1.0, 1.0, 0.0]).steps(), None);
    }
}
