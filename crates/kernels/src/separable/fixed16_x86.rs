//! The uint16 Gaussian for AVX2 and AVX-512, exact in integers.
//!
//! `pmaddwd` multiplies pairs of signed words and adds them into 32 bits, so everything is made of
//! signed words.
//!
//! Row pass: samples are biased by -2^15. With taps that sum to 2^16 a row sum is h - 2^31, which just
//! fits. It is stored as its upper word, signed, and its lower word biased by -2^15, in planes of
//! their own.
//!
//! Column pass: H = sum of taps times upper words, L = sum of taps times biased lower words. The sum
//! over both axes is 2^16 (H + 2^15 + 2^31) + L and is rounded by 2^31, so the result is the upper word
//! of H + 2^16 + (L >> 16), its sign bit flipped. H starts at 2^16; it may wrap on the way but fits in
//! the end, since the result does.
//!
//! A line stores blocks of half a register's bytes of samples as four vectors of (first row, second
//! row) pairs: upper words of samples 0-3 of each lane of 8, lower words of them, upper and lower words
//! of samples 4-7.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use std::arch::x86_64::{__m256i, __m512i};
use std::ops::Range;

use super::blocks_x86::{Blocks, BlocksRun};
use super::{ColumnPass, Lines, PAD, RowPass, Separable, Taps, assert_column, assert_row};
use crate::Isa;
use crate::isa::{Vectorized, Vectors};
use crate::wide::Wide;

/// The largest part of a tap.
const MOST: u32 = i16::MAX as u32;

/// Two taps, one in each word of 32 bits, ready to broadcast.
type Pair = i32;

pub(super) fn fixed16(taps: &Taps<u32>, channels: usize, isa: Isa) -> Separable<u16, u32, u16> {
    assert!(isa.is_supported());
    let row = Row {
        pairs: row_pairs(&taps.x, channels),
        adjacent: channels == 1,
        reach: (taps.x.len() - 1) * channels,
        isa,
    };
    let column = Column { taps: column_taps(&taps.y), taps_len: taps.y.len(), isa };
    Separable { row: Box::new(row), column: Box::new(column) }
}

struct Row {
    /// Pairs of taps and where their samples lie.
    pairs: Vec<([usize; 2], Pair)>,
    /// Whether the two samples of a pair are neighbours, so that a load has them interleaved.
    adjacent: bool,
    reach: usize,
    isa: Isa,
}

struct Column {
    /// Lines, with the taps of their two rows for the first and for the second output row.
    taps: Vec<(usize, [Pair; 2])>,
    taps_len: usize,
    isa: Isa,
}

/// A tap in parts that are signed words; most have one.
fn parts(tap: u32) -> impl Iterator<Item = u32> {
    (0..=tap / MOST).map(move |i| (tap - i * MOST).min(MOST))
}

fn row_pairs(taps: &[u32], channels: usize) -> Vec<([usize; 2], Pair)> {
    let pairs = taps.chunks(2).enumerate().flat_map(|(i, pair)| {
        let at = [2 * i * channels, (2 * i + pair.len() - 1) * channels];
        layers(pair[0], pair.get(1).copied().unwrap_or(0)).map(move |pair| (at, pair))
    });
    pairs.collect()
}

/// A pair of taps as the sum of pairs of signed words.
fn layers(a: u32, b: u32) -> impl Iterator<Item = Pair> {
    let count = parts(a).count().max(parts(b).count());
    let part = |tap, i| parts(tap).nth(i).unwrap_or(0);
    (0..count).map(move |i| (part(a, i) | part(b, i) << 16) as i32)
}

fn column_taps(taps: &[u32]) -> Vec<(usize, [Pair; 2])> {
    // The first output row begins in the first row of line 0, the second output row one row later.
    let tap = |index: Option<usize>| index.and_then(|i| taps.get(i)).copied().unwrap_or(0);
    let lines = (0..(taps.len() + 1).div_ceil(2)).flat_map(|line| {
        let first = 2 * line;
        let [a, b, c] = [first.checked_sub(1), Some(first), Some(first + 1)].map(tap);
        let (one, two): (Vec<_>, Vec<_>) = (layers(b, c).collect(), layers(a, b).collect());
        let at = |pairs: &[Pair], i| pairs.get(i).copied().unwrap_or(0);
        let count = one.len().max(two.len());
        (0..count).map(move |i| (line, [at(&one, i), at(&two, i)]))
    });
    lines.collect()
}

impl RowPass<u16, u32> for Row {
    fn source_len(&self, n: usize) -> usize {
        // The odd samples of a block read one past the window of its last sample.
        n.next_multiple_of(PAD) + self.reach + 1
    }

    fn line_len(&self, n: usize) -> usize {
        2 * n.next_multiple_of(PAD)
    }

