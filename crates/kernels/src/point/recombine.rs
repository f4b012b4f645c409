//! Channels as weighted sums of channels.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use raster::Sample;

use super::Real;
use super::map::one_nan;
use crate::Isa;
use crate::isa::{Vectorized, Vectors};

/// Pixels whose channels are taken apart at once.
const PIXELS: usize = 64;

/// The most channels that are.
const PLANES: usize = 4;

/// A row of weights for each channel of the result, and an offset.
#[derive(Clone, Debug)]
pub struct Matrix<C> {
    weights: Vec<C>,
    offsets: Vec<C>,
    columns: usize,
}

impl<C: Real> Matrix<C> {
    /// Rows of `columns` weights, with an offset behind them or none.
    ///
    /// # Panics
    /// If there is no row or no column, or a row has another length.
    pub fn new(rows: &[Vec<f64>], columns: usize) -> Self {
        assert!(columns > 0 && !rows.is_empty());
        assert!(rows.iter().all(|row| row.len() == columns || row.len() == columns + 1));
        let weights = rows.iter().flat_map(|row| &row[..columns]).copied().map(C::nearest);
        let offset = |row: &Vec<f64>| C::nearest(row.get(columns).copied().unwrap_or(0.0));
        Self { weights: weights.collect(), offsets: rows.iter().map(offset).collect(), columns }
    }

    /// The weights of one channel of the result.
    #[inline(always)]
    fn row(&self, row: usize) -> &[C] {
        &self.weights[row * self.columns..][..self.columns]
    }
}

/// Makes pixels of weighted sums: each starts with its offset and adds the channels in ascending order,
/// rounding once a channel and then to the depth.
///
/// # Panics
/// If the rows differ in pixels.
pub fn recombine<S: Sample, C: Real>(matrix: &Matrix<C>, source: &[S], out: &mut [S], isa: Isa) {
    let (columns, rows) = (matrix.columns, matrix.offsets.len());
    assert!(source.len().is_multiple_of(columns) && source.len() / columns * rows == out.len());
    isa.run(Recombine { matrix, source, out });
}

struct Recombine<'a, S, C> {
    matrix: &'a Matrix<C>,
    source: &'a [S],
    out: &'a mut [S],
}

impl<S: Sample, C: Real> Vectorized for Recombine<'_, S, C> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        let Self { matrix, source, out } = self;
        let (columns, rows) = (matrix.columns, matrix.offsets.len());
        if columns > PLANES || rows > PLANES {
            for (out, pixel) in out.chunks_exact_mut(rows).zip(source.chunks_exact(columns)) {
                one(matrix, pixel, out);
            }
            return;
        }
        let mut planes = [[C::nearest(0.0); PIXELS]; PLANES];
        let mut sums = planes;
        for (out, source) in out.chunks_mut(PIXELS * rows).zip(source.chunks(PIXELS * columns)) {
            match columns {
                1 => gather::<_, _, 1>(source, &mut planes),
                2 => gather::<_, _, 2>(source, &mut planes),
                3 => gather::<_, _, 3>(source, &mut planes),
                _ => gather::<_, _, 4>(source, &mut planes),
            }
            for (row, (sums, &offset)) in sums.iter_mut().zip(&matrix.offsets).enumerate() {
                *sums = [offset; PIXELS];
                for (plane, &weight) in planes.iter().zip(matrix.row(row)) {
                    add(plane, weight, sums);
                }
            }
            match rows {
                1 => scatter::<_, _, 1>(&sums, out),
                2 => scatter::<_, _, 2>(&sums, out),
                3 => scatter::<_, _, 3>(&sums, out),
                _ => scatter::<_, _, 4>(&sums, out),
            }
        }
    }
}

/// One pixel.
#[inline(always)]
fn one<S: Sample, C: Real>(matrix: &Matrix<C>, pixel: &[S], out: &mut [S]) {
    for (row, (out, &offset)) in out.iter_mut().zip(&matrix.offsets).enumerate() {
        let mut sum = offset;
        for (&sample, &weight) in pixel.iter().zip(matrix.row(row)) {
            sum = C::lift(sample).fma(weight, sum);
        }
        *out = one_nan(sum.round());
    }
}

#[inline(always)]
fn add<C: Real>(plane: &[C; PIXELS], weight: C, sums: &mut [C; PIXELS]) {
    for i in 0..PIXELS {
        sums[i] = plane[i].fma(weight, sums[i]);
    }
}

/// Takes pixels of `N` channels apart.
#[inline(always)]
fn gather<S: Sample, C: Real, const N: usize>(source: &[S], planes: &mut [[C; PIXELS]; PLANES]) {
    let pixels = (source.len() / N).min(PIXELS);
    let source = &source[..N * pixels];
    for i in 0..pixels {
        for channel in 0..N {
            planes[channel][i] = C::lift(source[N * i + channel]);
        }
    }
}

/// Puts pixels of `N` channels together.
#[inline(always)]
fn scatter<C: Real, S: Sample, const N: usize>(sums: &[[C; PIXELS]; PLANES], out: &mut [S]) {
    let pixels = (out.len() / N).min(PIXELS);
    let out = &mut out[..N * pixels];
    for i in 0..pixels {
        for channel in 0..N {
            out[N * i + channel] = one_nan(sums[channel][i].round());
        }
    }
}
