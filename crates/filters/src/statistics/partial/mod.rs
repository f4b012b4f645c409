//! What has been summed up so far, as bytes, so that other processes can take it from there.
//!
//! A partial begins with what it is, a version, and the shape of the image; it ends with a checksum. All
//! numbers are little endian. Reading one trusts nothing: sums that no pixels have are refused, so that
//! whatever has been read can be merged and asked.

mod histogram;
mod stats;

use raster::{Depth, Spec, SpecError};
use thiserror::Error;

use super::Coverage;

/// The version of the format. A reader takes this one only.
const VERSION: u16 = 1;
/// Bytes before what a kind of partial has of its own.
const HEADER: usize = 36;
/// Bytes of the checksum.
const CHECKSUM: usize = 8;

/// Why bytes are no partial result, or one that cannot be merged.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PartialError {
    /// They are something else.
    #[error("the bytes are not a partial {0}")]
    Kind(&'static str),
    /// They were written by another version.
    #[error("version {0} of the format is not supported")]
    Version(u16),
    /// There are too few or too many.
    #[error("{received} bytes where {expected} are expected")]
    Length {
        /// How many there should be.
        expected: u64,
        /// How many there are.
        received: u64,
    },
    /// They are not what was written.
    #[error("the checksum is wrong")]
    Checksum,
    /// The image has no possible shape.
    #[error(transparent)]
    Shape(#[from] SpecError),
    /// A part of them cannot be what was found in an image.
    #[error("the {0} cannot be right")]
    Value(&'static str),
    /// It was made for another image, or with other parameters.
    #[error("the partial result is of another image or has other parameters")]
    OtherImage,
    /// The parts have more pixels than the image, so that some were added twice.
    #[error("the parts together have more pixels than the image")]
    Overlap,
}

/// Bytes to be written.
struct Writer(Vec<u8>);

impl Writer {
    /// Begins a partial of that kind.
    fn new(kind: [u8; 4], coverage: &Coverage) -> Self {
        let Coverage { spec, pixels } = coverage;
        let mut writer = Self(kind.to_vec());
        let depth = Depth::ALL.iter().position(|&depth| depth == spec.depth);
        writer.0.extend(VERSION.to_le_bytes());
        writer.0.extend([depth.expect("one of all") as u8, 0]);
        writer.0.extend(spec.channels.to_le_bytes());
        writer.words([spec.width, spec.height, *pixels]);
        writer
    }

    fn words(&mut self, words: impl IntoIterator<Item = u64>) {
        words.into_iter().for_each(|word| self.0.extend(word.to_le_bytes()));
    }

    fn finish(mut self) -> Vec<u8> {
        let checksum = checksum(&self.0);
        self.words([checksum]);
        self.0
    }
}

/// Bytes that are left to be read. Their number has been checked before anything is taken.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads the beginning of a partial of that kind.
    fn new(
        kind: [u8; 4],
        name: &'static str,
        bytes: &'a [u8],
    ) -> Result<(Self, Coverage), PartialError> {
        if bytes.get(..4) != Some(&kind) {
            return Err(PartialError::Kind(name));
        }
        need(bytes, HEADER + CHECKSUM)?;
        let (content, tail) = bytes.split_at(bytes.len() - CHECKSUM);
        let mut reader = Reader(&content[4..]);
        let version = u16::from_le_bytes(reader.take());
        if version != VERSION {
            return Err(PartialError::Version(version));
        }
        if Reader(tail).word() != checksum(content) {
            return Err(PartialError::Checksum);
        }
        let [depth, reserved] = reader.take();
        let depth = Depth::ALL.get(usize::from(depth)).ok_or(PartialError::Value("depth"))?;
        if reserved != 0 {
            return Err(PartialError::Value("reserved byte"));
        }
        let channels = u32::from_le_bytes(reader.take());
        let [width, height, pixels] = reader.words();
        let mut coverage = Coverage::new(Spec::new(width, height, channels, *depth)?);
        coverage.merge(pixels)?;
        Ok((reader, coverage))
    }

    /// Checks that so many bytes are left, and no others.
    fn expect(&self, bytes: u64) -> Result<(), PartialError> {
        let received = self.0.len() as u64;
        let length = PartialError::Length { expected: bytes, received };
        if received == bytes { Ok(()) } else { Err(length) }
    }

    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (taken, rest) = self.0.split_first_chunk().expect("the length has been checked");
        self.0 = rest;
        *taken
    }

    fn word(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }

    fn words<const N: usize>(&mut self) -> [u64; N] {
        std::array::from_fn(|_| self.word())
    }

    fn float(&mut self) -> f64 {
        f64::from_bits(self.word())
    }
}

fn need(bytes: &[u8], count: usize) -> Result<(), PartialError> {
    if bytes.len() >= count {
        return Ok(());
    }
    Err(PartialError::Length { expected: count as u64, received: bytes.len() as u64 })
}

