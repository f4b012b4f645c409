//! Along rows.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use std::marker::PhantomData;
use std::ops::Range;

use raster::{Depth, Sample};

use super::{Form, From};
use crate::Isa;
use crate::isa::{Vectorized, Vectors};
use crate::separable::plane::row_len;
use crate::separable::{PAD, RowPass, assert_row};
use crate::vector::{Element, Vector};

/// A pass along rows.
pub(in crate::separable) struct FirRow<S, M> {
    pub(in crate::separable) taps: Vec<M>,
    pub(in crate::separable) form: Form,
    pub(in crate::separable) channels: usize,
    pub(in crate::separable) isa: Isa,
    pub(in crate::separable) source: PhantomData<S>,
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
                (Form::Chain, 16) if M::In::<V>::SHIFTS && pass.channels == 1 => {
                    neighbours::<V, M, 4>(pass, source, row, n);
                }
                (Form::Chain, 8) if M::In::<V>::SHIFTS && pass.channels == 1 => {
                    neighbours::<V, M, 8>(pass, source, row, n);
                }
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

/// As [`chain`], of one channel, where registers shift. A load that crosses a line of the cache takes
/// almost two cycles; so every other tap has most of its samples from two registers of a block, side by
/// side with the loads of the others. The last register of a block is loaded, so that nothing is read
/// that [`chain`] would not read.
///
/// # Safety
/// As [`chain`].
#[inline(always)]
unsafe fn neighbours<V: Vectors, M: Element, const R: usize>(
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
            for (i, taps) in pass.taps.chunks(lanes).enumerate() {
                add_neighbours::<V, M, R>(&mut sums, taps, source.add(at + i * lanes));
            }
            for (r, sum) in sums.into_iter().enumerate() {
                sum.store(row.add(at + r * lanes));
            }
        }
    }
}

/// Adds the products of a register's number of taps at most.
///
/// # Safety
/// The processor has `V`; from `source` on, `R` registers and as many samples more as there are taps
/// but one are readable.
#[inline(always)]
unsafe fn add_neighbours<V: Vectors, M: Element, const R: usize>(
    sums: &mut [M::In<V>; R],
    taps: &[M],
    source: *const M,
) {
    let lanes = <M::In<V> as Vector<M>>::LANES;
    // SAFETY: by the contract.
    unsafe {
        let mut first = [M::In::<V>::splat(M::zeroed()); R];
        for (r, first) in first.iter_mut().enumerate() {
            *first = M::In::<V>::load(source.add(r * lanes));
        }
        macro_rules! add {
            ($($n:literal)*) => {$(
                if $n == taps.len() {
                    return;
                }
                let tap = M::In::<V>::splat(taps[$n]);
                for r in 0..R {
                    let samples = match $n {
                        0 => first[r],
                        _ if $n % 2 == 1 && r + 1 < R => first[r].shift::<{ $n }>(first[r + 1]),
                        _ => M::In::<V>::load(source.add(r * lanes + $n)),
                    };
                    sums[r] = samples.fma(tap, sums[r]);
                }
            )*};
        }
        add!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
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
