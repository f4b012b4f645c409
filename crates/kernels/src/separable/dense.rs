//! Kernels of two dimensions.
//!
//! The row pass converts two source rows with their reach into a line; the column pass sums over the
//! taps of both dimensions, in row-major order, those that are not zero.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use std::marker::PhantomData;
use std::ops::Range;

use raster::Sample;

use super::chain::Rounded;
use super::fir::Finish;
use super::plane::{Rows, row_len};
use super::{ColumnPass, Float, Lines, PAD, Real, RowPass, Separable, assert_column, assert_row};
use crate::Isa;
use crate::isa::{Vectorized, Vectors};
use crate::vector::Vector;

/// A kernel of two dimensions.
#[derive(Clone, Debug, PartialEq)]
pub struct Kernel2d {
    /// Row by row.
    pub taps: Vec<f64>,
    /// Taps of a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// What is added: a sum starts with it, or is scaled first and then gets it.
    pub offset: f64,
    /// What a sum is multiplied by in the end, if anything.
    pub scale: Option<f64>,
}

pub(super) fn dense<S, M, D>(kernel: &Kernel2d, channels: usize, isa: Isa) -> Separable<S, M, D>
where
    S: Sample,
    M: Float<S>,
    D: Sample,
{
    assert_eq!(kernel.taps.len(), kernel.width * kernel.height);
    let reach = (kernel.width - 1) * channels;
    let taps = kernel.taps.iter().enumerate().map(|(i, &tap)| Tap {
        row: i / kernel.width,
        shift: i % kernel.width * channels,
        value: M::from_f64(tap),
    });
    let column = DenseColumn {
        taps: taps.filter(|tap| tap.value != M::zeroed()).collect(),
        height: kernel.height,
        reach,
        offset: M::from_f64(kernel.offset),
        scale: kernel.scale.map(M::from_f64),
        isa,
        out: PhantomData,
    };
    Separable {
        row: Box::new(Convert { reach, isa, types: PhantomData::<(S, M)> }),
        column: Box::new(column),
    }
}

/// The row pass that only converts.
struct Convert<S, M> {
    reach: usize,
    isa: Isa,
    types: PhantomData<(S, M)>,
}

impl<S: Sample, M: Float<S>> RowPass<S, M> for Convert<S, M> {
    fn source_len(&self, n: usize) -> usize {
        n + self.reach
    }

    fn line_len(&self, n: usize) -> usize {
        2 * row_len(n, self.reach)
    }

    fn run(&self, source: [&[S]; 2], line: &mut [M], n: usize, range: Range<usize>) {
        assert_row(self, source, line, n, &range);
        let piece = range.start..range.end + self.reach;
        for (source, out) in source.into_iter().zip(line.chunks_exact_mut(row_len(n, self.reach))) {
            self.isa
                .run(ConvertRun { source: &source[piece.clone()], out: &mut out[piece.clone()] });
        }
    }
}

struct ConvertRun<'a, S, M> {
    source: &'a [S],
    out: &'a mut [M],
}

impl<S: Sample, M: Float<S>> Vectorized for ConvertRun<'_, S, M> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        for (out, sample) in self.out.iter_mut().zip(self.source) {
            *out = M::of(*sample);
        }
    }
}

struct Tap<M> {
    row: usize,
    shift: usize,
    value: M,
}

struct DenseColumn<M, D> {
    taps: Vec<Tap<M>>,
    height: usize,
    reach: usize,
    offset: M,
    scale: Option<M>,
    isa: Isa,
    out: PhantomData<D>,
}

impl<M: Real, D: Sample> ColumnPass<M, D> for DenseColumn<M, D> {
    fn lines(&self) -> usize {
        (self.height + 1).div_ceil(2)
    }

    fn run(&self, lines: &Lines<'_, M>, n: usize, at: usize, out: [&mut [D]; 2]) {
        let row_len = row_len(n, self.reach);
        assert_column(self, lines, 2 * row_len, n, at, &out);
        let rows = Rows::new(lines, row_len);
        for (y, out) in out.into_iter().enumerate() {
            self.isa.run(DenseRun { pass: self, rows, y, at, out });
        }
    }
}

/// Samples whose sums are kept before they are converted.
const CHUNK: usize = 4 * PAD;

struct DenseRun<'a, M, D> {
    pass: &'a DenseColumn<M, D>,
    rows: Rows<'a, M>,
    /// The row under the first row of the kernel.
    y: usize,
    at: usize,
    out: &'a mut [D],
}

impl<M: Real, D: Sample> Vectorized for DenseRun<'_, M, D> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        let mut sums = [M::zeroed(); CHUNK];
        for (chunk, out) in self.out.chunks_mut(CHUNK).enumerate() {
            let (at, n) = (self.at + chunk * CHUNK, out.len());
            // SAFETY: `Isa::run` compiles this for registers that the processor has;
            // `assert_column` has found all rows of the window, each of them padded and with its reach.
            unsafe {
                match <M::In<V> as Vector<M>>::LANES {
                    1 => self.pass.sum::<V, 1>(&self.rows, self.y, at, n, &mut sums),
                    16 => self.pass.sum::<V, 4>(&self.rows, self.y, at, n, &mut sums),
                    _ => self.pass.sum::<V, 8>(&self.rows, self.y, at, n, &mut sums),
                }
            }
            if let Some(scale) = self.pass.scale {
                for sum in &mut sums[..n] {
                    *sum = sum.fma(scale, self.pass.offset);
                }
            }
            Rounded { scale: None }.finish(&sums[..n], out);
        }
    }
}

impl<M: Real, D> DenseColumn<M, D> {
    /// # Safety
    /// The processor has `V`; the rows from `y` on hold `n` samples from `at` on, padded, and their reach.
    #[inline(always)]
    unsafe fn sum<V: Vectors, const R: usize>(
        &self,
        rows: &Rows<'_, M>,
        y: usize,
        at: usize,
        n: usize,
        out: &mut [M; CHUNK],
    ) {
        let lanes = <M::In<V> as Vector<M>>::LANES;
        for block in (0..n).step_by(R * lanes) {
            // SAFETY: by the contract; a block ends at the padding at most, and so does a chunk.
            unsafe {
                let start = if self.scale.is_some() { M::zeroed() } else { self.offset };
                let mut sums = [M::In::<V>::splat(start); R];
                for tap in &self.taps {
                    let source = rows.start(tap.row + y).add(at + block + tap.shift);
                    let value = M::In::<V>::splat(tap.value);
                    for (r, sum) in sums.iter_mut().enumerate() {
                        *sum = M::In::<V>::load(source.add(r * lanes)).fma(value, *sum);
                    }
                }
                for (r, sum) in sums.into_iter().enumerate() {
                    sum.store(out.as_mut_ptr().add(block + r * lanes));
                }
            }
        }
    }
}
