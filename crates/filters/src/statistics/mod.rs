//! What an image adds up to: statistics and histograms, and the numbers that follow from them.
//!
//! Both are [`Accumulator`]s. They take the image in any parts, on any number of workers or machines,
//! and come to the same result to the bit, because nothing in them is ever rounded. What is read from
//! them at the end, such as a mean, is rounded then.

mod deviation;
mod histogram;
mod levels;
mod partial;
mod runs;
mod stats;
mod stretch;

use raster::{Region, Spec, View};

pub use histogram::{Bins, Histogram};
pub use levels::Levels;
pub use partial::PartialError;
pub use stats::{ChannelStats, Extreme, Stats};
pub use stretch::Stretch;

/// Something that is summed up over an image, in parts: any parts, in any order, give the same result to
/// the bit.
pub trait Accumulator: Send + Sized {
    /// One that has added up nothing, for the same image and with the same parameters.
    #[must_use]
    fn empty(&self) -> Self;

    /// Bytes that it takes.
    fn bytes(&self) -> u64;

    /// Adds a region of the image, which has not been added yet.
    ///
    /// # Panics
    /// If the pixels are not of the shape of the region and the image, or are more than the image has.
    fn add(&mut self, region: &Region, pixels: &View<'_>);

    /// Adds what another one has summed up, over other regions of the same image.
    ///
    /// # Panics
    /// If it was made for another image or with other parameters, or both together have more pixels
    /// than the image.
    fn merge(&mut self, other: Self);
}

/// How much of an image has been added.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Coverage {
    /// The image's shape.
    spec: Spec,
    /// Pixels added.
    pixels: u64,
}

impl Coverage {
    const fn new(spec: Spec) -> Self {
        Self { spec, pixels: 0 }
    }

    const fn channels(&self) -> usize {
        self.spec.channels as usize
    }

    fn add(&mut self, region: &Region, view: &View<'_>) {
        let Spec { channels, depth, .. } = self.spec;
        assert!(self.spec.region().contains(region), "{region:?} is outside");
        assert_eq!(
            (view.width() as u64, view.height() as u64, view.channels() as u32, view.depth()),
            (region.width, region.height, channels, depth)
        );
        self.merge(region.pixels()).expect("pixels of the image, each of them once");
    }

    /// Counts pixels. Beyond those of the image nothing is added up, so that no sum overflows.
    fn merge(&mut self, pixels: u64) -> Result<(), PartialError> {
        let sum = self.pixels.checked_add(pixels);
        let fits = sum.filter(|&sum| sum <= self.spec.region().pixels());
        self.pixels = fits.ok_or(PartialError::Overlap)?;
        Ok(())
    }
}
