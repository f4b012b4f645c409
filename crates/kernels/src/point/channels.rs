//! Samples moved between rows of different channels. Values do not matter, only their size does: `T` is
//! any type of that size.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use bytemuck::Pod;

use crate::Isa;
use crate::isa::{Vectorized, Vectors};

/// Runs a statement with the constant `$step` set to `$channels`, up to 4, or to 0 for more.
macro_rules! with_channels {
    ($channels:expr, $step:ident => $body:expr) => {
        match $channels {
            2 => {
                const $step: usize = 2;
                $body
            }
            3 => {
                const $step: usize = 3;
                $body
            }
            4 => {
                const $step: usize = 4;
                $body
            }
            _ => {
                const $step: usize = 0;
                $body
            }
        }
    };
}

/// Takes one channel out of pixels of `channels`.
///
/// # Panics
/// If there is no such channel, or the rows differ in pixels.
pub fn extract<T: Pod>(source: &[T], channels: usize, index: usize, out: &mut [T], isa: Isa) {
    assert!(index < channels && source.len() == out.len() * channels);
    with_channels!(channels, STEP => isa.run(Extract::<_, STEP> { source, channels, index, out }));
}

struct Extract<'a, T, const STEP: usize> {
    source: &'a [T],
    channels: usize,
    index: usize,
    out: &'a mut [T],
}

impl<T: Pod, const STEP: usize> Vectorized for Extract<'_, T, STEP> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        let step = if STEP > 0 { STEP } else { self.channels };
        for (out, pixel) in self.out.iter_mut().zip(self.source.chunks_exact(step)) {
            *out = pixel[self.index];
        }
    }
}

/// Puts pixels of `width` channels into pixels of `channels`, from channel `index` on. The others stay
/// as they are.
///
/// # Panics
/// If they do not fit there, or the rows differ in pixels.
pub fn place<T: Pod>(
    source: &[T],
    width: usize,
    out: &mut [T],
    (channels, index): (usize, usize),
    isa: Isa,
) {
    assert!(width > 0 && index + width <= channels);
    assert!(source.len() / width * channels == out.len() && source.len().is_multiple_of(width));
    with_channels!(channels, STEP => {
        isa.run(Place::<_, STEP> { source, width, out, channels, index });
    });
}

struct Place<'a, T, const STEP: usize> {
    source: &'a [T],
    width: usize,
    out: &'a mut [T],
    channels: usize,
    index: usize,
}

impl<T: Pod, const STEP: usize> Vectorized for Place<'_, T, STEP> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        let step = if STEP > 0 { STEP } else { self.channels };
        if self.width == 1 {
            for (out, sample) in self.out.chunks_exact_mut(step).zip(self.source) {
                out[self.index] = *sample;
            }
            return;
        }
        let places = self.index..self.index + self.width;
        for (out, pixel) in self.out.chunks_exact_mut(step).zip(self.source.chunks(self.width)) {
            out[places.clone()].copy_from_slice(pixel);
        }
    }
}

/// Repeats each sample for all channels of a pixel.
///
/// # Panics
/// If the rows differ in pixels.
pub fn spread<T: Pod>(source: &[T], channels: usize, out: &mut [T], isa: Isa) {
    assert!(source.len() * channels == out.len());
    with_channels!(channels, STEP => isa.run(Spread::<_, STEP> { source, channels, out }));
}

struct Spread<'a, T, const STEP: usize> {
    source: &'a [T],
    channels: usize,
    out: &'a mut [T],
}

impl<T: Pod, const STEP: usize> Vectorized for Spread<'_, T, STEP> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        let step = if STEP > 0 { STEP } else { self.channels };
        for (out, sample) in self.out.chunks_exact_mut(step).zip(self.source) {
            for out in out {
                *out = *sample;
            }
        }
    }
}
