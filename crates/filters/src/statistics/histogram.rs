//! Counts of values, or of ranges of values, of each channel.

use std::borrow::Cow;

use kernels::Isa;
use kernels::statistics::{Rule, count_bytes, count_indices, count_values, indices};
use raster::{Depth, Region, Sample, Spec, View};

use super::runs::rows;
use super::{Accumulator, Coverage, Levels, PartialError};
use crate::ParameterError;
use crate::depths::with_depth;
use crate::parameter::finite;

/// What a histogram counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bins {
    /// Each value of uint8 or uint16.
    Values,
    /// Ranges of equal width, as `OpenCV`'s `calcHist`. What is below the first one, above the last one
    /// or NaN is counted apart.
    Uniform {
        /// How many there are.
        count: u32,
        /// Where the first one begins.
        low: f64,
        /// Where the last one ends, exclusively.
        high: f64,
    },
}

/// The most counts of a histogram over all its channels: 128 MiB of them.
const MAX_COUNTS: u64 = 1 << 24;
/// With fewer bytes than this, tables are not worth their while.
const MANY_BYTES: usize = 4096;
/// Samples whose ranges are found at once.
const PIECE: usize = 1024;
/// The counts behind those of the ranges: below, above, NaN.
const OUTSIDE: usize = 3;

/// A histogram of each channel of an image or of a part of it.
#[derive(Clone)]
pub struct Histogram {
    pub(super) coverage: Coverage,
    pub(super) bins: Bins,
    /// Channel by channel; see [`Bins::cells`].
    pub(super) counts: Vec<u64>,
    isa: Isa,
}

impl Bins {
    /// How many there are, for images of that depth.
    pub const fn len(&self, depth: Depth) -> usize {
        match self {
            Self::Values => 1 << (8 * depth.bytes()),
            Self::Uniform { count, .. } => *count as usize,
        }
    }

    /// Counts a channel: the bins, and what is outside of them if anything can be.
    pub(super) const fn cells(&self, depth: Depth) -> usize {
        match self {
            Self::Values => self.len(depth),
            Self::Uniform { .. } => self.len(depth) + OUTSIDE,
        }
    }

    /// Checks that a histogram of images of shape `spec` can have them.
    pub(super) fn check(&self, spec: &Spec) -> Result<(), ParameterError> {
        let Self::Uniform { count, low, high } = *self else {
            return match spec.depth {
                Depth::U8 | Depth::U16 if self.fit(spec) => Ok(()),
                depth @ (Depth::U8 | Depth::U16) => {
                    let most = MAX_COUNTS / self.cells(depth) as u64;
                    Err(ParameterError::new("channels", format!("1 to {most}"), spec.channels))
                }
                depth => Err(ParameterError::new("bins", "ranges of values", depth)),
            };
        };
        if count == 0 || !self.fit(spec) {
            let most = MAX_COUNTS / u64::from(spec.channels) - OUTSIDE as u64;
            return Err(ParameterError::new("bins", format!("1 to {most}"), count));
        }
        finite("low", low)?;
        finite("high", high)?;
        let Rule { scale, offset, .. } = rule(count, low, high);
        if low < high && scale > 0.0 && scale.is_finite() && offset.is_finite() {
            Ok(())
        } else {
            Err(ParameterError::new("high", format!("a number well above {low}"), high))
        }
    }

    fn fit(&self, spec: &Spec) -> bool {
        self.cells(spec.depth) as u64 * u64::from(spec.channels) <= MAX_COUNTS
    }
}

/// As `calcHist` computes it, in float64.
fn rule(count: u32, low: f64, high: f64) -> Rule {
    let scale = f64::from(count) / (high - low);
    Rule { low, high, scale, offset: -scale * low, ranges: count }
}

impl Histogram {
    /// Of nothing yet, for an image of shape `spec`, on processors with `isa`.
    ///
    /// # Errors
    /// [`ParameterError`] if the values of that depth are not counted one by one, the ranges are none, or
    /// they are too many.
    pub fn new(spec: &Spec, bins: Bins, isa: Isa) -> Result<Self, ParameterError> {
        bins.check(spec)?;
        let counts = vec![0; bins.cells(spec.depth) * spec.channels as usize];
        Ok(Self::of(Coverage::new(*spec), bins, counts, isa))
    }

