//! Means of two by two pixels.

use std::ops::Add;

use bytemuck::Pod;
use raster::{Sample, View};

use super::decimation::Rows;

/// A sample whose mean of four is exact, up to one rounding.
pub(super) trait Mean: Sample {
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

/// Writes the means of two by two pixels, densely. Where a side is odd its last pixels stand in for
/// those that are missing.
pub(super) fn halve<T: Mean>(pixels: &View<'_>, out: &mut [u8], rows: &mut Rows) {
    let (height, channels) = (pixels.height(), pixels.channels());
    let half = pixels.width().div_ceil(2) * channels;
    let sums: &mut [T::Sum] = rows.sums.take_samples(pixels.width() * channels);
    let columns = match channels {
        1 => columns::<T, 1>,
        2 => columns::<T, 2>,
        3 => columns::<T, 3>,
        4 => columns::<T, 4>,
        _ => columns::<T, 0>,
    };
    let out: &mut [T] = bytemuck::cast_slice_mut(out);
    for (y, out) in out.chunks_exact_mut(half).enumerate() {
        let (top, bottom) = (pixels.row::<T>(2 * y), pixels.row::<T>((2 * y + 1).min(height - 1)));
        for ((sum, &a), &b) in sums.iter_mut().zip(top).zip(bottom) {
            *sum = T::sum(a, b);
        }
        columns(sums, channels, out);
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
