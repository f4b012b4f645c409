//! The arithmetic of each depth, written once.
//!
//! An [`Arithmetic`] filters `L` neighbouring samples. With `L` = 1 it is the scalar reference that
//! defines the result; wider instances are the same statements over arrays, which the compiler turns
//! into vectors. The formulas are `OpenCV`'s (`docs/design/exactness.md`).

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use bytemuck::Pod;
use raster::Sample;

use super::Taps;

/// How samples of one depth are filtered.
pub(super) trait Arithmetic: Send + Sync {
    type Source: Sample;
    type Mid: Pod + Send + Sync;
    type Out: Sample;

    /// Samples that the vector versions filter at once: as many as 16 registers of 256 bits hold sums
    /// of, since fewer would leave multiply-adds waiting for each other. 32 or 64.
    const LANES: usize;

    /// Taps along a row and down a column.
    fn len(&self) -> (usize, usize);

    /// The row pass of `L` samples; taps lie `channels` samples apart in `source`.
    fn row<const L: usize>(&self, source: &[Self::Source], channels: usize) -> [Self::Mid; L];

    /// The column pass of `L` samples; `row(i)` is the row under tap `i`.
    fn column<'a, const L: usize>(
        &self,
        row: impl Fn(usize) -> &'a [Self::Mid; L],
    ) -> [Self::Out; L];
}

/// `L` samples from `at` on.
#[inline(always)]
fn lanes<T, const L: usize>(source: &[T], at: usize) -> &[T; L] {
    source[at..].first_chunk().expect("the entry checks the length")
}

/// Exact sums of 8-bit samples under taps of 8 fraction bits, rounded once, half up.
///
/// The row sum is at most 255 * 256 and fits 16 bits; the column sum is below 2^24.
pub(super) struct Fixed8 {
    pub(super) taps: Taps<u32>,
}

impl Fixed8 {
    pub(super) const ONE: u32 = 1 << 8;
}

impl Arithmetic for Fixed8 {
    type Source = u8;
    type Mid = u16;
    type Out = u8;

    const LANES: usize = 64;

    fn len(&self) -> (usize, usize) {
        (self.taps.x.len(), self.taps.y.len())
    }

    #[inline(always)]
    fn row<const L: usize>(&self, source: &[u8], channels: usize) -> [u16; L] {
        let mut sum = [0u16; L];
        for (j, &tap) in self.taps.x.iter().enumerate() {
            let x = lanes::<_, L>(source, j * channels);
            for i in 0..L {
                sum[i] = sum[i].wrapping_add(u16::from(x[i]).wrapping_mul(tap as u16));
            }
        }
        sum
    }

    #[inline(always)]
    fn column<'a, const L: usize>(&self, row: impl Fn(usize) -> &'a [u16; L]) -> [u8; L] {
        let mut sum = [1u32 << 15; L];
        for (j, &tap) in self.taps.y.iter().enumerate() {
            let r = row(j);
            for i in 0..L {
                sum[i] += u32::from(r[i]) * tap;
            }
        }
        sum.map(|sum| (sum >> 16) as u8)
    }
}

/// Exact sums of 16-bit samples under taps of 16 fraction bits, rounded once, half up.
///
/// The row sum is at most 65535 * 65536 and fits 32 bits; the column sum is below 2^48.
pub(super) struct Fixed16 {
    pub(super) taps: Taps<u32>,
}

impl Fixed16 {
    pub(super) const ONE: u64 = 1 << 16;
}

impl Arithmetic for Fixed16 {
    type Source = u16;
    type Mid = u32;
    type Out = u16;

    const LANES: usize = 32;

    fn len(&self) -> (usize, usize) {
        (self.taps.x.len(), self.taps.y.len())
    }

    #[inline(always)]
    fn row<const L: usize>(&self, source: &[u16], channels: usize) -> [u32; L] {
        let mut sum = [0u32; L];
        for (j, &tap) in self.taps.x.iter().enumerate() {
            let x = lanes::<_, L>(source, j * channels);
            for i in 0..L {
                sum[i] += u32::from(x[i]) * tap;
            }
        }
        sum
    }

    #[inline(always)]
    fn column<'a, const L: usize>(&self, row: impl Fn(usize) -> &'a [u32; L]) -> [u16; L] {
        let mut sum = [1u64 << 31; L];
        for (j, &tap) in self.taps.y.iter().enumerate() {
            let r = row(j);
            for i in 0..L {
                sum[i] += u64::from(r[i]) * u64::from(tap);
            }
        }
        sum.map(|sum| (sum >> 32) as u16)
    }
}