    pub(super) const fn of(coverage: Coverage, bins: Bins, counts: Vec<u64>, isa: Isa) -> Self {
        Self { coverage, bins, counts, isa }
    }

    /// The shape of the image.
    pub const fn spec(&self) -> &Spec {
        &self.coverage.spec
    }

    /// What is counted.
    pub const fn bins(&self) -> Bins {
        self.bins
    }

    /// Pixels added so far.
    pub const fn pixels(&self) -> u64 {
        self.coverage.pixels
    }

    /// The counts of a channel.
    ///
    /// # Panics
    /// If there is no such channel.
    pub fn levels(&self, channel: usize) -> Levels<'_> {
        let cells = self.bins.cells(self.spec().depth);
        let counts = &self.counts[channel * cells..][..cells];
        Levels::new(self.bins, self.spec().depth, Cow::Borrowed(counts))
    }

    /// The counts of all channels together.
    pub fn pooled(&self) -> Levels<'_> {
        let cells = self.bins.cells(self.spec().depth);
        let mut sums = vec![0; cells];
        for channel in self.counts.chunks_exact(cells) {
            sums.iter_mut().zip(channel).for_each(|(sum, count)| *sum += count);
        }
        Levels::new(self.bins, self.spec().depth, Cow::Owned(sums))
    }

    /// Adds what another one has counted, as [`merge`](Accumulator::merge) does.
    ///
    /// # Errors
    /// [`PartialError`] if it is of another image or has other bins, or both together have more pixels
    /// than the image; then nothing has been added.
    pub fn try_merge(&mut self, other: &Self) -> Result<(), PartialError> {
        if self.spec() != other.spec() || self.bins != other.bins {
            return Err(PartialError::OtherImage);
        }
        self.coverage.merge(other.pixels())?;
        self.counts.iter_mut().zip(&other.counts).for_each(|(count, other)| *count += other);
        Ok(())
    }

    fn count_values(&mut self, pixels: &View<'_>) {
        let channels = self.coverage.channels();
        let counts = &mut self.counts;
        let bytes = pixels.width() * pixels.height() * channels;
        match pixels.depth() {
            Depth::U8 if bytes >= MANY_BYTES => count_bytes(rows(pixels), channels, counts),
            Depth::U8 => rows::<u8>(pixels).for_each(|row| count_values(row, channels, counts)),
            _ => rows::<u16>(pixels).for_each(|row| count_values(row, channels, counts)),
        }
    }

    fn count_ranges<T: Sample>(&mut self, pixels: &View<'_>, rule: &Rule) {
        let channels = self.coverage.channels();
        let mut places = [0; PIECE];
        for row in rows::<T>(pixels) {
            for (i, samples) in row.chunks(PIECE).enumerate() {
                let places = &mut places[..samples.len()];
                indices(samples, rule, places, self.isa);
                count_indices(places, i * PIECE % channels, channels, &mut self.counts);
            }
        }
    }
}

impl Accumulator for Histogram {
    fn empty(&self) -> Self {
        let counts = vec![0; self.counts.len()];
        Self::of(Coverage::new(*self.spec()), self.bins, counts, self.isa)
    }

    fn bytes(&self) -> u64 {
        size_of_val(&*self.counts) as u64
    }

    fn add(&mut self, region: &Region, pixels: &View<'_>) {
        self.coverage.add(region, pixels);
        match self.bins {
            Bins::Values => self.count_values(pixels),
            Bins::Uniform { count, low, high } => {
                let rule = rule(count, low, high);
                with_depth!(pixels.depth(), T => self.count_ranges::<T>(pixels, &rule));
            }
        }
    }

    fn merge(&mut self, other: Self) {
        self.try_merge(&other).expect("another part of the same image, with the same bins");
    }
}
