//! Samples to numbers and back.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use raster::Sample;

use super::Real;
use crate::isa::Vectors;

/// A sample that can be resampled, and the type that it is summed in.
pub trait Resample: Sample {
    /// float32, or float64 where float32 could not hold every sample.
    type Real: Real;

    /// The sample as a number, exactly.
    fn lift(self) -> Self::Real;

    /// The nearest sample, ties to even, saturated. Integers take numbers below 2^22 that are not NaN.
    fn round(value: Self::Real) -> Self;

    /// The nearest samples of many numbers.
    #[doc(hidden)]
    #[expect(private_bounds, reason = "for this crate alone")]
    #[inline(always)]
    fn round_all<V: Vectors, const L: usize>(values: &[Self::Real; L], out: &mut [Self; L]) {
        for i in 0..L {
            out[i] = Self::round(values[i]);
        }
    }
}

macro_rules! integer {
    ($($type:ty: $real:ty, $bits:ty, $magic:expr $(, $vectors:ident)?;)*) => {$(
        impl Resample for $type {
            type Real = $real;

            #[inline(always)]
            fn lift(self) -> $real {
                self as $real
            }

            /// A sum whose last fraction bit is one rounds as it must, and holds the integer in its
            /// lowest bits.
            #[inline(always)]
            fn round(value: $real) -> Self {
                let clamped = value.max(Self::MIN as $real).min(Self::MAX as $real);
                (clamped + $magic).to_bits() as $bits as Self
            }

            $(
                #[cfg(target_arch = "x86_64")]
                #[expect(private_bounds, reason = "for this crate alone")]
                #[inline(always)]
                fn round_all<V: Vectors, const L: usize>(values: &[f32; L], out: &mut [Self; L]) {
                    // SAFETY: registers of that size mean that the processor has the instructions;
                    // numbers and samples are equally many, and whole registers.
                    unsafe {
                        match V::BYTES {
                            64 if L.is_multiple_of(64) => avx512::$vectors(values, out),
                            32 if L.is_multiple_of(32) => avx2::$vectors(values, out),
                            _ => {
                                for i in 0..L {
                                    out[i] = Self::round(values[i]);
                                }
                            }
                        }
                    }
                }
            )?
        }
    )*};
}

/// 1.5 * 2^23: float32 numbers of that size are whole.
const WHOLE_F32: f32 = 12_582_912.0;
/// 1.5 * 2^52: float64 numbers of that size are whole.
const WHOLE_F64: f64 = 6_755_399_441_055_744.0;

integer! {
    u8: f32, u32, WHOLE_F32, u8;
    u16: f32, u32, WHOLE_F32, u16;
    i16: f32, u32, WHOLE_F32, i16;
    i32: f64, u64, WHOLE_F64;
}

impl Resample for f32 {
    type Real = Self;

    #[inline(always)]
    fn lift(self) -> Self {
        self
    }

    #[inline(always)]
    fn round(value: Self) -> Self {
        value
    }
}

