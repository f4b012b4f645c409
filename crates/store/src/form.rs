//! From stored samples to samples of a [`Depth`].
//!
//! The rule: what fits a depth exactly is widened to it (int8 to int16, half to float32), fewer than 8
//! bits of grey fill the range of uint8, 9 to 15 bits keep their values in uint16, and what has no
//! depth of its own is narrowed to the nearest value (uint32 and 64-bit integers to int32, double to
//! float32). Images whose zero is white are inverted, palettes looked up.

use bytemuck::Pod;
use raster::Depth;

use crate::ByteOrder;

/// What the bits of a sample mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Unsigned,
    Signed,
    Float,
}

/// What the samples of a pixel mean, as far as it changes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Plain,
    /// The first sample is darkness.
    WhiteIsZero,
    /// The sample is an index of a colour: three samples for each of them, in the form's depth.
    Palette(Vec<u16>),
}

/// How samples are stored, and what becomes of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) bits: u32,
    pub(crate) kind: Kind,
    pub(crate) meaning: Meaning,
    /// Samples of a pixel that lie side by side.
    pub(crate) samples: usize,
    /// Planes of such samples, one after the other.
    pub(crate) planes: usize,
    pub(crate) order: ByteOrder,
    pub(crate) depth: Depth,
}

impl Form {
    /// The depth that samples of so many bits become; none if there is none.
    pub(crate) const fn depth(bits: u64, kind: Kind) -> Option<Depth> {
        match (bits, kind) {
            (1..=8, Kind::Unsigned) => Some(Depth::U8),
            (9..=16, Kind::Unsigned) => Some(Depth::U16),
            (8 | 16, Kind::Signed) => Some(Depth::I16),
            (32 | 64, Kind::Unsigned | Kind::Signed) => Some(Depth::I32),
            (16 | 32 | 64, Kind::Float) => Some(Depth::F32),
            _ => None,
        }
    }

    /// Bytes of a stored row of so many pixels of one plane.
    pub(crate) const fn row_bytes(&self, width: u64) -> u64 {
        (width * self.samples as u64 * self.bits as u64).div_ceil(8)
    }

    /// Bytes of a stored sample that has whole ones.
    pub(crate) const fn sample_bytes(&self) -> usize {
        self.bits as usize / 8
    }

    /// Whether samples are read as they are stored, but for the order of their bytes.
    pub(crate) fn is_plain(&self) -> bool {
        let same = matches!(
            (self.bits, self.kind),
            (8 | 16, Kind::Unsigned) | (16 | 32, Kind::Signed) | (32, Kind::Float)
        );
        same && self.planes == 1 && self.meaning == Meaning::Plain
    }

    /// Whether samples are stored in the other byte order than this machine's.
    pub(crate) fn is_foreign(&self) -> bool {
        self.order != ByteOrder::NATIVE && self.bits > 8 && self.bits.is_multiple_of(8)
    }

    /// Bytes of a pixel that is read.
    pub(crate) fn pixel_bytes(&self) -> usize {
        self.channels() * self.depth.bytes()
    }

    /// Converts `width` pixels of a plane into pixels of all planes, by way of `spare` if there are
    /// several.
    pub(crate) fn place(
        &self,
        plane: usize,
        stored: &[u8],
        skip: usize,
        width: usize,
        out: &mut [u8],
        spare: &mut [u8],
    ) {
        if self.planes == 1 {
            self.convert(plane, stored, skip, &mut out[..width * self.pixel_bytes()]);
            return;
        }
        let size = self.depth.bytes();
        let samples = &mut spare[..width * size];
        self.convert(plane, stored, skip, samples);
        match size {
            1 => scatter::<1>(samples, &mut out[plane..], self.planes),
            2 => scatter::<2>(samples, &mut out[2 * plane..], self.planes),
            _ => scatter::<4>(samples, &mut out[4 * plane..], self.planes),
        }
    }

    /// Interleaved samples of a pixel that is read.
    pub(crate) fn channels(&self) -> usize {
        match self.meaning {
            Meaning::Palette(_) => 3,
            _ => self.samples * self.planes,
        }
    }

    /// Brings stored samples into this machine's byte order.
    pub(crate) fn swap(&self, stored: &mut [u8]) {
        fn each<const N: usize>(stored: &mut [u8]) {
            stored.as_chunks_mut::<N>().0.iter_mut().for_each(|sample| sample.reverse());
        }
        match self.bits {
            _ if !self.is_foreign() => {}
            16 => each::<2>(stored),
            32 => each::<4>(stored),
            _ => each::<8>(stored),
        }
    }

