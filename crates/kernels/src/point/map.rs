//! The loop of operations that look at one sample of each input.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use bytemuck::Pod;
use raster::{Depth, Sample};

use super::Constants;
use crate::Isa;
use crate::isa::{Vectorized, Vectors};

/// A formula: a sample `D` of `K` samples `S` and `N` constants `C`.
pub trait Map<S, C, D, const K: usize, const N: usize>: Copy + Send + Sync {
    /// What becomes of the samples at one place. Must be `#[inline(always)]` and so simple that a loop
    /// over it becomes vectors.
    fn of(self, samples: [S; K], constants: [C; N]) -> D;
}

/// Computes a row of an operation, which starts with a pixel's first sample.
///
/// # Panics
/// If the rows differ in length.
pub fn map<M, S, C, D, const K: usize, const N: usize>(
    map: M,
    sources: [&[S]; K],
    constants: &Constants<C, N>,
    out: &mut [D],
    isa: Isa,
) where
    M: Map<S, C, D, K, N>,
    S: Sample,
    C: Pod,
    D: Sample,
{
    assert!(sources.iter().all(|source| source.len() == out.len()));
    isa.run(MapRun { map, sources, constants, out });
}

struct MapRun<'a, M, S, C, D, const K: usize, const N: usize> {
    map: M,
    sources: [&'a [S]; K],
    constants: &'a Constants<C, N>,
    out: &'a mut [D],
}

impl<M, S, C, D, const K: usize, const N: usize> Vectorized for MapRun<'_, M, S, C, D, K, N>
where
    M: Map<S, C, D, K, N>,
    S: Sample,
    C: Pod,
    D: Sample,
{
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        // Without constants there is nothing to repeat.
        let block = if N == 0 { self.out.len().max(1) } else { self.constants.samples() };
        let mut sources = self.sources;
        for out in self.out.chunks_mut(block) {
            let mut constants: [&[C]; N] = [&[]; N];
            for (part, block) in constants.iter_mut().zip(self.constants.blocks()) {
                *part = &block[..out.len()];
            }
            let mut heads: [&[S]; K] = [&[]; K];
            for k in 0..K {
                (heads[k], sources[k]) = sources[k].split_at(out.len());
            }
            block_run(self.map, heads, constants, out);
        }
    }
}

/// # Panics
/// If the rows differ in length.
#[inline(always)]
fn block_run<M, S, C, D, const K: usize, const N: usize>(
    map: M,
    sources: [&[S]; K],
    constants: [&[C]; N],
    out: &mut [D],
) where
    M: Map<S, C, D, K, N>,
    S: Sample,
    C: Pod,
    D: Sample,
{
    for source in sources {
        assert!(source.len() == out.len());
    }
    for constant in constants {
        assert!(constant.len() == out.len());
    }
    for (i, out) in out.iter_mut().enumerate() {
        let mut samples = [S::zeroed(); K];
        for k in 0..K {
            // SAFETY: all slices are as long as `out`, as asserted, and `i` lies in that.
            samples[k] = unsafe { *sources[k].get_unchecked(i) };
        }
        let mut values = [C::zeroed(); N];
        for n in 0..N {
            // SAFETY: as above.
            values[n] = unsafe { *constants[n].get_unchecked(i) };
        }
        *out = one_nan(map.of(samples, values));
    }
}

/// A result, or the one NaN that there is.
///
/// Processors differ in the bits of the NaN that they make, and which of two NaN they hand on depends on how the
/// compiler arranged the operands.
#[inline(always)]
pub(super) fn one_nan<D: Sample>(result: D) -> D {
    if D::DEPTH != Depth::F32 {
        return result;
    }
    // As integers: to the compiler all NaN are the same, and a choice between two of them none.
    let bits: u32 = bytemuck::cast(result);
    let is_nan = bits & i32::MAX as u32 > f32::INFINITY.to_bits();
    bytemuck::cast(if is_nan { f32::NAN.to_bits() } else { bits })
}

/// Declares formulas of samples of one depth alone, each a type of its own.
macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident: [$($x:ident),+] of $bound:ident => $result:ty, $of:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl<S: $bound> Map<S, (), $result, { [$(stringify!($x)),+].len() }, 0> for $name {
            #[inline(always)]
            fn of(
                self,
                [$($x),+]: [S; [$(stringify!($x)),+].len()],
                []: [(); 0],
            ) -> $result {
                $of
            }
        }
    )*};
}
pub(super) use operations;
