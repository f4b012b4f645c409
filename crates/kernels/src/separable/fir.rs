//! Sums over taps, in registers: along rows and down columns.
//!
//! The order of the operations is what `docs/design/exactness.md` defines: a row is summed in ascending
//! order, a mirrored column from its centre outwards, any other column in ascending order. For 16-bit
//! integers, whose sums are exact modulo 2^16, any order would do.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use std::marker::PhantomData;
use std::ops::Range;

use raster::{Depth, Sample};

use super::plane::{Rows, row_len};
use super::{ColumnPass, Lines, PAD, RowPass, Symmetry, assert_column, assert_row};
use crate::Isa;
use crate::isa::{Vectorized, Vectors};
use crate::vector::{Element, Vector};

/// What a row or column is summed in, from source samples `S`.
pub(super) trait From<S>: Element {
    /// The sample; exact, or rounded once.
    fn of(sample: S) -> Self;

    /// A register of samples, if there is an instruction for it.
    ///
    /// # Safety
    /// The processor has `V`, and a register of samples is readable.
    #[inline(always)]
    unsafe fn load<V: Vectors>(_source: *const S) -> Option<Self::In<V>> {
        None
    }
}

/// How a row is summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// s = 0; ascending: s = x * k + s.
    Chain,
    /// The short forms of mirrored rows of 3 and 5 taps.
    Even3,
    Even5,
    Odd3,
    Odd5,
}

impl Form {
    /// The shortest for these taps.
    pub(super) fn of(taps: &[f64]) -> Self {
        match (Symmetry::of(taps), taps.len()) {
            (Symmetry::Even, 3) => Self::Even3,
            (Symmetry::Even, 5) => Self::Even5,
            (Symmetry::Odd, 3) => Self::Odd3,
            (Symmetry::Odd, 5) => Self::Odd5,
            _ => Self::Chain,
        }
    }
}

/// A pass along rows.
pub(super) struct FirRow<S, M> {
    pub(super) taps: Vec<M>,
    pub(super) form: Form,
    pub(super) channels: usize,
    pub(super) isa: Isa,
    pub(super) source: PhantomData<S>,
}

impl<S, M> FirRow<S, M> {
    const fn reach(&self) -> usize {
        (self.taps.len() - 1) * self.channels
    }
}

impl<S: Sample, M: From<S>> RowPass<S, M> for FirRow<S, M> {
    fn source_len(&self, n: usize) -> usize {
        n.next_multiple_of(PAD) + self.reach()
    }

    fn line_len(&self, n: usize) -> usize {
        2 * row_len(n, self.reach())
    }

    fn run(&self, source: [&[S]; 2], line: &mut [M], n: usize, range: Range<usize>) {
        assert_row(self, source, line, n, &range);
        let row_len = row_len(n, self.reach());
        // What the piece reads, and may write: whole blocks and the reach beyond them.
        let piece = range.start..range.end.next_multiple_of(PAD) + self.reach();
        for (source, row) in source.into_iter().zip(line.chunks_exact_mut(row_len)) {
            let (source, row) = (&source[piece.clone()], &mut row[piece.clone()]);
            self.isa.run(RowRun { pass: self, source, row, n: range.len() });
        }
    }
}

struct RowRun<'a, S, M> {
    pass: &'a FirRow<S, M>,
    /// `n` samples, padded, and the reach of the taps.
    source: &'a [S],
    /// As many.
    row: &'a mut [M],
    n: usize,
}

