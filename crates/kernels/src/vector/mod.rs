//! Registers of floats and of 16-bit integers, with the few operations that filters are made of.
//!
//! Loops over fixed arrays are left to the compiler where they are simple. Sums over taps are not: they
//! must stay in registers, which only explicit ones do reliably. A [`Vector`] of one sample is the scalar
//! reference.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use bytemuck::Pod;

use crate::isa::Vectors;

#[cfg(target_arch = "aarch64")]
mod arm;
mod order;
#[cfg(target_arch = "x86_64")]
mod x86;

pub(crate) use order::{Order, Ordered};

/// A register of samples `T`.
///
/// # Safety
/// Every operation needs the instruction set of the register. Loads and stores need `LANES` samples
/// at any address.
pub(crate) trait Vector<T>: Copy {
    /// Samples of a register.
    const LANES: usize;
    /// Whether there is one instruction for [`shift`](Self::shift).
    const SHIFTS: bool = false;

    unsafe fn load(source: *const T) -> Self;
    unsafe fn store(self, out: *mut T);
    unsafe fn splat(value: T) -> Self;
    unsafe fn plus(self, other: Self) -> Self;
    unsafe fn minus(self, other: Self) -> Self;
    unsafe fn times(self, other: Self) -> Self;
    /// self * a + b: rounded once for floats, wrapping for integers.
    unsafe fn fma(self, a: Self, b: Self) -> Self;

    /// The samples from `N` on, followed by those of `next`.
    #[inline(always)]
    unsafe fn shift<const N: i32>(self, _next: Self) -> Self {
        unreachable!("no instruction")
    }
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

/// Implements [`Prefix`] by the functions of `std::arch`; the last two are expressions of the register, since
/// closures are compiled for the baseline where they are not inlined.
macro_rules! prefix {
    (
        $register:ty, $lanes:literal, $load:expr, $store:expr, $splat:expr, $plus:expr,
        |$x:ident| $prefix:expr, |$y:ident| $last:expr
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
                let $x = self;
                // SAFETY: by the trait's contract.
                unsafe { $prefix }
            }

            #[inline(always)]
            unsafe fn last(self) -> Self {
                let $y = self;
                // SAFETY: by the trait's contract.
                unsafe { $last }
            }
        }
    };
}

/// Implements a register by the functions of `std::arch`; `$fma` is `(self, a, b) -> self * a + b`.
macro_rules! register {
    (
        $register:ty, $type:ty, $lanes:literal, $load:expr, $store:expr, $splat:expr, $plus:expr,
        $minus:expr, $times:expr, $fma:expr $(, $shift:ident)?
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

            $(
                const SHIFTS: bool = true;

                #[inline(always)]
                unsafe fn shift<const N: i32>(self, next: Self) -> Self {
                    // SAFETY: by the trait's contract.
                    unsafe { $shift::<N>(self, next) }
                }
            )?
        }
    };
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use {prefix, register};
