//! Tables: a result for each value that a sample can have.

use raster::Sample;

/// A sample that tables are indexed by.
pub trait Index: Sample {
    /// Entries of a table.
    const COUNT: usize;

    /// The entry of this sample, which is its bits: below [`COUNT`](Self::COUNT).
    fn index(self) -> usize;

    /// The sample of an entry.
    fn at(index: usize) -> Self;
}

macro_rules! index {
    ($($type:ty, $bits:ty;)*) => {$(
        impl Index for $type {
            const COUNT: usize = 1 << <$bits>::BITS;

            #[inline]
            fn index(self) -> usize {
                self as $bits as usize
            }

            #[inline]
            fn at(index: usize) -> Self {
                index as Self
            }
        }
    )*};
}

index! {
    u8, u8;
    u16, u16;
    i16, u16;
}

/// Looks samples up: in one table for all channels, or in one for each, one behind the other.
///
/// # Panics
/// If the rows differ in length or the tables in size.
pub fn lookup<S: Index, D: Sample>(tables: &[D], source: &[S], out: &mut [D]) {
    assert!(source.len() == out.len());
    let channels = tables.len() / S::COUNT;
    assert!(channels > 0 && tables.len().is_multiple_of(S::COUNT));
    if channels == 1 {
        for (result, sample) in out.iter_mut().zip(source) {
            *result = tables[sample.index()];
        }
        return;
    }
    for (channel, table) in tables.chunks_exact(S::COUNT).enumerate() {
        let samples = source.iter().skip(channel).step_by(channels);
        let results = out.iter_mut().skip(channel).step_by(channels);
        for (result, sample) in results.zip(samples) {
            *result = table[sample.index()];
        }
    }
}
