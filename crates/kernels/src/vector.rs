//! Registers of floats and of 16-bit integers, with the few operations that filters are made of.
//!
//! Loops over fixed arrays are left to the compiler where they are simple. Sums over taps are not: they
//! must stay in registers, which only explicit ones do reliably. A [`Vector`] of one sample is the scalar
//! reference.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use bytemuck::Pod;

use crate::isa::Vectors;

/// A register of samples `T`.
///
/// # Safety
/// Every operation needs the instruction set of the register. Loads and stores need `LANES` samples
/// at any address.
pub(crate) trait Vector<T>: Copy {
    /// Samples of a register.
    const LANES: usize;

    unsafe fn load(source: *const T) -> Self;
    unsafe fn store(self, out: *mut T);
    unsafe fn splat(value: T) -> Self;
    unsafe fn plus(self, other: Self) -> Self;
    unsafe fn minus(self, other: Self) -> Self;
    unsafe fn times(self, other: Self) -> Self;
    /// self * a + b: rounded once for floats, wrapping for integers.
    unsafe fn fma(self, a: Self, b: Self) -> Self;
}

/// Registers of words that bytes can be loaded into and stored from.
///
/// # Safety
/// As [`Vector`]; half as many bytes are loaded or stored.
pub(crate) trait Words: Vector<i16> {
    /// Bytes, extended by zeros.
    unsafe fn widen(source: *const u8) -> Self;
    /// Unsigned words, shifted right by so many bits, as bytes; they must fit.
    unsafe fn narrow(self, shift: u32, out: *mut u8);
}

/// Registers of 32-bit integers that sum up what they hold.
///
/// # Safety
/// As [`Vector`].
pub(crate) trait Prefix: Copy {
    /// Integers of a register.
    const LANES: usize;

    unsafe fn load(source: *const i32) -> Self;
    unsafe fn store(self, out: *mut i32);
    unsafe fn splat(value: i32) -> Self;
    unsafe fn plus(self, other: Self) -> Self;
    /// Each lane: the sum of all up to it.
    unsafe fn prefix(self) -> Self;
    /// The last lane in every lane.
    unsafe fn last(self) -> Self;
}

/// A type that registers hold.
pub(crate) trait Element: Pod + Send + Sync {
    /// The register of an instruction set.
    type In<V: Vectors>: Vector<Self>;
}

impl Element for f32 {
    type In<V: Vectors> = V::F32;
}

impl Element for f64 {
    type In<V: Vectors> = V::F64;
}

impl Element for i16 {
    type In<V: Vectors> = V::I16;
}

macro_rules! one {
    ($type:ty, $plus:expr, $minus:expr, $times:expr, $fma:expr) => {
        impl Vector<$type> for [$type; 1] {
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
            unsafe fn splat(value: $type) -> Self {
                [value]
            }

            #[inline(always)]
            unsafe fn plus(self, other: Self) -> Self {
                [$plus(self[0], other[0])]
            }

            #[inline(always)]
            unsafe fn minus(self, other: Self) -> Self {
                [$minus(self[0], other[0])]
            }

            #[inline(always)]
            unsafe fn times(self, other: Self) -> Self {
                [$times(self[0], other[0])]
            }

            #[inline(always)]
            unsafe fn fma(self, a: Self, b: Self) -> Self {
                [$fma(self[0], a[0], b[0])]
            }
        }
    };
}

one!(f32, |a, b| a + b, |a, b| a - b, |a, b| a * b, f32::mul_add);
one!(f64, |a, b| a + b, |a, b| a - b, |a, b| a * b, f64::mul_add);
one!(i16, i16::wrapping_add, i16::wrapping_sub, i16::wrapping_mul, |x: i16, a: i16, b| {
    x.wrapping_mul(a).wrapping_add(b)
});

impl Words for [i16; 1] {
    #[inline(always)]
    unsafe fn widen(source: *const u8) -> Self {
        // SAFETY: by the trait's contract.
        [i16::from(unsafe { source.read() })]
    }

    #[inline(always)]
    unsafe fn narrow(self, shift: u32, out: *mut u8) {
        // SAFETY: by the trait's contract.
        unsafe { out.write((self[0] as u16 >> shift) as u8) }
    }
}

impl Prefix for [i32; 1] {
    const LANES: usize = 1;

    #[inline(always)]
    unsafe fn load(source: *const i32) -> Self {
        // SAFETY: by the trait's contract.
        [unsafe { source.read() }]
    }

    #[inline(always)]
    unsafe fn store(self, out: *mut i32) {
        // SAFETY: by the trait's contract.
        unsafe { out.write(self[0]) }
    }

    #[inline(always)]
    unsafe fn splat(value: i32) -> Self {
        [value]
    }

    #[inline(always)]
    unsafe fn plus(self, other: Self) -> Self {
        [self[0].wrapping_add(other[0])]
    }

    #[inline(always)]
    unsafe fn prefix(self) -> Self {
        self
    }

    #[inline(always)]
    unsafe fn last(self) -> Self {
        self
    }
}

