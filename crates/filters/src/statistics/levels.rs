//! What follows from a histogram: percentiles, Otsu's level, the table that equalises.

use std::borrow::Cow;

use raster::Depth;

use super::Bins;
use crate::ParameterError;

/// The counts of one channel, or of several together.
#[derive(Clone, Debug)]
pub struct Levels<'a> {
    bins: Bins,
    depth: Depth,
    /// As in a histogram.
    cells: Cow<'a, [u64]>,
}

impl<'a> Levels<'a> {
    pub(super) const fn new(bins: Bins, depth: Depth, cells: Cow<'a, [u64]>) -> Self {
        Self { bins, depth, cells }
    }

    /// The counts, bin by bin.
    pub fn counts(&self) -> &[u64] {
        &self.cells[..self.bins.len(self.depth)]
    }

    /// Samples below all bins.
    pub fn below(&self) -> u64 {
        self.outside(0)
    }

    /// Samples above all bins.
    pub fn above(&self) -> u64 {
        self.outside(1)
    }

    /// Samples that are NaN.
    pub fn nan(&self) -> u64 {
        self.outside(2)
    }

    fn outside(&self, which: usize) -> u64 {
        self.cells[self.bins.len(self.depth)..].get(which).copied().unwrap_or(0)
    }

    /// How many samples are in each bin or in one before it, those below all bins not counted.
    pub fn cumulative(&self) -> Vec<u64> {
        let sums = self.counts().iter().scan(0, |sum, count| {
            *sum += count;
            Some(*sum)
        });
        sums.collect()
    }

    /// The value of a bin, which for a range is its middle.
    pub fn value(&self, bin: usize) -> f64 {
        self.edge(bin, 0.5)
    }

    fn edge(&self, bin: usize, within: f64) -> f64 {
        match self.bins {
            Bins::Values => bin as f64,
            Bins::Uniform { count, low, high } => {
                low + (high - low) * ((bin as f64 + within) / f64::from(count))
            }
        }
    }

    /// The mean of the samples in the bins, each taken for its bin's [value](Self::value): for values,
    /// their sum, rounded, divided by their number. `None` if the bins are empty.
    pub fn mean(&self) -> Option<f64> {
        let count = self.inside();
        // The mean number of a bin; the values of bins lie on a line. Below 2^62 samples in 2^24 bins.
        let numbered = (0u128..).zip(self.counts());
        let sum: u128 = numbered.map(|(bin, &count)| bin * u128::from(count)).sum();
        let mean = sum as f64 / count as f64;
        let mean = match self.bins {
            Bins::Values => mean,
            Bins::Uniform { count, low, high } => {
                low + (high - low) * ((mean + 0.5) / f64::from(count))
            }
        };
        (count > 0).then_some(mean)
    }

    fn inside(&self) -> u64 {
        self.counts().iter().sum()
    }

    /// The percentile by nearest rank: of `n` numbers in order, the one with the number
    /// `ceil(n * percent / 100)` in float64, counted from 1, or the first. Of a range the middle stands for the
    /// number, of what is outside of all ranges the end next to it. `None` if there is no number.
    ///
    /// # Errors
    /// [`ParameterError`] if `percent` is not from 0 to 100.
    pub fn percentile(&self, percent: f64) -> Result<Option<f64>, ParameterError> {
        if !(0.0..=100.0).contains(&percent) {
            return Err(ParameterError::new("percentile", "0 to 100", percent));
        }
        let n = self.below() + self.inside() + self.above();
        Ok((n > 0).then(|| self.ranked(rank(n, percent))))
    }

    /// The number at a place in the order, counted from 1.
    fn ranked(&self, rank: u64) -> f64 {
        let mut before = self.below();
        if rank <= before {
            return self.edge(0, 0.0);
        }
        for (bin, count) in self.counts().iter().enumerate() {
            before += count;
            if rank <= before {
                return self.value(bin);
            }
        }
        self.edge(self.counts().len(), 0.0)
    }

    /// Otsu's level: samples above it are the one class, all others the other, so that the classes are
    /// as far apart as can be. In `OpenCV`'s arithmetic over the bins; of a range its end is the level.
    /// 0, or the end of the first range, if no level parts the samples.
    pub fn otsu(&self) -> f64 {
        self.edge(self.otsu_bin(), 1.0)
    }

    fn otsu_bin(&self) -> usize {
        const EPSILON: f64 = f32::EPSILON as f64;
        let scale = 1.0 / self.inside() as f64;
        let numbered = self.counts().iter().enumerate();
        let sum = numbered.clone().fold(0.0, |sum, (i, &count)| sum + i as f64 * count as f64);
        let mean = sum * scale;
        let (mut mean_below, mut below) = (0.0, 0.0);
        let (mut best, mut farthest) = (0, 0.0);
        for (i, &count) in numbered {
            let share = count as f64 * scale;
            mean_below *= below;
            below += share;
            let above = 1.0 - below;
            if below.min(above) < EPSILON || below.max(above) > 1.0 - EPSILON {
                continue;
            }
            mean_below = (mean_below + i as f64 * share) / below;
            let mean_above = (mean - below * mean_below) / above;
            let apart = below * above * (mean_below - mean_above) * (mean_below - mean_above);
            if apart > farthest {
                (best, farthest) = (i, apart);
            }
        }
        best
    }

