//! Kernels on bytes whose sums fit 16 bits: derivatives and their like, and the smallest Gaussians.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use std::marker::PhantomData;

use raster::{Depth, Sample};

use super::fir::{self, Finish, FirColumn, FirRow, Form};
use super::{Separable, Symmetry, Taps};
use crate::Isa;
use crate::isa::Vectors;
use crate::vector::{Vector, Words};

impl fir::From<u8> for i16 {
    #[inline(always)]
    fn of(sample: u8) -> Self {
        sample.into()
    }

    #[inline(always)]
    unsafe fn load<V: Vectors>(source: *const u8) -> Option<V::I16> {
        // SAFETY: by the contract.
        Some(unsafe { V::I16::widen(source) })
    }
}

/// Sums that fit int16, saturated to the depth of the result.
pub(super) fn small8<D: Sample>(
    taps: &Taps<i16>,
    offset: i16,
    channels: usize,
    isa: Isa,
) -> Separable<u8, i16, D> {
    separable(taps, offset, Saturated, channels, isa)
}

/// Gaussian taps such as 64 128 64 are multiples of a power of two, which can be taken out: with
/// 1 2 1 all sums fit uint16, in both axes together. `None` if they would not, or if there is a faster
/// kernel: from 5 taps on, AVX2 and AVX-512 multiply neighbouring bytes of one channel as they are.
pub(super) fn tiny8(taps: &Taps<u32>, channels: usize, isa: Isa) -> Option<Separable<u8, i16, u8>> {
    let taps_of_an_axis = taps.x.len().max(taps.y.len());
    if matches!(isa, Isa::Avx2 | Isa::Avx512) && channels == 1 && taps_of_an_axis > 3 {
        return None;
    }
    let common =
        |axis: &[u32]| axis.iter().map(|tap| tap.trailing_zeros()).min().unwrap_or(0).min(8);
    let (x, y) = (common(&taps.x), common(&taps.y));
    let shift = 16 - x - y;
    // 255 * 2^shift and the rounding, 2^(shift - 1), must fit.
    if shift > 8 {
        return None;
    }
    let reduced = |axis: &[u32], by: u32| axis.iter().map(|tap| (tap >> by) as i16).collect();
    let taps = Taps { x: reduced(&taps.x, x), y: reduced(&taps.y, y) };
    let half = (1u16 << shift) >> 1;
    Some(separable(&taps, half as i16, Shifted { shift }, channels, isa))
}

fn separable<D: Sample>(
    taps: &Taps<i16>,
    offset: i16,
    finish: impl Finish<i16, D> + 'static,
    channels: usize,
    isa: Isa,
) -> Separable<u8, i16, D> {
    let real = |axis: &[i16]| axis.iter().map(|&tap| f64::from(tap)).collect::<Vec<_>>();
    let row = FirRow {
        taps: taps.x.clone(),
        form: Form::of(&real(&taps.x)),
        channels,
        isa,
        source: PhantomData,
    };
    let column = FirColumn {
        taps: taps.y.clone(),
        symmetry: Symmetry::of(&real(&taps.y)),
        offset,
        finish,
        reach: (taps.x.len() - 1) * channels,
        isa,
        out: PhantomData,
    };
    Separable { row: Box::new(row), column: Box::new(column) }
}

struct Saturated;

impl<D: Sample> Finish<i16, D> for Saturated {
    #[inline(always)]
    fn finish(&self, sums: &[i16], out: &mut [D]) {
        for (out, sum) in out.iter_mut().zip(sums) {
            *out = D::from_i16(*sum);
        }
    }

    #[inline(always)]
    unsafe fn store<V: Vectors>(&self, sum: V::I16, out: *mut D) -> bool {
        if D::DEPTH == Depth::I16 {
            // SAFETY: by the contract; `D` is `i16`.
            unsafe { sum.store(out.cast()) };
        }
        D::DEPTH == Depth::I16
    }
}

/// Unsigned sums in so many fraction bits, rounding already added.
struct Shifted {
    shift: u32,
}

impl Finish<i16, u8> for Shifted {
    #[inline(always)]
    fn finish(&self, sums: &[i16], out: &mut [u8]) {
        for (out, sum) in out.iter_mut().zip(sums) {
            *out = (*sum as u16 >> self.shift) as u8;
        }
    }

    #[inline(always)]
    unsafe fn store<V: Vectors>(&self, sum: V::I16, out: *mut u8) -> bool {
        // SAFETY: by the contract.
        unsafe { sum.narrow(self.shift, out) };
        true
    }
}
