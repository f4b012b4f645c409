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
use crate::vector::Prefix;

#[cfg(target_arch = "x86_64")]
mod register_x86;
mod roll;
#[cfg(target_arch = "x86_64")]
mod roll_x86;

pub use roll::{Edges, Roll};

/// An integer that holds sums: `i32` or `i64`.
pub trait Sum: Pod + Send + Sync {
    /// self + other, wrapping.
    #[must_use]
    fn plus(self, other: Self) -> Self;
    /// self - other, wrapping.
    #[must_use]
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
        let narrow = bytemuck::try_cast_slice::<A, i32>(sums);
        if let (1, Ok(sums), true) = (channels, narrow, size_of::<A>() == size_of::<i32>()) {
            // SAFETY: `Isa::run` compiles this for registers that the processor has; the entry has
            // found room for whole blocks behind the first prefix.
            unsafe { prefix_registers::<V::I32>(sums, prefix[1..].as_mut_ptr().cast()) };
            return;
        }
        for i in 0..sums.len() {
            prefix[channels + i] = prefix[i].plus(sums[i]);
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

/// Prefix sums of one channel, register by register: within a register, then all of it on top of what
/// came before.
///
/// # Safety
/// The processor has `R`; from `prefix` on, `sums.len()` integers, to whole blocks, are writable.
#[inline(always)]
unsafe fn prefix_registers<R: Prefix>(sums: &[i32], prefix: *mut i32) {
    let lanes = R::LANES;
    let whole = sums.len() / lanes * lanes;
    // SAFETY: by the contract; loads end within the sums.
    let mut carry = unsafe { R::splat(0) };
    for at in (0..whole).step_by(lanes) {
        // SAFETY: as above.
        unsafe {
            let sum = R::load(sums.as_ptr().add(at)).prefix();
            sum.plus(carry).store(prefix.add(at));
            // Off the path of the store: a chain of one addition a register.
            carry = carry.plus(sum.last());
        }
    }
    let mut last = [0i32; BLOCK];
    // SAFETY: as above; a register is a block at most.
    unsafe { carry.store(last.as_mut_ptr()) };
    for (i, sum) in sums.iter().enumerate().skip(whole) {
        last[0] = last[0].wrapping_add(*sum);
        // SAFETY: as above.
        unsafe { prefix.add(i).write(last[0]) };
    }
}
