//! Resampling down the columns of rows that lie in memory one sample beside the next.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]
#![expect(clippy::needless_range_loop, reason = "plain loops over arrays become vectors")]

use super::{BLOCK, Real, Resample, Spread, lanes, lanes_mut, prefetch, with_order};
use crate::Isa;
use crate::isa::{Vectorized, Vectors, with_lanes};

/// Adds rows of samples to the nodes that they are tied to. The first row is sample `phase` of its
/// cell. `sums` are the nodes that still grow, rows of `stride`, the node of the cell at hand first;
/// all zero where a column begins. Each cell that is completed completes the last of them: it becomes
/// the next row of `nodes`.
///
/// # Panics
/// If the rows differ in length or are longer than `stride`, `stride` is no whole number of blocks, or
/// there is no room for the nodes.
pub fn down_rows<S: Resample>(
    isa: Isa,
    spread: Spread<'_, S::Real>,
    phase: usize,
    rows: &[&[S]],
    sums: &mut [S::Real],
    nodes: &mut [S::Real],
    stride: usize,
) {
    let Some(first) = rows.first() else { return };
    let len = first.len();
    assert!(rows.iter().all(|row| row.len() == len), "rows are equally long");
    let blocks = stride / BLOCK * BLOCK;
    assert!(len <= blocks && phase < spread.step());
    assert!(sums.len() >= spread.order() * stride);
    assert!(nodes.len() >= (phase + rows.len()) / spread.step() * stride);
    with_order!(spread.order(), W => {
        isa.run(DownRows::<S, W> { weights: spread.phases(), phase, rows, sums, nodes, stride, len });
    });
}

/// How far ahead in a row its bytes are asked for: the processor alone does not follow so many rows.
const AHEAD: usize = 128;

/// Blurred rows that are made at once.
const SHARING: usize = 4;

/// Asks for the beginning of a row that will soon be [added](down_rows).
pub fn expect_row<S>(row: &[S]) {
    for line in (0..AHEAD).step_by(64) {
        prefetch(row, line / size_of::<S>());
    }
}

struct DownRows<'a, S: Resample, const W: usize> {
    weights: &'a [[S::Real; W]],
    phase: usize,
    rows: &'a [&'a [S]],
    sums: &'a mut [S::Real],
    nodes: &'a mut [S::Real],
    stride: usize,
    len: usize,
}

impl<S: Resample, const W: usize> Vectorized for DownRows<'_, S, W> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(mut self) {
        // As many as keep the sums of all nodes in registers.
        let count = match V::BYTES {
            64 => 64,
            32 if W < 4 => 32,
            0 => 1,
            _ => 16,
        };
        with_lanes!(count, L => {
            let whole = self.len / L * L;
            for at in (0..whole).step_by(L) {
                self.block::<L, false>(at);
            }
            if whole < self.len {
                self.block::<L, true>(whole);
            }
        });
    }
}

impl<S: Resample, const W: usize> DownRows<'_, S, W> {
    #[inline(always)]
    fn block<const L: usize, const TAIL: bool>(&mut self, at: usize) {
        let mut sums = [[S::Real::ZERO; L]; W];
        for j in 0..W {
            sums[j] = *lanes(self.sums, j * self.stride + at);
        }
        let (mut phase, mut node) = (self.phase, at);
        for row in self.rows {
            let mut rest = [S::zeroed(); L];
            let samples: &[S; L] = if TAIL {
                let tail = &row[at..self.len];
                rest[..tail.len()].copy_from_slice(tail);
                &rest
            } else {
                lanes(row, at)
            };
            prefetch(row, at + AHEAD / size_of::<S>());
            let weights = &self.weights[phase];
            let mut x = [S::Real::ZERO; L];
            for i in 0..L {
                x[i] = samples[i].lift();
            }
            for j in 0..W {
                for i in 0..L {
                    sums[j][i] = x[i].mul_add(weights[j], sums[j][i]);
                }
            }
            phase += 1;
            if phase == self.weights.len() {
                phase = 0;
                *lanes_mut(self.nodes, node) = sums[W - 1];
                node += self.stride;
                for j in (1..W).rev() {
                    sums[j] = sums[j - 1];
                }
                sums[0] = [S::Real::ZERO; L];
            }
        }
        for j in 0..W {
            *lanes_mut(self.sums, j * self.stride + at) = sums[j];
        }
    }
}

/// Makes rows of samples of the nodes that they are tied to, rows `stride` apart. The first row is
/// sample `phase` of its cell, the first node the earliest that it needs.
///
/// # Panics
/// If the rows differ in length, nodes are missing, or one is shorter than a row padded to a whole
/// number of blocks.
pub fn up_rows<D: Resample>(
    isa: Isa,
    spread: Spread<'_, D::Real>,
    phase: usize,
    nodes: &[D::Real],
    stride: usize,
    out: &mut [&mut [D]],
) {
    let Some(len) = out.first().map(|row| row.len()) else { return };
    assert!(out.iter().all(|row| row.len() == len), "rows are equally long");
    assert!(phase < spread.step() && len.next_multiple_of(BLOCK) <= stride);
    let others = (phase + out.len() - 1) / spread.step() + spread.order() - 1;
    assert!(nodes.len() >= others * stride + len.next_multiple_of(BLOCK));
    with_order!(spread.order(), W => {
        isa.run(UpRows::<D, W> { weights: spread.phases(), phase, nodes, stride, out, len });
    });
}

struct UpRows<'a, 'b, D: Resample, const W: usize> {
    weights: &'a [[D::Real; W]],
    phase: usize,
    nodes: &'a [D::Real],
    stride: usize,
    out: &'a mut [&'b mut [D]],
    len: usize,
}

