//! Minimum, maximum, mean and deviation of each channel.

use kernels::Isa;
use kernels::statistics::{Extremes, Totals, moments};
use raster::{Buffer, Region, Sample, Spec, View};

use super::deviation::variance;
use super::runs::{RUN, each_run, find};
use super::{Accumulator, Coverage, PartialError};
use crate::depths::with_depth;

/// Sums, extremes and their positions, of each channel of an image or of a part of it.
///
/// Sums are exact, also those of float32. NaN is counted and left out of everything else.
pub struct Stats {
    pub(super) coverage: Coverage,
    pub(super) channels: Vec<Channel>,
    pub(super) totals: Vec<Totals>,
    isa: Isa,
    scratch: Scratch,
}

/// What [`Stats`] says of a channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChannelStats {
    /// Samples that are numbers.
    pub count: u64,
    /// Samples that are NaN.
    pub nan: u64,
    /// The least, where it occurs first; `None` if there is no number.
    pub min: Option<Extreme>,
    /// The greatest, where it occurs first; `None` if there is no number.
    pub max: Option<Extreme>,
    /// The sum, rounded once; infinite or NaN if there are infinities.
    pub sum: f64,
    /// The sum of the squares, rounded once.
    pub squares: f64,
    /// `sum / count`; NaN if there is no number.
    pub mean: f64,
    /// The square root of the population's variance, which is exact until it is rounded to be divided;
    /// NaN if there is no number, or an infinity.
    pub deviation: f64,
}

/// An extreme value, and where it occurs first: in the topmost row, and there leftmost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extreme {
    /// The value; a negative zero is reported as zero.
    pub value: f64,
    /// The column.
    pub x: u64,
    /// The row.
    pub y: u64,
}

/// The extremes of a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Channel {
    pub(super) min: Option<Extreme>,
    pub(super) max: Option<Extreme>,
}

impl Channel {
    fn merge(&mut self, other: &Self) {
        take(&mut self.min, other.min, |new, old| new < old);
        take(&mut self.max, other.max, |new, old| new > old);
    }
}

/// Whether a new extreme is a better one, or the same further ahead.
fn beats(new: &Extreme, old: Option<&Extreme>, better: fn(f64, f64) -> bool) -> bool {
    old.is_none_or(|old| {
        let precedes = (new.y, new.x) < (old.y, old.x);
        better(new.value, old.value) || new.value == old.value && precedes
    })
}

fn take(old: &mut Option<Extreme>, new: Option<Extreme>, better: fn(f64, f64) -> bool) {
    *old = new.filter(|new| beats(new, old.as_ref(), better)).or(*old);
}

/// What is reused from one region to the next.
#[derive(Default)]
struct Scratch {
    buffer: Buffer,
    /// Of one run.
    extremes: Vec<Extremes>,
    /// Of the region so far; positions are those of the first pixels of runs.
    region: Vec<Channel>,
}

impl Stats {
    /// Of nothing yet, for an image of shape `spec`, on processors with `isa`.
    pub fn new(spec: &Spec, isa: Isa) -> Self {
        Self::of(
            Coverage::new(*spec),
            vec![Channel::default(); spec.channels as usize],
            vec![Totals::ZERO; spec.channels as usize],
            isa,
        )
    }

    pub(super) fn of(
        coverage: Coverage,
        channels: Vec<Channel>,
        totals: Vec<Totals>,
        isa: Isa,
    ) -> Self {
        Self { coverage, channels, totals, isa, scratch: Scratch::default() }
    }

    /// The shape of the image.
    pub const fn spec(&self) -> &Spec {
        &self.coverage.spec
    }

    /// Pixels added so far.
    pub const fn pixels(&self) -> u64 {
        self.coverage.pixels
    }

    /// What has been found, channel by channel.
    pub fn channels(&self) -> impl ExactSizeIterator<Item = ChannelStats> {
        let both = self.channels.iter().zip(&self.totals);
        both.map(|(channel, totals)| summary(self.pixels(), channel, totals))
    }

