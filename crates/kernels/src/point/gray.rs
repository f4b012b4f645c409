//! Gray of red, green and blue.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use raster::Sample;

use super::map::one_nan;

use crate::Isa;
use crate::isa::{Vectorized, Vectors};

/// A sample that colours are made of.
pub trait Gray: Sample {
    /// What of a colour is left without its hue.
    fn gray(red: Self, green: Self, blue: Self) -> Self;
}

/// Weights in 15 fraction bits, which sum to one: white stays white.
macro_rules! integer {
    ($($type:ty, $wide:ty;)*) => {$(
        impl Gray for $type {
            #[inline(always)]
            fn gray(red: Self, green: Self, blue: Self) -> Self {
                let (red, green, blue) = (red as $wide, green as $wide, blue as $wide);
                ((9798 * red + 19_235 * green + 3735 * blue + (1 << 14)) >> 15) as Self
            }
        }
    )*};
}

integer! {
    u8, i32;
    u16, u32;
    i16, i32;
    i32, i64;
}

impl Gray for f32 {
    #[inline(always)]
    fn gray(red: Self, green: Self, blue: Self) -> Self {
        blue.mul_add(0.114, green.mul_add(0.587, red * 0.299))
    }
}

/// Makes a gray row of pixels of `channels` samples, the first three of which are red, green and blue.
///
/// # Panics
/// If there are not 3 or 4 channels, or the rows differ in pixels.
pub fn gray<T: Gray>(source: &[T], channels: usize, out: &mut [T], isa: Isa) {
    assert!(source.len() == out.len() * channels);
    match channels {
        3 => isa.run(Colours { source, out }),
        4 => isa.run(WithAlpha { source, out }),
        _ => panic!("3 or 4 channels, not {channels}"),
    }
}

/// Pixels that are taken apart at once.
const PIXELS: usize = 128;

struct Colours<'a, T> {
    source: &'a [T],
    out: &'a mut [T],
}

impl<T: Gray> Vectorized for Colours<'_, T> {
    type Output = ();

    /// In two steps, because the compiler finds no vectors in one for narrow samples.
    #[inline(always)]
    fn run<V: Vectors>(self) {
        let mut planes = [[T::zeroed(); PIXELS]; 3];
        for (out, source) in self.out.chunks_mut(PIXELS).zip(self.source.chunks(3 * PIXELS)) {
            for (channel, plane) in planes.iter_mut().enumerate() {
                for (sample, pixel) in plane.iter_mut().zip(source.chunks_exact(3)) {
                    *sample = pixel[channel];
                }
            }
            let [red, green, blue] = &planes;
            for i in 0..out.len().min(PIXELS) {
                out[i] = one_nan(T::gray(red[i], green[i], blue[i]));
            }
        }
    }
}

struct WithAlpha<'a, T> {
    source: &'a [T],
    out: &'a mut [T],
}

impl<T: Gray> Vectorized for WithAlpha<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        for (out, pixel) in self.out.iter_mut().zip(self.source.chunks_exact(4)) {
            *out = one_nan(T::gray(pixel[0], pixel[1], pixel[2]));
        }
    }
}
