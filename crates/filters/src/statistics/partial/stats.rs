//! Statistics as bytes: of each channel the counts of NaN and infinities, the two sums, the two extremes.

use kernels::Isa;
use kernels::statistics::{Fixed, Totals};
use raster::{Depth, Sample, Spec};

use super::{PartialError, Reader, Writer};
use crate::depths::with_depth;
use crate::statistics::deviation::{are_within, variance};
use crate::statistics::stats::{Channel, Extreme};
use crate::statistics::{Coverage, Stats};

pub(super) const KIND: &[u8; 4] = b"gxst";
/// Bytes of a channel: 3 counts, sums of 6 and 10 limbs, two extremes of 3 words.
const CHANNEL: u64 = 8 * (3 + 6 + 10 + 2 * 3);

impl Stats {
    /// What has been summed up, for another process.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new(*KIND, &self.coverage);
        for (channel, totals) in self.channels.iter().zip(&self.totals) {
            let Totals { nan, infinite, sum, squares } = totals;
            writer.words([*nan, infinite[0], infinite[1]]);
            writer.words(*sum.limbs());
            writer.words(*squares.limbs());
            for extreme in [channel.min, channel.max] {
                // Whether there is one follows from the counts.
                let Extreme { value, x, y } = extreme.unwrap_or(Extreme { value: 0.0, x: 0, y: 0 });
                writer.words([value.to_bits(), x, y]);
            }
        }
        writer.finish()
    }

    /// What another process has summed up.
    ///
    /// # Errors
    /// [`PartialError`] if the bytes are not what [`to_bytes`](Self::to_bytes) makes of some image.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PartialError> {
        let (mut reader, coverage) = Reader::new(*KIND, "statistics", bytes)?;
        let count = coverage.channels();
        reader.expect(CHANNEL * count as u64)?;
        let (mut channels, mut totals) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for _ in 0..count {
            let (channel, sums) = read(&mut reader, &coverage)?;
            channels.push(channel);
            totals.push(sums);
        }
        Ok(Self::of(coverage, channels, totals, Isa::best()))
    }
}

fn read(reader: &mut Reader<'_>, coverage: &Coverage) -> Result<(Channel, Totals), PartialError> {
    let [nan, negative, positive] = reader.words();
    let infinite = [negative, positive];
    let sum = Fixed::from_limbs(reader.words());
    let squares = Fixed::from_limbs(reader.words());
    let totals = Totals { nan, infinite, sum, squares };
    let [min, max] = [(); 2].map(|()| {
        let (value, [x, y]) = (reader.float(), reader.words());
        Extreme { value, x, y }
    });
    let left = [nan, negative, positive].into_iter().try_fold(coverage.pixels, u64::checked_sub);
    let finite = left.ok_or(PartialError::Value("count"))?;
    let is_integer = coverage.spec.depth != Depth::F32;
    if is_integer && finite != coverage.pixels {
        return Err(PartialError::Value("count"));
    }
    let channel = if coverage.pixels == nan {
        let none = Extreme { value: 0.0, x: 0, y: 0 };
        if !same(min, none) || !same(max, none) {
            return Err(PartialError::Value("extreme"));
        }
        Channel::default()
    } else {
        check_extremes(min, max, finite, infinite, &coverage.spec)?;
        Channel { min: Some(min), max: Some(max) }
    };
    check_sums(finite, min.value, max.value, &totals)?;
    Ok((channel, totals))
}

/// To the bit.
fn same(a: Extreme, b: Extreme) -> bool {
    a.value.to_bits() == b.value.to_bits() && (a.x, a.y) == (b.x, b.y)
}

fn check_extremes(
    min: Extreme,
    max: Extreme,
    finite: u64,
    [negative, positive]: [u64; 2],
    spec: &Spec,
) -> Result<(), PartialError> {
    let inside = |at: Extreme| at.x < spec.width && at.y < spec.height;
    let is_sample = |value: f64| with_depth!(spec.depth, T => is_sample::<T>(value));
    let (low, high) = (f64::NEG_INFINITY, f64::INFINITY);
    let fits = inside(min)
        && inside(max)
        && is_sample(min.value)
        && is_sample(max.value)
        && min.value <= max.value
        && (min.value == low) == (negative > 0)
        && (max.value == high) == (positive > 0)
        && (min.value == high) == (finite == 0 && negative == 0)
        && (max.value == low) == (finite == 0 && positive == 0);
    if fits { Ok(()) } else { Err(PartialError::Value("extreme")) }
}

/// Whether a value is one of that depth, and not a negative zero.
fn is_sample<T: Sample>(value: f64) -> bool {
    (T::from_f64(value).to_f64() + 0.0).to_bits() == value.to_bits()
}

/// Sums that no samples have could overflow when merged, or have no deviation.
fn check_sums(finite: u64, min: f64, max: f64, totals: &Totals) -> Result<(), PartialError> {
    let magnitude = min.abs().max(max.abs()).min(f32::MAX.into());
    let Totals { sum, squares, .. } = totals;
    let fits = are_within(finite, magnitude, sum, squares)
        && (finite == 0 || variance(finite, sum, squares).is_some());
    if fits { Ok(()) } else { Err(PartialError::Value("sum")) }
}
