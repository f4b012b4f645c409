//! Resampling along the rows of a group, which lie side by side in [`Column`]s.
//!
//! Pixels have `channels` columns each, and channels are resampled apart.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]
#![expect(clippy::needless_range_loop, reason = "plain loops over arrays become vectors")]

use super::{Column, GROUP, Real, Spread, with_order};
use crate::Isa;
use crate::isa::{Vectorized, Vectors};

/// Adds whole cells of columns to the nodes that they are tied to. `sums` are the nodes that still
/// grow, for each channel the node of the cell at hand first; all zero where a row begins. Each cell
/// completes the last of them: it becomes the next pixel of `nodes`.
///
/// # Panics
/// If the columns are not whole cells, or a slice does not have the length for them.
pub fn down_columns<R: Real>(
    isa: Isa,
    spread: Spread<'_, R>,
    channels: usize,
    columns: &[Column<R>],
    sums: &mut [Column<R>],
    nodes: &mut [Column<R>],
) {
    assert_eq!(columns.len(), nodes.len() * spread.step());
    assert!(channels > 0 && nodes.len().is_multiple_of(channels));
    assert_eq!(sums.len(), channels * spread.order());
    with_order!(spread.order(), W => {
        let sums = sums.as_chunks_mut().0;
        isa.run(DownColumns::<R, W> { weights: spread.phases(), channels, columns, sums, nodes });
    });
}

struct DownColumns<'a, R, const W: usize> {
    weights: &'a [[R; W]],
    channels: usize,
    columns: &'a [Column<R>],
    sums: &'a mut [[Column<R>; W]],
    nodes: &'a mut [Column<R>],
}

impl<R: Real, const W: usize> Vectorized for DownColumns<'_, R, W> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        let (channels, step) = (self.channels, self.weights.len());
        for channel in 0..channels {
            let mut sums = self.sums[channel];
            for (cell, node) in self.nodes[channel..].iter_mut().step_by(channels).enumerate() {
                let first = cell * step * channels + channel;
                for (p, weights) in self.weights.iter().enumerate() {
                    let x = &self.columns[first + p * channels];
                    for j in 0..W {
                        for i in 0..GROUP {
                            sums[j][i] = x[i].mul_add(weights[j], sums[j][i]);
                        }
                    }
                }
                *node = sums[W - 1];
                for j in (1..W).rev() {
                    sums[j] = sums[j - 1];
                }
                sums[0] = [R::ZERO; GROUP];
            }
            self.sums[channel] = sums;
        }
    }
}

/// Makes whole cells of columns of the nodes that they are tied to. The first node is the earliest
/// that the first cell needs.
///
/// # Panics
/// If the columns are not whole cells, or the nodes are not those that they need.
pub fn up_columns<R: Real>(
    isa: Isa,
    spread: Spread<'_, R>,
    channels: usize,
    nodes: &[Column<R>],
    columns: &mut [Column<R>],
) {
    let cell = spread.step() * channels;
    assert!(cell > 0 && columns.len().is_multiple_of(cell));
    assert!(nodes.len() >= (columns.len() / cell + spread.order() - 1) * channels);
    with_order!(spread.order(), W => {
        isa.run(UpColumns::<R, W> { weights: spread.phases(), channels, nodes, columns });
    });
}

struct UpColumns<'a, R, const W: usize> {
    weights: &'a [[R; W]],
    channels: usize,
    nodes: &'a [Column<R>],
    columns: &'a mut [Column<R>],
}

impl<R: Real, const W: usize> Vectorized for UpColumns<'_, R, W> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        let (channels, step) = (self.channels, self.weights.len());
        for (cell, columns) in self.columns.chunks_exact_mut(step * channels).enumerate() {
            for channel in 0..channels {
                let mut nodes = [[R::ZERO; GROUP]; W];
                for j in 0..W {
                    nodes[j] = self.nodes[(cell + W - 1 - j) * channels + channel];
                }
                for (p, weights) in self.weights.iter().enumerate() {
                    let mut sum = [R::ZERO; GROUP];
                    for i in 0..GROUP {
                        sum[i] = nodes[0][i] * weights[0];
                    }
                    for j in 1..W {
                        for i in 0..GROUP {
                            sum[i] = nodes[j][i].mul_add(weights[j], sum[i]);
                        }
                    }
                    columns[p * channels + channel] = sum;
                }
            }
        }
    }
}

/// Filters columns of nodes along their rows with symmetric taps, the centre first. The first node
/// lies under the outermost tap of the first result.
///
/// # Panics
/// If there are no taps, or not the nodes that they need.
pub fn blur_columns<R: Real>(
    isa: Isa,
    taps: &[R],
    channels: usize,
    nodes: &[Column<R>],
    out: &mut [Column<R>],
) {
    assert!(!taps.is_empty());
    assert!(nodes.len() >= out.len() + 2 * (taps.len() - 1) * channels);
    isa.run(BlurColumns { taps, channels, nodes, out });
}

struct BlurColumns<'a, R> {
    taps: &'a [R],
    channels: usize,
    nodes: &'a [Column<R>],
    out: &'a mut [Column<R>],
}

/// Results that are summed at once, so that their chains of additions overlap.
const CHAINS: usize = 4;

impl<R: Real> Vectorized for BlurColumns<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(mut self) {
        // Unrolled, neighbouring results share what they load.
        match (self.taps.len() - 1, self.channels) {
            (4, 1) => self.blur(4, 1),
            (5, 1) => self.blur(5, 1),
            (6, 1) => self.blur(6, 1),
            (7, 1) => self.blur(7, 1),
            (8, 1) => self.blur(8, 1),
            (radius, channels) => self.blur(radius, channels),
        }
    }
}

impl<R: Real> BlurColumns<'_, R> {
    #[inline(always)]
    fn blur(&mut self, radius: usize, channels: usize) {
        let (blocks, rest) = self.out.as_chunks_mut::<CHAINS>();
        let whole = blocks.len() * CHAINS;
        for (block, out) in blocks.iter_mut().enumerate() {
            *out = blurred(self.taps, &self.nodes[block * CHAINS..], radius, channels);
        }
        for (at, out) in rest.iter_mut().enumerate() {
            [*out] = blurred(self.taps, &self.nodes[whole + at..], radius, channels);
        }
    }
}

/// `N` neighbouring results, the outermost tap of the first on the first of the nodes.
#[inline(always)]
fn blurred<R: Real, const N: usize>(
    taps: &[R],
    nodes: &[Column<R>],
    radius: usize,
    channels: usize,
) -> [Column<R>; N] {
    let nodes = &nodes[..2 * radius * channels + N];
    let mut sums = [[R::ZERO; GROUP]; N];
    for n in 0..N {
        let centre = &nodes[radius * channels + n];
        for i in 0..GROUP {
            sums[n][i] = centre[i] * taps[0];
        }
    }
    for k in 1..=radius {
        for n in 0..N {
            let before = &nodes[(radius - k) * channels + n];
            let after = &nodes[(radius + k) * channels + n];
            for i in 0..GROUP {
                sums[n][i] = (before[i] + after[i]).mul_add(taps[k], sums[n][i]);
            }
        }
    }
    sums
}
