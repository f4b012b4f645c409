//! Constants of operations: one for all samples, or one for each channel.

use bytemuck::Pod;

/// Samples that a block of constants has at least, so that its loop is worth starting.
const BLOCK: usize = 512;

/// Samples of the longest vector.
const VECTOR: usize = 64;

/// `N` constants of an operation for each sample of a pixel, repeated to a block of pixels.
#[derive(Clone, Debug)]
pub struct Constants<C, const N: usize> {
    blocks: [Vec<C>; N],
    len: usize,
}

impl<C: Pod, const N: usize> Constants<C, N> {
    /// Repeats constants, each either one for all channels or one for each.
    ///
    /// # Panics
    /// If one has another count.
    pub fn new(values: [&[C]; N], channels: usize) -> Self {
        let len = block(channels);
        let blocks = values.map(|values| {
            assert!(values.len() == 1 || values.len() == channels, "one, or one a channel");
            values.iter().copied().cycle().take(len).collect()
        });
        Self { blocks, len }
    }

    /// Samples of a block: whole pixels.
    pub const fn samples(&self) -> usize {
        self.len
    }

    /// A block of each constant.
    pub const fn blocks(&self) -> &[Vec<C>; N] {
        &self.blocks
    }
}

/// A number of samples that is whole pixels and, if that is not too much, whole vectors.
fn block(channels: usize) -> usize {
    let unit = if channels <= VECTOR { least_multiple(channels) } else { channels };
    unit * BLOCK.div_ceil(unit)
}

/// The least multiple of both.
fn least_multiple(channels: usize) -> usize {
    // A vector has a power of two of samples, so that is all the two can share.
    channels * (VECTOR >> channels.trailing_zeros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_whole_pixels() {
        for channels in (1..200).chain([1000, 65_535]) {
            let len = block(channels);
            assert!(len.is_multiple_of(channels) && (BLOCK..=65_535).contains(&len));
            assert!(channels > VECTOR || len.is_multiple_of(VECTOR));
        }
        let constants = Constants::new([&[1u8, 2, 3], &[9]], 3);
        assert_eq!(constants.blocks()[0][..4], [1, 2, 3, 1]);
        assert_eq!(constants.blocks()[1][..4], [9; 4]);
    }
}
