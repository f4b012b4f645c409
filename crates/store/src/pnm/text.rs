//! Samples as text.

use std::io::{BufRead, Seek, SeekFrom};

use raster::{Depth, Spec};

use super::header::Samples;
use crate::{Bytes, Error, stream::Stream, whole::Decode};

/// A map in text.
pub(super) struct Text {
    spec: Spec,
    samples: Samples,
    offset: u64,
}

impl Text {
    pub(super) fn new(spec: Spec, samples: Samples, offset: u64) -> Self {
        Self { spec, samples, offset }
    }

    /// The map, if there is text enough for it.
    pub(super) fn checked(self, bytes: &Bytes) -> Result<Self, Error> {
        let count = self.spec.bytes() / self.spec.depth.bytes() as u64;
        // Numbers have something between them.
        let needed = if self.samples == Samples::Digits { count } else { 2 * count - 1 };
        if bytes.len() - self.offset < needed {
            return Err(corrupt(bytes, &format!("{count} samples take at least {needed} bytes")));
        }
        Ok(self)
    }
}

impl Decode for Text {
    fn decode(&self, bytes: &Bytes, out: &mut [u8]) -> Result<(), Error> {
        let mut samples = Words { stream: Stream::new(bytes), bytes };
        let failed = |source| Error::from_io(source, "pread", bytes.path().unwrap_or("".as_ref()));
        samples.stream.seek(SeekFrom::Start(self.offset)).map_err(failed)?;
        let Samples::Numbers { most } = self.samples else {
            return out.iter_mut().try_for_each(|out| {
                *out = samples.digit()?;
                Ok(())
            });
        };
        let mut sample = || {
            let sample = samples.number()?;
            let is_allowed = sample <= most;
            is_allowed.then_some(sample).ok_or_else(|| {
                corrupt(bytes, &format!("a sample is {sample} where {most} is the largest"))
            })
        };
        if self.spec.depth == Depth::U8 {
            return out.iter_mut().try_for_each(|out| {
                *out = sample()? as u8;
                Ok(())
            });
        }
        out.as_chunks_mut::<2>().0.iter_mut().try_for_each(|out| {
            *out = (sample()? as u16).to_ne_bytes();
            Ok(())
        })
    }
}

struct Words<'a> {
    stream: Stream,
    bytes: &'a Bytes,
}

impl Words<'_> {
    /// The next pixel of a bitmap, whose digits need nothing between them.
    fn digit(&mut self) -> Result<u8, Error> {
        match self.first()? {
            b'0' => Ok(u8::MAX),
            b'1' => Ok(0),
            _ => Err(corrupt(self.bytes, "a pixel is neither 0 nor 1")),
        }
    }

    fn number(&mut self) -> Result<u32, Error> {
        let mut byte = Some(self.first()?);
        let mut number = 0u32;
        while let Some(digit) = byte.filter(|byte| !byte.is_ascii_whitespace()) {
            if !digit.is_ascii_digit() {
                return Err(corrupt(self.bytes, "a sample is no number"));
            }
            number = number.saturating_mul(10).saturating_add(u32::from(digit - b'0'));
            byte = self.byte()?;
        }
        Ok(number)
    }

    /// The first byte of the next word.
    fn first(&mut self) -> Result<u8, Error> {
        let mut is_comment = false;
        loop {
            match self.byte()?.ok_or_else(|| corrupt(self.bytes, "samples are missing"))? {
                b'\n' | b'\r' => is_comment = false,
                b'#' => is_comment = true,
                byte if !is_comment && !byte.is_ascii_whitespace() => return Ok(byte),
                _ => {}
            }
        }
    }

    fn byte(&mut self) -> Result<Option<u8>, Error> {
        let path = || self.bytes.path().unwrap_or("".as_ref());
        let rest =
            self.stream.fill_buf().map_err(|source| Error::from_io(source, "pread", path()))?;
        let byte = rest.first().copied();
        self.stream.consume(usize::from(byte.is_some()));
        Ok(byte)
    }
}

fn corrupt(bytes: &Bytes, reason: &str) -> Error {
    Error::corrupt(bytes.path(), format!("portable map: {reason}"))
}
