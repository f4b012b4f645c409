//! The variance of exactly known sums, by whole numbers: where the mean is large beside the deviation,
//! a difference of rounded numbers would have no digit right.

use kernels::statistics::{Squares, Sum, round};

/// Limbs of 64 bits, the lowest first. The longest product has 678 bits.
type Natural = [u64; 12];

/// The variance of `count` numbers, which is not 0, with these sums; `None` if no numbers have them.
pub(super) fn variance(count: u64, sum: &Sum, squares: &Squares) -> Option<f64> {
    // Squares are in units of 2^-298, as are products of sums.
    let unit = -298;
    let mean_of_squares = product(&squares.magnitude(), &[count]);
    let square_of_mean = product(&sum.magnitude(), &sum.magnitude());
    let difference = difference(&mean_of_squares, &square_of_mean)?;
    let count = count as f64;
    Some(round(&difference, unit) / (count * count))
}

/// Whether sums are no larger than `count` numbers of at most this magnitude can give.
pub(super) fn are_within(count: u64, magnitude: f64, sum: &Sum, squares: &Squares) -> bool {
    let mut number = Sum::ZERO;
    number.add_f64(magnitude);
    let number = number.magnitude();
    let most = product(&number, &[count]);
    let most_squares = product(&product(&number, &number), &[count]);
    !squares.is_negative()
        && difference(&most, &sum.magnitude()).is_some()
        && difference(&most_squares, &squares.magnitude()).is_some()
}

fn product(a: &[u64], b: &[u64]) -> Natural {
    let mut product = Natural::default();
    for (i, &a) in a.iter().enumerate().filter(|(_, a)| **a != 0) {
        let mut carry = 0;
        for (j, limb) in product[i..].iter_mut().enumerate() {
            let b = b.get(j).copied().unwrap_or(0);
            // At most (2^64 - 1)^2 + 2 (2^64 - 1) = 2^128 - 1.
            let sum = u128::from(a) * u128::from(b) + u128::from(*limb) + carry;
            *limb = sum as u64;
            carry = sum >> 64;
        }
    }
    product
}

/// a - b, if that is not negative.
fn difference(a: &Natural, b: &[u64]) -> Option<Natural> {
    let mut difference = *a;
    let mut borrow = false;
    for (i, limb) in difference.iter_mut().enumerate() {
        let (part, first) = limb.overflowing_sub(b.get(i).copied().unwrap_or(0));
        let (part, second) = part.overflowing_sub(u64::from(borrow));
        *limb = part;
        borrow = first || second;
    }
    (!borrow).then_some(difference)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(values: &[f64]) -> (Sum, Squares) {
        let (mut sum, mut squares) = (Sum::ZERO, Squares::ZERO);
        for &value in values {
            sum.add_f64(value);
            let mut one = Sum::ZERO;
            one.add_f64(value);
            let square = product(&one.magnitude(), &one.magnitude());
            squares.merge(&Squares::from_limbs(std::array::from_fn(|i| square[i])));
        }
        (sum, squares)
    }

    fn of(values: &[f64]) -> f64 {
        let (sum, squares) = sums(values);
        variance(values.len() as u64, &sum, &squares).unwrap()
    }

    #[test]
    fn no_digit_is_lost() {
        let (large, small) = (2f64.powi(127), 2f64.powi(-149));
        assert_eq!(of(&[5.0]), 0.0);
        assert_eq!(of(&[1.0, 3.0]), 1.0);
        assert_eq!(of(&[0.0, small]), small * small / 4.0);
        assert_eq!(of(&[large, large]), 0.0);
        assert_eq!(of(&[large, -large]), large * large);
        assert_eq!(of(&[1e9, 1e9 + 1.0, 1e9 + 2.0]), 6.0 / 9.0);
    }

    #[test]
    fn sums_of_no_numbers_are_recognised() {
        let (sum, squares) = sums(&[3.0, -3.0, 2.0]);
        assert!(are_within(3, 3.0, &sum, &squares));
        assert!(!are_within(2, 3.0, &sum, &squares));
        assert!(!are_within(3, 2.0, &sum, &squares));
        let (sum, _) = sums(&[3.0]);
        assert_eq!(variance(1, &sum, &Squares::ZERO), None);
    }
}
