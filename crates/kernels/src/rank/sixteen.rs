//! Sixteen unsigned 16-bit integers at once: in a register where there is one of that size.

use super::histogram::Bins;

/// Sixteen integers.
///
/// # Safety
/// Every operation needs the instruction set of the type.
pub(super) trait Sixteen: Copy {
    unsafe fn load(bins: &Bins) -> Self;
    unsafe fn store(self, bins: &mut Bins);
    unsafe fn splat(value: u16) -> Self;
    /// self + other, wrapping.
    unsafe fn plus(self, other: Self) -> Self;
    /// self - other, wrapping.
    unsafe fn minus(self, other: Self) -> Self;
    /// Of each that is at most the other, a bit.
    unsafe fn at_most(self, other: Self) -> u32;
}

impl Sixteen for Bins {
    #[inline(always)]
    unsafe fn load(bins: &Bins) -> Self {
        *bins
    }

    #[inline(always)]
    unsafe fn store(self, bins: &mut Bins) {
        *bins = self;
    }

    #[inline(always)]
    unsafe fn splat(value: u16) -> Self {
        [value; 16]
    }

    #[inline(always)]
    unsafe fn plus(mut self, other: Self) -> Self {
        for i in 0..16 {
            self[i] = self[i].wrapping_add(other[i]);
        }
        self
    }

    #[inline(always)]
    unsafe fn minus(mut self, other: Self) -> Self {
        for i in 0..16 {
            self[i] = self[i].wrapping_sub(other[i]);
        }
        self
    }

    #[inline(always)]
    unsafe fn at_most(self, other: Self) -> u32 {
        let mut bits = 0;
        for i in 0..16 {
            bits |= u32::from(self[i] <= other[i]) << i;
        }
        bits
    }
}

/// AVX2.
#[cfg(target_arch = "x86_64")]
impl Sixteen for std::arch::x86_64::__m256i {
    #[inline(always)]
    unsafe fn load(bins: &Bins) -> Self {
        // SAFETY: by the trait's contract; the array has as many bytes.
        unsafe { std::arch::x86_64::_mm256_loadu_si256(bins.as_ptr().cast()) }
    }

    #[inline(always)]
    unsafe fn store(self, bins: &mut Bins) {
        // SAFETY: as above.
        unsafe { std::arch::x86_64::_mm256_storeu_si256(bins.as_mut_ptr().cast(), self) }
    }

    #[inline(always)]
    unsafe fn splat(value: u16) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { std::arch::x86_64::_mm256_set1_epi16(value as i16) }
    }

    #[inline(always)]
    unsafe fn plus(self, other: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { std::arch::x86_64::_mm256_add_epi16(self, other) }
    }

    #[inline(always)]
    unsafe fn minus(self, other: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { std::arch::x86_64::_mm256_sub_epi16(self, other) }
    }

    #[inline(always)]
    unsafe fn at_most(self, other: Self) -> u32 {
        use std::arch::x86_64::{
            _mm_movemask_epi8, _mm_packs_epi16, _mm256_castsi256_si128, _mm256_cmpeq_epi16,
            _mm256_extracti128_si256, _mm256_min_epu16,
        };
        // SAFETY: by the trait's contract.
        unsafe {
            let is = _mm256_cmpeq_epi16(_mm256_min_epu16(self, other), self);
            let (low, high) = (_mm256_castsi256_si128(is), _mm256_extracti128_si256::<1>(is));
            _mm_movemask_epi8(_mm_packs_epi16(low, high)) as u32
        }
    }
}

/// Runs an expression with `$sixteen` set to the type for registers of `$V`.
macro_rules! with_sixteen {
    ($V:ident, $sixteen:ident => $body:expr) => {{
        #[cfg(target_arch = "x86_64")]
        if $V::BYTES >= 32 {
            type $sixteen = std::arch::x86_64::__m256i;
            return $body;
        }
        {
            type $sixteen = $crate::rank::Bins;
            $body
        }
    }};
}
pub(super) use with_sixteen;
