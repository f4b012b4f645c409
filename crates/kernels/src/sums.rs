//! Sums over rectangular windows, at a cost that does not depend on their size.
//!
//! A worker keeps the sum of each column over the window's rows: one row enters, one leaves. Along
//! the row, prefix sums of these make every window a difference of two. Integers wrap and differences
//! come out right, as long as a window's sum fits.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use bytemuck::Pod;
use raster::{Depth, Sample};

use crate::Isa;
use crate::isa::{Vectorized, Vectors};

/// An integer that holds sums: `i32` or `i64`.
pub trait Sum: Pod + Send + Sync {
    /// self + other, wrapping.
    fn plus(self, other: Self) -> Self;
    /// self - other, wrapping.
    fn minus(self, other: Self) -> Self;
    /// The sample as a sum of one; exact.
    fn of<S: Sample>(sample: S) -> Self;
    /// Rounded to float32.
    fn single(self) -> f32;
    /// Rounded to float64.
    fn double(self) -> f64;
    /// The lower 32 bits.
    fn low(self) -> i32;
}

macro_rules! sum {
    ($($type:ident),*) => {$(
        impl Sum for $type {
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }

            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }

            #[inline(always)]
            fn of<S: Sample>(sample: S) -> Self {
                sample.to_i32().into()
            }

            #[inline(always)]
            fn single(self) -> f32 {
                self as f32
            }

            #[inline(always)]
            fn double(self) -> f64 {
                self as f64
            }

            #[inline(always)]
            fn low(self) -> i32 {
                self as i32
            }
        }
    )*};
}

sum! { i32, i64 }

/// What a window's sum becomes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// Itself, saturated.
    One,
    /// `((sum + add) * factor) >> 23`: a division in 32 bits, for sums of bytes.
    Fixed {
        /// What is added.
        add: u32,
        /// What it is multiplied by.
        factor: u32,
    },
    /// Times a float32, in float32, rounded half to even.
    Single(f32),
    /// Times a float64, in float64, rounded half to even.
    Double(f64),
}

/// The sums of windows of `width` pixels along a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Across {
    /// Pixels of a window.
    pub width: usize,
    /// Samples of a pixel.
    pub channels: usize,
    /// What becomes of a sum.
    pub scale: Scale,
}

/// Adds `enter` to the sums of columns.
///
/// # Panics
/// If the row is shorter than the sums.
pub fn enter<S: Sample, A: Sum>(sums: &mut [A], enter: &[S], isa: Isa) {
    let enter = &enter[..sums.len()];
    isa.run(Enter { sums, enter });
}

/// Adds `enter` to the sums of columns and takes `leave` away.
///
/// # Panics
/// If a row is shorter than the sums.
pub fn slide<S: Sample, A: Sum>(sums: &mut [A], enter: &[S], leave: &[S], isa: Isa) {
    let (enter, leave) = (&enter[..sums.len()], &leave[..sums.len()]);
    isa.run(Slide { sums, enter, leave });
}

impl Across {
    /// Columns whose sums make `n` samples.
    pub const fn columns(&self, n: usize) -> usize {
        n + (self.width - 1) * self.channels
    }

    /// The length of the prefix sums for `n` samples.
    pub const fn prefix_len(&self, n: usize) -> usize {
        self.columns(n).next_multiple_of(BLOCK) + self.channels
    }

    /// Sums up the columns from the left.
    ///
    /// # Panics
    /// If `prefix` is shorter than the sums, to whole blocks, and a pixel.
    pub fn prefix<A: Sum>(&self, sums: &[A], prefix: &mut [A], isa: Isa) {
        assert!(prefix.len() >= sums.len().next_multiple_of(BLOCK) + self.channels);
        isa.run(PrefixRun { channels: self.channels, sums, prefix });
    }

    /// Makes samples of the prefix sums from their first window on.
    ///
    /// # Panics
    /// If there are too few of them for `out`.
    pub fn run<A: Sum, D: Sample>(&self, prefix: &[A], out: &mut [D], isa: Isa) {
        let ends = &prefix[self.width * self.channels..][..out.len()];
        isa.run(AcrossRun { scale: self.scale, starts: &prefix[..out.len()], ends, out });
    }
}