impl<S: Sample, M: From<S>> Vectorized for RowRun<'_, S, M> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        let Self { pass, source, row, n } = self;
        // SAFETY: `Isa::run` compiles this for registers that the processor has; the source and the
        // row hold `n`, padded, and the reach of the taps.
        unsafe {
            if pass.form != Form::Chain && M::load::<V>(source.as_ptr()).is_some() {
                let load = |at: usize| {
                    let register = M::load::<V>(source.as_ptr().add(at));
                    register.unwrap_or_else(|| M::In::<V>::splat(M::zeroed()))
                };
                short::<V, M>(pass, load, row.as_mut_ptr(), n);
                return;
            }
            let is_same = S::DEPTH == Depth::F32 && size_of::<M>() == size_of::<f32>();
            let source = if is_same {
                source.as_ptr().cast::<M>()
            } else {
                for (out, sample) in row.iter_mut().zip(source) {
                    *out = M::of(*sample);
                }
                row.as_ptr()
            };
            let row = row.as_mut_ptr();
            match (pass.form, <M::In<V> as Vector<M>>::LANES) {
                (Form::Chain, 1) => chain::<V, M, 1>(pass, source, row, n),
                (Form::Chain, 32) => chain::<V, M, 2>(pass, source, row, n),
                (Form::Chain, 16) => chain::<V, M, 4>(pass, source, row, n),
                (Form::Chain, _) => chain::<V, M, 8>(pass, source, row, n),
                _ => short::<V, M>(pass, |at| M::In::<V>::load(source.add(at)), row, n),
            }
        }
    }
}

/// Filters a row. `source` may be the row itself: what is written has been read for the last time.
///
/// # Safety
/// The processor has `V`; from `source` on, `n` samples, padded to [`PAD`], and the taps' reach beyond
/// them are readable, and as many are writable from `row` on.
#[inline(always)]
unsafe fn chain<V: Vectors, M: Element, const R: usize>(
    pass: &FirRow<impl Copy, M>,
    source: *const M,
    row: *mut M,
    n: usize,
) {
    let lanes = <M::In<V> as Vector<M>>::LANES;
    for at in (0..n).step_by(R * lanes) {
        // SAFETY: by the contract; a block ends at the padding at most.
        unsafe {
            let mut sums = [M::In::<V>::splat(M::zeroed()); R];
            let mut source = source.add(at);
            for &tap in &pass.taps {
                let tap = M::In::<V>::splat(tap);
                for (r, sum) in sums.iter_mut().enumerate() {
                    *sum = M::In::<V>::load(source.add(r * lanes)).fma(tap, *sum);
                }
                source = source.wrapping_add(pass.channels);
            }
            for (r, sum) in sums.into_iter().enumerate() {
                sum.store(row.add(at + r * lanes));
            }
        }
    }
}

/// As [`chain`], by a short form. `load` is how samples are read, which may be in the row itself.
///
/// # Safety
/// As [`chain`], and for `load` as well.
#[inline(always)]
unsafe fn short<V: Vectors, M: Element>(
    pass: &FirRow<impl Copy, M>,
    load: impl Fn(usize) -> M::In<V>,
    row: *mut M,
    n: usize,
) {
    let FirRow { taps, form, channels, .. } = pass;
    // SAFETY: by the contract; a register ends at the padding at most.
    unsafe {
        let k = |j: usize| M::In::<V>::splat(taps[taps.len() / 2 + j]);
        macro_rules! each {
            (|$($x:ident = $index:literal),*| $sum:expr) => {
                for at in (0..n).step_by(<M::In<V> as Vector<M>>::LANES) {
                    $(let $x = load(at + $index * channels);)*
                    $sum.store(row.add(at));
                }
            };
        }
        match form {
            Form::Even3 => {
                let (k0, k1) = (k(0), k(1));
                each!(|a = 0, b = 1, c = 2| b.fma(k0, a.plus(c).times(k1)));
            }
            Form::Even5 => {
                let (k0, k1, k2) = (k(0), k(1), k(2));
                each!(|a = 0, b = 1, c = 2, d = 3, e = 4| a
                    .plus(e)
                    .fma(k2, c.fma(k0, b.plus(d).times(k1))));
            }
            Form::Odd3 => {
                let k1 = k(1);
                each!(|a = 0, c = 2| c.minus(a).times(k1));
            }
            Form::Odd5 => {
                let (k1, k2) = (k(1), k(2));
                each!(|a = 0, b = 1, d = 3, e = 4| e.minus(a).fma(k2, d.minus(b).times(k1)));
            }
            Form::Chain => unreachable!("not short"),
        }
    }
}

