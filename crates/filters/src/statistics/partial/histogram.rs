//! Histograms as bytes: the bins, then the counts of each channel.

use kernels::Isa;

use super::{PartialError, Reader, Writer};
use crate::statistics::{Bins, Histogram};

pub(super) const KIND: &[u8; 4] = b"gxhi";
/// Bytes of the bins: their number, 0 for values, and two ends.
const BINS: u64 = 3 * 8;

impl Histogram {
    /// What has been counted, for another process.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new(*KIND, &self.coverage);
        let (count, low, high) = match self.bins {
            Bins::Values => (0, 0.0, 0.0),
            Bins::Uniform { count, low, high } => (count, low, high),
        };
        writer.words([u64::from(count), low.to_bits(), high.to_bits()]);
        writer.words(self.counts.iter().copied());
        writer.finish()
    }

    /// What another process has counted.
    ///
    /// # Errors
    /// [`PartialError`] if the bytes are not what [`to_bytes`](Self::to_bytes) makes of some image.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PartialError> {
        let (mut reader, coverage) = Reader::new(*KIND, "histogram", bytes)?;
        if (reader.0.len() as u64) < BINS {
            reader.expect(BINS)?;
        }
        let [count, low, high] = reader.words();
        let bins = match (count, low, high) {
            (0, 0, 0) => Bins::Values,
            _ => Bins::Uniform {
                count: count.try_into().map_err(|_| PartialError::Value("number of bins"))?,
                low: f64::from_bits(low),
                high: f64::from_bits(high),
            },
        };
        bins.check(&coverage.spec).map_err(|_| PartialError::Value("bins"))?;
        let cells = bins.cells(coverage.spec.depth);
        reader.expect(8 * cells as u64 * coverage.channels() as u64)?;
        let mut counts = Vec::with_capacity(cells * coverage.channels());
        for _ in 0..coverage.channels() {
            let channel: Vec<u64> = (0..cells).map(|_| reader.word()).collect();
            let sum = channel.iter().try_fold(0u64, |sum, &count| sum.checked_add(count));
            if sum != Some(coverage.pixels) {
                return Err(PartialError::Value("counts"));
            }
            counts.extend(channel);
        }
        Ok(Self::of(coverage, bins, counts, Isa::best()))
    }
}