/// Columns whose prefix sums are made at once.
const BLOCK: usize = 16;

struct Enter<'a, S, A> {
    sums: &'a mut [A],
    enter: &'a [S],
}

impl<S: Sample, A: Sum> Vectorized for Enter<'_, S, A> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        for i in 0..self.sums.len() {
            self.sums[i] = self.sums[i].plus(A::of(self.enter[i]));
        }
    }
}

struct Slide<'a, S, A> {
    sums: &'a mut [A],
    enter: &'a [S],
    leave: &'a [S],
}

impl<S: Sample, A: Sum> Vectorized for Slide<'_, S, A> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        for i in 0..self.sums.len() {
            let change = A::of(self.enter[i]).minus(A::of(self.leave[i]));
            self.sums[i] = self.sums[i].plus(change);
        }
    }
}

struct PrefixRun<'a, A> {
    channels: usize,
    sums: &'a [A],
    prefix: &'a mut [A],
}

impl<A: Sum> Vectorized for PrefixRun<'_, A> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        let Self { channels, sums, prefix } = self;
        // Before the first column all prefixes are 0.
        prefix[..channels].fill(A::zeroed());
        if channels == 1 && V::BYTES > 0 {
            prefix_blocks(sums, &mut prefix[1..]);
        } else {
            for i in 0..sums.len() {
                prefix[channels + i] = prefix[i].plus(sums[i]);
            }
        }
    }
}

struct AcrossRun<'a, A, D> {
    scale: Scale,
    starts: &'a [A],
    ends: &'a [A],
    out: &'a mut [D],
}

impl<A: Sum, D: Sample> Vectorized for AcrossRun<'_, A, D> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        let Self { scale, out, .. } = self;
        let (starts, ends) = (&self.starts[..out.len()], &self.ends[..out.len()]);
        macro_rules! each {
            (|$sum:ident| $result:expr) => {
                for i in 0..out.len() {
                    let $sum = ends[i].minus(starts[i]);
                    out[i] = $result;
                }
            };
        }
        match scale {
            Scale::One if D::DEPTH == Depth::I32 => each!(|sum| D::from_f64(sum.double())),
            Scale::One => each!(|sum| D::from_f32(sum.single())),
            Scale::Fixed { add, factor } => each!(|sum| {
                let fixed = (sum.low() as u32).wrapping_add(add).wrapping_mul(factor) >> 23;
                D::from_i16(fixed as i16)
            }),
            Scale::Single(scale) => each!(|sum| D::from_f32(sum.single() * scale)),
            Scale::Double(scale) => each!(|sum| D::from_f64(sum.double() * scale)),
        }
    }
}

/// Prefix sums of one channel, block by block: within a block by doubling the distance, then all of it
/// on top of what came before.
#[inline(always)]
fn prefix_blocks<A: Sum>(sums: &[A], prefix: &mut [A]) {
    let mut carry = A::zeroed();
    let (blocks, tail) = sums.as_chunks::<BLOCK>();
    let mut out = prefix.as_chunks_mut::<BLOCK>().0.iter_mut();
    for (block, out) in blocks.iter().zip(&mut out) {
        let sum = within(*block);
        for i in 0..BLOCK {
            out[i] = sum[i].plus(carry);
        }
        carry = carry.plus(sum[BLOCK - 1]);
    }
    if let (false, Some(out)) = (tail.is_empty(), out.next()) {
        for (sum, out) in tail.iter().zip(out) {
            carry = carry.plus(*sum);
            *out = carry;
        }
    }
}

#[inline(always)]
fn within<A: Sum>(mut sum: [A; BLOCK]) -> [A; BLOCK] {
    macro_rules! add_from {
        ($distance:literal) => {
            let before = sum;
            for i in $distance..BLOCK {
                sum[i] = before[i].plus(before[i - $distance]);
            }
        };
    }
    add_from!(1);
    add_from!(2);
    add_from!(4);
    add_from!(8);
    sum
}
