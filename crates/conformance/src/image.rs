//! Dense images for tests and benchmarks.

use std::sync::Arc;

use raster::{Sample, Spec};
use store::{RawLayout, Source, from_memory};

/// A dense image.
#[derive(Clone, Debug, PartialEq)]
pub struct Dense<T> {
    /// Its shape.
    pub spec: Spec,
    /// Its samples, row by row.
    pub samples: Vec<T>,
}

impl<T: Sample> Dense<T> {
    /// An image whose samples are a function of row and position in the row.
    pub fn generate(
        width: u64,
        height: u64,
        channels: u32,
        sample: impl Fn(usize, usize) -> T,
    ) -> Self {
        let spec = Spec::new(width, height, channels, T::DEPTH).expect("a valid shape");
        let row = width as usize * channels as usize;
        let samples = (0..height as usize * row).map(|i| sample(i / row, i % row)).collect();
        Self { spec, samples }
    }

    /// The image as a source that owns a copy.
    pub fn source(&self) -> Arc<dyn Source> {
        let bytes: Vec<u8> = bytemuck::cast_slice(&self.samples).to_vec();
        // A vector of bytes may start anywhere; the source copies where it is not aligned.
        from_memory(Arc::new(bytes), RawLayout::dense(self.spec)).expect("a dense image")
    }

    /// The image as a source of a copy whose rows lie `gap` samples apart, behind as many others.
    pub fn strided_source(&self, gap: usize) -> Arc<dyn Source> {
        let row = self.spec.width as usize * self.spec.channels as usize;
        let mut bytes = Vec::new();
        for samples in self.samples.chunks(row) {
            // What a filter must not be seen to have read: NaN where samples are floats.
            bytes.resize(bytes.len() + gap * size_of::<T>(), 0xFF);
            bytes.extend_from_slice(bytemuck::cast_slice(samples));
        }
        let layout = RawLayout {
            spec: self.spec,
            offset: (gap * size_of::<T>()) as u64,
            row_stride: Some(((row + gap) * size_of::<T>()) as u64),
        };
        from_memory(Arc::new(bytes), layout).expect("a strided image")
    }
}

/// A pseudo-random 32-bit word for a position: the extremes as often as noise.
pub fn noise(seed: u64, y: usize, x: usize) -> u32 {
    let mut h = seed ^ (y as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ ((x as u64) << 17);
    h = (h ^ (h >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    h = (h ^ (h >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    match h >> 62 {
        0 => 0,
        1 => u32::MAX,
        _ => (h >> 16) as u32,
    }
}
