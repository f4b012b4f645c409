//! What rolling means take of a register beyond [`Wide`]: sums along it, and divisions.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use std::arch::asm;
#[allow(clippy::wildcard_imports, reason = "two dozen intrinsics")]
use std::arch::x86_64::*;

use crate::vector::Prefix;
use crate::wide::Wide;

/// A register of sums.
///
/// # Safety
/// As [`Wide`].
pub(super) trait Register: Wide + Prefix {
    unsafe fn add16(self, other: Self) -> Self;
    unsafe fn sub16(self, other: Self) -> Self;
    unsafe fn sub32(self, other: Self) -> Self;
    unsafe fn and(self, other: Self) -> Self;
    /// The upper byte of each word.
    unsafe fn upper8(self) -> Self;
    /// The upper words of the products of unsigned words.
    unsafe fn times_upper16(self, other: Self) -> Self;
    /// Unsigned words, shifted right.
    unsafe fn right16(self, count: u32) -> Self;
    /// Each word: the byte in `self` below the one in `other`.
    unsafe fn lowers8(self, other: Self) -> Self;
    /// Each word: the sum of all up to it.
    unsafe fn prefix16(self) -> Self;
    /// The last word in every word.
    unsafe fn last16(self) -> Self;
    /// Signed 32 bits times a factor, in float32, rounded half to even.
    unsafe fn scale32(self, factor: f32) -> Self;
}

macro_rules! times_upper {
    ($name:ident, $register:ty, $class:ident, $features:literal) => {
        /// `pmulhuw`. The intrinsic is a product of 32 bits to the compiler, and stays one where it
        /// moves the widening of a factor out of a loop.
        #[target_feature(enable = $features)]
        #[inline]
        fn $name(a: $register, b: $register) -> $register {
            let product;
            // SAFETY: the instruction reads and writes nothing but registers, and the processor has it.
            unsafe {
                asm!(
                    "vpmulhuw {}, {}, {}", out($class) product, in($class) a, in($class) b,
                    options(pure, nomem, nostack, preserves_flags),
                );
            }
            product
        }
    };
}

times_upper!(times_upper256, __m256i, ymm_reg, "avx2");
times_upper!(times_upper512, __m512i, zmm_reg, "avx512bw");

impl Register for __m256i {
    #[inline(always)]
    unsafe fn add16(self, other: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm256_add_epi16(self, other) }
    }

    #[inline(always)]
    unsafe fn sub16(self, other: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm256_sub_epi16(self, other) }
    }

    #[inline(always)]
    unsafe fn sub32(self, other: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm256_sub_epi32(self, other) }
    }

    #[inline(always)]
    unsafe fn and(self, other: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm256_and_si256(self, other) }
    }

    #[inline(always)]
    unsafe fn upper8(self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm256_srli_epi16::<8>(self) }
    }

    #[inline(always)]
    unsafe fn times_upper16(self, other: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { times_upper256(self, other) }
    }

    #[inline(always)]
    unsafe fn lowers8(self, other: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm256_or_si256(self, _mm256_slli_epi16::<8>(other)) }
    }

    #[inline(always)]
    unsafe fn right16(self, count: u32) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm256_srl_epi16(self, _mm_cvtsi32_si128(count as i32)) }
    }

    #[inline(always)]
    unsafe fn prefix16(self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe {
            let x = _mm256_add_epi16(self, _mm256_slli_si256::<2>(self));
            let x = _mm256_add_epi16(x, _mm256_slli_si256::<4>(x));
            let x = _mm256_add_epi16(x, _mm256_slli_si256::<8>(x));
            // The lower half's sum onto the upper half.
            let sum = _mm256_shuffle_epi8(x, _mm256_set1_epi16(0x0F0E));
            _mm256_add_epi16(x, _mm256_permute2x128_si256::<0x08>(sum, sum))
        }
    }

    #[inline(always)]
    unsafe fn last16(self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe {
            let lane = _mm256_permute4x64_epi64::<0b1110_1110>(self);
            _mm256_shuffle_epi8(lane, _mm256_set1_epi16(0x0F0E))
        }
    }

    #[inline(always)]
    unsafe fn scale32(self, factor: f32) -> Self {
        // SAFETY: by the trait's contract.
        unsafe {
            let scaled = _mm256_mul_ps(_mm256_cvtepi32_ps(self), _mm256_set1_ps(factor));
            _mm256_cvtps_epi32(scaled)
        }
    }
}

impl Register for __m512i {
    #[inline(always)]
    unsafe fn add16(self, other: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm512_add_epi16(self, other) }
    }

    #[inline(always)]
    unsafe fn sub16(self, other: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm512_sub_epi16(self, other) }
    }

    #[inline(always)]
    unsafe fn sub32(self, other: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm512_sub_epi32(self, other) }
    }

    #[inline(always)]
    unsafe fn and(self, other: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm512_and_si512(self, other) }
    }

    #[inline(always)]
    unsafe fn upper8(self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm512_srli_epi16::<8>(self) }
    }

    #[inline(always)]
    unsafe fn times_upper16(self, other: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { times_upper512(self, other) }
    }

    #[inline(always)]
    unsafe fn lowers8(self, other: Self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm512_or_si512(self, _mm512_slli_epi16::<8>(other)) }
    }

    #[inline(always)]
    unsafe fn right16(self, count: u32) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm512_srl_epi16(self, _mm_cvtsi32_si128(count as i32)) }
    }

    #[inline(always)]
    unsafe fn prefix16(self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe {
            let x = _mm512_add_epi16(self, _mm512_bslli_epi128::<2>(self));
            let x = _mm512_add_epi16(x, _mm512_bslli_epi128::<4>(x));
            let x = _mm512_add_epi16(x, _mm512_bslli_epi128::<8>(x));
            // The last word of the first lane onto the second, and of the third onto the fourth.
            let last = _mm512_set_epi64(
                0x0017_0017_0017_0017,
                0x0017_0017_0017_0017,
                0,
                0,
                0x0007_0007_0007_0007,
                0x0007_0007_0007_0007,
                0,
                0,
            );
            let sum = _mm512_maskz_permutexvar_epi16(0xFF00_FF00, last, x);
            let x = _mm512_add_epi16(x, sum);
            // And the lower half's onto the upper half.
            let sum = _mm512_maskz_permutexvar_epi16(0xFFFF_0000, _mm512_set1_epi16(15), x);
            _mm512_add_epi16(x, sum)
        }
    }

    #[inline(always)]
    unsafe fn last16(self) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm512_permutexvar_epi16(_mm512_set1_epi16(31), self) }
    }

    #[inline(always)]
    unsafe fn scale32(self, factor: f32) -> Self {
        // SAFETY: by the trait's contract.
        unsafe {
            let scaled = _mm512_mul_ps(_mm512_cvtepi32_ps(self), _mm512_set1_ps(factor));
            _mm512_cvtps_epi32(scaled)
        }
    }
}
