//! Registers of AVX2 and AVX-512.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

#[allow(clippy::wildcard_imports, reason = "three dozen intrinsics")]
use std::arch::x86_64::*;

use super::{Prefix, Vector, Words, prefix, register};

prefix!(
    __m256i,
    8,
    _mm256_loadu_si256,
    _mm256_storeu_si256,
    _mm256_set1_epi32,
    _mm256_add_epi32,
    |x| {
        let x = _mm256_add_epi32(x, _mm256_slli_si256::<4>(x));
        let x = _mm256_add_epi32(x, _mm256_slli_si256::<8>(x));
        // The lower half's sum onto the upper half.
        let sum = _mm256_shuffle_epi32::<0b1111_1111>(x);
        _mm256_add_epi32(x, _mm256_permute2x128_si256::<0x08>(sum, sum))
    },
    |x| _mm256_permutevar8x32_epi32(x, _mm256_set1_epi32(7))
);

prefix!(
    __m512i,
    16,
    _mm512_loadu_si512,
    _mm512_storeu_si512,
    _mm512_set1_epi32,
    _mm512_add_epi32,
    |x| {
        let zero = _mm512_setzero_si512();
        let x = _mm512_add_epi32(x, _mm512_alignr_epi32::<15>(x, zero));
        let x = _mm512_add_epi32(x, _mm512_alignr_epi32::<14>(x, zero));
        let x = _mm512_add_epi32(x, _mm512_alignr_epi32::<12>(x, zero));
        _mm512_add_epi32(x, _mm512_alignr_epi32::<8>(x, zero))
    },
    |x| _mm512_permutexvar_epi32(_mm512_set1_epi32(15), x)
);

/// # Safety
/// The processor has AVX-512.
#[inline(always)]
unsafe fn shift_f32<const N: i32>(x: __m512, next: __m512) -> __m512 {
    // SAFETY: by the contract.
    unsafe {
        let (x, next) = (_mm512_castps_si512(x), _mm512_castps_si512(next));
        _mm512_castsi512_ps(_mm512_alignr_epi32::<N>(next, x))
    }
}

/// # Safety
/// The processor has AVX-512.
#[inline(always)]
unsafe fn shift_f64<const N: i32>(x: __m512d, next: __m512d) -> __m512d {
    // SAFETY: by the contract.
    unsafe {
        let (x, next) = (_mm512_castpd_si512(x), _mm512_castpd_si512(next));
        _mm512_castsi512_pd(_mm512_alignr_epi64::<N>(next, x))
    }
}

impl Words for __m256i {
    #[inline(always)]
    unsafe fn widen(source: *const u8) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm256_cvtepu8_epi16(_mm_loadu_si128(source.cast())) }
    }

    #[inline(always)]
    unsafe fn narrow(self, shift: u32, out: *mut u8) {
        // SAFETY: by the trait's contract.
        unsafe {
            let words = _mm256_srl_epi16(self, _mm_cvtsi32_si128(shift as i32));
            let bytes = _mm256_packus_epi16(words, words);
            let bytes = _mm256_permute4x64_epi64::<0b1000>(bytes);
            _mm_storeu_si128(out.cast(), _mm256_castsi256_si128(bytes));
        }
    }
}

impl Words for __m512i {
    #[inline(always)]
    unsafe fn widen(source: *const u8) -> Self {
        // SAFETY: by the trait's contract.
        unsafe { _mm512_cvtepu8_epi16(_mm256_loadu_si256(source.cast())) }
    }

    #[inline(always)]
    unsafe fn narrow(self, shift: u32, out: *mut u8) {
        // SAFETY: by the trait's contract.
        unsafe {
            let words = _mm512_srl_epi16(self, _mm_cvtsi32_si128(shift as i32));
            _mm256_storeu_si256(out.cast(), _mm512_cvtepi16_epi8(words));
        }
    }
}

register!(
    __m256,
    f32,
    8,
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    _mm256_set1_ps,
    _mm256_add_ps,
    _mm256_sub_ps,
    _mm256_mul_ps,
    _mm256_fmadd_ps
);
register!(
    __m512,
    f32,
    16,
    _mm512_loadu_ps,
    _mm512_storeu_ps,
    _mm512_set1_ps,
    _mm512_add_ps,
    _mm512_sub_ps,
    _mm512_mul_ps,
    _mm512_fmadd_ps,
    shift_f32
);
register!(
    __m256d,
    f64,
    4,
    _mm256_loadu_pd,
    _mm256_storeu_pd,
    _mm256_set1_pd,
    _mm256_add_pd,
    _mm256_sub_pd,
    _mm256_mul_pd,
    _mm256_fmadd_pd
);
register!(
    __m512d,
    f64,
    8,
    _mm512_loadu_pd,
    _mm512_storeu_pd,
    _mm512_set1_pd,
    _mm512_add_pd,
    _mm512_sub_pd,
    _mm512_mul_pd,
    _mm512_fmadd_pd,
    shift_f64
);
register!(
    __m256i,
    i16,
    16,
    _mm256_loadu_si256,
    _mm256_storeu_si256,
    _mm256_set1_epi16,
    _mm256_add_epi16,
    _mm256_sub_epi16,
    _mm256_mullo_epi16,
    |x, a, b| _mm256_add_epi16(_mm256_mullo_epi16(x, a), b)
);
register!(
    __m512i,
    i16,
    32,
    _mm512_loadu_si512,
    _mm512_storeu_si512,
    _mm512_set1_epi16,
    _mm512_add_epi16,
    _mm512_sub_epi16,
    _mm512_mullo_epi16,
    |x, a, b| _mm512_add_epi16(_mm512_mullo_epi16(x, a), b)
);
