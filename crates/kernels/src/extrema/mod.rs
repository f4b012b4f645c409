//! The least, or the greatest, samples of windows.
//!
//! Everything is computed with *levels*, integers of the order of samples ([`Ranked`]). Along a row the
//! extrema of long runs are made of those of shorter ones ([`spread`]); down the columns they are
//! gathered from lines of such extrema ([`gather`]), or from suffixes and a prefix of groups of lines, at
//! a cost that does not depend on the height of the window ([`suffix`], [`advance`]).

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use bytemuck::cast;
use raster::Depth;

use crate::isa::{Vectorized, Vectors};
use crate::vector::{Order, Ordered};
use crate::{Isa, Ranked};

mod gather;
mod groups;
mod spread;

pub use gather::{Places, gather};
pub use groups::{Rolled, absorb, advance, suffix};
pub use spread::{MAX_TERMS, spread};

/// Which sample of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extremum {
    /// The least.
    Least,
    /// The greatest.
    Greatest,
}

impl Extremum {
    /// The sample that changes no extremum: any other is as good or better. Of float32 the greatest
    /// is NaN.
    pub fn neutral<S: Ranked>(self) -> S {
        match self {
            Self::Least if S::DEPTH == Depth::F32 => S::from_f64(f64::NAN),
            Self::Least => S::from_f64(f64::INFINITY),
            Self::Greatest => S::from_f64(f64::NEG_INFINITY),
        }
    }
}

/// The levels of samples.
///
/// # Panics
/// If there are more samples than room.
pub fn levels<S: Ranked>(from: &[S], to: &mut [S::Level], isa: Isa) {
    let to = &mut to[..from.len()];
    isa.run(Levels { from, to });
}

/// Makes samples of their levels in place.
pub fn samples<S: Ranked>(levels: &mut [S::Level], isa: Isa) {
    isa.run(Samples::<S> { levels });
}

struct Levels<'a, S: Ranked> {
    from: &'a [S],
    to: &'a mut [S::Level],
}

impl<S: Ranked> Vectorized for Levels<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        for (to, from) in self.to.iter_mut().zip(self.from) {
            *to = from.level();
        }
    }
}

struct Samples<'a, S: Ranked> {
    levels: &'a mut [S::Level],
}

impl<S: Ranked> Vectorized for Samples<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        for level in self.levels {
            *level = cast(S::of(*level));
        }
    }
}

/// What is done at each place of some lines, register by register.
trait Sweep {
    type Level: Ordered;

    /// Does it for the `N` registers from `at` on. Done twice at a place it is as done once.
    ///
    /// # Safety
    /// The processor has `R`, and the lines hold that many levels from `at` on.
    unsafe fn at<R: Order<Self::Level>, const N: usize, const GREATEST: bool>(&self, at: usize);
}

/// Sweeps over the first `n` levels of lines. Never with AVX-512: its loads at odd places all cross a line of the
/// cache, those of AVX2 half of the time, and it took 2 to 7 % longer (Zen 4).
fn sweep<S: Sweep>(sweep: S, n: usize, which: Extremum, isa: Isa) {
    isa.min(Isa::Avx2).run(Swept { sweep, n, which });
}

/// A sweep over the first `n` levels of lines.
struct Swept<S> {
    sweep: S,
    n: usize,
    which: Extremum,
}

impl<S: Sweep> Vectorized for Swept<S> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        // SAFETY: `Isa::run` compiles this for registers that the processor has, and who made the
        // sweep has asserted that its lines hold `n` levels.
        unsafe {
            match self.which {
                Extremum::Least => self.all::<<S::Level as Ordered>::In<V>, false>(),
                Extremum::Greatest => self.all::<<S::Level as Ordered>::In<V>, true>(),
            }
        }
    }
}

impl<S: Sweep> Swept<S> {
    /// # Safety
    /// The processor has `R`, and the lines hold `n` levels.
    #[inline(always)]
    unsafe fn all<R: Order<S::Level>, const GREATEST: bool>(&self) {
        let mut at = 0;
        while at + 4 * R::LANES <= self.n {
            // SAFETY: by the contract, and as many levels are left.
            unsafe { self.sweep.at::<R, 4, GREATEST>(at) };
            at += 4 * R::LANES;
        }
        while at + R::LANES <= self.n {
            // SAFETY: as above.
            unsafe { self.sweep.at::<R, 1, GREATEST>(at) };
            at += R::LANES;
        }
        if at < self.n && self.n >= R::LANES {
            // SAFETY: as above. Some levels are done twice, which is cheaper than one by one.
            unsafe { self.sweep.at::<R, 1, GREATEST>(self.n - R::LANES) };
            return;
        }
        while at < self.n {
            // SAFETY: as above; a register of one level needs no instruction set.
            unsafe { self.sweep.at::<<S::Level as Ordered>::One, 1, GREATEST>(at) };
            at += 1;
        }
    }
}

/// The extremum of both, lane by lane.
///
/// # Safety
/// The processor has `R`.
#[inline(always)]
unsafe fn extreme<T, R: Order<T>, const GREATEST: bool>(a: R, b: R) -> R {
    // SAFETY: by the contract.
    unsafe { if GREATEST { a.most(b) } else { a.least(b) } }
}

/// Registers beside each other.
///
/// # Safety
/// The processor has `R`, and that many levels can be read.
#[inline(always)]
unsafe fn load<T, R: Order<T>, const N: usize>(from: *const T) -> [R; N] {
    // SAFETY: by the contract.
    let mut registers = [unsafe { R::load(from) }; N];
    for (i, register) in registers.iter_mut().enumerate().skip(1) {
        // SAFETY: as above.
        *register = unsafe { R::load(from.add(i * R::LANES)) };
    }
    registers
}

/// The extrema of registers and of those beside each other in memory.
///
/// # Safety
/// The processor has `R`, and that many levels can be read.
#[inline(always)]
unsafe fn join<T, R: Order<T>, const N: usize, const GREATEST: bool>(
    mut registers: [R; N],
    with: *const T,
) -> [R; N] {
    for (i, register) in registers.iter_mut().enumerate() {
        // SAFETY: by the contract.
        *register =
            unsafe { extreme::<T, R, GREATEST>(*register, R::load(with.add(i * R::LANES))) };
    }
    registers
}

/// Writes registers beside each other.
///
/// # Safety
/// The processor has `R`, and that many levels can be written.
#[inline(always)]
unsafe fn store<T, R: Order<T>, const N: usize>(registers: [R; N], to: *mut T) {
    for (i, register) in registers.iter().enumerate() {
        // SAFETY: by the contract.
        unsafe { register.store(to.add(i * R::LANES)) };
    }
}
