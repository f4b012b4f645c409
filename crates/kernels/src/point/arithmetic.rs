//! Sums, products and what belongs to them, of two samples or of a sample and a constant.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use raster::Sample;

use super::map::operations;
use super::number::is_integer;
use super::{Map, Number, Real};

operations! {
    /// a + b.
    Plus: [a, b] of Number => S, a.plus(b);
    /// a - b.
    Minus: [a, b] of Number => S, a.minus(b);
    /// a * b.
    Times: [a, b] of Number => S, a.times(b);
    /// |a - b|.
    Distance: [a, b] of Number => S, a.distance(b);
    /// The smaller; NaN if one is.
    Smaller: [a, b] of Number => S, if a < b || is_nan(a) { a } else { b };
    /// The larger; NaN if one is.
    Larger: [a, b] of Number => S, if a > b || is_nan(a) { a } else { b };
}

#[inline(always)]
#[expect(clippy::eq_op, reason = "NaN is what does not equal itself")]
fn is_nan<S: Sample>(a: S) -> bool {
    a != a
}

/// (a * scale) * b.
#[derive(Clone, Copy, Debug)]
pub struct ScaledTimes;

impl<S: Sample, C: Real> Map<S, C, S, 2, 1> for ScaledTimes {
    #[inline(always)]
    fn of(self, [a, b]: [S; 2], [scale]: [C; 1]) -> S {
        C::lift(a).times(scale).times(C::lift(b)).round()
    }
}

/// (a * scale) / b.
#[derive(Clone, Copy, Debug)]
pub struct Quotient {
    /// Whether the quotient is 0 where b is, rather than what IEEE 754 says.
    pub zero: bool,
}

impl<S: Sample, C: Real> Map<S, C, S, 2, 1> for Quotient {
    #[inline(always)]
    fn of(self, [a, b]: [S; 2], [scale]: [C; 1]) -> S {
        let quotient = C::lift(a).times(scale).over(C::lift(b)).round();
        if self.zero & (b == S::zeroed()) { S::zeroed() } else { quotient }
    }
}

/// (x * scale) * factor.
#[derive(Clone, Copy, Debug)]
pub struct MultiplyBy;

impl<S: Sample, D: Sample> Map<S, f64, D, 1, 2> for MultiplyBy {
    #[inline(always)]
    fn of(self, [x]: [S; 1], [scale, factor]: [f64; 2]) -> D {
        D::from_f64(x.to_f64() * scale * factor)
    }
}

/// (x * scale) / divisor; if the divisor is 0, what IEEE 754 says for float32 and 0 for integers.
#[derive(Clone, Copy, Debug)]
pub struct DivideBy;

impl<S: Sample, D: Sample> Map<S, f64, D, 1, 2> for DivideBy {
    #[inline(always)]
    fn of(self, [x]: [S; 1], [scale, divisor]: [f64; 2]) -> D {
        let quotient = D::from_f64(x.to_f64() * scale / divisor);
        if is_integer(D::DEPTH) && divisor == 0.0 { D::zeroed() } else { quotient }
    }
}

/// a * alpha + (b * beta + gamma), each rounded once, in brackets first.
#[derive(Clone, Copy, Debug)]
pub struct Weighted;

impl<S: Sample, C: Real> Map<S, C, S, 2, 3> for Weighted {
    #[inline(always)]
    fn of(self, [a, b]: [S; 2], [alpha, beta, gamma]: [C; 3]) -> S {
        C::lift(a).fma(alpha, C::lift(b).fma(beta, gamma)).round()
    }
}
