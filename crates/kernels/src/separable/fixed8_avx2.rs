//! The uint8 Gaussian for AVX2, exact in integers.
//!
//! Row pass: `pmaddubsw` multiplies pairs of bytes by pairs of signed 8-bit taps and adds them into
//! 16 bits. A product pair stays below 2^15 when its taps sum to 128 at most (255 * 128 = 32640), so
//! taps are grouped into pairs that do: each tap is split into parts of at most 64 where it must.
//! Partial sums wrap, the total (at most 65280) does not. Sums start at -2^15, which makes them
//! signed 16-bit values for the next pass.
//!
//! Column pass: the two rows of a line are interleaved, so one `pmaddwd` multiplies both by their
//! taps and adds them into 32 bits. With h biased by -2^15 and taps that sum to 2^8 the bias totals
//! -2^23; sums start at 2^23 + 2^15, which takes it away and rounds half up. The result is the third
//! byte of each sum.
//!
//! A line stores blocks of 32 samples as four vectors of (first row, second row) pairs, in the order
//! that `punpck` makes and `packus` undoes: samples 0-3|16-19, 4-7|20-23, 8-11|24-27, 12-15|28-31.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi16, _mm256_add_epi32, _mm256_loadu_si256, _mm256_madd_epi16,
    _mm256_maddubs_epi16, _mm256_packus_epi16, _mm256_packus_epi32, _mm256_set1_epi16,
    _mm256_set1_epi32, _mm256_srli_epi32, _mm256_storeu_si256, _mm256_unpackhi_epi8,
    _mm256_unpackhi_epi16, _mm256_unpacklo_epi8, _mm256_unpacklo_epi16,
};

use super::{Lines, Separable, Taps, assert_column, assert_row};
use crate::Isa;

/// Samples in a block.
const BLOCK: usize = 32;

pub(super) struct Fixed8Avx2 {
    row: RowTaps,
    /// Taps of a row, and how far apart they lie.
    reach: usize,
    /// For each line the taps of its two rows, for the first and for the second output row.
    column: Vec<[i32; 2]>,
}

/// Two taps, one in each byte of a 16-bit lane, ready to broadcast.
type Pair = i16;

enum RowTaps {
    /// One channel: a pair is two neighbouring samples, so an unaligned load is already interleaved.
    Adjacent(Vec<Pair>),
    /// Any distance: the two samples of a pair are loaded apart and interleaved.
    Spaced(Vec<([usize; 2], Pair)>),
}

impl Fixed8Avx2 {
    pub(super) fn new(taps: &Taps<u32>, channels: usize) -> Self {
        assert!(Isa::Avx2.is_supported());
        let adjacent = (channels == 1).then(|| adjacent_pairs(&taps.x)).flatten();
        let row = adjacent
            .map_or_else(|| RowTaps::Spaced(spaced_pairs(&taps.x, channels)), RowTaps::Adjacent);
        Self { row, reach: (taps.x.len() - 1) * channels, column: column_pairs(&taps.y) }
    }
}

/// The taps in neighbouring pairs, if no pair can exceed 16 bits.
fn adjacent_pairs(taps: &[u32]) -> Option<Vec<Pair>> {
    taps.chunks(2)
        .map(|pair| {
            let (a, b) = (pair[0], pair.get(1).copied().unwrap_or(0));
            (a + b <= 128 && a.max(b) <= 127).then(|| pack_bytes(a, b))
        })
        .collect()
}