    /// Adds what another one has summed up, as [`merge`](Accumulator::merge) does.
    ///
    /// # Errors
    /// [`PartialError`] if it is of another image, or both together have more pixels than the image;
    /// then nothing has been added.
    pub fn try_merge(&mut self, other: &Self) -> Result<(), PartialError> {
        if self.spec() != other.spec() {
            return Err(PartialError::OtherImage);
        }
        self.coverage.merge(other.pixels())?;
        for (channel, other) in self.channels.iter_mut().zip(&other.channels) {
            channel.merge(other);
        }
        for (totals, other) in self.totals.iter_mut().zip(&other.totals) {
            totals.nan += other.nan;
            totals.infinite[0] += other.infinite[0];
            totals.infinite[1] += other.infinite[1];
            totals.sum.merge(&other.sum);
            totals.squares.merge(&other.squares);
        }
        Ok(())
    }

    fn add_samples<T: Sample>(&mut self, region: &Region, pixels: &View<'_>) {
        let Self { channels, totals, isa, scratch, .. } = self;
        let Scratch { buffer, extremes, region: found } = scratch;
        let width = pixels.width();
        let place = |pixel: usize, value: f64| {
            let (x, y) = ((pixel % width) as u64, (pixel / width) as u64);
            Some(Extreme { value, x: region.left + x, y: region.top + y })
        };
        extremes.resize(totals.len(), Extremes::NONE);
        found.clear();
        found.resize(totals.len(), Channel::default());
        each_run::<T>(pixels, buffer, |first, samples| {
            moments(samples, totals, extremes, *isa);
            for (found, extremes) in found.iter_mut().zip(&*extremes) {
                // Runs of NaN have none.
                if extremes.min <= extremes.max {
                    let (min, max) = (place(first, extremes.min), place(first, extremes.max));
                    found.merge(&Channel { min, max });
                }
            }
        });
        // Only now, and only if it matters, are they looked for within their runs.
        let search = |channel: usize, start: Extreme| {
            let (x, y) = (start.x - region.left, start.y - region.top);
            let first = y as usize * width + x as usize;
            let pixel = find::<T>(pixels, first, channel, start.value);
            place(pixel.expect("the run has its extreme"), start.value)
        };
        let sides = channels.iter_mut().zip(&*found).enumerate();
        for (i, (channel, found)) in sides {
            settle(&mut channel.min, found.min, |new, old| new < old, |start| search(i, start));
            settle(&mut channel.max, found.max, |new, old| new > old, |start| search(i, start));
        }
    }
}

/// Takes the extreme of a region, whose position is that of some pixel before it until it is searched for.
fn settle(
    old: &mut Option<Extreme>,
    start: Option<Extreme>,
    better: fn(f64, f64) -> bool,
    search: impl Fn(Extreme) -> Option<Extreme>,
) {
    if let Some(start) = start.filter(|start| beats(start, old.as_ref(), better)) {
        take(old, search(start), better);
    }
}

impl Accumulator for Stats {
    fn empty(&self) -> Self {
        Self::new(self.spec(), self.isa)
    }

    fn bytes(&self) -> u64 {
        let channel = size_of::<Totals>() + size_of::<Extremes>() + 2 * size_of::<Channel>();
        (channel * self.channels.len() + RUN) as u64
    }

    fn add(&mut self, region: &Region, pixels: &View<'_>) {
        self.coverage.add(region, pixels);
        with_depth!(pixels.depth(), T => self.add_samples::<T>(region, pixels));
    }

    fn merge(&mut self, other: Self) {
        self.try_merge(&other).expect("another part of the same image");
    }
}

fn summary(pixels: u64, channel: &Channel, totals: &Totals) -> ChannelStats {
    let Totals { nan, infinite, sum, squares } = totals;
    let count = pixels - nan;
    let [negative, positive] = *infinite;
    let infinite = negative + positive > 0;
    let exact = if count > 0 && !infinite { variance(count, sum, squares) } else { None };
    let sum = match (negative > 0, positive > 0) {
        (false, false) => sum.to_f64(),
        (false, true) => f64::INFINITY,
        (true, false) => f64::NEG_INFINITY,
        (true, true) => f64::NAN,
    };
    ChannelStats {
        count,
        nan: *nan,
        min: channel.min,
        max: channel.max,
        sum,
        squares: if infinite { f64::INFINITY } else { squares.to_f64() },
        mean: sum / count as f64,
        deviation: exact.map_or(f64::NAN, f64::sqrt),
    }
}