impl<D: Resample, const W: usize> Vectorized for UpRows<'_, '_, D, W> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(mut self) {
        let count = match V::BYTES {
            64 => 64,
            32 => 32,
            0 => 1,
            _ => 16,
        };
        with_lanes!(count, L => {
            let whole = self.len / L * L;
            for at in (0..whole).step_by(L) {
                self.block::<V, L, false>(at);
            }
            if whole < self.len {
                self.block::<V, L, true>(whole);
            }
        });
    }
}

impl<D: Resample, const W: usize> UpRows<'_, '_, D, W> {
    #[inline(always)]
    fn block<V: Vectors, const L: usize, const TAIL: bool>(&mut self, at: usize) {
        let (mut phase, mut first) = (self.phase, at);
        let mut rows = &mut *self.out;
        while !rows.is_empty() {
            let mut nodes = [[D::Real::ZERO; L]; W];
            for j in 0..W {
                nodes[j] = *lanes(self.nodes, first + (W - 1 - j) * self.stride);
            }
            let count = rows.len().min(self.weights.len() - phase);
            let (cell, rest) = rows.split_at_mut(count);
            for (row, weights) in cell.iter_mut().zip(&self.weights[phase..]) {
                let mut sum = [D::Real::ZERO; L];
                for i in 0..L {
                    sum[i] = nodes[0][i] * weights[0];
                }
                for j in 1..W {
                    for i in 0..L {
                        sum[i] = nodes[j][i].mul_add(weights[j], sum[i]);
                    }
                }
                let mut samples = [D::zeroed(); L];
                D::round_all::<V, L>(&sum, &mut samples);
                if TAIL {
                    let tail = &mut row[at..self.len];
                    tail.copy_from_slice(&samples[..tail.len()]);
                } else {
                    *lanes_mut(row, at) = samples;
                }
            }
            (rows, phase, first) = (rest, 0, first + self.stride);
        }
    }
}

/// Filters rows of nodes, `stride` apart, down their columns with symmetric taps, the centre first.
/// Gives `count` rows of `len` numbers, also `stride` apart; the first row of nodes lies under the
/// outermost tap of the first.
///
/// # Panics
/// If `len` is longer than a row or no multiple of 16, rows are missing, or there are no taps.
pub fn blur_rows<R: Real>(
    isa: Isa,
    taps: &[R],
    nodes: &[R],
    stride: usize,
    out: &mut [R],
    [count, len]: [usize; 2],
) {
    assert!(!taps.is_empty() && len <= stride && len.is_multiple_of(16));
    assert!(nodes.len() >= (count + 2 * (taps.len() - 1)) * stride);
    assert!(out.len() >= count * stride);
    isa.run(BlurRows { taps, nodes, stride, out, count, len });
}

struct BlurRows<'a, R> {
    taps: &'a [R],
    nodes: &'a [R],
    stride: usize,
    out: &'a mut [R],
    count: usize,
    len: usize,
}

impl<R: Real> Vectorized for BlurRows<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(mut self) {
        let radius = self.taps.len() - 1;
        if V::BYTES == 0 {
            self.rows::<1>(radius);
            return;
        }
        // Unrolled, neighbouring rows share what they load.
        match radius {
            4 => self.rows::<16>(4),
            5 => self.rows::<16>(5),
            6 => self.rows::<16>(6),
            7 => self.rows::<16>(7),
            8 => self.rows::<16>(8),
            _ => self.rows::<16>(radius),
        }
    }
}

impl<R: Real> BlurRows<'_, R> {
    #[inline(always)]
    fn rows<const L: usize>(&mut self, radius: usize) {
        let together = self.count / SHARING * SHARING;
        for row in (0..together).step_by(SHARING) {
            for at in (0..self.len).step_by(L) {
                self.block::<L, SHARING>(radius, row, at);
            }
        }
        for row in together..self.count {
            for at in (0..self.len).step_by(L) {
                self.block::<L, 1>(radius, row, at);
            }
        }
    }

    #[inline(always)]
    fn block<const L: usize, const N: usize>(&mut self, radius: usize, row: usize, at: usize) {
        let nodes = &self.nodes[row * self.stride + at..];
        let sums = blurred::<R, L, N>(self.taps, nodes, self.stride, radius);
        for n in 0..N {
            *lanes_mut(self.out, (row + n) * self.stride + at) = sums[n];
        }
    }
}

/// Blocks of `N` neighbouring rows, the outermost tap of the first on the first of the nodes.
#[inline(always)]
fn blurred<R: Real, const L: usize, const N: usize>(
    taps: &[R],
    nodes: &[R],
    stride: usize,
    radius: usize,
) -> [[R; L]; N] {
    assert!(taps.len() > radius && (2 * radius + N - 1) * stride + L <= nodes.len());
    let first = nodes.as_ptr();
    // SAFETY: the block of the last row ends inside the nodes, and so do those before it. Checks in
    // the loops would keep them from becoming vectors.
    let block = |index: usize| unsafe { &*first.add(index * stride).cast::<[R; L]>() };
    let mut sums = [[R::ZERO; L]; N];
    for n in 0..N {
        let centre = block(radius + n);
        for i in 0..L {
            sums[n][i] = centre[i] * taps[0];
        }
    }
    for k in 1..=radius {
        for n in 0..N {
            let (above, below) = (block(radius + n - k), block(radius + n + k));
            for i in 0..L {
                sums[n][i] = (above[i] + below[i]).mul_add(taps[k], sums[n][i]);
            }
        }
    }
    sums
}