/// FNV-1a, which every change of one byte changes.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |sum, &byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::{Accumulator, Bins, Histogram, Stats};
    use kernels::Isa;
    use proptest::prelude::*;
    use raster::{Region, View};

    fn added<A: Accumulator>(mut to: A, spec: &Spec) -> A {
        // Any bytes are samples; floats get some that are NaN and infinite.
        let words = (0..spec.bytes().div_ceil(4)).map(|i| match i % 7 {
            0 => f32::NAN.to_bits(),
            1 => f32::INFINITY.to_bits(),
            i => (i as u32).wrapping_mul(0x3779_97F5),
        });
        let words: Vec<u32> = words.collect();
        let (row, bytes) = (spec.row_bytes() as usize, bytemuck::cast_slice(&words));
        let region = Region::new(0, 0, spec.width, spec.height / 2);
        let (width, height) = (region.width as usize, region.height as usize);
        to.add(&region, &View::new(bytes, row, width, height, spec).unwrap());
        to
    }

    fn stats(depth: Depth) -> Vec<u8> {
        let spec = Spec::new(9, 4, 2, depth).unwrap();
        added(Stats::new(&spec, Isa::best()), &spec).to_bytes()
    }

    fn histogram(depth: Depth) -> Vec<u8> {
        let spec = Spec::new(9, 4, 2, depth).unwrap();
        let bins = match depth {
            Depth::U8 => Bins::Values,
            _ => Bins::Uniform { count: 5, low: -100.5, high: 2e4 },
        };
        added(Histogram::new(&spec, bins, Isa::best()).unwrap(), &spec).to_bytes()
    }

    /// Reads bytes; what has been read must answer every question and come out as it went in.
    fn probe_stats(bytes: &[u8]) -> Result<(), PartialError> {
        let mut read = Stats::from_bytes(bytes)?;
        assert_eq!(read.to_bytes(), bytes);
        for channel in read.channels() {
            assert!(channel.deviation >= 0.0 || channel.deviation.is_nan());
            assert_eq!(channel.count == 0, channel.min.is_none());
        }
        let other = Stats::from_bytes(bytes)?;
        let expected = read.spec().region().pixels() >= 2 * read.pixels();
        assert_eq!(read.try_merge(&other).is_ok(), expected);
        assert_eq!(Stats::from_bytes(&read.to_bytes()).map(|_| ()), Ok(()));
        Ok(())
    }

    fn probe_histogram(bytes: &[u8]) -> Result<(), PartialError> {
        let mut read = Histogram::from_bytes(bytes)?;
        assert_eq!(read.to_bytes(), bytes);
        for levels in
            [read.pooled(), read.levels(0), read.levels(read.spec().channels as usize - 1)]
        {
            let _ = (levels.mean(), levels.otsu(), levels.equalize_lut(), levels.cumulative());
            levels.percentile(50.0).unwrap();
        }
        let other = read.clone();
        let expected = read.spec().region().pixels() >= 2 * read.pixels();
        assert_eq!(read.try_merge(&other).is_ok(), expected);
        Ok(())
    }

    /// Replaces the checksum by the right one, as one who means harm would.
    fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
        let content = bytes.len().saturating_sub(CHECKSUM);
        let sum = checksum(&bytes[..content]);
        bytes[content..].copy_from_slice(&sum.to_le_bytes()[..]);
        bytes
    }

    type Probe = fn(&[u8]) -> Result<(), PartialError>;

    fn partials() -> impl Iterator<Item = (Vec<u8>, Probe)> {
        Depth::ALL.into_iter().flat_map(|depth| {
            let all: [(Vec<u8>, Probe); 2] =
                [(stats(depth), probe_stats), (histogram(depth), probe_histogram)];
            all
        })
    }

    #[test]
    fn what_was_written_is_read() {
        for (bytes, probe) in partials() {
            assert_eq!(probe(&bytes), Ok(()));
        }
        assert_eq!(probe_stats(&histogram(Depth::U8)), Err(PartialError::Kind("statistics")));
        assert_eq!(probe_histogram(&stats(Depth::U8)), Err(PartialError::Kind("histogram")));
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        for (bytes, probe) in partials() {
            for at in 0..bytes.len() {
                for change in [1, 0x80, 0xFF] {
                    let mut bytes = bytes.clone();
                    bytes[at] ^= change;
                    assert!(probe(&bytes).is_err(), "{at} {change}");
                    // With the right checksum it is refused, or answers whatever is asked.
                    let _ = probe(&sealed(bytes));
                }
            }
        }
    }

    #[test]
    fn every_length_but_the_right_one_is_refused() {
        for (mut bytes, probe) in partials() {
            for len in 0..bytes.len() {
                assert!(probe(&bytes[..len]).is_err());
                if len >= CHECKSUM {
                    assert!(probe(&sealed(bytes[..len].to_vec())).is_err());
                }
            }
            bytes.extend([0; 8]);
            assert!(probe(&sealed(bytes)).is_err());
        }
    }

    #[test]
    fn claims_allocate_nothing() {
        // 2^40 pixels of 65,535 channels, or 2^32 - 1 ranges, in a few dozen bytes.
        for kind in [*stats::KIND, *histogram::KIND] {
            let spec = Spec::new(1 << 20, 1 << 20, 65_535, Depth::F32).unwrap();
            let mut writer = Writer::new(kind, &Coverage::new(spec));
            writer.words([u64::from(u32::MAX), 0, 1f64.to_bits()]);
            let bytes = writer.finish();
            assert!(probe_stats(&bytes).is_err() && probe_histogram(&bytes).is_err());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn hostile_bytes_do_no_harm(
            which in 0usize..10,
            words in prop::collection::vec((any::<prop::sample::Index>(), hostile()), 1..6),
        ) {
            let (mut bytes, probe) = partials().nth(which).unwrap();
            for (at, word) in words {
                let at = 4 + at.index(bytes.len() - 4 - 8);
                // Numbers stand at multiples of four.
                bytes[at / 4 * 4..][..8].copy_from_slice(&word.to_le_bytes());
            }
            let _ = probe(&sealed(bytes));
        }
    }

    /// Words that are small, at the ends, or numbers of float64.
    fn hostile() -> impl Strategy<Value = u64> {
        prop_oneof![
            0u64..300,
            any::<u64>(),
            (0u64..3).prop_map(|i| u64::MAX - i),
            (0u32..64).prop_map(|i| 1 << i),
            any::<f32>().prop_map(|value| f64::from(value).to_bits()),
            any::<i16>().prop_map(|value| f64::from(value).to_bits()),
        ]
    }
}
