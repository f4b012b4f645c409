//! The uint8 Gaussian for AVX2 and AVX-512, exact in integers.
//!
//! Row pass: `pmaddubsw` multiplies pairs of bytes by pairs of signed 8-bit taps and adds them into
//! 16 bits. A product pair stays below 2^15 when its taps sum to 128 at most (255 * 128 = 32640), so
//! pairs that sum to more are split in two. Partial sums wrap, the total (at most 65280) does not.
//! Sums start at -2^15, which makes them signed 16-bit values for the next pass.
//!
//! Column pass: the two rows of a line are interleaved, so one `pmaddwd` multiplies both by their
//! taps and adds them into 32 bits; with VNNI it also adds them to the sum. With h biased by -2^15
//! and taps that sum to 2^8 the bias totals -2^23; sums start at 2^23 + 2^15, which takes it away and
//! rounds half up. The result is the third byte of each sum.
//!
//! A line stores blocks of a register's bytes of samples as four vectors of (first row, second row)
//! pairs, in the order that `punpck` makes and `packus` undoes, lane by lane: samples 0-3, 4-7, 8-11
//! and 12-15 of each lane of 16.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use std::arch::x86_64::{__m256i, __m512i};
use std::ops::Range;

use super::blocks_x86::{Blocks, BlocksRun};
use super::{ColumnPass, Lines, PAD, RowPass, Separable, Taps, assert_column, assert_row};
use crate::Isa;
use crate::isa::{Vectorized, Vectors};
use crate::wide::Wide;

/// Two taps, one in each byte of a 16-bit lane, ready to broadcast.
type Pair = i16;

pub(super) fn fixed8(taps: &Taps<u32>, channels: usize, isa: Isa) -> Separable<u8, u16, u8> {
    assert!(isa.is_supported());
    let pairs =
        if channels == 1 { adjacent(&taps.x) } else { RowTaps::Spaced(spaced(&taps.x, channels)) };
    let reach = (taps.x.len() - 1) * channels;
    Separable {
        row: Box::new(Row { pairs, reach, isa }),
        column: Box::new(Column { taps: column_taps(&taps.y), isa }),
    }
}

struct Row {
    pairs: RowTaps,
    /// How far apart the first and the last tap lie.
    reach: usize,
    isa: Isa,
}

enum RowTaps {
    /// One channel: a pair is two neighbouring samples, so an unaligned load is already interleaved.
    Adjacent(Vec<(usize, Pair)>),
    /// Any distance: the two samples of a pair are loaded apart and interleaved.
    Spaced(Vec<([usize; 2], Pair)>),
}

struct Column {
    /// For each line the taps of its two rows, for the first and for the second output row.
    taps: Vec<[i32; 2]>,
    isa: Isa,
}

/// The taps in neighbouring pairs; one that might exceed 16 bits is split.
fn adjacent(taps: &[u32]) -> RowTaps {
    let mut pairs = Vec::new();
    for (i, pair) in taps.chunks(2).enumerate() {
        let [mut a, mut b] = [pair[0], pair.get(1).copied().unwrap_or(0)];
        while a + b > 0 {
            // A pair in bounds is one part; of a larger one both take at most 64 at a time.
            let most = if a + b <= 128 && a.max(b) <= 127 { 127 } else { 64 };
            let part = [a.min(most), b.min(most)];
            pairs.push((2 * i, pack_bytes(part[0], part[1])));
            (a, b) = (a - part[0], b - part[1]);
        }
    }
    RowTaps::Adjacent(pairs)
}

/// The taps cut into parts of at most 64 and paired in any way, each with its two offsets.
fn spaced(taps: &[u32], channels: usize) -> Vec<([usize; 2], Pair)> {
    let mut parts: Vec<(usize, u32)> = Vec::new();
    for (j, &tap) in taps.iter().enumerate() {
        let mut rest = tap;
        while rest > 0 {
            let part = rest.min(64);
            parts.push((j * channels, part));
            rest -= part;
        }
    }
    parts
        .chunks(2)
        .map(|pair| {
            let (at, tap) = pair[0];
            let (other_at, other_tap) = pair.get(1).copied().unwrap_or((at, 0));
            ([at, other_at], pack_bytes(tap, other_tap))
        })
        .collect()
}

fn column_taps(taps: &[u32]) -> Vec<[i32; 2]> {
    // The first output row begins in the first row of line 0, the second output row one row later.
    let tap = |index: Option<usize>| index.and_then(|i| taps.get(i)).copied().unwrap_or(0);
    (0..(taps.len() + 1).div_ceil(2))
        .map(|line| {
            let first = 2 * line;
            [
                pack_words(tap(Some(first)), tap(Some(first + 1))),
                pack_words(tap(first.checked_sub(1)), tap(Some(first))),
            ]
        })
        .collect()
}

const fn pack_bytes(low: u32, high: u32) -> i16 {
    (low | high << 8) as i16
}

const fn pack_words(low: u32, high: u32) -> i32 {
    (low | high << 16) as i32
}

impl RowPass<u8, u16> for Row {
    fn source_len(&self, n: usize) -> usize {
        // The odd samples of a block read one past the window of its last sample.
        n.next_multiple_of(PAD) + self.reach + 1
    }

    fn line_len(&self, n: usize) -> usize {
        2 * n.next_multiple_of(PAD)
    }

