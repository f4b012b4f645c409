//! The uint8 Gaussian for AVX2 and AVX-512, exact in integers.
//!
//! Row pass: a multiply-add sums the products of neighbouring bytes and signed 8-bit taps. `pmaddubsw`
//! adds two into 16 bits; a product pair stays below 2^15 when its taps sum to 128 at most (255 * 128
//! = 32640), so that pairs that sum to more are split in two. `vpdpbusd`, of AVX-512, adds four to 32
//! bits. Sums start at -2^15, which makes those of all taps (at most 65280) signed words for the next
//! pass; partial sums wrap.
//!
//! One channel needs a register for every offset of a tap, and a load that crosses a cache line costs
//! almost two. So half of them are made out of two others, 16 bytes apart, by shifting both lane by
//! lane: loads and shuffles go on side by side.
//!
//! Column pass: the two rows of a line are interleaved, so one `pmaddwd` multiplies both by their
//! taps and adds them into 32 bits; with VNNI it also adds them to the sum. With h biased by -2^15
//! and taps that sum to 2^8 the bias totals -2^23; sums start at 2^23 + 2^15, which takes it away and
//! rounds half up. The result is the third byte of each sum.
//!
//! A line stores blocks of a register's bytes of samples as four vectors of (first row, second row)
//! pairs, in the [`Order`] in which the sums of the row pass lie.

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

/// Samples that lie in the four vectors of a block.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    /// Vector i has every fourth sample, from i on.
    Fourths,
    /// Of each 16, vectors 0 and 2 have the even and the odd ones of the first 8, 1 and 3 those of the
    /// others.
    Halves,
}

pub(super) fn fixed8(taps: &Taps<u32>, channels: usize, isa: Isa) -> Separable<u8, u16, u8> {
    assert!(isa.is_supported());
    let (row, order) = if channels == 1 {
        let dot = if isa == Isa::Avx512 { __m512i::DOT } else { __m256i::DOT };
        (RowTaps::Adjacent(chunks(&taps.x, dot)), Order::Fourths)
    } else {
        (RowTaps::Spaced(spaced(&taps.x, channels)), Order::Halves)
    };
    let reach = (taps.x.len() - 1) * channels;
    Separable {
        row: Box::new(Row { taps: row, reach, isa }),
        column: Box::new(Column { taps: column_taps(&taps.y), order, isa }),
    }
}

struct Row {
    taps: RowTaps,
    /// How far apart the first and the last tap lie.
    reach: usize,
    isa: Isa,
}

enum RowTaps {
    /// One channel: a group of taps lies on neighbouring samples, as they are loaded.
    Adjacent(Vec<Chunk>),
    /// Any distance: the two samples of a pair are loaded apart and interleaved.
    Spaced(Vec<([usize; 2], Pair)>),
}

/// The taps of sixteen neighbouring samples, or parts of them.
struct Chunk {
    /// The first sample.
    at: usize,
    /// Groups up to the last that is not 0.
    count: usize,
    /// The taps of a multiply-add, one in each byte, ready to broadcast.
    groups: [i32; 8],
}

struct Column {
    /// For each line the taps of its two rows, for the first and for the second output row.
    taps: Vec<[i32; 2]>,
    order: Order,
    isa: Isa,
}

const MASK: u32 = 0xaaaa;

