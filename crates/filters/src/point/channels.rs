//! Channels taken out and put together.

use std::sync::Arc;

use bytemuck::{Pod, cast_slice, cast_slice_mut};
use kernels::Isa;
use kernels::point;
use raster::Spec;

use super::inputs::{self, one};
use super::row::Bound;
use super::{Point, PointRecipe};
use crate::identity::identify;
use crate::{Law, ParameterError};

/// One channel of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtractChannel {
    /// Which; the first is 0.
    pub channel: u32,
}

identify!(ExtractChannel { channel });

impl PointRecipe for ExtractChannel {
    fn make(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
        self.named("extract-channel", one(inputs)?, isa)
    }

    fn law(&self, inputs: &[Spec], _: Isa) -> Option<Law> {
        (inputs[0].channels == 1).then_some(Law::Same)
    }
}

impl ExtractChannel {
    /// The same under another name.
    pub(super) fn named(
        self,
        name: &'static str,
        input: &Spec,
        isa: Isa,
    ) -> Result<Arc<dyn Point>, ParameterError> {
        if self.channel >= input.channels {
            let expected = format!("an integer from 0 to {}", input.channels - 1);
            return Err(ParameterError::new("channel", expected, self.channel));
        }
        let (channels, index) = (input.channels as usize, self.channel as usize);
        let bound = Bound { name, output: Spec { channels: 1, ..*input }, isa };
        Ok(match input.depth.bytes() {
            1 => bound.samples::<u8, u8, _>(extract(channels, index)),
            2 => bound.samples::<u16, u16, _>(extract(channels, index)),
            _ => bound.samples::<u32, u32, _>(extract(channels, index)),
        })
    }
}

fn extract<T: Pod>(channels: usize, index: usize) -> impl Fn(&[T], &mut [T], Isa) {
    move |source, out, isa| point::extract(source, channels, index, out, isa)
}

/// All channels of several images of one size and depth, those of the first image first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JoinChannels;

identify!(JoinChannels {});

impl PointRecipe for JoinChannels {
    fn make(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
        let Some(first) = inputs.first() else {
            return Err(ParameterError::new("images", "1 image or more", 0));
        };
        for image in inputs {
            inputs::same_size("images", first, image)?;
            inputs::same_depth("images", first, image)?;
        }
        let channels: u64 = inputs.iter().map(|image| u64::from(image.channels)).sum();
        let output = u32::try_from(channels)
            .ok()
            .and_then(|channels| Spec::new(first.width, first.height, channels, first.depth).ok());
        let Some(output) = output else {
            let expected = format!("at most {} channels", Spec::MAX_CHANNELS);
            return Err(ParameterError::new("images", expected, channels));
        };
        let widths: Vec<usize> = inputs.iter().map(|image| image.channels as usize).collect();
        let bound = Bound { name: "join-channels", output, isa };
        Ok(match output.depth.bytes() {
            1 => bound.bytes(join::<u8>(widths)),
            2 => bound.bytes(join::<u16>(widths)),
            _ => bound.bytes(join::<u32>(widths)),
        })
    }

    fn law(&self, inputs: &[Spec], _: Isa) -> Option<Law> {
        (inputs.len() == 1).then_some(Law::Same)
    }
}

fn join<T: Pod>(widths: Vec<usize>) -> impl Fn(&[&[u8]], &mut [u8], Isa) {
    let channels = widths.iter().sum();
    move |inputs, out, isa| {
        assert_eq!(inputs.len(), widths.len());
        let out: &mut [T] = cast_slice_mut(out);
        let mut index = 0;
        for (input, &width) in inputs.iter().zip(&widths) {
            point::place::<T>(cast_slice(input), width, out, (channels, index), isa);
            index += width;
        }
    }
}
