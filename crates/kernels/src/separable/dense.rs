//! Kernels of two dimensions.
//!
//! The row pass copies two source rows with their reach into a line; the column pass sums over the
//! taps of both dimensions, in row-major order, those that are not zero.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use std::marker::PhantomData;

use raster::Sample;

use super::plane::{ColumnLoop, PlaneColumn, Rows, row_len};
use super::{Float, RowPass, Separable, assert_row};
use crate::Isa;

/// A kernel of two dimensions.
#[derive(Clone, Debug, PartialEq)]
pub struct Kernel2d {
    /// Row by row.
    pub taps: Vec<f64>,
    /// Taps of a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// What a sum starts with.
    pub offset: f64,
}

pub(super) fn dense<S, M, D>(kernel: &Kernel2d, channels: usize, isa: Isa) -> Separable<S, S, D>
where
    S: Sample,
    M: Float<S>,
    D: Sample,
{
    assert_eq!(kernel.taps.len(), kernel.width * kernel.height);
    let reach = (kernel.width - 1) * channels;
    let taps = kernel.taps.iter().enumerate().map(|(i, &tap)| Tap {
        row: i / kernel.width,
        shift: i % kernel.width * channels,
        value: M::from_f64(tap),
    });
    let column = DenseColumn {
        taps: taps.filter(|tap| tap.value != M::zeroed()).collect(),
        height: kernel.height,
        reach,
        offset: M::from_f64(kernel.offset),
        types: PhantomData::<(S, D)>,
    };
    Separable {
        row: Box::new(Copy { reach }),
        column: Box::new(PlaneColumn { arithmetic: column, isa }),
    }
}

/// The row pass that leaves rows as they are.
struct Copy {
    reach: usize,
}

impl<S: Sample> RowPass<S, S> for Copy {
    fn source_len(&self, n: usize) -> usize {
        n + self.reach
    }

    fn line_len(&self, n: usize) -> usize {
        2 * row_len(n, self.reach)
    }

    fn run(&self, source: [&[S]; 2], line: &mut [S], n: usize) {
        assert_row(self, source, line, n);
        let (half, len) = (row_len(n, self.reach), n + self.reach);
        for (source, out) in source.into_iter().zip(line.chunks_exact_mut(half)) {
            out[..len].copy_from_slice(&source[..len]);
        }
    }
}

struct Tap<M> {
    row: usize,
    shift: usize,
    value: M,
}

struct DenseColumn<S, M, D> {
    taps: Vec<Tap<M>>,
    height: usize,
    reach: usize,
    offset: M,
    types: PhantomData<(S, D)>,
}

impl<S: Sample, M: Float<S>, D: Sample> ColumnLoop for DenseColumn<S, M, D> {
    type Mid = S;
    type Out = D;

    fn taps(&self) -> usize {
        self.height
    }

    fn reach(&self) -> usize {
        self.reach
    }

    #[inline(always)]
    fn filter<const L: usize>(&self, rows: &Rows<'_, S>) -> [[D; L]; 2] {
        let mut out = [[D::zeroed(); L]; 2];
        for (y, out) in out.iter_mut().enumerate() {
            let mut sum = [self.offset; L];
            for tap in &self.taps {
                let x = rows.shifted::<L>(tap.row + y, tap.shift);
                for i in 0..L {
                    sum[i] = M::from_sample(x[i]).fma(tap.value, sum[i]);
                }
            }
            for i in 0..L {
                out[i] = sum[i].to_sample();
            }
        }
        out
    }
}
