//! Halving the sides of an image.

use std::ops::Add;

use bytemuck::Pod;
use raster::{Buffer, Depth, Sample, View};

/// A sample whose mean of four is exact, up to one rounding.
trait Mean: Sample {
    /// A sum of four samples.
    type Sum: Pod + Add<Output = Self::Sum>;

    /// The sum of two.
    fn sum(a: Self, b: Self) -> Self::Sum;

    /// A quarter of the sum of four; ties go to even.
    fn quarter(sum: Self::Sum) -> Self;
}

macro_rules! integers {
    ($($sample:ty, $sum:ty;)*) => {$(
        impl Mean for $sample {
            type Sum = $sum;

            fn sum(a: Self, b: Self) -> $sum {
                <$sum>::from(a) + <$sum>::from(b)
            }

            fn quarter(sum: $sum) -> Self {
                // One less than half, or half if the quotient is odd.
                ((sum + 1 + ((sum >> 2) & 1)) >> 2) as Self
            }
        }
    )*};
}

integers! {
    u8, u16;
    u16, u32;
    i16, i32;
    i32, i64;
}

impl Mean for f32 {
    type Sum = f32;

    fn sum(a: Self, b: Self) -> f32 {
        a + b
    }

    fn quarter(sum: f32) -> Self {
        sum * 0.25
    }
}

/// Writes the means of two by two pixels from `start` on into an image with rows of `stride` bytes.
/// Where a side is odd its last pixels stand in for those that are missing. `sums` is scratch.
pub(super) fn halve(
    pixels: &View<'_>,
    out: &mut [u8],
    start: usize,
    stride: usize,
    sums: &mut Buffer,
) {
    let run = match pixels.depth() {
        Depth::U8 => rows::<u8>,
        Depth::U16 => rows::<u16>,
        Depth::I16 => rows::<i16>,
        Depth::I32 => rows::<i32>,
        Depth::F32 => rows::<f32>,
    };
    run(pixels, &mut out[start..], stride, sums);
}

/// Bytes of scratch for pixels with `samples` in a row.
pub(super) const fn scratch_bytes(samples: u64, depth: Depth) -> u64 {
    let sum = match depth {
        Depth::U8 => size_of::<<u8 as Mean>::Sum>(),
        Depth::U16 => size_of::<<u16 as Mean>::Sum>(),
        Depth::I16 => size_of::<<i16 as Mean>::Sum>(),
        Depth::I32 => size_of::<<i32 as Mean>::Sum>(),
        Depth::F32 => size_of::<<f32 as Mean>::Sum>(),
    };
    samples * sum as u64
}

fn rows<T: Mean>(pixels: &View<'_>, out: &mut [u8], stride: usize, sums: &mut Buffer) {
    let (height, channels) = (pixels.height(), pixels.channels());
    let half = pixels.width().div_ceil(2) * channels;
    let sums: &mut [T::Sum] = sums.take_samples(pixels.width() * channels);
    let columns = match channels {
        1 => columns::<T, 1>,
        2 => columns::<T, 2>,
        3 => columns::<T, 3>,
        4 => columns::<T, 4>,
        _ => columns::<T, 0>,
    };
    for y in 0..height.div_ceil(2) {
        let (top, bottom) = (pixels.row::<T>(2 * y), pixels.row::<T>((2 * y + 1).min(height - 1)));
        for ((sum, &a), &b) in sums.iter_mut().zip(top).zip(bottom) {
            *sum = T::sum(a, b);
        }
        let row = &mut out[y * stride..][..half * size_of::<T>()];
        columns(sums, channels, bytemuck::cast_slice_mut(row));
    }
}

/// The means of a row of sums of two. `N` is the number of channels, if the compiler is to know it.
fn columns<T: Mean, const N: usize>(sums: &[T::Sum], channels: usize, out: &mut [T]) {
    let channels = if N == 0 { channels } else { N };
    let pairs = sums.chunks_exact(2 * channels);
    let last = pairs.remainder();
    for (pair, out) in pairs.zip(out.chunks_exact_mut(channels)) {
        for channel in 0..channels {
            out[channel] = T::quarter(pair[channel] + pair[channels + channel]);
        }
    }
    let from = out.len() - last.len();
    for (&sum, out) in last.iter().zip(&mut out[from..]) {
        *out = T::quarter(sum + sum);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use raster::Spec;

    use super::*;

    /// The sample of the half image at `x`, `y`, as the mean of four is defined.
    fn mean(pixels: &View<'_>, x: usize, y: usize, channel: usize) -> f64 {
        let at = |dx: usize, dy: usize| {
            let x = (2 * x + dx).min(pixels.width() - 1) * pixels.channels() + channel;
            let y = (2 * y + dy).min(pixels.height() - 1);
            match pixels.depth() {
                Depth::U8 => pixels.row::<u8>(y)[x].to_f64(),
                Depth::U16 => pixels.row::<u16>(y)[x].to_f64(),
                Depth::I16 => pixels.row::<i16>(y)[x].to_f64(),
                Depth::I32 => pixels.row::<i32>(y)[x].to_f64(),
                Depth::F32 => pixels.row::<f32>(y)[x].to_f64(),
            }
        };
        match pixels.depth() {
            Depth::F32 => {
                let column = |dx| at(dx, 0) as f32 + at(dx, 1) as f32;
                f64::from((column(0) + column(1)) * 0.25)
            }
            _ => ((at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1)) / 4.0).round_ties_even(),
        }
    }

    proptest! {
        #[test]
        fn a_pixel_is_the_mean_of_four(
            (width, height) in (1usize..40, 1usize..20),
            channels in 1u32..7,
            depth in prop::sample::select(Depth::ALL.to_vec()),
            seed: u32,
        ) {
            let spec = Spec::new(width as u64, height as u64, channels, depth).unwrap();
            let len = spec.bytes() as usize;
            let mut image = Buffer::zeroed(len);
            for (i, byte) in image.take(len).iter_mut().enumerate() {
                // Bytes below 64 and their complements: extremes and no NaN among floats.
                let noise = (i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) >> 26;
                *byte = if seed % 2 == 0 { noise as u8 } else { noise as u8 ^ 0x80 };
            }
            let row = spec.row_bytes() as usize;
            let pixels = View::new(image.bytes(), row, width, height, &spec).unwrap();
            let half = spec.resized(width.div_ceil(2) as u64, height.div_ceil(2) as u64).unwrap();
            let (start, stride) = (64, half.row_bytes() as usize + 64);
            let mut out = Buffer::zeroed(start + stride * half.height as usize);
            let len = out.capacity();
            let mut sums = Buffer::new();
            halve(&pixels, out.take(len), start, stride, &mut sums);
            let samples = width as u64 * u64::from(channels);
            prop_assert_eq!(sums.capacity(), scratch_bytes(samples, depth).next_multiple_of(64) as usize);
            let (w, h) = (half.width as usize, half.height as usize);
            let out = View::new(&out.bytes()[start..], stride, w, h, &half).unwrap();
            for y in 0..h {
                for x in 0..w * channels as usize {
                    let (column, channel) = (x / channels as usize, x % channels as usize);
                    let found = match depth {
                        Depth::U8 => out.row::<u8>(y)[x].to_f64(),
                        Depth::U16 => out.row::<u16>(y)[x].to_f64(),
                        Depth::I16 => out.row::<i16>(y)[x].to_f64(),
                        Depth::I32 => out.row::<i32>(y)[x].to_f64(),
                        Depth::F32 => out.row::<f32>(y)[x].to_f64(),
                    };
                    prop_assert_eq!(found, mean(&pixels, column, y, channel));
                }
            }
        }
    }
}
