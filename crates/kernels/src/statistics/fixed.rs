//! Numbers wide enough to hold every sum without rounding.
//!
//! Such a number has one form only, whatever it was added up from and in which order; that is what
//! makes sums of parts equal the sum of the whole to the bit.

/// An integer of `N` times 64 bits in two's complement, in units of 2^-`UNIT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fixed<const N: usize, const UNIT: i32> {
    /// The lowest first.
    limbs: [u64; N],
}

impl<const N: usize, const UNIT: i32> Fixed<N, UNIT> {
    /// Zero.
    pub const ZERO: Self = Self { limbs: [0; N] };

    /// The number of these limbs, the lowest first.
    pub const fn from_limbs(limbs: [u64; N]) -> Self {
        Self { limbs }
    }

    /// Its limbs, the lowest first.
    pub const fn limbs(&self) -> &[u64; N] {
        &self.limbs
    }

    /// Adds `value * 2^exponent`, which must be a multiple of the unit. Wraps if it is out of range.
    pub fn add(&mut self, value: i128, exponent: i32) {
        let shift = (exponent + UNIT) as usize;
        let (first, bits) = (shift / 64, shift % 64);
        let fill = (value >> 127) as u64;
        let top = if bits == 0 { fill } else { (value >> (128 - bits)) as u64 };
        let parts = [(value << bits) as u64, (value >> (64 - bits)) as u64, top];
        let mut carry = false;
        for (i, limb) in self.limbs[first..].iter_mut().enumerate() {
            carry = accumulate(limb, parts.get(i).copied().unwrap_or(fill), carry);
        }
    }

    /// Adds a finite float64 that is a multiple of the unit.
    pub fn add_f64(&mut self, value: f64) {
        if value == 0.0 {
            return;
        }
        let bits = value.to_bits();
        let (biased, fraction) = ((bits >> 52 & 0x7FF) as i32, bits & ((1 << 52) - 1));
        let mantissa = if biased == 0 { fraction } else { fraction | 1 << 52 };
        // Its last bits may lie below the unit, where they are zeros.
        let zeros = mantissa.trailing_zeros();
        let integer = i128::from(mantissa >> zeros);
        let exponent = biased.max(1) - 1075 + zeros as i32;
        self.add(if value < 0.0 { -integer } else { integer }, exponent);
    }

    /// Adds another number. Wraps if the sum is out of range.
    pub fn merge(&mut self, other: &Self) {
        let mut carry = false;
        for (limb, &part) in self.limbs.iter_mut().zip(&other.limbs) {
            carry = accumulate(limb, part, carry);
        }
    }

    /// Whether it is below zero.
    pub const fn is_negative(&self) -> bool {
        self.limbs[N - 1] >> 63 == 1
    }

    /// Without its sign, in units: the lowest limb first.
    pub fn magnitude(&self) -> [u64; N] {
        if !self.is_negative() {
            return self.limbs;
        }
        let mut limbs = self.limbs.map(|limb| !limb);
        let mut carry = true;
        for limb in &mut limbs {
            carry = accumulate(limb, 0, carry);
        }
        limbs
    }

    /// The nearest float64, ties to even.
    pub fn to_f64(&self) -> f64 {
        let magnitude = round(&self.magnitude(), -UNIT);
        if self.is_negative() { -magnitude } else { magnitude }
    }
}

fn accumulate(limb: &mut u64, part: u64, carry: bool) -> bool {
    let (sum, first) = limb.overflowing_add(part);
    let (sum, second) = sum.overflowing_add(u64::from(carry));
    *limb = sum;
    first || second
}

/// The float64 nearest to `limbs * 2^exponent`, the lowest limb first; ties go to even.
///
/// # Panics
/// If the result is no normal number.
pub fn round(limbs: &[u64], exponent: i32) -> f64 {
    let Some(top) = limbs.iter().rposition(|&limb| limb != 0) else { return 0.0 };
    let zeros = limbs[top].leading_zeros();
    let below = if top == 0 { 0 } else { limbs[top - 1] };
    let pair = u128::from(limbs[top]) << 64 | u128::from(below);
    let head = ((pair << zeros) >> 64) as u64;
    let rest = (pair << zeros) as u64 != 0 || limbs[..top.saturating_sub(1)].iter().any(|&l| l > 0);
    // 64 bits, of which float64 has 53; what has been left out can only break a tie.
    let (kept, half) = (head >> 11, head & 0x7FF);
    let up = half > 0x400 || half == 0x400 && (rest || kept & 1 == 1);
    let exponent = exponent + top as i32 * 64 - zeros as i32 + 11;
    (kept + u64::from(up)) as f64 * power(exponent)
}

/// 2^exponent.
fn power(exponent: i32) -> f64 {
    assert!((-1022..=970).contains(&exponent));
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Number = Fixed<6, 149>;

    fn of(values: &[f64]) -> Number {
        let mut number = Number::ZERO;
        for &value in values {
            number.add_f64(value);
        }
        number
    }

    #[test]
    fn floats_come_back() {
        let smallest = f64::from(f32::from_bits(1));
        let largest = f64::from(f32::MAX);
        for value in [0.0, 1.0, -1.0, 0.1f32.into(), smallest, -smallest, largest, -largest] {
            assert_eq!(of(&[value]).to_f64(), value);
        }
        assert_eq!(of(&[largest, smallest, -largest]).to_f64(), smallest);
        assert_eq!(of(&[largest, -smallest, -largest]).to_f64(), -smallest);
        assert_eq!(of(&[1.0, -1.0]), Number::ZERO);
    }

    #[test]
    fn integers_are_added_at_every_place() {
        for exponent in -149..100 {
            for value in [1, -1, 3, i128::from(i64::MAX), -i128::from(u64::MAX)] {
                let mut number = Number::ZERO;
                number.add(value, exponent);
                assert_eq!(number.to_f64(), value as f64 * power(exponent), "{value} {exponent}");
                number.add(-value, exponent);
                assert_eq!(number, Number::ZERO);
            }
        }
    }

    #[test]
    fn ties_go_to_even_and_what_is_far_below_breaks_them() {
        let big = 2f64.powi(53);
        assert_eq!(of(&[big, 1.0]).to_f64(), big);
        assert_eq!(of(&[big, 3.0]).to_f64(), big + 4.0);
        assert_eq!(of(&[big, 1.0, 2f64.powi(-149)]).to_f64(), big + 2.0);
        assert_eq!(of(&[big, 1.0, 2f64.powi(-11)]).to_f64(), big + 2.0);
        assert_eq!(of(&[-big, -1.0]).to_f64(), -big);
        assert_eq!(of(&[-big, -1.0, -2f64.powi(-149)]).to_f64(), -big - 2.0);
        // All the bits that are kept are set, so that rounding carries into a new one.
        assert_eq!(of(&[2f64.powi(54) - 1.0]).to_f64(), 2f64.powi(54));
        assert_eq!(of(&[2f64.powi(64), -1.0]).to_f64(), 2f64.powi(64));
    }
}