    /// Converts pixels of one plane, of which the first begins `skip` bits into `stored`, which is in
    /// this machine's byte order. `out` is dense.
    pub(crate) fn convert(&self, plane: usize, stored: &[u8], skip: usize, out: &mut [u8]) {
        if let Meaning::Palette(colours) = &self.meaning {
            self.look_up(colours, stored, skip, out);
            return;
        }
        match (self.bits, self.kind) {
            (8, Kind::Unsigned) => copy(stored, out),
            (16, Kind::Unsigned | Kind::Signed) | (32, Kind::Signed | Kind::Float) => {
                copy(stored, out);
            }
            (1..=7, _) => {
                let most = (1 << self.bits) - 1;
                let greys: [u8; 128] =
                    std::array::from_fn(|sample| ((sample * 510 + most) / (2 * most)) as u8);
                let samples = Unpacked { bytes: stored, bits: self.bits, at: skip };
                out.iter_mut().zip(samples).for_each(|(out, sample)| *out = greys[sample as usize]);
            }
            (9..=15, _) => {
                let samples = Unpacked { bytes: stored, bits: self.bits, at: skip };
                out.as_chunks_mut::<2>().0.iter_mut().zip(samples).for_each(|(out, sample)| {
                    *out = (sample as u16).to_ne_bytes();
                });
            }
            (8, _) => each(stored, out, |value: i8| i16::from(value)),
            (16, _) => each(stored, out, float_of_half),
            (32, _) => each(stored, out, |value: u32| value.min(i32::MAX as u32) as i32),
            (_, Kind::Unsigned) => {
                each(stored, out, |value: u64| value.min(i32::MAX as u64) as i32);
            }
            (_, Kind::Signed) => {
                each(stored, out, |value: i64| {
                    value.clamp(i32::MIN.into(), i32::MAX.into()) as i32
                });
            }
            (_, Kind::Float) => each(stored, out, |value: f64| value as f32),
        }
        if self.meaning == Meaning::WhiteIsZero && plane == 0 {
            self.invert(out);
        }
    }

    fn look_up(&self, colours: &[u16], stored: &[u8], skip: usize, out: &mut [u8]) {
        // Every index has a colour: there are as many as the bits of a sample can tell.
        let colour = |index: u32| &colours[3 * index as usize..][..3];
        let indices = Unpacked { bytes: stored, bits: self.bits, at: skip };
        let native = |at: usize| u16::from_ne_bytes([stored[2 * at], stored[2 * at + 1]]);
        let indices = indices.enumerate().map(|(at, index)| match self.bits {
            // Bits are read in the file's order, but these are in the machine's.
            16 => native(at).into(),
            _ => index,
        });
        if self.depth == Depth::U8 {
            for (out, index) in out.as_chunks_mut::<3>().0.iter_mut().zip(indices) {
                out.iter_mut().zip(colour(index)).for_each(|(out, &sample)| *out = sample as u8);
            }
        } else {
            for (out, index) in out.as_chunks_mut::<6>().0.iter_mut().zip(indices) {
                out.copy_from_slice(bytemuck::cast_slice(colour(index)));
            }
        }
    }

    /// Inverts the first of the samples of each pixel, if it is an unsigned integer.
    fn invert(&self, out: &mut [u8]) {
        let most = u16::MAX >> (16 - self.bits.clamp(1, 16));
        match (self.kind, self.depth) {
            (Kind::Unsigned, Depth::U8) => {
                out.iter_mut().step_by(self.samples).for_each(|sample| *sample = !*sample);
            }
            (Kind::Unsigned, Depth::U16) => {
                for sample in out.as_chunks_mut::<2>().0.iter_mut().step_by(self.samples) {
                    *sample = (most - u16::from_ne_bytes(*sample)).to_ne_bytes();
                }
            }
            _ => {}
        }
    }
}

/// Writes samples to every `step`th place.
fn scatter<const N: usize>(samples: &[u8], out: &mut [u8], step: usize) {
    let places = out.as_chunks_mut::<N>().0.iter_mut().step_by(step);
    places.zip(samples.as_chunks::<N>().0).for_each(|(place, sample)| *place = *sample);
}

/// Samples of at most 16 bits, the highest bit first.
struct Unpacked<'a> {
    bytes: &'a [u8],
    bits: u32,
    /// The next bit.
    at: usize,
}

impl Iterator for Unpacked<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let (first, skip) = (self.at / 8, self.at as u32 % 8);
        if self.at + self.bits as usize > self.bytes.len() * 8 {
            return None;
        }
        let byte = |i: usize| u32::from(self.bytes.get(first + i).copied().unwrap_or(0));
        let word = byte(0) << 24 | byte(1) << 16 | byte(2) << 8;
        self.at += self.bits as usize;
        Some((word << skip) >> (32 - self.bits))
    }
}

fn copy(stored: &[u8], out: &mut [u8]) {
    out.copy_from_slice(&stored[..out.len()]);
}

/// Converts sample by sample. Rows may lie anywhere, so samples are copied out and in.
fn each<S: Pod, D: Pod>(stored: &[u8], out: &mut [u8], convert: impl Fn(S) -> D) {
    let stored = stored.chunks_exact(size_of::<S>());
    for (stored, out) in stored.zip(out.chunks_exact_mut(size_of::<D>())) {
        let value = convert(bytemuck::pod_read_unaligned(stored));
        out.copy_from_slice(bytemuck::bytes_of(&value));
    }
}

