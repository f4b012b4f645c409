//! Splits rows into planes, in which neighbours are some pixels apart, and puts planes together again.

use super::Ranked;
use crate::Isa;
use crate::isa::{Vectorized, Vectors};

/// Splits a row: every `count`-th sample, from each of the first on, goes to a plane of its own, `stride`
/// levels behind the one before.
///
/// # Panics
/// If the planes do not fit `levels`.
pub fn split<S: Ranked>(row: &[S], count: usize, levels: &mut [S::Level], stride: usize, isa: Isa) {
    assert!(row.len().div_ceil(count) <= stride && levels.len() >= count * stride);
    isa.run(Split { row, count, levels, stride });
}

struct Split<'a, S: Ranked> {
    row: &'a [S],
    count: usize,
    levels: &'a mut [S::Level],
    stride: usize,
}

impl<S: Ranked> Vectorized for Split<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        match self.count {
            1 => self.whole::<1>(),
            2 => self.whole::<2>(),
            4 => self.whole::<4>(),
            _ => self.rest(0),
        }
    }
}

impl<S: Ranked> Split<'_, S> {
    #[inline(always)]
    fn whole<const N: usize>(self) {
        let (groups, _) = self.row.as_chunks::<N>();
        let mut planes = self.levels.chunks_exact_mut(self.stride);
        let planes: [&mut [S::Level]; N] =
            std::array::from_fn(|_| &mut planes.next().expect("room for them")[..groups.len()]);
        for (i, group) in groups.iter().enumerate() {
            for j in 0..N {
                planes[j][i] = group[j].level();
            }
        }
        let done = groups.len() * N;
        self.rest(done);
    }

    /// The samples from one on that begins a group.
    #[inline(always)]
    fn rest(self, first: usize) {
        for j in 0..self.count {
            let samples = self.row[first.min(self.row.len())..].iter().skip(j).step_by(self.count);
            let plane = &mut self.levels[j * self.stride + first / self.count..];
            for (level, sample) in plane.iter_mut().zip(samples) {
                *level = sample.level();
            }
        }
    }
}

/// Puts planes together: of every `planes.len()` samples, each is of the plane that starts there in `levels`.
///
/// # Panics
/// If a plane is too short.
pub fn interleave<S: Ranked>(levels: &[S::Level], planes: &[usize], out: &mut [S], isa: Isa) {
    let len = out.len().div_ceil(planes.len());
    assert!(planes.iter().all(|plane| plane + len <= levels.len()));
    isa.run(Interleave { levels, planes, out });
}

struct Interleave<'a, S: Ranked> {
    levels: &'a [S::Level],
    planes: &'a [usize],
    out: &'a mut [S],
}

impl<S: Ranked> Vectorized for Interleave<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(mut self) {
        match self.planes.len() {
            1 => self.whole::<1>(),
            2 => self.whole::<2>(),
            4 => self.whole::<4>(),
            _ => self.rest(0),
        }
    }
}

impl<S: Ranked> Interleave<'_, S> {
    #[inline(always)]
    fn whole<const N: usize>(mut self) {
        let (groups, _) = self.out.as_chunks_mut::<N>();
        let planes: [&[S::Level]; N] =
            std::array::from_fn(|j| &self.levels[self.planes[j]..][..groups.len()]);
        for (i, group) in groups.iter_mut().enumerate() {
            for j in 0..N {
                group[j] = S::of(planes[j][i]);
            }
        }
        let done = groups.len() * N;
        self.rest(done);
    }

    /// The samples from one on that begins a group.
    #[inline(always)]
    fn rest(&mut self, first: usize) {
        let count = self.planes.len();
        for (j, plane) in self.planes.iter().enumerate() {
            let samples = self.out[first..].iter_mut().skip(j).step_by(count);
            for (sample, &level) in samples.zip(&self.levels[plane + first / count..]) {
                *sample = S::of(level);
            }
        }
    }
}