/// What becomes of the sums of a column.
pub(super) trait Finish<M: Element, D>: Send + Sync {
    /// Converts sums into results of the same number.
    fn finish(&self, sums: &[M], out: &mut [D]);

    /// Converts a register of sums and stores it, if there are instructions for it; says whether it
    /// did.
    ///
    /// # Safety
    /// The processor has `V`, and a register of results is writable.
    #[inline(always)]
    unsafe fn store<V: Vectors>(&self, _sum: M::In<V>, _out: *mut D) -> bool {
        false
    }
}

/// A pass down columns.
pub(super) struct FirColumn<M, D, F> {
    pub(super) taps: Vec<M>,
    pub(super) symmetry: Symmetry,
    /// What sums start with.
    pub(super) offset: M,
    pub(super) finish: F,
    /// Samples that a row of the lines has beyond those of the result.
    pub(super) reach: usize,
    pub(super) isa: Isa,
    pub(super) out: PhantomData<D>,
}

impl<M: Element, D: Sample, F: Finish<M, D>> ColumnPass<M, D> for FirColumn<M, D, F> {
    fn lines(&self) -> usize {
        (self.taps.len() + 1).div_ceil(2)
    }

    fn run(&self, lines: &Lines<'_, M>, n: usize, at: usize, out: [&mut [D]; 2]) {
        let row_len = row_len(n, self.reach);
        assert_column(self, lines, 2 * row_len, n, at, &out);
        self.isa.run(ColumnRun { pass: self, rows: Rows::new(lines, row_len), at, out });
    }
}

struct ColumnRun<'a, M, D, F> {
    pass: &'a FirColumn<M, D, F>,
    rows: Rows<'a, M>,
    at: usize,
    out: [&'a mut [D]; 2],
}

impl<M: Element, D: Sample, F: Finish<M, D>> Vectorized for ColumnRun<'_, M, D, F> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        // SAFETY: `Isa::run` compiles this for registers that the processor has; `assert_column` has
        // found all rows of the window, each of them padded.
        unsafe {
            match (V::BYTES, <M::In<V> as Vector<M>>::LANES) {
                (_, 1) => self.blocks::<V, 1>(),
                // Sixteen registers, or wide ones of which four would leave the padding.
                (32, _) | (_, 32) => self.blocks::<V, 2>(),
                _ => self.blocks::<V, 4>(),
            }
        }
    }
}

/// Samples of a block at most.
const BLOCK: usize = PAD;

impl<M: Element, D: Sample, F: Finish<M, D>> ColumnRun<'_, M, D, F> {
    /// Makes both rows, `R` registers of each at a time.
    ///
    /// # Safety
    /// The processor has `V`; there is one row more than there are taps, each holding the samples of
    /// the result, padded to [`PAD`].
    #[inline(always)]
    unsafe fn blocks<V: Vectors, const R: usize>(self) {
        let Self { pass, rows, at, out: [first, second] } = self;
        let block = R * <M::In<V> as Vector<M>>::LANES;
        let blocks = first.chunks_mut(block).zip(second.chunks_mut(block));
        for (index, (first, second)) in blocks.enumerate() {
            let at = at + index * block;
            // SAFETY: by the contract; a block ends at the padding at most.
            let sums = unsafe {
                match pass.symmetry {
                    Symmetry::Even => pass.mirrored::<V, R, true>(&rows, at),
                    Symmetry::Odd => pass.mirrored::<V, R, false>(&rows, at),
                    Symmetry::None => pass.ascending::<V, R>(&rows, at),
                }
            };
            for (sums, out) in sums.into_iter().zip([first, second]) {
                // SAFETY: by the contract.
                unsafe { finish::<V, M, D, F, R>(&pass.finish, sums, out) };
            }
        }
    }
}

