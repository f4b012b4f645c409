//! Column passes over whole registers, for the kernels that are written for them.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use std::arch::x86_64::{__m256i, __m512i};

use raster::Sample;

use super::{Lines, PAD};
use crate::isa::{Vectorized, Vectors};
use crate::wide::Wide;

/// A column pass that makes a register's worth of two rows at a time.
pub(super) trait Blocks {
    type Mid;
    type Out: Sample;

    /// Makes block number `block`, a register's bytes of results, of both rows.
    ///
    /// # Safety
    /// The processor has `W`; each line of the window holds the block; `W::BYTES` bytes are writable at
    /// both outputs.
    unsafe fn block<W: Wide>(
        &self,
        lines: &Lines<'_, Self::Mid>,
        block: usize,
        out: [*mut Self::Out; 2],
    );
}

/// A piece of two rows, made block by block.
pub(super) struct BlocksRun<'a, P: Blocks> {
    pass: &'a P,
    lines: &'a Lines<'a, P::Mid>,
    at: usize,
    out: [&'a mut [P::Out]; 2],
}

impl<'a, P: Blocks> BlocksRun<'a, P> {
    /// The samples from `at` on, a multiple of a block.
    ///
    /// # Safety
    /// Each line of the window holds the samples, padded to [`PAD`]; both outputs have one length.
    pub(super) unsafe fn new(
        pass: &'a P,
        lines: &'a Lines<'a, P::Mid>,
        at: usize,
        out: [&'a mut [P::Out]; 2],
    ) -> Self {
        Self { pass, lines, at, out }
    }
}

impl<P: Blocks> Vectorized for BlocksRun<'_, P> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        // SAFETY: `Isa::run` compiles this for registers that the processor has.
        unsafe {
            match V::BYTES {
                64 => self.blocks::<__m512i>(),
                _ => self.blocks::<__m256i>(),
            }
        }
    }
}

impl<P: Blocks> BlocksRun<'_, P> {
    /// # Safety
    /// The processor has `W`.
    #[inline(always)]
    unsafe fn blocks<W: Wide>(self) {
        let Self { pass, lines, at, out: [row, other_row] } = self;
        let len = W::BYTES / size_of::<P::Out>();
        let mut blocks = row.chunks_exact_mut(len);
        let mut other_blocks = other_row.chunks_exact_mut(len);
        let mut index = at / len;
        for (a, b) in blocks.by_ref().zip(other_blocks.by_ref()) {
            // SAFETY: by the contracts of this and of `new`; both outputs are a block.
            unsafe { pass.block::<W>(lines, index, [a.as_mut_ptr(), b.as_mut_ptr()]) };
            index += 1;
        }
        let (tail, other_tail) = (blocks.into_remainder(), other_blocks.into_remainder());
        if !tail.is_empty() {
            // A block has at most as many samples as rows are padded to.
            let mut spare = [[<P::Out as bytemuck::Zeroable>::zeroed(); PAD]; 2];
            let out = spare.each_mut().map(|row| row.as_mut_ptr());
            // SAFETY: as above; lines are padded to whole blocks.
            unsafe { pass.block::<W>(lines, index, out) };
            tail.copy_from_slice(&spare[0][..tail.len()]);
            other_tail.copy_from_slice(&spare[1][..other_tail.len()]);
        }
    }
}
