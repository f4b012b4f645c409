//! Resampling by a whole factor: rows of samples to sparse nodes, nodes blurred, nodes to rows again.
//!
//! An axis is cut into *cells* of `step` samples. Sample `p` of cell `q` adds to the nodes
//! `q, q - 1, ...` ([`Spread`]), and on the way back is the sum of the same nodes. Down a column the
//! kernels work on rows as they lie in memory; along a row they work on [`Column`]s, which hold the
//! same sample of several rows, so that there too every step is a loop over neighbouring numbers.
//!
//! Every sum runs in the order of the image's coordinates, so no result depends on where a caller
//! begins or on how many samples are computed at once.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use std::ops::{Add, Mul};

use bytemuck::Pod;

mod columns;
mod rows;
mod samples;
mod transpose;

pub use columns::{blur_columns, down_columns, up_columns};
pub use rows::{blur_rows, down_rows, expect_row, up_rows};
pub use samples::Resample;
pub use transpose::{gather, scatter};

/// Rows that a [`Column`] is made of.
pub const GROUP: usize = 16;

/// Row kernels work on blocks of this many samples: rows of nodes are padded to a multiple of it.
pub const BLOCK: usize = 64;

/// The same sample of [`GROUP`] rows.
pub type Column<R> = [R; GROUP];

/// The floating-point type of the sums.
pub trait Real:
    transpose::Turn + Pod + Send + Sync + Add<Output = Self> + Mul<Output = Self>
{
    /// Zero.
    const ZERO: Self;

    /// The nearest number of the type.
    fn from_f64(value: f64) -> Self;

    /// `self * factor + term`, rounded once.
    #[must_use]
    fn mul_add(self, factor: Self, term: Self) -> Self;
}

macro_rules! real {
    ($($type:ty)*) => {$(
        impl Real for $type {
            const ZERO: Self = 0.0;

            fn from_f64(value: f64) -> Self {
                value as Self
            }

            #[inline(always)]
            fn mul_add(self, factor: Self, term: Self) -> Self {
                self.mul_add(factor, term)
            }
        }
    )*};
}

real!(f32 f64);

/// The weights that tie the samples of a cell to nodes: row `p` holds those of sample `p`, the first
/// for the node of its own cell, the next for the node before.
#[derive(Clone, Copy, Debug)]
pub struct Spread<'a, R> {
    weights: &'a [R],
    order: usize,
}

impl<'a, R> Spread<'a, R> {
    /// The weights, row by row, for `order` nodes a sample.
    ///
    /// # Panics
    /// If the order is not 1, 3 or 4, or does not divide the number of weights.
    pub const fn new(weights: &'a [R], order: usize) -> Self {
        assert!(matches!(order, 1 | 3 | 4), "an order that kernels are compiled for");
        assert!(!weights.is_empty() && weights.len().is_multiple_of(order));
        Self { weights, order }
    }

    /// Samples in a cell.
    pub const fn step(&self) -> usize {
        self.weights.len() / self.order
    }

    /// Nodes that a sample is tied to.
    pub const fn order(&self) -> usize {
        self.order
    }

    /// The weights as rows of known length.
    ///
    /// # Panics
    /// If that is not the order.
    const fn phases<const W: usize>(&self) -> &'a [[R; W]] {
        assert!(self.order == W);
        self.weights.as_chunks().0
    }
}

/// Evaluates an expression with the constant `$nodes` set to an order.
macro_rules! with_order {
    ($order:expr, $nodes:ident => $body:expr) => {
        match $order {
            1 => {
                const $nodes: usize = 1;
                $body
            }
            3 => {
                const $nodes: usize = 3;
                $body
            }
            _ => {
                const $nodes: usize = 4;
                $body
            }
        }
    };
}
use with_order;

/// `L` numbers from `at` on.
#[inline(always)]
fn lanes<T, const L: usize>(source: &[T], at: usize) -> &[T; L] {
    source[at..].first_chunk().expect("the entry checks the length")
}

/// `L` numbers from `at` on, to fill.
#[inline(always)]
fn lanes_mut<T, const L: usize>(target: &mut [T], at: usize) -> &mut [T; L] {
    target[at..].first_chunk_mut().expect("the entry checks the length")
}

/// Asks for the cache line of a sample that will soon be read, or for one beyond the row.
#[inline(always)]
fn prefetch<T>(row: &[T], at: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the baseline has the instruction, which reads nothing: any address will do.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(row.as_ptr().wrapping_add(at).cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (row, at);
}
