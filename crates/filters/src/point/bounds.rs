//! Comparisons with a number as ranges of samples.

use raster::Sample;

use super::Relation;

/// A sample with neighbours.
pub(super) trait Bounds: Sample {
    /// The samples that hold a relation, other than [`Relation::NotEqual`], with a number: from the first to the
    /// second. There are none if the first is larger.
    fn range(relation: Relation, number: f64) -> [Self; 2];
}

macro_rules! integer {
    ($($type:ty),*) => {$(
        impl Bounds for $type {
            fn range(relation: Relation, number: f64) -> [Self; 2] {
                let (least, most) = (f64::from(Self::MIN), f64::from(Self::MAX));
                let (low, high) = match relation {
                    Relation::Equal | Relation::NotEqual => (number.ceil(), number.floor()),
                    Relation::Less => (least, number.ceil() - 1.0),
                    Relation::LessEqual => (least, number.floor()),
                    Relation::Greater => (number.floor() + 1.0, most),
                    Relation::GreaterEqual => (number.ceil(), most),
                };
                if low > high || low > most || high < least {
                    return [Self::MAX, Self::MIN];
                }
                [Self::from_f64(low), Self::from_f64(high)]
            }
        }
    )*};
}

integer!(u8, u16, i16, i32);

impl Bounds for f32 {
    fn range(relation: Relation, number: f64) -> [Self; 2] {
        const LEAST: f32 = f32::NEG_INFINITY;
        const MOST: f32 = f32::INFINITY;
        let number = number as Self;
        match relation {
            Relation::Equal | Relation::NotEqual => [number, number],
            Relation::Less if number == LEAST => [MOST, LEAST],
            Relation::Less => [LEAST, number.next_down()],
            Relation::LessEqual => [LEAST, number],
            Relation::Greater if number == MOST => [MOST, LEAST],
            Relation::Greater => [number.next_up(), MOST],
            Relation::GreaterEqual => [number, MOST],
        }
    }
}

/// The ends of the ranges of several numbers.
pub(super) fn ranges<T: Bounds>(relation: Relation, numbers: &[f64]) -> [Vec<T>; 2] {
    let ranges: Vec<[T; 2]> = numbers.iter().map(|&number| T::range(relation, number)).collect();
    [0, 1].map(|end| ranges.iter().map(|range| range[end]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_what_the_relation_says() {
        let numbers = [-1e30, -32_769.0, -3.5, -1.0, 0.0, 2.0, 2.5, 254.5, 255.0, 256.0, 1e30];
        for number in numbers {
            for relation in Relation::ALL.into_iter().filter(|&it| it != Relation::NotEqual) {
                let [low, high] = u8::range(relation, number);
                for x in 0..=u8::MAX {
                    let holds = relation.holds(f64::from(x), number);
                    assert_eq!(low <= x && x <= high, holds, "{x} {relation:?} {number}");
                }
                let [low, high] = f32::range(relation, number);
                for x in [-f32::INFINITY, -3.5, -0.0, 0.0, f32::MIN_POSITIVE, 2.5, 1e30, f32::NAN] {
                    let holds = relation.holds(f64::from(x), f64::from(number as f32));
                    assert_eq!(low <= x && x <= high, holds, "{x} {relation:?} {number}");
                }
            }
        }
    }
}
