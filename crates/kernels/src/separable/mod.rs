//! Separable convolution: a row pass into intermediate lines, a column pass out of them.
//!
//! Rows travel in pairs. The row pass filters two neighbouring rows into one *line*, and the column
//! pass makes two output rows from the lines that their windows cover. A pair lets a vector kernel
//! interleave the rows once and use that for both outputs; how a line stores its two rows is the
//! business of the two passes alone, which are made together.
//!
//! ```text
//! source rows   0 1   2 3   4 5   6 7        taps = 5, so a pair of outputs needs 6 rows: 3 lines
//! lines          0     1     2     3
//! outputs        \_____ _____/                rows 0 1 of the result from lines 0 1 2
//!                      \_____ _____/          rows 2 3 of the result from lines 1 2 3
//! ```

use std::ops::Range;

use bytemuck::Pod;
use raster::Sample;

use crate::Isa;

#[cfg(target_arch = "x86_64")]
mod blocks_x86;
mod chain;
mod dense;
mod fir;
mod fixed;
#[cfg(target_arch = "x86_64")]
mod fixed16_x86;
#[cfg(target_arch = "x86_64")]
mod fixed8_x86;
mod plane;
mod small;
mod taps;

pub use chain::{ColumnTaps, Float, Real, Symmetry};
pub use dense::Kernel2d;
pub use taps::Taps;

/// The first pass of a kernel: source samples `S` into intermediate samples `M`.
pub trait RowPass<S, M>: Send + Sync {
    /// Samples from the start of the window of the first of `n` outputs that the pass may read. More
    /// than the window itself where vectors run past its end; their values do not matter.
    fn source_len(&self, n: usize) -> usize;

    /// The length of a line that holds two rows of `n` samples.
    fn line_len(&self, n: usize) -> usize;

    /// Filters samples `range` of two rows of `n` samples into a line. Each source starts at the first
    /// tap of the first sample of the row.
    ///
    /// Rows are filtered piece by piece, so that what comes next can be fetched meanwhile. Pieces start
    /// at multiples of 64 and come in order.
    ///
    /// # Panics
    /// If a source is shorter than [`source_len`](Self::source_len), the line than
    /// [`line_len`](Self::line_len), or the range not a piece of the row.
    fn run(&self, source: [&[S]; 2], line: &mut [M], n: usize, range: Range<usize>);
}

/// The second pass of a kernel: intermediate samples `M` into results `D`.
pub trait ColumnPass<M, D>: Send + Sync {
    /// Lines that the windows of two neighbouring output rows cover.
    fn lines(&self) -> usize;

    /// Filters lines of rows of `n` samples into two rows: the samples from `at` on. The first line
    /// holds the first tap of the first row in its first row.
    ///
    /// # Panics
    /// If the rows differ in length or end beyond `n`, `at` is no multiple of 64, or the lines are too
    /// few or too short for it.
    fn run(&self, lines: &Lines<'_, M>, n: usize, at: usize, out: [&mut [D]; 2]);
}

/// A kernel for one depth: two passes that agree on the layout of a line.
pub struct Separable<S, M, D> {
    /// Along rows.
    pub row: Box<dyn RowPass<S, M>>,
    /// Down columns.
    pub column: Box<dyn ColumnPass<M, D>>,
}

/// Consecutive lines of a ring buffer.
#[derive(Clone, Copy)]
pub struct Lines<'a, M> {
    ring: &'a [M],
    starts: &'a [usize],
    len: usize,
}

impl<'a, M> Lines<'a, M> {
    /// The lines of `len` samples that start at `starts` in a ring.
    ///
    /// # Panics
    /// If one of them does not lie in the ring.
    pub fn new(ring: &'a [M], starts: &'a [usize], len: usize) -> Self {
        let last = ring.len().checked_sub(len).expect("a ring holds a line");
        assert!(starts.iter().all(|&start| start <= last), "lines lie in the ring");
        Self { ring, starts, len }
    }

    /// The number of lines.
    pub const fn count(&self) -> usize {
        self.starts.len()
    }

    /// The length of a line.
    pub const fn line_len(&self) -> usize {
        self.len
    }

    /// Line `index`.
    #[inline]
    pub fn line(&self, index: usize) -> &'a [M] {
        &self.ring[self.starts[index]..][..self.len]
    }

    /// Where line `index` starts.
    ///
    /// # Safety
    /// There must be such a line. `len` samples from there on are readable.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]
    pub(crate) unsafe fn start(&self, index: usize) -> *const M {
        debug_assert!(index < self.starts.len());
        // SAFETY: the line exists, and `new` has found it in the ring.
        unsafe { self.ring.as_ptr().add(*self.starts.get_unchecked(index)) }
    }
}

