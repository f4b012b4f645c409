//! Separable convolution: a row pass into intermediate lines, a column pass out of them.
//!
//! Rows travel in pairs. The row pass filters two neighbouring rows into one *line*, and the column
//! pass makes two output rows from the lines that their windows cover. A pair lets a vector kernel
//! interleave the rows once and use that for both outputs; how a line stores its two rows is the
//! business of each kernel alone.
//!
//! ```text
//! source rows   0 1   2 3   4 5   6 7        taps = 5, so a pair of outputs needs 6 rows: 3 lines
//! lines          0     1     2     3
//! outputs        \_____ _____/                rows 0 1 of the result from lines 0 1 2
//!                      \_____ _____/          rows 2 3 of the result from lines 1 2 3
//! ```

use bytemuck::Pod;
use raster::Sample;

use crate::Isa;

mod arithmetic;
#[cfg(target_arch = "x86_64")]
mod fixed8_avx2;
mod lanes;

use arithmetic::{Double, Fixed8, Fixed16, Float, FloatFrom16};
use lanes::Lanes;

/// One separable kernel for one depth: source samples `S`, intermediate samples `M`, results `D`.
pub trait Separable<S, M, D>: Send + Sync {
    /// Samples from the start of the window of the first of `n` outputs that a row pass may read.
    /// More than the window itself where vectors run past its end; their values do not matter.
    fn source_len(&self, n: usize) -> usize;

    /// The length of a line that holds two rows of `n` samples.
    fn line_len(&self, n: usize) -> usize;

    /// Lines that the windows of two neighbouring output rows cover.
    fn lines(&self) -> usize;

    /// Filters two rows of `n` samples into a line. Each source starts at the first tap of its first
    /// sample.
    ///
    /// # Panics
    /// If a source is shorter than [`source_len`](Self::source_len) or the line than
    /// [`line_len`](Self::line_len).
    fn row(&self, source: [&[S]; 2], line: &mut [M], n: usize);

    /// Filters lines into two rows of the same length. The first line holds the first tap of the
    /// first row in its first row.
    ///
    /// # Panics
    /// If the rows differ in length, or the lines are too few or too short for it.
    fn column(&self, lines: &Lines<'_, M>, out: [&mut [D]; 2]);
}

/// Consecutive lines in a ring buffer.
#[derive(Clone, Copy)]
pub struct Lines<'a, M> {
    ring: &'a [M],
    len: usize,
    first: usize,
}

impl<'a, M> Lines<'a, M> {
    /// The lines of a ring whose lines are `len` long, beginning with the `first`.
    ///
    /// # Panics
    /// If the ring is not a whole number of lines or `first` is not one of them.
    pub fn new(ring: &'a [M], len: usize, first: usize) -> Self {
        assert!(len > 0 && ring.len().is_multiple_of(len) && first < ring.len() / len);
        Self { ring, len, first }
    }

    /// The number of lines in the ring.
    pub const fn count(&self) -> usize {
        self.ring.len() / self.len
    }

    /// The length of a line.
    pub const fn line_len(&self) -> usize {
        self.len
    }

    /// The line `index` after the first.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]
    pub fn line(&self, index: usize) -> &'a [M] {
        let wrapped = self.first + index;
        let count = self.count();
        let at = if wrapped < count { wrapped } else { wrapped - count };
        &self.ring[at * self.len..][..self.len]
    }
}

/// The taps of both axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Taps<T> {
    /// Along a row, first tap first.
    pub x: Vec<T>,
    /// Down a column.
    pub y: Vec<T>,
}

impl<T> Taps<T> {
    /// The taps of both axes, converted alike.
    pub fn map<U>(&self, convert: impl Fn(&[T]) -> Vec<U>) -> Taps<U> {
        Taps { x: convert(&self.x), y: convert(&self.y) }
    }
}

/// The uint8 Gaussian: taps are multiples of 1/256 that sum to 256 in each axis, sums are exact and
/// rounded once, half up.
///
/// # Panics
/// If the taps of an axis do not sum to 256.
pub fn gaussian_u8(taps: &Taps<u32>, channels: usize, isa: Isa) -> Box<dyn Separable<u8, u16, u8>> {
    let sum = |axis: &[u32]| axis.iter().sum::<u32>();
    assert!(sum(&taps.x) == Fixed8::ONE && sum(&taps.y) == Fixed8::ONE, "taps sum to one");
    match isa {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => Box::new(fixed8_avx2::Fixed8Avx2::new(taps, channels)),
        _ => Box::new(Lanes::new(Fixed8 { taps: taps.clone() }, channels, isa)),
    }
}

/// The uint16 Gaussian: as [`gaussian_u8`] with multiples of 1/65536 that sum to 65536.
///
/// # Panics
/// If the taps of an axis do not sum to 65536.
pub fn gaussian_u16(
    taps: &Taps<u32>,
    channels: usize,
    isa: Isa,
) -> Box<dyn Separable<u16, u32, u16>> {
    let sum = |axis: &[u32]| axis.iter().map(|&tap| u64::from(tap)).sum::<u64>();
    assert!(sum(&taps.x) == Fixed16::ONE && sum(&taps.y) == Fixed16::ONE, "taps sum to one");
    Box::new(Lanes::new(Fixed16 { taps: taps.clone() }, channels, isa))
}

/// The int16 Gaussian: float32 chains, rounded half to even and saturated. Symmetric, odd taps.
pub fn gaussian_i16(
    taps: &Taps<f32>,
    channels: usize,
    isa: Isa,
) -> Box<dyn Separable<i16, f32, i16>> {
    Box::new(Lanes::new(FloatFrom16 { taps: taps.clone() }, channels, isa))
}

/// The float32 Gaussian: float32 chains of fused multiply-adds. Symmetric, odd taps.
pub fn gaussian_f32(
    taps: &Taps<f32>,
    channels: usize,
    isa: Isa,
) -> Box<dyn Separable<f32, f32, f32>> {
    Box::new(Lanes::new(Float { taps: taps.clone() }, channels, isa))
}

/// The int32 Gaussian: float64 chains, rounded half to even and saturated. Symmetric, odd taps.
pub fn gaussian_i32(
    taps: &Taps<f64>,
    channels: usize,
    isa: Isa,
) -> Box<dyn Separable<i32, f64, i32>> {
    Box::new(Lanes::new(Double { taps: taps.clone() }, channels, isa))
}

/// Checks what every row pass relies on.
fn assert_row<S: Sample, M: Pod, D>(
    kernel: &impl Separable<S, M, D>,
    source: [&[S]; 2],
    line: &[M],
    n: usize,
) {
    let needed = kernel.source_len(n);
    assert!(source.iter().all(|row| row.len() >= needed), "source rows hold {needed} samples");
    assert!(line.len() >= kernel.line_len(n), "a line holds two rows");
}

/// Checks what every column pass relies on.
fn assert_column<S, M, D>(
    kernel: &impl Separable<S, M, D>,
    lines: &Lines<'_, M>,
    out: &[&mut [D]; 2],
) {
    assert_eq!(out[0].len(), out[1].len());
    assert!(lines.count() >= kernel.lines(), "the ring holds the window");
    assert!(lines.line_len() >= kernel.line_len(out[0].len()), "a line holds two rows");
}