/// Implements [`Prefix`] by the functions of `std::arch`; the last two are closures.
macro_rules! prefix {
    (
        $register:ty, $lanes:literal, $load:expr, $store:expr, $splat:expr, $plus:expr,
        $prefix:expr, $last:expr
    ) => {
        impl Prefix for $register {
            const LANES: usize = $lanes;

            #[inline(always)]
            unsafe fn load(source: *const i32) -> Self {
                // SAFETY: by the trait's contract.
                unsafe { $load(source.cast()) }
            }

            #[inline(always)]
            unsafe fn store(self, out: *mut i32) {
                // SAFETY: by the trait's contract.
                unsafe { $store(out.cast(), self) }
            }

            #[inline(always)]
            unsafe fn splat(value: i32) -> Self {
                // SAFETY: by the trait's contract.
                unsafe { $splat(value) }
            }

            #[inline(always)]
            unsafe fn plus(self, other: Self) -> Self {
                // SAFETY: by the trait's contract.
                unsafe { $plus(self, other) }
            }

            #[inline(always)]
            unsafe fn prefix(self) -> Self {
                // SAFETY: by the trait's contract.
                unsafe { $prefix(self) }
            }

            #[inline(always)]
            unsafe fn last(self) -> Self {
                // SAFETY: by the trait's contract.
                unsafe { $last(self) }
            }
        }
    };
}

/// Implements a register by the functions of `std::arch`; the last one is `(self, a, b) -> self * a + b`.
macro_rules! register {
    (
        $register:ty, $type:ty, $lanes:literal, $load:expr, $store:expr, $splat:expr, $plus:expr,
        $minus:expr, $times:expr, $fma:expr
    ) => {
        impl Vector<$type> for $register {
            const LANES: usize = $lanes;

            #[inline(always)]
            unsafe fn load(source: *const $type) -> Self {
                // SAFETY: by the trait's contract.
                unsafe { $load(source.cast()) }
            }

            #[inline(always)]
            unsafe fn store(self, out: *mut $type) {
                // SAFETY: by the trait's contract.
                unsafe { $store(out.cast(), self) }
            }

            #[inline(always)]
            unsafe fn splat(value: $type) -> Self {
                // SAFETY: by the trait's contract.
                unsafe { $splat(value) }
            }

            #[inline(always)]
            unsafe fn plus(self, other: Self) -> Self {
                // SAFETY: by the trait's contract.
                unsafe { $plus(self, other) }
            }

            #[inline(always)]
            unsafe fn minus(self, other: Self) -> Self {
                // SAFETY: by the trait's contract.
                unsafe { $minus(self, other) }
            }

            #[inline(always)]
            unsafe fn times(self, other: Self) -> Self {
                // SAFETY: by the trait's contract.
                unsafe { $times(self, other) }
            }

            #[inline(always)]
            unsafe fn fma(self, a: Self, b: Self) -> Self {
                // SAFETY: by the trait's contract.
                unsafe { $fma(self, a, b) }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    #[allow(clippy::wildcard_imports, reason = "three dozen intrinsics")]
    use std::arch::x86_64::*;

    use super::{Prefix, Vector, Words};

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
        _mm512_fmadd_ps
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
        _mm512_fmadd_pd
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
}

#[cfg(target_arch = "aarch64")]
mod arm {
    #[allow(clippy::wildcard_imports, reason = "two dozen intrinsics")]
    use std::arch::aarch64::*;

    use super::{Prefix, Vector, Words};

    prefix!(
        int32x4_t,
        4,
        vld1q_s32,
        vst1q_s32,
        vdupq_n_s32,
        vaddq_s32,
        |x| {
            let zero = vdupq_n_s32(0);
            let x = vaddq_s32(x, vextq_s32::<3>(zero, x));
            vaddq_s32(x, vextq_s32::<2>(zero, x))
        },
        |x| vdupq_laneq_s32::<3>(x)
    );

    impl Words for int16x8_t {
        #[inline(always)]
        unsafe fn widen(source: *const u8) -> Self {
            // SAFETY: by the trait's contract.
            unsafe { vreinterpretq_s16_u16(vmovl_u8(vld1_u8(source))) }
        }

        #[inline(always)]
        unsafe fn narrow(self, shift: u32, out: *mut u8) {
            // SAFETY: by the trait's contract.
            unsafe {
                let words = vshlq_u16(vreinterpretq_u16_s16(self), vdupq_n_s16(-(shift as i16)));
                vst1_u8(out, vmovn_u16(words));
            }
        }
    }

    register!(
        float32x4_t,
        f32,
        4,
        vld1q_f32,
        vst1q_f32,
        vdupq_n_f32,
        vaddq_f32,
        vsubq_f32,
        vmulq_f32,
        |x, a, b| vfmaq_f32(b, x, a)
    );
    register!(
        float64x2_t,
        f64,
        2,
        vld1q_f64,
        vst1q_f64,
        vdupq_n_f64,
        vaddq_f64,
        vsubq_f64,
        vmulq_f64,
        |x, a, b| vfmaq_f64(b, x, a)
    );
    register!(
        int16x8_t,
        i16,
        8,
        vld1q_s16,
        vst1q_s16,
        vdupq_n_s16,
        vaddq_s16,
        vsubq_s16,
        vmulq_s16,
        |x, a, b| vmlaq_s16(b, x, a)
    );
}
