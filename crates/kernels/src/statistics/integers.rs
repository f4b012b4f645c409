//! Sums and extremes of integers.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use raster::Sample;

use super::{Channels, Layout, Summed};
use crate::Isa;
use crate::isa::{Vectorized, Vectors};

/// An integer sample, and what holds the sums of a piece of them.
trait Integer: Sample + Ord {
    /// Its least value.
    const LEAST: Self;
    /// Its greatest value.
    const GREATEST: Self;
    /// Bits of the low part of a square.
    const BITS: i32;
    /// Holds sums of samples.
    type Wide: Copy + Default + Into<i64>;
    /// Holds sums of parts of squares.
    type Part: Copy + Default + Into<u64>;

    fn plus(self, sum: Self::Wide) -> Self::Wide;
    /// Adds the low and the high part of the sample's square.
    fn square(self, low: Self::Part, high: Self::Part) -> (Self::Part, Self::Part);
}

macro_rules! integer {
    ($($type:ident: $wide:ident, $part:ident, $bits:literal;)*) => {$(
        impl Integer for $type {
            const LEAST: Self = $type::MIN;
            const GREATEST: Self = $type::MAX;
            const BITS: i32 = $bits;
            type Wide = $wide;
            type Part = $part;

            #[inline(always)]
            fn plus(self, sum: $wide) -> $wide {
                sum.wrapping_add($wide::from(self))
            }

            #[inline(always)]
            fn square(self, low: $part, high: $part) -> ($part, $part) {
                let wide = $wide::from(self);
                // Wraps for uint16 only, and there to the right bits.
                let square = wide.wrapping_mul(wide) as $part;
                if size_of::<$type>() == 1 {
                    return (low.wrapping_add(square), high);
                }
                let mask = (1 << $bits) - 1;
                (low.wrapping_add(square & mask), high.wrapping_add(square >> $bits))
            }
        }

        impl Summed for $type {
            // A lane sees at most 512 samples of a piece: no sum overflows, the closest being that of
            // 16-bit halves, which has 25 bits.
            const LANES: usize = 32;
            const PIECE: usize = 16_384 / size_of::<$type>();

            fn add(layout: &Layout<'_, Self>, channels: &mut Channels<'_>, isa: Isa) {
                add::<Self, { <$type as Summed>::LANES }>(layout, channels, isa);
            }
        }
    )*};
}

integer! {
    u8: i32, u32, 16;
    u16: i32, u32, 16;
    i16: i32, u32, 16;
    i32: i64, u64, 32;
}

/// The extremes of what the lanes of a vector see.
struct Range<T, const L: usize> {
    min: [T; L],
    max: [T; L],
}

/// The sums of what the lanes of a vector see.
struct Sums<T: Integer, const L: usize> {
    sum: [T::Wide; L],
    low: [T::Part; L],
    high: [T::Part; L],
}

fn add<T: Integer + Summed, const L: usize>(
    layout: &Layout<'_, T>,
    into: &mut Channels<'_>,
    isa: Isa,
) {
    assert!(layout.samples.len() <= T::PIECE);
    for k in 0..layout.vectors {
        let range = isa.run(FindRange::<T, L> { layout, k });
        let sums = isa.run(AddUp::<T, L> { layout, k });
        for channel in 0..layout.channels {
            let (mut min, mut max) = (T::GREATEST, T::LEAST);
            let (mut sum, mut low, mut high) = (0i64, 0u64, 0u64);
            for i in layout.lanes(k, channel) {
                min = min.min(range.min[i]);
                max = max.max(range.max[i]);
                sum += sums.sum[i].into();
                low += sums.low[i].into();
                high += sums.high[i].into();
            }
            let totals = &mut into.totals[channel];
            totals.sum.add(sum.into(), 0);
            totals.squares.add((i128::from(high) << T::BITS) + i128::from(low), 0);
            into.extremes[channel].widen(min.to_f64(), max.to_f64());
        }
    }
}

struct FindRange<'a, T, const L: usize> {
    layout: &'a Layout<'a, T>,
    k: usize,
}

impl<T: Integer, const L: usize> Vectorized for FindRange<'_, T, L> {
    type Output = Range<T, L>;

    #[inline(always)]
    fn run<V: Vectors>(self) -> Self::Output {
        let mut range = Range { min: [T::GREATEST; L], max: [T::LEAST; L] };
        let (samples, mut at) = (self.layout.samples, self.k * L);
        while at + L <= samples.len() {
            range.see(&samples[at..at + L]);
            at += self.layout.vectors * L;
        }
        // The last vector may be a short one.
        range.see(&samples[at.min(samples.len())..]);
        range
    }
}

impl<T: Integer, const L: usize> Range<T, L> {
    #[inline(always)]
    fn see(&mut self, samples: &[T]) {
        for (i, &sample) in samples.iter().enumerate() {
            self.min[i] = if sample < self.min[i] { sample } else { self.min[i] };
            self.max[i] = if sample > self.max[i] { sample } else { self.max[i] };
        }
    }
}

struct AddUp<'a, T, const L: usize> {
    layout: &'a Layout<'a, T>,
    k: usize,
}

impl<T: Integer, const L: usize> Vectorized for AddUp<'_, T, L> {
    type Output = Sums<T, L>;

    #[inline(always)]
    fn run<V: Vectors>(self) -> Self::Output {
        let mut sums = Sums {
            sum: [T::Wide::default(); L],
            low: [T::Part::default(); L],
            high: [T::Part::default(); L],
        };
        let (samples, mut at) = (self.layout.samples, self.k * L);
        while at + L <= samples.len() {
            sums.see(&samples[at..at + L]);
            at += self.layout.vectors * L;
        }
        sums.see(&samples[at.min(samples.len())..]);
        sums
    }
}

impl<T: Integer, const L: usize> Sums<T, L> {
    #[inline(always)]
    fn see(&mut self, samples: &[T]) {
        for (i, &sample) in samples.iter().enumerate() {
            self.sum[i] = sample.plus(self.sum[i]);
            (self.low[i], self.high[i]) = sample.square(self.low[i], self.high[i]);
        }
    }
}