/// The taps cut into parts of at most 64 and paired in any way, each with its two offsets.
fn spaced_pairs(taps: &[u32], channels: usize) -> Vec<([usize; 2], Pair)> {
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

fn column_pairs(taps: &[u32]) -> Vec<[i32; 2]> {
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

impl Separable<u8, u16, u8> for Fixed8Avx2 {
    fn source_len(&self, n: usize) -> usize {
        // The odd samples of a block read one past the window of its last sample.
        n.next_multiple_of(BLOCK) + self.reach + 1
    }

    fn line_len(&self, n: usize) -> usize {
        2 * n.next_multiple_of(BLOCK)
    }

    fn lines(&self) -> usize {
        self.column.len()
    }

    fn row(&self, source: [&[u8]; 2], line: &mut [u16], n: usize) {
        assert_row(self, source, line, n);
        let [first, second] = source.map(<[u8]>::as_ptr);
        for block in 0..n.div_ceil(BLOCK) {
            let at = block * BLOCK;
            // SAFETY: the processor has AVX2 (`new`). A block reads at most `reach + BLOCK + 1` bytes
            // from `at` on, which `assert_row` has found in both sources, and writes the 2 * BLOCK
            // samples of its block, which it has found in the line.
            unsafe {
                let (first, second) = (first.add(at), second.add(at));
                let out = line.as_mut_ptr().add(2 * at);
                match &self.row {
                    RowTaps::Adjacent(pairs) => {
                        interleave(adjacent(first, pairs), adjacent(second, pairs), out);
                    }
                    RowTaps::Spaced(pairs) => {
                        interleave(spaced(first, pairs), spaced(second, pairs), out);
                    }
                }
            }
        }
    }

    fn column(&self, lines: &Lines<'_, u16>, out: [&mut [u8]; 2]) {
        assert_column(self, lines, &out);
        let [first, second] = out;
        let (blocks, tail) = first.as_chunks_mut::<BLOCK>();
        let (other_blocks, other_tail) = second.as_chunks_mut::<BLOCK>();
        let whole = blocks.len();
        for (block, out) in blocks.iter_mut().zip(other_blocks).enumerate() {
            // SAFETY: the processor has AVX2 (`new`); `assert_column` has found whole blocks of
            // every line.
            unsafe { column(&self.column, lines, block, [out.0, out.1]) };
        }
        if !tail.is_empty() {
            let mut spare = [[0; BLOCK]; 2];
            let [a, b] = &mut spare;
            // SAFETY: as above; lines are padded to whole blocks.
            unsafe { column(&self.column, lines, whole, [a, b]) };
            tail.copy_from_slice(&a[..tail.len()]);
            other_tail.copy_from_slice(&b[..other_tail.len()]);
        }
    }
}

/// Row sums of a block, biased: samples 0-7|16-23 and 8-15|24-31.
type Sums = [__m256i; 2];

/// # Safety
/// `2 * pairs.len() + 31` bytes from `source` on are readable.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn adjacent(source: *const u8, pairs: &[Pair]) -> Sums {
    let bias = _mm256_set1_epi16(i16::MIN);
    let (mut even, mut odd) = (bias, bias);
    for (j, &pair) in pairs.iter().enumerate() {
        let taps = _mm256_set1_epi16(pair);
        // SAFETY: by the contract; the last load ends at 2 * (pairs - 1) + 1 + 32.
        let (a, b) = unsafe { (load(source.add(2 * j)), load(source.add(2 * j + 1))) };
        even = _mm256_add_epi16(even, _mm256_maddubs_epi16(a, taps));
        odd = _mm256_add_epi16(odd, _mm256_maddubs_epi16(b, taps));
    }
    [_mm256_unpacklo_epi16(even, odd), _mm256_unpackhi_epi16(even, odd)]
}

/// # Safety
/// 32 bytes from `source` plus each offset on are readable.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn spaced(source: *const u8, pairs: &[([usize; 2], Pair)]) -> Sums {
    let mut sums = [_mm256_set1_epi16(i16::MIN); 2];
    for &(at, pair) in pairs {
        let taps = _mm256_set1_epi16(pair);
        // SAFETY: by the contract.
        let (a, b) = unsafe { (load(source.add(at[0])), load(source.add(at[1]))) };
        let (low, high) = (_mm256_unpacklo_epi8(a, b), _mm256_unpackhi_epi8(a, b));
        sums[0] = _mm256_add_epi16(sums[0], _mm256_maddubs_epi16(low, taps));
        sums[1] = _mm256_add_epi16(sums[1], _mm256_maddubs_epi16(high, taps));
    }
    sums
}

/// Stores two rows of sums as a block of a line.
///
/// # Safety
/// `2 * BLOCK` samples from `out` on are writable.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn interleave(first: Sums, second: Sums, out: *mut u16) {
    for (i, (a, b)) in first.into_iter().zip(second).enumerate() {
        let (low, high) = (_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b));
        // SAFETY: by the contract; four stores of 16 samples fill the block.
        unsafe {
            _mm256_storeu_si256(out.add(32 * i).cast(), low);
            _mm256_storeu_si256(out.add(32 * i + 16).cast(), high);
        }
    }
}

/// Two output rows of one block.
///
/// # Safety
/// Each of the first `taps.len()` lines holds the block.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn column(
    taps: &[[i32; 2]],
    lines: &Lines<'_, u16>,
    block: usize,
    out: [&mut [u8; BLOCK]; 2],
) {
    let bias = _mm256_set1_epi32((1 << 23) + (1 << 15));
    let mut sums = [[bias; 4]; 2];
    for (j, taps) in taps.iter().enumerate() {
        let line = lines.line(j).as_ptr().wrapping_add(2 * BLOCK * block);
        let taps = taps.map(|pair| _mm256_set1_epi32(pair));
        for i in 0..4 {
            // SAFETY: by the contract; the block's four vectors are 16 samples each.
            let pairs = unsafe { load(line.wrapping_add(16 * i).cast()) };
            for (sums, taps) in sums.iter_mut().zip(taps) {
                sums[i] = _mm256_add_epi32(sums[i], _mm256_madd_epi16(pairs, taps));
            }
        }
    }
    for (sums, out) in sums.into_iter().zip(out) {
        let [a, b, c, d] = sums.map(|sum| _mm256_srli_epi32::<16>(sum));
        let bytes = _mm256_packus_epi16(_mm256_packus_epi32(a, b), _mm256_packus_epi32(c, d));
        // SAFETY: `out` is 32 bytes.
        unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), bytes) };
    }
}

/// # Safety
/// 32 bytes from `source` on are readable.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn load(source: *const u8) -> __m256i {
    // SAFETY: by the contract; the load is unaligned.
    unsafe { _mm256_loadu_si256(source.cast()) }
}