macro_rules! chains {
    ($float:ty) => {
        /// s = 0; ascending: s = fma(x[j], k[j], s).
        #[inline(always)]
        pub(super) fn row<S: Copy + Into<$float>, const L: usize>(
            taps: &[$float],
            source: &[S],
            channels: usize,
        ) -> [$float; L] {
            let mut sum = [0.0; L];
            for (j, &tap) in taps.iter().enumerate() {
                let x = super::lanes::<S, L>(source, j * channels);
                for i in 0..L {
                    sum[i] = x[i].into().mul_add(tap, sum[i]);
                }
            }
            sum
        }

        /// The symmetric chain: s = fma(r[c], k[c], 0); outwards: s = fma(r[c+i] + r[c-i], k[c+i], s).
        #[inline(always)]
        pub(super) fn column<'a, const L: usize>(
            taps: &[$float],
            row: impl Fn(usize) -> &'a [$float; L],
        ) -> [$float; L] {
            let c = taps.len() / 2;
            let centre = row(c);
            let mut sum = [0.0; L];
            for i in 0..L {
                sum[i] = centre[i].mul_add(taps[c], 0.0);
            }
            for j in 1..=c {
                let (below, above) = (row(c + j), row(c - j));
                for i in 0..L {
                    sum[i] = (below[i] + above[i]).mul_add(taps[c + j], sum[i]);
                }
            }
            sum
        }
    };
}

mod single {
    chains!(f32);
}

mod double {
    chains!(f64);
}

/// Float32 samples: float32 chains, and for 3 and 5 taps the shorter row forms that `OpenCV` uses.
pub(super) struct Float {
    pub(super) taps: Taps<f32>,
}

impl Arithmetic for Float {
    type Source = f32;
    type Mid = f32;
    type Out = f32;

    const LANES: usize = 64;

    fn len(&self) -> (usize, usize) {
        (self.taps.x.len(), self.taps.y.len())
    }

    #[inline(always)]
    fn row<const L: usize>(&self, source: &[f32], channels: usize) -> [f32; L] {
        let x = |j: usize| lanes::<_, L>(source, j * channels);
        match *self.taps.x.as_slice() {
            [_, k1, k2] => {
                let (x0, x1, x2) = (x(0), x(1), x(2));
                let mut sum = [0.0; L];
                for i in 0..L {
                    sum[i] = x1[i].mul_add(k1, (x0[i] + x2[i]) * k2);
                }
                sum
            }
            [_, _, k2, k3, k4] => {
                let (x0, x1, x2, x3, x4) = (x(0), x(1), x(2), x(3), x(4));
                let mut sum = [0.0; L];
                for i in 0..L {
                    let inner = x2[i].mul_add(k2, (x1[i] + x3[i]) * k3);
                    sum[i] = (x0[i] + x4[i]).mul_add(k4, inner);
                }
                sum
            }
            _ => single::row(&self.taps.x, source, channels),
        }
    }

    #[inline(always)]
    fn column<'a, const L: usize>(&self, row: impl Fn(usize) -> &'a [f32; L]) -> [f32; L] {
        single::column(&self.taps.y, row)
    }
}

/// Int16 samples: float32 chains, rounded half to even and saturated.
pub(super) struct FloatFrom16 {
    pub(super) taps: Taps<f32>,
}

impl Arithmetic for FloatFrom16 {
    type Source = i16;
    type Mid = f32;
    type Out = i16;

    const LANES: usize = 64;

    fn len(&self) -> (usize, usize) {
        (self.taps.x.len(), self.taps.y.len())
    }

    #[inline(always)]
    fn row<const L: usize>(&self, source: &[i16], channels: usize) -> [f32; L] {
        single::row(&self.taps.x, source, channels)
    }

    #[inline(always)]
    fn column<'a, const L: usize>(&self, row: impl Fn(usize) -> &'a [f32; L]) -> [i16; L] {
        single::column(&self.taps.y, row).map(|sum| sum.round_ties_even() as i16)
    }
}

/// Int32 samples: float64 chains, rounded half to even and saturated.
pub(super) struct Double {
    pub(super) taps: Taps<f64>,
}

impl Arithmetic for Double {
    type Source = i32;
    type Mid = f64;
    type Out = i32;

    const LANES: usize = 32;

    fn len(&self) -> (usize, usize) {
        (self.taps.x.len(), self.taps.y.len())
    }

    #[inline(always)]
    fn row<const L: usize>(&self, source: &[i32], channels: usize) -> [f64; L] {
        double::row(&self.taps.x, source, channels)
    }

    #[inline(always)]
    fn column<'a, const L: usize>(&self, row: impl Fn(usize) -> &'a [f64; L]) -> [i32; L] {
        double::column(&self.taps.y, row).map(|sum| sum.round_ties_even() as i32)
    }
}
