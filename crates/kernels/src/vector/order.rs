//! Registers of integers of every width that are compared lane by lane.

use crate::isa::Vectors;

#[cfg(target_arch = "aarch64")]
use std::arch::aarch64 as arch;
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64 as arch;

/// A register of integers `T`.
///
/// # Safety
/// Every operation needs the instruction set of the register. Loads and stores need `LANES` integers
/// at any address.
pub(crate) trait Order<T>: Copy {
    /// Integers of a register.
    const LANES: usize;

    unsafe fn load(source: *const T) -> Self;
    unsafe fn store(self, out: *mut T);
    /// The smaller of both, in each lane.
    unsafe fn least(self, other: Self) -> Self;
    /// The larger of both, in each lane.
    unsafe fn most(self, other: Self) -> Self;
}

/// An integer whose order registers know.
pub(crate) trait Ordered: Copy {
    /// One sample.
    type One: Order<Self>;
    /// The register of an instruction set.
    type In<V: Vectors>: Order<Self>;
}

macro_rules! ordered {
    ($($type:ident: $register:ident),*) => {$(
        impl Ordered for $type {
            type One = [Self; 1];
            type In<V: Vectors> = V::$register;
        }

        impl Order<$type> for [$type; 1] {
            const LANES: usize = 1;

            #[inline(always)]
            unsafe fn load(source: *const $type) -> Self {
                // SAFETY: by the trait's contract.
                [unsafe { source.read() }]
            }

            #[inline(always)]
            unsafe fn store(self, out: *mut $type) {
                // SAFETY: by the trait's contract.
                unsafe { out.write(self[0]) }
            }

            #[inline(always)]
            unsafe fn least(self, other: Self) -> Self {
                [self[0].min(other[0])]
            }

            #[inline(always)]
            unsafe fn most(self, other: Self) -> Self {
                [self[0].max(other[0])]
            }
        }
    )*};
}

ordered!(u8: U8, u16: U16, i16: I16, i32: I32);

macro_rules! order {
    ($($register:ident, $type:ty, $lanes:literal: $load:ident, $store:ident, $least:ident, $most:ident;)*) => {$(
        impl Order<$type> for arch::$register {
            const LANES: usize = $lanes;

            #[inline(always)]
            unsafe fn load(source: *const $type) -> Self {
                // SAFETY: by the trait's contract.
                unsafe { arch::$load(source.cast()) }
            }

            #[inline(always)]
            unsafe fn store(self, out: *mut $type) {
                // SAFETY: by the trait's contract.
                unsafe { arch::$store(out.cast(), self) }
            }

            #[inline(always)]
            unsafe fn least(self, other: Self) -> Self {
                // SAFETY: by the trait's contract.
                unsafe { arch::$least(self, other) }
            }

            #[inline(always)]
            unsafe fn most(self, other: Self) -> Self {
                // SAFETY: by the trait's contract.
                unsafe { arch::$most(self, other) }
            }
        }
    )*};
}

#[cfg(target_arch = "x86_64")]
order! {
    __m256i, u8, 32: _mm256_loadu_si256, _mm256_storeu_si256, _mm256_min_epu8, _mm256_max_epu8;
    __m256i, u16, 16: _mm256_loadu_si256, _mm256_storeu_si256, _mm256_min_epu16, _mm256_max_epu16;
    __m256i, i16, 16: _mm256_loadu_si256, _mm256_storeu_si256, _mm256_min_epi16, _mm256_max_epi16;
    __m256i, i32, 8: _mm256_loadu_si256, _mm256_storeu_si256, _mm256_min_epi32, _mm256_max_epi32;
    __m512i, u8, 64: _mm512_loadu_si512, _mm512_storeu_si512, _mm512_min_epu8, _mm512_max_epu8;
    __m512i, u16, 32: _mm512_loadu_si512, _mm512_storeu_si512, _mm512_min_epu16, _mm512_max_epu16;
    __m512i, i16, 32: _mm512_loadu_si512, _mm512_storeu_si512, _mm512_min_epi16, _mm512_max_epi16;
    __m512i, i32, 16: _mm512_loadu_si512, _mm512_storeu_si512, _mm512_min_epi32, _mm512_max_epi32;
}

#[cfg(target_arch = "aarch64")]
order! {
    uint8x16_t, u8, 16: vld1q_u8, vst1q_u8, vminq_u8, vmaxq_u8;
    uint16x8_t, u16, 8: vld1q_u16, vst1q_u16, vminq_u16, vmaxq_u16;
    int16x8_t, i16, 8: vld1q_s16, vst1q_s16, vminq_s16, vmaxq_s16;
    int32x4_t, i32, 4: vld1q_s32, vst1q_s32, vminq_s32, vmaxq_s32;
}
