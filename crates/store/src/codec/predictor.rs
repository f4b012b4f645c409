//! Predictors: samples stored as differences from their left neighbours.
//!
//! Rows are undone in place and come out in this machine's byte order.

use bytemuck::Pod;

/// How a row was changed before it was compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Predictor {
    /// It was not.
    None,
    /// Each sample is the difference from that of the pixel to the left.
    Horizontal,
    /// The bytes of floating-point samples are apart, the highest first, and each is the difference
    /// from that of the pixel to the left.
    Float,
}

impl Predictor {
    /// Undoes a row of samples of `bytes` bytes, `samples` of which make a pixel. What is stored as
    /// integers is in this machine's byte order. `spare` is memory that is reused.
    pub(crate) fn undo(self, row: &mut [u8], samples: usize, bytes: usize, spare: &mut Vec<u8>) {
        match (self, bytes) {
            (Self::None, _) => {}
            (Self::Horizontal, 1) => sum::<u8>(row, samples),
            (Self::Horizontal, 2) => sum::<u16>(row, samples),
            (Self::Horizontal, 4) => sum::<u32>(row, samples),
            (Self::Horizontal, _) => sum::<u64>(row, samples),
            (Self::Float, 2) => join::<2>(row, samples, spare),
            (Self::Float, 4) => join::<4>(row, samples, spare),
            (Self::Float, _) => join::<8>(row, samples, spare),
        }
    }
}

/// Integers whose sums wrap around.
trait Wrapping: Pod {
    fn plus(self, other: Self) -> Self;
}

macro_rules! wrapping {
    ($($type:ty)*) => {$(
        impl Wrapping for $type {
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
        }
    )*};
}

wrapping!(u8 u16 u32 u64);

/// Adds to each sample that of the pixel before.
fn sum<T: Wrapping>(row: &mut [u8], samples: usize) {
    let size = size_of::<T>();
    let whole = row.len() / size * size;
    let Ok(row) = bytemuck::try_cast_slice_mut::<u8, T>(&mut row[..whole]) else {
        // Rows may lie anywhere.
        for at in (samples * size..whole).step_by(size) {
            let before: T = bytemuck::pod_read_unaligned(&row[at - samples * size..][..size]);
            let here: T = bytemuck::pod_read_unaligned(&row[at..][..size]);
            row[at..][..size].copy_from_slice(bytemuck::bytes_of(&here.plus(before)));
        }
        return;
    };
    match samples {
        1 => sum_of::<T, 1>(row),
        2 => sum_of::<T, 2>(row),
        3 => sum_of::<T, 3>(row),
        4 => sum_of::<T, 4>(row),
        _ => (samples..row.len()).for_each(|at| row[at] = row[at].plus(row[at - samples])),
    }
}

/// As [`sum`], with the last pixel in registers.
fn sum_of<T: Wrapping, const N: usize>(row: &mut [T]) {
    let mut last = [T::zeroed(); N];
    for pixel in row.as_chunks_mut::<N>().0 {
        for (last, sample) in last.iter_mut().zip(pixel) {
            *last = last.plus(*sample);
            *sample = *last;
        }
    }
}

/// Sums up the bytes of a row and puts those of each sample together.
fn join<const N: usize>(row: &mut [u8], samples: usize, spare: &mut Vec<u8>) {
    let count = row.len() / N;
    spare.clear();
    spare.extend_from_slice(&row[..count * N]);
    sum::<u8>(spare, samples);
    let planes: [&[u8]; N] = std::array::from_fn(|plane| &spare[plane * count..][..count]);
    for (at, sample) in row.as_chunks_mut::<N>().0.iter_mut().enumerate() {
        let highest_first: [u8; N] = std::array::from_fn(|plane| planes[plane][at]);
        *sample = highest_first;
        if cfg!(target_endian = "little") {
            sample.reverse();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The forward direction as the specification has it.
    fn differences(row: &[u8], samples: usize, bytes: usize) -> Vec<u8> {
        let mut out = row.to_vec();
        let step = samples * bytes;
        for at in (step..row.len()).step_by(bytes) {
            let number = |at: usize| {
                let mut wide = [0; 8];
                wide[..bytes].copy_from_slice(&row[at..][..bytes]);
                u64::from_le_bytes(wide)
            };
            let difference = number(at).wrapping_sub(number(at - step)).to_le_bytes();
            out[at..][..bytes].copy_from_slice(&difference[..bytes]);
        }
        out
    }

    fn apart(row: &[u8], samples: usize, bytes: usize) -> Vec<u8> {
        let count = row.len() / bytes;
        let at = |i: usize| row[i % count * bytes + (bytes - 1 - i / count)];
        let planes: Vec<u8> = (0..row.len()).map(at).collect();
        differences(&planes, samples, 1)
    }

    #[cfg(target_endian = "little")]
    proptest! {
        #[test]
        fn rows_come_back(
            shift in 0usize..3,
            width in 1usize..40,
            samples in 1usize..7,
            size in prop::sample::select(vec![1usize, 2, 4, 8]),
            seed: u64,
        ) {
            let len = width * samples * size;
            let row: Vec<u8> = (0..len as u64)
                .map(|i| (seed ^ i.wrapping_mul(0x9e37_79b9_7f4a_7c15)).to_be_bytes()[0])
                .collect();
            let mut spare = Vec::new();
            let mut stored = vec![0; shift];
            stored.extend(differences(&row, samples, size));
            Predictor::Horizontal.undo(&mut stored[shift..], samples, size, &mut spare);
            prop_assert_eq!(&stored[shift..], &row[..]);
            if size > 1 {
                let mut stored = apart(&row, samples, size);
                Predictor::Float.undo(&mut stored, samples, size, &mut spare);
                prop_assert_eq!(&stored, &row);
            }
        }
    }
}
