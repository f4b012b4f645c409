//! What images add up to: sinks that a job fills, and what can be asked of them then.

use std::sync::Arc;

use filters::{Accumulator, Bins, Histogram, Levels, Stats, Stretch};
use kernels::Isa;
use napi::bindgen_prelude::Float64Array;
use napi_derive::napi;
use pipeline::{Image, Measure};
use raster::Spec;
use store::Sink;

use crate::error::{Thrown, invalid_argument};
use crate::image::BindingImage;
use crate::types::{BindingChannelStats, parse_depth};

type Result<T> = std::result::Result<T, Thrown>;

/// What is measured of an image, by one job.
#[napi]
pub struct BindingMeasure {
    image: Image,
    kind: Kind,
}

enum Kind {
    Stats(Arc<Measure<Stats>>),
    Histogram(Arc<Measure<Histogram>>),
}

#[napi]
impl BindingMeasure {
    /// Sums, extremes and deviations.
    #[napi(factory)]
    pub fn stats(image: &BindingImage) -> Result<Self> {
        let image = image.image()?;
        let empty = Stats::new(image.spec(), Isa::best());
        Ok(Self { kind: Kind::Stats(Arc::new(Measure::new(empty))), image })
    }

    /// Counts of each value if there are no `bins`, else of so many ranges from `low` to `high`.
    #[napi(factory)]
    pub fn histogram(image: &BindingImage, bins: u32, low: f64, high: f64) -> Result<Self> {
        let image = image.image()?;
        let bins = if bins == 0 { Bins::Values } else { Bins::Uniform { count: bins, low, high } };
        let empty = Histogram::new(image.spec(), bins, Isa::best()).map_err(invalid_argument)?;
        Ok(Self { kind: Kind::Histogram(Arc::new(Measure::new(empty))), image })
    }

    /// The statistics of each channel, after the job.
    #[napi]
    pub fn channels(&self) -> Result<Vec<BindingChannelStats>> {
        match &self.kind {
            Kind::Stats(measure) => Ok(whole(measure)?.channels().map(Into::into).collect()),
            Kind::Histogram(_) => Err(unasked()),
        }
    }

    /// The histogram, after the job.
    #[napi]
    pub fn counts(&self) -> Result<BindingHistogram> {
        match &self.kind {
            Kind::Histogram(measure) => {
                whole(measure)?;
                Ok(BindingHistogram { measure: Arc::clone(measure) })
            }
            Kind::Stats(_) => Err(unasked()),
        }
    }

    /// The scale and the offset that take the samples between two to a range of values of a depth.
    #[napi]
    pub fn stretch(from: (f64, f64), to: (f64, f64), depth: String) -> Result<(f64, f64)> {
        let depth = parse_depth(&depth)?;
        let Stretch { scale, offset } = Stretch::between([from.0, from.1], [to.0, to.1], depth);
        Ok((scale, offset))
    }
}

impl BindingMeasure {
    /// The image and what sums it up.
    pub(crate) fn result(&self) -> (Image, Arc<dyn Sink>) {
        let sink: Arc<dyn Sink> = match &self.kind {
            Kind::Stats(measure) => Arc::clone(measure) as _,
            Kind::Histogram(measure) => Arc::clone(measure) as _,
        };
        (self.image.clone(), sink)
    }
}

fn whole<A: Accumulator + Sync>(measure: &Measure<A>) -> Result<&A> {
    measure.whole().ok_or_else(|| Thrown::new("ERR_INTERNAL", "nothing was measured".to_owned()))
}

fn unasked() -> Thrown {
    Thrown::new("ERR_INTERNAL", "something else was measured".to_owned())
}

/// Counts of values. A channel of -1 stands for all of them together.
#[napi]
pub struct BindingHistogram {
    measure: Arc<Measure<Histogram>>,
}

#[napi]
impl BindingHistogram {
    /// The counts of the bins.
    #[napi]
    pub fn counts(&self, channel: i32) -> Result<Float64Array> {
        let counts = |levels: &Levels<'_>| -> Vec<f64> {
            levels.counts().iter().map(|&count| count as f64).collect()
        };
        self.of(channel, counts).map(Float64Array::new)
    }

    /// The counts of samples below the first bin, above the last, and of NaN.
    #[napi]
    pub fn outside(&self, channel: i32) -> Result<Vec<f64>> {
        self.of(channel, |levels| {
            [levels.below(), levels.above(), levels.nan()].map(|count| count as f64).to_vec()
        })
    }

    /// The mean of the samples in the bins; none if there are none.
    #[napi]
    pub fn mean(&self, channel: i32) -> Result<Option<f64>> {
        self.of(channel, |levels| levels.mean())
    }

    /// The sample that so many percent of all are no larger than; none if there are none.
    #[napi]
    pub fn percentile(&self, channel: i32, percent: f64) -> Result<Option<f64>> {
        self.of(channel, |levels| levels.percentile(percent))?.map_err(invalid_argument)
    }

    /// Otsu's level.
    #[napi]
    pub fn otsu(&self, channel: i32) -> Result<f64> {
        self.of(channel, |levels| levels.otsu())
    }

    /// The tables that equalise the channels.
    #[napi]
    pub fn equalizing(&self) -> Result<Vec<Vec<f64>>> {
        let channels = whole(&self.measure)?.spec().channels;
        let table = |levels: &Levels<'_>| -> Vec<f64> {
            levels.equalize_lut().unwrap_or_default().into_iter().map(f64::from).collect()
        };
        (0..channels as i32).map(|channel| self.of(channel, table)).collect()
    }
}

impl BindingHistogram {
    fn of<T>(&self, channel: i32, ask: impl FnOnce(&Levels<'_>) -> T) -> Result<T> {
        let histogram = whole(&self.measure)?;
        let Spec { channels, .. } = *histogram.spec();
        match usize::try_from(channel) {
            Err(_) => Ok(ask(&histogram.pooled())),
            Ok(channel) if channel < channels as usize => Ok(ask(&histogram.levels(channel))),
            Ok(_) => Err(invalid_argument(format!(
                "expected an integer from 0 to {} for channel but received {channel}",
                channels - 1
            ))),
        }
    }
}
