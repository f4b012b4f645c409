//! Five by five pixels under binomial weights.
//!
//! Columns come first, since sums down them are the same for all pixels of a row, and then rows: as if
//! every pixel of the row were wanted, of which every other one is taken. That is twice the work, in
//! loops over neighbouring memory that compilers turn into vectors.

use std::ops::{Add, Range};

use bytemuck::Pod;
use raster::{Border, Sample, View};

use super::{decimation::Rows, seams::Segment};

/// A sample whose weighted sum of 25 is exact, up to one rounding.
pub(super) trait Weighted: Sample {
    /// A weighted sum: 256 times a sample.
    type Sum: Pod + Add<Output = Self::Sum>;

    /// The sample as a sum.
    fn widen(self) -> Self::Sum;

    /// Four times a sum, which is exact for floats too.
    fn four(sum: Self::Sum) -> Self::Sum;

    /// A 256th of a sum; ties go up.
    fn narrow(sum: Self::Sum) -> Self;
}

macro_rules! integers {
    ($($sample:ty, $sum:ty;)*) => {$(
        impl Weighted for $sample {
            type Sum = $sum;

            fn widen(self) -> $sum {
                self.into()
            }

            fn four(sum: $sum) -> $sum {
                4 * sum
            }

            fn narrow(sum: $sum) -> Self {
                ((sum + 128) >> 8) as Self
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

impl Weighted for f32 {
    type Sum = Self;

    fn widen(self) -> Self {
        self
    }

    fn four(sum: Self) -> Self {
        4.0 * sum
    }

    fn narrow(sum: Self) -> Self {
        sum * (1.0 / 256.0)
    }
}

/// The sum of five under 1 4 6 4 1.
fn weigh<T: Weighted>([a, b, c, d, e]: [T::Sum; 5]) -> T::Sum {
    T::four(b + d + c) + (a + e + (c + c))
}

/// Writes the weighted means that two segments name, densely.
pub(super) fn halve<T: Weighted>(
    pixels: &View<'_>,
    [x, y]: [&Segment; 2],
    out: &mut [u8],
    rows: &mut Rows,
) {
    let (samples, channels) = (pixels.width() * pixels.channels(), pixels.channels());
    let sums: &mut [T::Sum] = rows.sums.take_samples(samples);
    let full: &mut [T] = rows.full.take_samples(samples);
    let row = (x.out.end - x.out.start) as usize * channels;
    let out: &mut [T] = bytemuck::cast_slice_mut(out);
    for (at, out) in y.out.clone().zip(out.chunks_exact_mut(row)) {
        let [a, b, c, d, e] = sources(at, y).map(|y| pixels.row::<T>(y));
        let columns = a.iter().zip(b).zip(c).zip(d).zip(e);
        for (sum, ((((&a, &b), &c), &d), &e)) in sums.iter_mut().zip(columns) {
            *sum = weigh::<T>([a, b, c, d, e].map(T::widen));
        }
        along(sums, x, channels, out, full);
    }
}

/// The five positions that pixel `at` looks at, among the inputs of its segment.
fn sources(at: u64, segment: &Segment) -> [usize; 5] {
    [-2, -1, 0, 1, 2].map(|step| {
        let position = 2 * at as i64 + step;
        let inside = Border::Reflect101.map(position, segment.len).expect("no constant");
        (inside - segment.input.start) as usize
    })
}

/// The weighted means along a row of sums. `full` is scratch.
fn along<T: Weighted>(
    sums: &[T::Sum],
    segment: &Segment,
    channels: usize,
    out: &mut [T],
    full: &mut [T],
) {
    let Range { start, end } = segment.out;
    // Those that look at nothing outside the image.
    let low = start.max(1).min(end);
    let high = (segment.len.saturating_sub(1) / 2).clamp(low, end);
    for at in (start..low).chain(high..end) {
        let sources = sources(at, segment);
        let out = &mut out[(at - start) as usize * channels..][..channels];
        for (channel, out) in out.iter_mut().enumerate() {
            *out = T::narrow(weigh::<T>(sources.map(|x| sums[x * channels + channel])));
        }
    }
    if low == high {
        return;
    }
    let sums = &sums[(2 * low - 2 - segment.input.start) as usize * channels..];
    let full = &mut full[..(2 * (high - low) - 1) as usize * channels];
    let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|step| &sums[step * channels..][..full.len()]);
    let sources = a.iter().zip(b).zip(c).zip(d).zip(e);
    for (full, ((((&a, &b), &c), &d), &e)) in full.iter_mut().zip(sources) {
        *full = T::narrow(weigh::<T>([a, b, c, d, e]));
    }
    let out = &mut out[(low - start) as usize * channels..(high - start) as usize * channels];
    let take = match channels {
        1 => take::<T, 1>,
        2 => take::<T, 2>,
        3 => take::<T, 3>,
        4 => take::<T, 4>,
        _ => take::<T, 0>,
    };
    take(full, channels, out);
}

/// Copies every other pixel. `N` is the number of channels, if the compiler is to know it.
fn take<T: Sample, const N: usize>(full: &[T], channels: usize, out: &mut [T]) {
    let channels = if N == 0 { channels } else { N };
    for (pair, out) in full.chunks(2 * channels).zip(out.chunks_exact_mut(channels)) {
        out.copy_from_slice(&pair[..channels]);
    }
}