    /// The table that spreads the samples evenly over the values of their depth: for uint8 that of
    /// `OpenCV`'s `equalizeHist`, in its float32; for uint16 the same in float64. `None` if ranges were
    /// counted.
    pub fn equalize_lut(&self) -> Option<Vec<u16>> {
        if self.bins != Bins::Values {
            return None;
        }
        let (counts, total) = (self.counts(), self.inside());
        let first = counts.iter().position(|&count| count > 0).unwrap_or(0);
        if counts[first] == total {
            return Some(vec![first as u16; counts.len()]);
        }
        let (last, rest) = (counts.len() - 1, total - counts[first]);
        let sums = counts[first + 1..].iter().scan(0, |sum, count| {
            *sum += count;
            Some(*sum)
        });
        let (single, double) = (last as f32 / rest as f32, last as f64 / rest as f64);
        let place = |sum: u64| -> f64 {
            let is_byte = self.depth == Depth::U8;
            if is_byte { (sum as f32 * single).into() } else { sum as f64 * double }
        };
        let mut lut = vec![0; first + 1];
        lut.extend(sums.map(|sum| place(sum).round_ties_even().min(last as f64) as u16));
        Some(lut)
    }
}

/// In float64: 0.1 percent, which no float64 is, shall be one in a thousand and not a little more.
fn rank(n: u64, percent: f64) -> u64 {
    // The largest number of all must not be lost where `n` has more bits than a float64.
    if percent == 100.0 { n } else { ((n as f64 * percent / 100.0).ceil() as u64).clamp(1, n) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(counts: &[u64]) -> Levels<'static> {
        let mut cells = counts.to_vec();
        cells.resize(256, 0);
        Levels::new(Bins::Values, Depth::U8, Cow::Owned(cells))
    }

    #[test]
    fn ranks_are_what_decimal_fractions_say() {
        for (n, percent, expected) in [
            (10, 0.0, 1),
            (10, 10.0, 1),
            (10, 10.000_001, 2),
            (10, 100.0, 10),
            (100, 7.0, 7),
            (100, 29.0, 29),
            (1000, 0.1, 1),
            (1000, 0.125, 2),
            (1000, 0.7, 7),
            (10, f64::from_bits(1), 1),
            (1 << 61, 50.0, 1 << 60),
            ((1 << 61) + 1, 100.0, (1 << 61) + 1),
        ] {
            assert_eq!(rank(n, percent), expected, "{n} {percent}");
        }
    }

    #[test]
    fn percentiles_are_values_that_occur() {
        let levels = values(&[0, 3, 0, 0, 6, 1]);
        let of = |percent| levels.percentile(percent).unwrap();
        assert_eq!(of(0.0), Some(1.0));
        assert_eq!(of(30.0), Some(1.0));
        assert_eq!(of(31.0), Some(4.0));
        assert_eq!(of(90.0), Some(4.0));
        assert_eq!(of(100.0), Some(5.0));
        assert_eq!(values(&[]).percentile(50.0), Ok(None));
        assert!(levels.percentile(-1.0).is_err());
        assert!(levels.percentile(f64::NAN).is_err());
        assert!(levels.percentile(100.1).is_err());
    }

    #[test]
    fn ranges_answer_with_their_middle_and_the_rest_with_the_ends() {
        let bins = Bins::Uniform { count: 4, low: -1.0, high: 1.0 };
        let cells = vec![0, 2, 0, 4, 1, 3, 7];
        let levels = Levels::new(bins, Depth::F32, Cow::Owned(cells));
        let of = |percent| levels.percentile(percent).unwrap();
        assert_eq!((levels.below(), levels.above(), levels.nan()), (1, 3, 7));
        assert_eq!(of(10.0), Some(-1.0));
        assert_eq!(of(30.0), Some(-0.25));
        assert_eq!(of(31.0), Some(0.75));
        assert_eq!(of(71.0), Some(1.0));
        assert_eq!(levels.otsu(), 0.0);
        assert_eq!(levels.cumulative(), [0, 2, 2, 6]);
        assert_eq!(levels.equalize_lut(), None);
        let levels = Levels::new(bins, Depth::F32, Cow::Owned(vec![0, 2, 0, 2, 1, 3, 7]));
        assert_eq!(levels.mean(), Some(0.25));
    }

    #[test]
    fn counts_beyond_32_bits_are_counts() {
        let mut counts = [0; 256];
        (counts[10], counts[200]) = (3 << 40, 1 << 40);
        let levels = values(&counts);
        assert_eq!(levels.otsu(), 10.0);
        assert_eq!(levels.mean(), Some(57.5));
        assert_eq!(levels.percentile(75.0), Ok(Some(10.0)));
        assert_eq!(levels.percentile(75.000_001), Ok(Some(200.0)));
        assert_eq!(levels.equalize_lut().unwrap()[199..202], [0, 255, 255]);
    }

    #[test]
    fn flat_images_stay() {
        let levels = values(&[0, 0, 9]);
        assert_eq!(levels.equalize_lut(), Some(vec![2; 256]));
        assert_eq!(levels.otsu(), 0.0);
        assert_eq!(values(&[]).equalize_lut(), Some(vec![0; 256]));
    }
}
