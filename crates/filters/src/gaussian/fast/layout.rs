//! What a strip keeps in its working memory, and how long it is.

use kernels::resample::{BLOCK, GROUP, Resample};

use super::Resampler;

/// Samples that a tile of columns has at least. It stays in the first-level cache.
const TILE: usize = 64;

/// Lengths and strides, in numbers. Strides are odd multiples of a cache line, so that the rows of a
/// group do not compete for the same lines of a cache.
pub(super) struct Layout {
    /// Samples of a source row that are held.
    pub(super) held: usize,
    /// Stride of rows of column nodes at full width.
    pub(super) wide: usize,
    /// Samples of a row of blurred nodes.
    pub(super) blurred: usize,
    /// Stride of rows of nodes.
    pub(super) narrow: usize,
    /// Rows of nodes kept for the taps down the columns.
    pub(super) kept: usize,
    /// Stride of rows of nodes at full width, after the way up.
    pub(super) fine: usize,
    /// Cells of a tile.
    pub(super) tile: usize,
    lengths: [usize; 8],
}

/// The working memory, cut up.
pub(super) struct Memory<'a, R> {
    /// Nodes down the columns that still grow.
    pub(super) sums: &'a mut [R],
    /// A group of nodes down the columns, at full width.
    pub(super) coarse_rows: &'a mut [R],
    /// Some cells of a group, as columns.
    pub(super) tile: &'a mut [[R; GROUP]],
    /// A group of nodes in both axes, after those that still grow.
    pub(super) columns: &'a mut [[R; GROUP]],
    /// A group of nodes blurred along the rows.
    pub(super) blurred_columns: &'a mut [[R; GROUP]],
    /// Rows of those.
    pub(super) nodes: &'a mut [R],
    /// A group of rows blurred in both axes.
    pub(super) blurred: &'a mut [R],
    /// The same at full width, with the rows before that results still need.
    pub(super) fine_rows: &'a mut [R],
}

impl Layout {
    /// The layout for results of `width` pixels in `cells` cells, of which one in memory begins
    /// `offset` pixels after its cell, from `held` columns of the source.
    pub(super) fn new<S: Resample>(
        filter: &Resampler<S>,
        width: usize,
        [cells, offset]: [usize; 2],
        held: usize,
    ) -> Self {
        let (x, y) = (&filter.x, &filter.y);
        let channels = filter.input.channels as usize;
        let held = held * channels;
        let wide = odd_lines(held.next_multiple_of(BLOCK));
        let blurred = x.blurred(cells) * channels;
        let narrow = odd_lines(blurred);
        let kept = 2 * (2 * y.radius() + 2 * GROUP);
        let reached = offset * channels + (width * channels).next_multiple_of(BLOCK);
        let fine = odd_lines(reached.max(cells * x.step * channels));
        let tile = TILE.div_ceil(x.step * channels);
        let nodes = (x.nodes(cells) + x.order - 1) * channels;
        let lengths = [
            y.order * wide,
            GROUP * wide,
            GROUP * tile * x.step * channels,
            GROUP * (x.order * channels + nodes),
            GROUP * blurred,
            kept * narrow,
            GROUP * narrow,
            (GROUP + y.order - 1) * fine,
        ];
        Self { held, wide, blurred, narrow, kept, fine, tile, lengths }
    }

    /// The layout of any results of `width` pixels that hold at most `held` columns.
    pub(super) fn largest<S: Resample>(filter: &Resampler<S>, width: usize, held: usize) -> Self {
        let cells = filter.x.most_cells(width);
        Self::new(filter, width, [cells, filter.x.step - 1], held)
    }

    /// Numbers in all.
    pub(super) fn len(&self) -> usize {
        self.lengths.iter().sum()
    }

    /// Bytes in all, with a row of the border's constant.
    pub(super) fn bytes<S: Resample>(&self) -> u64 {
        (self.len() * size_of::<S::Real>() + self.held * size_of::<S>()) as u64
    }

    /// Cuts up memory of that length.
    pub(super) fn cut<'a, R>(&self, mut memory: &'a mut [R]) -> Memory<'a, R> {
        let [sums, coarse_rows, tile, columns, blurred_columns, nodes, blurred, fine_rows] =
            self.lengths.map(|len| memory.split_off_mut(..len).expect("memory of that length"));
        Memory {
            sums,
            coarse_rows,
            tile: tile.as_chunks_mut().0,
            columns: columns.as_chunks_mut().0,
            blurred_columns: blurred_columns.as_chunks_mut().0,
            nodes,
            blurred,
            fine_rows,
        }
    }
}

/// The least odd number of cache lines of float32 that hold `len`.
const fn odd_lines(len: usize) -> usize {
    (len.div_ceil(16) | 1) * 16
}