/// The taps in groups of `dot`, sixteen taps at a time; those that one multiply-add cannot take are
/// split.
fn chunks(taps: &[u32], dot: usize) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    for (i, sixteen) in taps.chunks(16).enumerate() {
        let mut rest = [0; 16];
        rest[..sixteen.len()].copy_from_slice(sixteen);
        while rest != [0; 16] {
            let mut chunk = Chunk { at: 16 * i, count: 0, groups: [0; 8] };
            for (i, group) in rest.chunks_mut(dot).enumerate() {
                // Four are summed in 32 bits, two in 16.
                let most = if dot == 4 || group.iter().sum::<u32>() <= 128 { 127 } else { 64 };
                let parts = group.iter().map(|&tap| tap.min(most)).collect::<Vec<_>>();
                if parts.iter().any(|&part| part > 0) {
                    chunk.count = i + 1;
                }
                chunk.groups[i] = (0..4).fold(0, |all, i| all | (parts[i % dot] as i32) << (8 * i));
                group.iter_mut().zip(parts).for_each(|(tap, part)| *tap -= part);
            }
            chunks.push(chunk);
        }
    }
    chunks
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
        // Of the samples of a chunk of taps, a register 16 bytes later is read too.
        n.next_multiple_of(PAD) + self.reach + 16
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
            // SAFETY: a block reads at most `reach + 16 + W::BYTES` bytes from `at` on, which
            // `assert_row` has found in both sources, and writes the 2 * W::BYTES samples of its
            // block, which it has found in the line.
            unsafe {
                let source = [first.add(at), second.add(at)];
                let block = match &self.row.taps {
                    RowTaps::Adjacent(chunks) => sum_adjacent::<W>(source, chunks),
                    RowTaps::Spaced(pairs) => {
                        let [first, second] = source.map(|source| sum_spaced::<W>(source, pairs));
                        interleave(first, second)
                    }
                };
                for (i, vector) in block.into_iter().enumerate() {
                    vector.store(line.add(2 * at + W::BYTES / 2 * i));
                }
            }
        }
    }
}

/// Row sums of a block of two rows, biased, as a line stores them.
///
/// # Safety
/// The processor has `W`; `W::BYTES + 16` bytes from both sources plus where each chunk starts on are
/// readable.
#[inline(always)]
unsafe fn sum_adjacent<W: Wide>(source: [*const u8; 2], chunks: &[Chunk]) -> [W; 4] {
    // SAFETY: by the contract.
    unsafe {
        let bias = if W::DOT == 4 { W::splat32(i16::MIN.into()) } else { W::splat16(i16::MIN) };
        let mut sums = [[bias; 4]; 2];
        for chunk in chunks {
            let source = source.map(|source| source.add(chunk.at));
            add_chunk(&mut sums, source, chunk);
        }
        let [a, b] = sums;
        if W::DOT == 4 {
            [a[0].lowers(b[0]), a[1].lowers(b[1]), a[2].lowers(b[2]), a[3].lowers(b[3])]
        } else {
            interleave([a[0], a[1]], [b[0], b[1]])
        }
    }
}

/// Adds the samples under a chunk of taps to the sums of two rows: those of the samples whose number
/// leaves the same rest by [`Wide::DOT`] are one register.
///
/// # Safety
/// The processor has `W`; `W::BYTES + 16` bytes from both sources on are readable.
#[inline(always)]
unsafe fn add_chunk<W: Wide>(sums: &mut [[W; 4]; 2], source: [*const u8; 2], chunk: &Chunk) {
    // SAFETY: by the contract.
    let [low, high] = [0, 16].map(|at| source.map(|source| unsafe { W::load(source.add(at)) }));
    macro_rules! add {
        ($($n:literal)*) => {$(
            let group = $n / W::DOT;
            if $n % W::DOT == 0 && group == chunk.count {
                return;
            }
            for row in 0..2 {
                let sum = &mut sums[row][$n % W::DOT];
                // SAFETY: by the contract.
                unsafe {
                    let bytes = match $n {
                        0 => low[row],
                        _ if MASK >> $n & 1 == 1 => W::load(source[row].add($n)),
                        _ => low[row].shift::<$n>(high[row]),
                    };
                    *sum = sum.dot(bytes, W::splat32(chunk.groups[group]));
                }
            }
        )*};
    }
    add!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
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

/// Pairs the words of two rows of sums.
///
/// # Safety
/// The processor has `W`.
#[inline(always)]
unsafe fn interleave<W: Wide>([a, b]: [W; 2], [c, d]: [W; 2]) -> [W; 4] {
    // SAFETY: by the contract.
    unsafe { [a.lowers(c), b.lowers(d), a.uppers(c), b.uppers(d)] }
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
                let words = [a.uppers(c), b.uppers(d)];
                match self.order {
                    Order::Fourths => words[0].bytes(words[1]).store(out),
                    Order::Halves => words[0].pack16(words[1]).store(out),
                }
            }
        }
    }
}
