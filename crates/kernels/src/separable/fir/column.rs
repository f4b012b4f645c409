//! Down columns, two results at a time.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use std::marker::PhantomData;

use raster::Sample;

use crate::Isa;
use crate::isa::{Vectorized, Vectors};
use crate::separable::plane::{Rows, row_len};
use crate::separable::{ColumnPass, Lines, PAD, Symmetry, assert_column};
use crate::vector::{Element, Vector};

/// What becomes of the sums of a column.
pub(in crate::separable) trait Finish<M: Element, D>: Send + Sync {
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
pub(in crate::separable) struct FirColumn<M, D, F> {
    pub(in crate::separable) taps: Vec<M>,
    pub(in crate::separable) symmetry: Symmetry,
    /// What sums start with.
    pub(in crate::separable) offset: M,
    pub(in crate::separable) finish: F,
    /// Samples that a row of the lines has beyond those of the result.
    pub(in crate::separable) reach: usize,
    pub(in crate::separable) isa: Isa,
    pub(in crate::separable) out: PhantomData<D>,
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
