//! Samples written as differences from their neighbours, which pack better: TIFF's predictors.

use bytemuck::Pod;
use raster::Depth;

/// What is written of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    /// The samples.
    None,
    /// Each sample less the one of the pixel before: predictor 2.
    Horizontal,
    /// The bytes of floats, highest first and apart, each less the one of the pixel before:
    /// predictor 3.
    Floating,
}

impl Difference {
    /// The one for samples of this depth.
    pub(crate) const fn of(depth: Depth) -> Self {
        if matches!(depth, Depth::F32) { Self::Floating } else { Self::Horizontal }
    }

    /// The value of the tag `Predictor`.
    pub(crate) const fn predictor(self) -> u16 {
        match self {
            Self::None => 1,
            Self::Horizontal => 2,
            Self::Floating => 3,
        }
    }
}

/// Writes a row of whole pixels as `kind` says.
pub(crate) fn difference(
    kind: Difference,
    depth: Depth,
    channels: usize,
    row: &[u8],
    out: &mut [u8],
) {
    match (kind, depth) {
        (Difference::None, _) => out.copy_from_slice(row),
        (Difference::Floating, _) => floating(row, channels, out),
        (Difference::Horizontal, Depth::U8) => {
            horizontal(row, channels, out, |sample, before: u8| sample.wrapping_sub(before));
        }
        (Difference::Horizontal, Depth::U16 | Depth::I16) => {
            horizontal(row, channels, out, |sample, before: u16| sample.wrapping_sub(before));
        }
        (Difference::Horizontal, Depth::I32 | Depth::F32) => {
            horizontal(row, channels, out, |sample, before: u32| sample.wrapping_sub(before));
        }
    }
}

fn horizontal<T: Pod>(row: &[u8], channels: usize, out: &mut [u8], less: impl Fn(T, T) -> T) {
    let (row, out): (&[T], &mut [T]) = (bytemuck::cast_slice(row), bytemuck::cast_slice_mut(out));
    let (first, rest) = out.split_at_mut(channels);
    first.copy_from_slice(&row[..channels]);
    for ((out, &sample), &before) in rest.iter_mut().zip(&row[channels..]).zip(row) {
        *out = less(sample, before);
    }
}

fn floating(row: &[u8], channels: usize, out: &mut [u8]) {
    let bytes = |sample: &[u8; 4]| u32::from_ne_bytes(*sample).to_be_bytes();
    let samples = row.as_chunks::<4>().0;
    for (plane, out) in out.chunks_exact_mut(samples.len()).enumerate() {
        for (out, sample) in out.iter_mut().zip(samples) {
            *out = bytes(sample)[plane];
        }
    }
    // The row of bytes is differenced as one, over the ends of the planes too.
    for at in (channels..out.len()).rev() {
        out[at] = out[at].wrapping_sub(out[at - channels]);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Undoes `difference` as the specification says, byte by byte.
    fn undone(kind: Difference, depth: Depth, channels: usize, row: &[u8]) -> Vec<u8> {
        let (mut out, size) = (row.to_vec(), depth.bytes());
        match kind {
            Difference::None => out,
            Difference::Horizontal => {
                for at in (channels * size..out.len()).step_by(size) {
                    let mut carry = 0;
                    for byte in 0..size {
                        // From the lowest byte up.
                        let place =
                            if cfg!(target_endian = "big") { size - 1 - byte } else { byte };
                        let sum = u32::from(out[at + place])
                            + u32::from(out[at + place - channels * size])
                            + carry;
                        out[at + place] = sum as u8;
                        carry = sum >> 8;
                    }
                }
                out
            }
            Difference::Floating => {
                for at in channels..out.len() {
                    out[at] = out[at].wrapping_add(out[at - channels]);
                }
                let count = out.len() / 4;
                let sample = |i: usize| [0, 1, 2, 3].map(|plane| out[plane * count + i]);
                (0..count).flat_map(|i| u32::from_be_bytes(sample(i)).to_ne_bytes()).collect()
            }
        }
    }

    proptest! {
        #[test]
        fn differences_add_up_to_the_samples(
            depth in prop::sample::select(Depth::ALL.to_vec()),
            channels in 1usize..6,
            width in 1usize..40,
            seed: u32,
        ) {
            let len = width * channels * depth.bytes();
            let mut row = raster::Buffer::zeroed(len);
            for (i, byte) in row.take(len).iter_mut().enumerate() {
                *byte = ((i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) >> 24) as u8;
            }
            let mut out = raster::Buffer::zeroed(len);
            for kind in [Difference::None, Difference::of(depth)] {
                let row = &row.bytes()[..len];
                difference(kind, depth, channels, row, out.take(len));
                prop_assert!(undone(kind, depth, channels, &out.bytes()[..len]) == row);
            }
        }
    }
}