/// Converts the sums of a block and writes as many as there is room for.
///
/// # Safety
/// The processor has `V`.
#[inline(always)]
unsafe fn finish<V: Vectors, M: Element, D: Sample, F: Finish<M, D>, const R: usize>(
    finish: &F,
    sums: [M::In<V>; R],
    out: &mut [D],
) {
    let lanes = <M::In<V> as Vector<M>>::LANES;
    // SAFETY: by the contract; the results fit where they are stored directly, and `BLOCK` holds the
    // sums of a block.
    unsafe {
        if out.len() == R * lanes {
            let mut stored = true;
            for (r, sum) in sums.into_iter().enumerate() {
                stored &= finish.store::<V>(sum, out.as_mut_ptr().add(r * lanes));
            }
            if stored {
                return;
            }
        }
        let mut block = [M::zeroed(); BLOCK];
        for (r, sum) in sums.into_iter().enumerate() {
            sum.store(block.as_mut_ptr().add(r * lanes));
        }
        finish.finish(&block[..out.len()], out);
    }
}

impl<M: Element, D, F> FirColumn<M, D, F> {
    /// From the centre outwards. A step looks at two rows for each output, of which one was read in
    /// the step before, for the other output.
    ///
    /// # Safety
    /// As [`blocks`](ColumnRun::blocks).
    #[inline(always)]
    unsafe fn mirrored<V: Vectors, const R: usize, const EVEN: bool>(
        &self,
        rows: &Rows<'_, M>,
        at: usize,
    ) -> [[M::In<V>; R]; 2] {
        let c = self.taps.len() / 2;
        // SAFETY: by the contract.
        unsafe {
            let offset = M::In::<V>::splat(self.offset);
            let (mut above, mut below) =
                (load::<V, M, R>(rows, c, at), load::<V, M, R>(rows, c + 1, at));
            let mut sums = [[offset; R]; 2];
            if EVEN {
                let tap = M::In::<V>::splat(self.taps[c]);
                for r in 0..R {
                    sums[0][r] = above[r].fma(tap, offset);
                    sums[1][r] = below[r].fma(tap, offset);
                }
            }
            for j in 1..=c {
                let tap = M::In::<V>::splat(*self.taps.get_unchecked(c + j));
                let higher = load::<V, M, R>(rows, c - j, at);
                let lower = load::<V, M, R>(rows, c + 1 + j, at);
                for r in 0..R {
                    let pairs = if EVEN {
                        [below[r].plus(higher[r]), lower[r].plus(above[r])]
                    } else {
                        [below[r].minus(higher[r]), lower[r].minus(above[r])]
                    };
                    sums[0][r] = pairs[0].fma(tap, sums[0][r]);
                    sums[1][r] = pairs[1].fma(tap, sums[1][r]);
                }
                (above, below) = (higher, lower);
            }
            sums
        }
    }

    /// # Safety
    /// As [`blocks`](ColumnRun::blocks).
    #[inline(always)]
    unsafe fn ascending<V: Vectors, const R: usize>(
        &self,
        rows: &Rows<'_, M>,
        at: usize,
    ) -> [[M::In<V>; R]; 2] {
        // SAFETY: by the contract.
        unsafe {
            let mut sums = [[M::In::<V>::splat(self.offset); R]; 2];
            let mut row = load::<V, M, R>(rows, 0, at);
            for (j, &tap) in self.taps.iter().enumerate() {
                let tap = M::In::<V>::splat(tap);
                let next = load::<V, M, R>(rows, j + 1, at);
                for r in 0..R {
                    sums[0][r] = row[r].fma(tap, sums[0][r]);
                    sums[1][r] = next[r].fma(tap, sums[1][r]);
                }
                row = next;
            }
            sums
        }
    }
}

/// `R` registers of row `index`.
///
/// # Safety
/// The processor has `V`, the rows have such a row, and it holds the samples.
#[inline(always)]
unsafe fn load<V: Vectors, M: Element, const R: usize>(
    rows: &Rows<'_, M>,
    index: usize,
    at: usize,
) -> [M::In<V>; R] {
    // SAFETY: by the contract.
    unsafe {
        let start = rows.start(index).add(at);
        let mut registers = [M::In::<V>::splat(M::zeroed()); R];
        for (r, register) in registers.iter_mut().enumerate() {
            *register = M::In::<V>::load(start.add(r * <M::In<V> as Vector<M>>::LANES));
        }
        registers
    }
}
