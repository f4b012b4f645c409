//! Samples of one row or another, as a mask says.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use super::Bits;
use crate::Isa;
use crate::isa::{Vectorized, Vectors};

/// Chooses for each sample: from `a` where the mask is not 0, else from `b`. `T` is the integer of the
/// samples' size, whatever they are.
///
/// # Panics
/// If the rows differ in length.
pub fn select<T: Bits>(mask: &[u8], a: &[T], b: &[T], out: &mut [T], isa: Isa) {
    assert!([mask.len(), a.len(), b.len()] == [out.len(); 3]);
    isa.run(Select { mask, a, b, out });
}

struct Select<'a, T> {
    mask: &'a [u8],
    a: &'a [T],
    b: &'a [T],
    out: &'a mut [T],
}

impl<T: Bits> Vectorized for Select<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        let len = self.out.len();
        let (mask, a, b) = (&self.mask[..len], &self.a[..len], &self.b[..len]);
        for i in 0..len {
            // By bits: of two loads and a condition the compiler makes a branch for each sample.
            let keep = if mask[i] == 0 { T::zeroed() } else { T::zeroed().complement() };
            self.out[i] = a[i].xor(b[i]).and(keep).xor(b[i]);
        }
    }
}
