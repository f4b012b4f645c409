//! Images to test with: sizes, channels, borders and noise that try what is hard.

use proptest::prelude::*;
use raster::{Border, Sample};

use crate::image::{Dense, noise};

/// An image of noise and the border to filter it with.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Columns.
    pub width: u64,
    /// Rows.
    pub height: u64,
    /// Channels.
    pub channels: u32,
    /// The samples outside.
    pub border: Border,
    /// What the noise depends on.
    pub seed: u64,
}

impl Shape {
    /// Its image.
    pub fn image<T: Noise>(&self) -> Dense<T> {
        let Self { width, height, channels, seed, .. } = *self;
        Dense::generate(width, height, channels, |y, x| T::noise(noise(seed, y, x), seed))
    }

    /// The largest sample of the image and its border, without its sign.
    pub fn largest<T: Noise>(&self) -> f64 {
        let border = if let Border::Constant(value) = self.border { value.abs() } else { 0.0 };
        let samples = self.image::<T>().samples;
        samples.iter().fold(border, |largest, sample| largest.max(sample.to_f64().abs()))
    }
}

/// Images of up to four channels with any border: small ones, skinny ones both ways, wide ones.
pub fn shapes() -> impl Strategy<Value = Shape> {
    let sizes = prop_oneof![
        3 => (1u64..120, 1u64..90),
        1 => (1u64..4, 1u64..300),
        1 => (1u64..300, 1u64..4),
        1 => (1u64..9, 1u64..9),
        1 => (300u64..1500, 20u64..60),
    ];
    (sizes, 1u32..5, borders(), any::<u64>()).prop_map(
        |((width, height), channels, border, seed)| Shape { width, height, channels, border, seed },
    )
}

fn borders() -> impl Strategy<Value = Border> {
    prop_oneof![
        Just(Border::Reflect101),
        Just(Border::Replicate),
        Just(Border::Reflect),
        Just(Border::Wrap),
        Just(Border::Constant(0.0)),
        (1..200u8).prop_map(|value| Border::Constant(f64::from(value))),
    ]
}

/// A sample of noise.
pub trait Noise: Sample {
    /// The sample of a random word, by a rule that the seed chooses.
    fn noise(word: u32, seed: u64) -> Self;
}

macro_rules! integer_noise {
    ($($type:ty),*) => {$(
        impl Noise for $type {
            fn noise(word: u32, _: u64) -> Self {
                word as Self
            }
        }
    )*};
}

integer_noise!(u8, u16, i16, i32);

impl Noise for f32 {
    /// Values from 0 to 1, or on both sides of 0, or of several magnitudes.
    fn noise(word: u32, seed: u64) -> Self {
        let unit = word as Self / u32::MAX as Self;
        match seed % 3 {
            0 => unit,
            1 => 200.0 * (unit - 0.5),
            _ => unit * Self::powi(0.1, (word % 4) as i32),
        }
    }
}