    fn run(&self, source: [&[u16]; 2], line: &mut [u32], n: usize, range: Range<usize>) {
        assert_row(self, source, line, n, &range);
        self.isa.run(RowRun { row: self, source, line, range });
    }
}

struct RowRun<'a> {
    row: &'a Row,
    source: [&'a [u16]; 2],
    line: &'a mut [u32],
    range: Range<usize>,
}

impl Vectorized for RowRun<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        // SAFETY: `Isa::run` compiles this for registers that the processor has.
        unsafe {
            match (V::BYTES, self.row.adjacent) {
                (64, true) => self.blocks::<__m512i, true>(),
                (64, false) => self.blocks::<__m512i, false>(),
                (_, true) => self.blocks::<__m256i, true>(),
                (_, false) => self.blocks::<__m256i, false>(),
            }
        }
    }
}

impl RowRun<'_> {
    /// # Safety
    /// The processor has `W`; `ADJACENT` is what the row says.
    #[inline(always)]
    unsafe fn blocks<W: Wide, const ADJACENT: bool>(self) {
        let block = W::BYTES / 2;
        let [first, second] = self.source.map(<[u16]>::as_ptr);
        let line = self.line.as_mut_ptr();
        for at in self.range.step_by(block) {
            // SAFETY: a block reads at most `reach + block + 1` samples from `at` on, which
            // `assert_row` has found in both sources, and writes the 2 * block samples of its block,
            // which it has found in the line.
            unsafe {
                let out = line.add(2 * at);
                let a = sums::<W, ADJACENT>(first.add(at), &self.row.pairs);
                let b = sums::<W, ADJACENT>(second.add(at), &self.row.pairs);
                let bias = W::splat16(i16::MIN);
                for i in 0..2 {
                    a[i].uppers(b[i]).store(out.add(i * block));
                    a[i].lowers(b[i]).xor(bias).store(out.add(i * block + block / 2));
                }
            }
        }
    }
}

/// Row sums of a block, less 2^31: samples 0-3 and 4-7 of each lane.
///
/// # Safety
/// The processor has `W`; a block and one sample from `source` plus each offset on are readable.
#[inline(always)]
unsafe fn sums<W: Wide, const ADJACENT: bool>(
    source: *const u16,
    pairs: &[([usize; 2], Pair)],
) -> [W; 2] {
    // SAFETY: by the contract.
    unsafe {
        let bias = W::splat16(i16::MIN);
        let mut sums = [W::splat32(0); 2];
        for &(at, pair) in pairs {
            let taps = W::splat32(pair);
            let other = if ADJACENT { at[0] + 1 } else { at[1] };
            let a = W::load(source.add(at[0])).xor(bias);
            let b = W::load(source.add(other)).xor(bias);
            if ADJACENT {
                sums = [sums[0].dot16(a, taps), sums[1].dot16(b, taps)];
            } else {
                sums = [sums[0].dot16(a.low16(b), taps), sums[1].dot16(a.high16(b), taps)];
            }
        }
        // Even and odd samples to lower and upper halves of lanes.
        if ADJACENT { [sums[0].low32(sums[1]), sums[0].high32(sums[1])] } else { sums }
    }
}

impl ColumnPass<u32, u16> for Column {
    fn lines(&self) -> usize {
        (self.taps_len + 1).div_ceil(2)
    }

    fn run(&self, lines: &Lines<'_, u32>, n: usize, at: usize, out: [&mut [u16]; 2]) {
        assert_column(self, lines, 2 * n.next_multiple_of(PAD), n, at, &out);
        // SAFETY: `assert_column` has found whole blocks of every line that the taps name.
        self.isa.run(unsafe { BlocksRun::new(self, lines, at, out) });
    }
}

impl Blocks for Column {
    type Mid = u32;
    type Out = u16;

    #[inline(always)]
    unsafe fn block<W: Wide>(&self, lines: &Lines<'_, u32>, block: usize, out: [*mut u16; 2]) {
        // SAFETY: by the contract.
        unsafe {
            let start = [W::splat32(1 << 16), W::splat32(0), W::splat32(1 << 16), W::splat32(0)];
            let mut sums = [start; 2];
            for &(line, taps) in &self.taps {
                let line = lines.start(line).add(W::BYTES * block);
                let [first, second] = [W::splat32(taps[0]), W::splat32(taps[1])];
                let [sums, other_sums] = &mut sums;
                for (i, (sum, other)) in sums.iter_mut().zip(other_sums).enumerate() {
                    let pairs = W::load(line.add(W::BYTES / 4 * i));
                    *sum = sum.dot16(pairs, first);
                    *other = other.dot16(pairs, second);
                }
            }
            for ([upper, lower, other_upper, other_lower], out) in sums.into_iter().zip(out) {
                let a = upper.add32(lower.upper_signed()).upper();
                let b = other_upper.add32(other_lower.upper_signed()).upper();
                a.pack32(b).xor(W::splat16(i16::MIN)).store(out);
            }
        }
    }
}