/// The uint8 Gaussian: taps are multiples of 1/256 that sum to 256 in each axis, sums are exact and
/// rounded once, half up.
///
/// # Panics
/// If the taps of an axis do not sum to 256.
pub fn fixed8(taps: &Taps<u32>, channels: usize, isa: Isa) -> Separable<u8, u16, u8> {
    let sum = |axis: &[u32]| axis.iter().sum::<u32>();
    assert!(sum(&taps.x) == 1 << 8 && sum(&taps.y) == 1 << 8, "taps sum to one");
    match isa {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 | Isa::Avx512 => fixed8_x86::fixed8(taps, channels, isa),
        _ => fixed::fixed(taps, channels, isa),
    }
}

/// As [`fixed8`] in 16 bits, for taps that are multiples of such a power of two that all sums fit:
/// 1 2 1 and 1 4 6 4 1 among them. `None` for others, and where [`fixed8`] is faster.
pub fn tiny8(taps: &Taps<u32>, channels: usize, isa: Isa) -> Option<Separable<u8, i16, u8>> {
    small::tiny8(taps, channels, isa)
}

/// The uint16 Gaussian: as [`fixed8`] with multiples of 1/65536 that sum to 65536.
///
/// # Panics
/// If the taps of an axis do not sum to 65536.
pub fn fixed16(taps: &Taps<u32>, channels: usize, isa: Isa) -> Separable<u16, u32, u16> {
    let sum = |axis: &[u32]| axis.iter().map(|&tap| u64::from(tap)).sum::<u64>();
    assert!(sum(&taps.x) == 1 << 16 && sum(&taps.y) == 1 << 16, "taps sum to one");
    match isa {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 | Isa::Avx512 => fixed16_x86::fixed16(taps, channels, isa),
        _ => fixed::fixed(taps, channels, isa),
    }
}

/// A kernel of small integers on bytes whose sums all fit 16 bits: exact, then saturated.
///
/// `offset` is added to every sum.
///
/// # Panics
/// If some sum of 255s under the taps, with the offset, could leave 16 bits: see [`fits_small`].
pub fn small8<D: Sample>(
    taps: &Taps<i16>,
    offset: i16,
    channels: usize,
    isa: Isa,
) -> Separable<u8, i16, D> {
    assert!(fits_small(taps, offset), "sums fit 16 bits");
    small::small8(taps, offset, channels, isa)
}

/// Whether [`small8`] can take these taps and this offset.
pub fn fits_small(taps: &Taps<i16>, offset: i16) -> bool {
    let sum = |axis: &[i16]| axis.iter().map(|&tap| i64::from(tap).abs()).sum::<i64>();
    let row = 255 * sum(&taps.x);
    row <= 32_767 && row * sum(&taps.y) + i64::from(offset).abs() <= 32_767
}

/// The float chains: sums of fused multiply-adds in float32 or float64, in the order that
/// `docs/design/exactness.md` defines; rounded half to even and saturated for integer results.
pub fn chain<S, M, D>(x: &[f64], y: &ColumnTaps, channels: usize, isa: Isa) -> Separable<S, M, D>
where
    S: Sample,
    M: Float<S>,
    D: Sample,
{
    chain::chain(x, y, channels, isa)
}

/// A kernel of two dimensions, for those that are no product of a row and a column: the row pass only
/// converts, the column pass sums over both.
pub fn dense<S, M, D>(kernel: &Kernel2d, channels: usize, isa: Isa) -> Separable<S, M, D>
where
    S: Sample,
    M: Float<S>,
    D: Sample,
{
    dense::dense(kernel, channels, isa)
}

/// Samples that rows are padded to, and pieces of rows start at: whole blocks of every instruction
/// set.
const PAD: usize = 64;

/// Checks what every row pass relies on.
fn assert_row<S: Sample, M: Pod>(
    pass: &impl RowPass<S, M>,
    source: [&[S]; 2],
    line: &[M],
    n: usize,
    range: &Range<usize>,
) {
    let needed = pass.source_len(n);
    assert!(source.iter().all(|row| row.len() >= needed), "source rows hold {needed} samples");
    assert!(line.len() >= pass.line_len(n), "a line holds two rows");
    assert!(range.start.is_multiple_of(PAD) && range.end <= n, "a piece of the row");
}

/// Checks what every column pass relies on; `line_len` is the length of a line of rows of `n` samples.
fn assert_column<M, D>(
    pass: &impl ColumnPass<M, D>,
    lines: &Lines<'_, M>,
    line_len: usize,
    n: usize,
    at: usize,
    out: &[&mut [D]; 2],
) {
    assert_eq!(out[0].len(), out[1].len());
    assert!(at.is_multiple_of(PAD) && at + out[0].len() <= n, "a piece of the row");
    assert!(lines.count() >= pass.lines(), "the window is whole");
    assert!(lines.line_len() >= line_len, "a line holds two rows");
}
