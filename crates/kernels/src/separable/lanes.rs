//! Drives any [`Arithmetic`] along rows, for every instruction set.
//!
//! The loops are written once over blocks of `L` samples and compiled again under each instruction
//! set's features: one sample at a time for the scalar reference, wide blocks that the compiler keeps
//! in vector registers for the others. Floating-point blocks fuse their multiply-adds in every
//! version, so that all agree bit for bit.
//!
//! A line stores its two rows one after the other, each padded to whole blocks.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use raster::Sample;

use super::arithmetic::Arithmetic;
use super::{Lines, Separable, assert_column, assert_row};
use crate::Isa;

pub(super) struct Lanes<A> {
    arithmetic: A,
    channels: usize,
    isa: Isa,
}

impl<A: Arithmetic> Lanes<A> {
    pub(super) fn new(arithmetic: A, channels: usize, isa: Isa) -> Self {
        assert!(isa.is_supported());
        Self { arithmetic, channels, isa }
    }

    const fn block(&self) -> usize {
        match self.isa {
            Isa::Scalar => 1,
            Isa::Avx2 => A::LANES,
        }
    }
}

impl<A: Arithmetic> Separable<A::Source, A::Mid, A::Out> for Lanes<A> {
    fn source_len(&self, n: usize) -> usize {
        n.next_multiple_of(self.block()) + (self.arithmetic.len().0 - 1) * self.channels
    }

    fn line_len(&self, n: usize) -> usize {
        2 * n.next_multiple_of(self.block())
    }

    fn lines(&self) -> usize {
        (self.arithmetic.len().1 + 1).div_ceil(2)
    }

    fn row(&self, source: [&[A::Source]; 2], line: &mut [A::Mid], n: usize) {
        assert_row(self, source, line, n);
        let half = self.line_len(n) / 2;
        let (first, second) = line.split_at_mut(half);
        for (source, out) in source.into_iter().zip([first, &mut second[..half]]) {
            match self.isa {
                #[cfg(target_arch = "x86_64")]
                // SAFETY: `new` has checked that the processor has AVX2 and FMA.
                Isa::Avx2 => unsafe { row_avx2(&self.arithmetic, source, out, self.channels) },
                _ => row::<A, 1>(&self.arithmetic, source, out, self.channels),
            }
        }
    }

    fn column(&self, lines: &Lines<'_, A::Mid>, out: [&mut [A::Out]; 2]) {
        assert_column(self, lines, &out);
        let half = self.line_len(out[0].len()) / 2;
        for (parity, out) in out.into_iter().enumerate() {
            match self.isa {
                #[cfg(target_arch = "x86_64")]
                // SAFETY: `new` has checked that the processor has AVX2 and FMA.
                Isa::Avx2 => unsafe { column_avx2(&self.arithmetic, lines, half, parity, out) },
                _ => column::<A, 1>(&self.arithmetic, lines, half, parity, out),
            }
        }
    }
}

#[inline(always)]
fn row<A: Arithmetic, const L: usize>(
    arithmetic: &A,
    source: &[A::Source],
    out: &mut [A::Mid],
    channels: usize,
) {
    for (block, out) in out.as_chunks_mut::<L>().0.iter_mut().enumerate() {
        *out = arithmetic.row::<L>(&source[block * L..], channels);
    }
}

/// `parity` is the line row under the first tap; `half` where a line's second row begins.
#[inline(always)]
fn column<A: Arithmetic, const L: usize>(
    arithmetic: &A,
    lines: &Lines<'_, A::Mid>,
    half: usize,
    parity: usize,
    out: &mut [A::Out],
) {
    let filter = |at: usize| -> [A::Out; L] {
        arithmetic.column(|tap| {
            let row = tap + parity;
            let start = (row % 2) * half + at;
            lines.line(row / 2)[start..].first_chunk().expect("rows are padded to blocks")
        })
    };
    let (blocks, tail) = out.as_chunks_mut::<L>();
    let whole = blocks.len() * L;
    for (block, out) in blocks.iter_mut().enumerate() {
        *out = filter(block * L);
    }
    if !tail.is_empty() {
        tail.copy_from_slice(&filter(whole)[..tail.len()]);
    }
}

macro_rules! compile_for {
    ($features:literal, $row:ident, $column:ident) => {
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = $features)]
        fn $row<A: Arithmetic>(
            arithmetic: &A,
            source: &[A::Source],
            out: &mut [A::Mid],
            channels: usize,
        ) {
            match A::LANES {
                64 => row::<A, 64>(arithmetic, source, out, channels),
                _ => row::<A, 32>(arithmetic, source, out, channels),
            }
        }

        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = $features)]
        fn $column<A: Arithmetic>(
            arithmetic: &A,
            lines: &Lines<'_, A::Mid>,
            half: usize,
            parity: usize,
            out: &mut [A::Out],
        ) where
            A::Out: Sample,
        {
            match A::LANES {
                64 => column::<A, 64>(arithmetic, lines, half, parity, out),
                _ => column::<A, 32>(arithmetic, lines, half, parity, out),
            }
        }
    };
}

compile_for!("avx2,fma", row_avx2, column_avx2);