/// Conversions to integers round to even; packing saturates, half by half of 128 bits, which a
/// permutation puts in order.
#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::{
        __m256i, _mm256_cvtps_epi32, _mm256_loadu_ps, _mm256_packs_epi32, _mm256_packus_epi16,
        _mm256_packus_epi32, _mm256_permute4x64_epi64, _mm256_permutevar8x32_epi32,
        _mm256_setr_epi32, _mm256_storeu_si256,
    };

    /// # Safety
    /// Eight numbers from `at` on.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn whole(values: &[f32], at: usize) -> __m256i {
        // SAFETY: by the contract.
        unsafe { _mm256_cvtps_epi32(_mm256_loadu_ps(values.as_ptr().add(at))) }
    }

    /// # Safety
    /// As many samples as numbers, a multiple of 32.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn u8(values: &[f32], out: &mut [u8]) {
        let order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
        for at in (0..values.len()).step_by(32) {
            // SAFETY: 32 numbers are left, and room for their samples.
            unsafe {
                let low = _mm256_packs_epi32(whole(values, at), whole(values, at + 8));
                let high = _mm256_packs_epi32(whole(values, at + 16), whole(values, at + 24));
                let bytes = _mm256_packus_epi16(low, high);
                let bytes = _mm256_permutevar8x32_epi32(bytes, order);
                _mm256_storeu_si256(out.as_mut_ptr().add(at).cast(), bytes);
            }
        }
    }

    /// # Safety
    /// As many samples as numbers, a multiple of 16.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn u16(values: &[f32], out: &mut [u16]) {
        for at in (0..values.len()).step_by(16) {
            // SAFETY: 16 numbers are left, and room for their samples.
            unsafe {
                let words = _mm256_packus_epi32(whole(values, at), whole(values, at + 8));
                let words = _mm256_permute4x64_epi64::<0xD8>(words);
                _mm256_storeu_si256(out.as_mut_ptr().add(at).cast(), words);
            }
        }
    }

    /// # Safety
    /// As many samples as numbers, a multiple of 16.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn i16(values: &[f32], out: &mut [i16]) {
        for at in (0..values.len()).step_by(16) {
            // SAFETY: 16 numbers are left, and room for their samples.
            unsafe {
                let words = _mm256_packs_epi32(whole(values, at), whole(values, at + 8));
                let words = _mm256_permute4x64_epi64::<0xD8>(words);
                _mm256_storeu_si256(out.as_mut_ptr().add(at).cast(), words);
            }
        }
    }
}

/// As [`avx2`], with registers twice as wide.
#[cfg(target_arch = "x86_64")]
mod avx512 {
    use std::arch::x86_64::{
        __m512i, _mm512_cvtps_epi32, _mm512_loadu_ps, _mm512_packs_epi32, _mm512_packus_epi16,
        _mm512_packus_epi32, _mm512_permutexvar_epi32, _mm512_permutexvar_epi64, _mm512_setr_epi32,
        _mm512_setr_epi64, _mm512_storeu_si512,
    };

    /// # Safety
    /// Sixteen numbers from `at` on.
    #[inline]
    #[target_feature(enable = "avx512f")]
    unsafe fn whole(values: &[f32], at: usize) -> __m512i {
        // SAFETY: by the contract.
        unsafe { _mm512_cvtps_epi32(_mm512_loadu_ps(values.as_ptr().add(at))) }
    }

    /// # Safety
    /// As many samples as numbers, a multiple of 64.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) unsafe fn u8(values: &[f32], out: &mut [u8]) {
        let order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
        for at in (0..values.len()).step_by(64) {
            // SAFETY: 64 numbers are left, and room for their samples.
            unsafe {
                let low = _mm512_packs_epi32(whole(values, at), whole(values, at + 16));
                let high = _mm512_packs_epi32(whole(values, at + 32), whole(values, at + 48));
                let bytes = _mm512_packus_epi16(low, high);
                let bytes = _mm512_permutexvar_epi32(order, bytes);
                _mm512_storeu_si512(out.as_mut_ptr().add(at).cast(), bytes);
            }
        }
    }

    /// # Safety
    /// As many samples as numbers, a multiple of 32.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) unsafe fn u16(values: &[f32], out: &mut [u16]) {
        let order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
        for at in (0..values.len()).step_by(32) {
            // SAFETY: 32 numbers are left, and room for their samples.
            unsafe {
                let words = _mm512_packus_epi32(whole(values, at), whole(values, at + 16));
                let words = _mm512_permutexvar_epi64(order, words);
                _mm512_storeu_si512(out.as_mut_ptr().add(at).cast(), words);
            }
        }
    }

    /// # Safety
    /// As many samples as numbers, a multiple of 32.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) unsafe fn i16(values: &[f32], out: &mut [i16]) {
        let order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
        for at in (0..values.len()).step_by(32) {
            // SAFETY: 32 numbers are left, and room for their samples.
            unsafe {
                let words = _mm512_packs_epi32(whole(values, at), whole(values, at + 16));
                let words = _mm512_permutexvar_epi64(order, words);
                _mm512_storeu_si512(out.as_mut_ptr().add(at).cast(), words);
            }
        }
    }
}