/// A half-precision number, exactly.
fn float_of_half(half: u16) -> f32 {
    // 2^112 is what the exponents' biases differ by; the product is exact, also for denormals.
    const SCALE: f32 = f32::from_bits((127 + 112) << 23);
    let (sign, rest) = (u32::from(half & 0x8000) << 16, u32::from(half & 0x7fff) << 13);
    let magnitude = if half & 0x7c00 == 0x7c00 {
        rest | 0x7f80_0000
    } else {
        (f32::from_bits(rest) * SCALE).to_bits()
    };
    f32::from_bits(magnitude | sign)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn form(bits: u32, kind: Kind) -> Form {
        Form {
            bits,
            kind,
            meaning: Meaning::Plain,
            samples: 1,
            planes: 1,
            order: ByteOrder::NATIVE,
            depth: Form::depth(bits.into(), kind).unwrap(),
        }
    }

    fn one<S: Pod, D: Pod>(form: &Form, sample: S) -> D {
        let mut out = vec![0; size_of::<D>()];
        form.convert(0, bytemuck::bytes_of(&sample), 0, &mut out);
        bytemuck::pod_read_unaligned(&out)
    }

    #[test]
    fn samples_are_widened_and_narrowed_by_rule() {
        assert_eq!(one::<i8, i16>(&form(8, Kind::Signed), -128), -128);
        assert_eq!(one::<u32, i32>(&form(32, Kind::Unsigned), 7), 7);
        assert_eq!(one::<u32, i32>(&form(32, Kind::Unsigned), u32::MAX), i32::MAX);
        assert_eq!(one::<u64, i32>(&form(64, Kind::Unsigned), 1 << 40), i32::MAX);
        assert_eq!(one::<i64, i32>(&form(64, Kind::Signed), -(1 << 40)), i32::MIN);
        assert_eq!(one::<f64, f32>(&form(64, Kind::Float), 0.1), 0.1);
        assert_eq!(one::<f64, f32>(&form(64, Kind::Float), 1e300), f32::INFINITY);
        let inverted = |bits, kind| Form { meaning: Meaning::WhiteIsZero, ..form(bits, kind) };
        assert_eq!(one::<u8, u8>(&inverted(8, Kind::Unsigned), 3), 252);
        assert_eq!(one::<u16, u16>(&inverted(16, Kind::Unsigned), 3), 65_532);
        assert_eq!(one::<u16, u16>(&inverted(12, Kind::Unsigned), 0x30u16.to_be()), 4095 - 3);
        assert_eq!(one::<i16, i16>(&inverted(16, Kind::Signed), 3), 3);
        assert_eq!(Form::depth(24, Kind::Unsigned), None);
    }

    #[test]
    fn halves_are_exact() {
        let of = float_of_half;
        assert_eq!([of(0), of(0x3c00), of(0xc000), of(0x7bff)], [0.0, 1.0, -2.0, 65_504.0]);
        assert_eq!(of(1), 2f32.powi(-24));
        assert_eq!(of(0x03ff), 1023.0 * 2f32.powi(-24));
        assert_eq!([of(0x7c00), of(0xfc00)], [f32::INFINITY, f32::NEG_INFINITY]);
        assert!(of(0x7e00).is_nan() && of(0x8000).is_sign_negative());
    }

    proptest! {
        #[test]
        fn any_number_of_bits_is_unpacked(
            bits in 1u32..16,
            values in prop::collection::vec(any::<u16>(), 1..40),
            skipped in 0usize..10,
        ) {
            prop_assume!(bits != 8);
            let values: Vec<u32> =
                values.into_iter().map(|value| u32::from(value) % (1 << bits)).collect();
            let stream: Vec<u32> = values
                .iter()
                .flat_map(|value| (0..bits).rev().map(move |bit| value >> bit & 1))
                .collect();
            let stored: Vec<u8> = stream
                .chunks(8)
                .map(|part| part.iter().enumerate().fold(0, |byte, (i, bit)| byte | bit << (7 - i)) as u8)
                .collect();
            let first = skipped.min(values.len() - 1);
            let form = form(bits, Kind::Unsigned);
            let count = values.len() - first;
            let mut out = vec![0; count * form.depth.bytes()];
            form.convert(0, &stored, first * bits as usize, &mut out);
            for (i, value) in values[first..].iter().enumerate() {
                if bits < 8 {
                    let most = f64::from((1 << bits) - 1);
                    prop_assert_eq!(f64::from(out[i]), (f64::from(*value) * 255.0 / most).round());
                } else {
                    let sample = u16::from_ne_bytes([out[2 * i], out[2 * i + 1]]);
                    prop_assert_eq!(u32::from(sample), *value);
                }
            }
        }
    }
}