    fn run(&self, source: [&[u8]; 2], line: &mut [u16], n: usize, range: Range<usize>) {
        assert_row(self, source, line, n, &range);
        self.isa.run(RowRun { row: self, source, line, range });
    }
}

struct RowRun<'a> {
    row: &'a Row,
    source: [&'a [u8]; 2],
    line: &'a mut [u16],
    range: Range<usize>,
}

impl Vectorized for RowRun<'_> {
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

impl RowRun<'_> {
    /// # Safety
    /// The processor has `W`.
    #[inline(always)]
    unsafe fn blocks<W: Wide>(self) {
        let [first, second] = self.source.map(<[u8]>::as_ptr);
        let line = self.line.as_mut_ptr();
        for at in self.range.step_by(W::BYTES) {
            // SAFETY: a block reads at most `reach + W::BYTES + 1` bytes from `at` on, which
            // `assert_row` has found in both sources, and writes the 2 * W::BYTES samples of its
            // block, which it has found in the line.
            unsafe {
                let (first, second, out) = (first.add(at), second.add(at), line.add(2 * at));
                match &self.row.pairs {
                    RowTaps::Adjacent(pairs) => {
                        interleave(
                            sum_adjacent::<W>(first, pairs),
                            sum_adjacent(second, pairs),
                            out,
                        );
                    }
                    RowTaps::Spaced(pairs) => {
                        interleave(sum_spaced::<W>(first, pairs), sum_spaced(second, pairs), out);
                    }
                }
            }
        }
    }
}

/// Row sums of a block, biased: samples 0-7 and 8-15 of each lane.
///
/// # Safety
/// The processor has `W`; `W::BYTES + 1` bytes from `source` plus each offset on are readable.
#[inline(always)]
unsafe fn sum_adjacent<W: Wide>(source: *const u8, pairs: &[(usize, Pair)]) -> [W; 2] {
    // SAFETY: by the contract.
    unsafe {
        let bias = W::splat16(i16::MIN);
        let (mut even, mut odd) = (bias, bias);
        for &(at, pair) in pairs {
            let taps = W::splat16(pair);
            even = even.dot8(W::load(source.add(at)), taps);
            odd = odd.dot8(W::load(source.add(at + 1)), taps);
        }
        [even.low16(odd), even.high16(odd)]
    }
}

/// As [`sum_adjacent`].
///
/// # Safety
/// The processor has `W`; `W::BYTES` bytes from `source` plus each offset on are readable.
#[inline(always)]
unsafe fn sum_spaced<W: Wide>(source: *const u8, pairs: &[([usize; 2], Pair)]) -> [W; 2] {
    // SAFETY: by the contract.
    unsafe {
        let mut sums = [W::splat16(i16::MIN); 2];
        for &(at, pair) in pairs {
            let taps = W::splat16(pair);
            let (a, b) = (W::load(source.add(at[0])), W::load(source.add(at[1])));
            sums = [sums[0].dot8(a.low8(b), taps), sums[1].dot8(a.high8(b), taps)];
        }
        sums
    }
}

/// Stores two rows of sums as a block of a line.
///
/// # Safety
/// The processor has `W`; `2 * W::BYTES` samples from `out` on are writable.
#[inline(always)]
unsafe fn interleave<W: Wide>(first: [W; 2], second: [W; 2], out: *mut u16) {
    let words = W::BYTES / 2;
    for (i, (a, b)) in first.into_iter().zip(second).enumerate() {
        // SAFETY: by the contract; four stores fill the block.
        unsafe {
            a.low16(b).store(out.add(2 * i * words));
            a.high16(b).store(out.add((2 * i + 1) * words));
        }
    }
}

impl ColumnPass<u16, u8> for Column {
    fn lines(&self) -> usize {
        self.taps.len()
    }

    fn run(&self, lines: &Lines<'_, u16>, n: usize, at: usize, out: [&mut [u8]; 2]) {
        assert_column(self, lines, 2 * n.next_multiple_of(PAD), n, at, &out);
        // SAFETY: `assert_column` has found whole blocks of every line that the taps name.
        self.isa.run(unsafe { BlocksRun::new(self, lines, at, out) });
    }
}

impl Blocks for Column {
    type Mid = u16;
    type Out = u8;

    #[inline(always)]
    unsafe fn block<W: Wide>(&self, lines: &Lines<'_, u16>, block: usize, out: [*mut u8; 2]) {
        // SAFETY: by the contract.
        unsafe {
            let mut sums = [[W::splat32((1 << 23) + (1 << 15)); 4]; 2];
            for (j, taps) in self.taps.iter().enumerate() {
                let line = lines.start(j).add(2 * W::BYTES * block);
                let [first, second] = [W::splat32(taps[0]), W::splat32(taps[1])];
                let [sums, other_sums] = &mut sums;
                for (i, (sum, other)) in sums.iter_mut().zip(other_sums).enumerate() {
                    let pairs = W::load(line.add(W::BYTES / 2 * i));
                    *sum = sum.dot16(pairs, first);
                    *other = other.dot16(pairs, second);
                }
            }
            for ([a, b, c, d], out) in sums.into_iter().zip(out) {
                let words = [a.upper().pack32(b.upper()), c.upper().pack32(d.upper())];
                words[0].pack16(words[1]).store(out);
            }
        }
    }
}
