//! Instruction sets: detected once, and the one place where kernels are compiled for each.
//!
//! Most kernels are plain loops over arrays of samples ([`Vectorized`]). [`Isa::run`] compiles such a
//! loop under the features of every instruction set and runs the one that was chosen; kernels that
//! need particular instructions look at the [`Isa`] themselves.

#[cfg(target_arch = "aarch64")]
use std::arch::aarch64 as arch;
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64 as arch;
use std::sync::OnceLock;

use crate::vector::{Order, Prefix, Vector, Words};

/// An instruction set that kernels are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Isa {
    /// Plain Rust, one sample at a time. Defines the results.
    Scalar,
    /// 64-bit Arm, whose baseline has 128-bit vectors and fused multiply-add.
    Neon,
    /// x86-64 with AVX2 and FMA.
    Avx2,
    /// x86-64 with AVX-512 F, BW, DQ, VL and VNNI: Ice Lake, Zen 4 and later.
    Avx512,
}

/// A loop over samples that the compiler turns into vectors.
pub(crate) trait Vectorized {
    /// What it gives back.
    type Output;

    /// Runs the loop. This and all that it calls must be `#[inline(always)]`, and plain loops: a
    /// closure handed to a library function is compiled for the baseline, where a fused multiply-add
    /// is a call.
    fn run<V: Vectors>(self) -> Self::Output;
}

/// The vector registers that a [`Vectorized`] loop is compiled for.
pub(crate) trait Vectors {
    /// Bytes of a register; 0 stands for one sample at a time.
    const BYTES: usize;
    /// Registers of float32.
    type F32: Vector<f32>;
    /// Registers of float64.
    type F64: Vector<f64>;
    /// Registers of bytes.
    type U8: Order<u8>;
    /// Registers of unsigned 16-bit integers.
    type U16: Order<u16>;
    /// Registers of 16-bit integers.
    type I16: Words + Order<i16>;
    /// Registers of 32-bit integers.
    type I32: Prefix + Order<i32>;
}

macro_rules! vectors {
    ($(#[$attribute:meta])* $name:ident: $bytes:literal, $f32:ty, $f64:ty, $u8:ty, $u16:ty, $i16:ty, $i32:ty) => {
        $(#[$attribute])*
        struct $name;

        $(#[$attribute])*
        impl Vectors for $name {
            const BYTES: usize = $bytes;
            type F32 = $f32;
            type F64 = $f64;
            type U8 = $u8;
            type U16 = $u16;
            type I16 = $i16;
            type I32 = $i32;
        }
    };
}

vectors!(One: 0, [f32; 1], [f64; 1], [u8; 1], [u16; 1], [i16; 1], [i32; 1]);
vectors!(#[cfg(target_arch = "aarch64")] Neon: 16, arch::float32x4_t, arch::float64x2_t, arch::uint8x16_t, arch::uint16x8_t, arch::int16x8_t, arch::int32x4_t);
vectors!(#[cfg(target_arch = "x86_64")] Avx2: 32, arch::__m256, arch::__m256d, arch::__m256i, arch::__m256i, arch::__m256i, arch::__m256i);
vectors!(#[cfg(target_arch = "x86_64")] Avx512: 64, arch::__m512, arch::__m512d, arch::__m512i, arch::__m512i, arch::__m512i, arch::__m512i);

/// Runs a statement with the constant `$lanes` set to the value of `$count`: 1, 16, 32 or 64.
macro_rules! with_lanes {
    ($count:expr, $lanes:ident => $body:expr) => {
        match $count {
            64 => {
                const $lanes: usize = 64;
                $body
            }
            32 => {
                const $lanes: usize = 32;
                $body
            }
            16 => {
                const $lanes: usize = 16;
                $body
            }
            _ => {
                const $lanes: usize = 1;
                $body
            }
        }
    };
}
pub(crate) use with_lanes;

impl Isa {
    /// Every instruction set, narrowest first.
    pub const ALL: [Self; 4] = [Self::Scalar, Self::Neon, Self::Avx2, Self::Avx512];

    /// Whether this processor has it.
    #[inline]
    pub fn is_supported(self) -> bool {
        // One word rather than a probe for each feature: kernels ask this for every piece of a row.
        static SUPPORTED: OnceLock<u8> = OnceLock::new();
        let probe =
            || Self::ALL.iter().filter(|isa| isa.probe()).fold(0, |all, isa| all | 1 << *isa as u8);
        *SUPPORTED.get_or_init(probe) >> self as u8 & 1 == 1
    }

    /// The probes must happen at run time: a build with a static feature floor would fold them to
    /// `true` and run the kernel on processors that lack it.
    fn probe(self) -> bool {
        match self {
            Self::Scalar => true,
            Self::Neon => cfg!(target_arch = "aarch64"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                Self::Avx2.probe()
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512vnni")
            }
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => false,
        }
    }

    /// The instruction sets that this processor has.
    pub fn supported() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|isa| isa.is_supported())
    }

    /// The widest that this processor has, or the one that the environment variable `GIGAPX_SIMD`
    /// names if the processor has that. Chosen at the first call.
    pub fn best() -> Self {
        static BEST: OnceLock<Isa> = OnceLock::new();
        *BEST.get_or_init(|| {
            let forced = std::env::var("GIGAPX_SIMD").ok();
            Self::choose(forced.as_deref())
        })
    }

    /// The name that `GIGAPX_SIMD` takes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Neon => "neon",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// Runs a loop, compiled for this instruction set.
    ///
    /// # Panics
    /// If the processor lacks it.
    #[inline]
    pub(crate) fn run<K: Vectorized>(self, kernel: K) -> K::Output {
        match self {
            Self::Scalar => kernel.run::<One>(),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => kernel.run::<Neon>(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => {
                assert!(self.is_supported());
                // SAFETY: the processor has the features.
                unsafe { avx2(kernel) }
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                assert!(self.is_supported());
                // SAFETY: the processor has the features.
                unsafe { avx512(kernel) }
            }
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => unreachable!("no such processor"),
            #[cfg(not(target_arch = "aarch64"))]
            Self::Neon => unreachable!("no such processor"),
        }
    }

    fn choose(forced: Option<&str>) -> Self {
        Self::supported()
            .find(|isa| Some(isa.name()) == forced)
            .or_else(|| Self::supported().last())
            .unwrap_or(Self::Scalar)
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2<K: Vectorized>(kernel: K) -> K::Output {
    kernel.run::<Avx2>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
fn avx512<K: Vectorized>(kernel: K) -> K::Output {
    kernel.run::<Avx512>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_narrows_the_choice() {
        assert_eq!(Isa::choose(Some("scalar")), Isa::Scalar);
        let widest = Isa::supported().last().unwrap();
        assert_eq!(Isa::choose(None), widest);
        assert_eq!(Isa::choose(Some("no such thing")), widest);
    }
}
