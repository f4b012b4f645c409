//! Headers of portable maps: words between white space and comments.

use raster::{Depth, Spec};

use crate::{Bytes, Error};

/// Bytes that a header has at most, comments included.
const MOST: u64 = 64 << 10;

/// How samples are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Samples {
    /// Bits, of which 1 is black.
    Bits,
    /// Bytes, or pairs of them with the higher one first.
    Bytes,
    /// Floats, the last row first.
    Floats { is_big: bool },
    /// Digits, one a sample, of which 1 is black.
    Digits,
    /// Numbers in text, each at most this.
    Numbers { most: u32 },
}

/// What a header says.
pub(super) struct Header {
    pub(super) spec: Spec,
    pub(super) samples: Samples,
    /// Where pixels begin.
    pub(super) offset: u64,
}

impl Header {
    pub(super) fn read(bytes: &Bytes) -> Result<Self, Error> {
        let mut head = vec![0; bytes.len().min(MOST) as usize];
        bytes.read_at(0, &mut head)?;
        Self::parse(&head)
            .map_err(|reason| Error::corrupt(bytes.path(), format!("portable map: {reason}")))
    }

    fn parse(head: &[u8]) -> Result<Self, String> {
        let mut words = Words { head, at: 2 };
        match head.get(1).copied().unwrap_or_default() {
            b'7' => words.arbitrary(),
            kind @ (b'F' | b'f') => words.floats(kind == b'F'),
            kind => words.classic(kind),
        }
    }
}

struct Words<'a> {
    head: &'a [u8],
    at: usize,
}

impl<'a> Words<'a> {
    /// PBM, PGM and PPM.
    fn classic(&mut self, kind: u8) -> Result<Header, String> {
        let (width, height) = (self.number("width")?, self.number("height")?);
        let channels = if matches!(kind, b'3' | b'6') { 3 } else { 1 };
        let most = if matches!(kind, b'1' | b'4') { 1 } else { self.most()? };
        let samples = match kind {
            b'1' => Samples::Digits,
            b'4' => Samples::Bits,
            b'2' | b'3' => Samples::Numbers { most },
            _ => Samples::Bytes,
        };
        self.end(width, height, channels, depth(most), samples)
    }

    /// PFM.
    fn floats(&mut self, is_color: bool) -> Result<Header, String> {
        let (width, height) = (self.number("width")?, self.number("height")?);
        let word = self.word().ok_or("the scale is missing")?;
        let scale = std::str::from_utf8(word).ok().and_then(|word| word.parse::<f64>().ok());
        let scale = scale.filter(|scale| *scale != 0.0 && !scale.is_nan());
        let is_big = scale.ok_or("the scale is no number")? > 0.0;
        let channels = if is_color { 3 } else { 1 };
        self.end(width, height, channels, Depth::F32, Samples::Floats { is_big })
    }

    /// PAM: lines of a name and a value.
    fn arbitrary(&mut self) -> Result<Header, String> {
        let (mut width, mut height, mut channels, mut most) = (None, None, None, None);
        loop {
            match self.word().ok_or("ENDHDR is missing")? {
                b"WIDTH" => width = Some(self.number("WIDTH")?),
                b"HEIGHT" => height = Some(self.number("HEIGHT")?),
                b"DEPTH" => channels = Some(self.number("DEPTH")?),
                b"MAXVAL" => most = Some(self.most()?),
                b"ENDHDR" => break,
                // Other lines, such as TUPLTYPE, say nothing about where samples lie.
                _ => self.at = self.next(|byte| byte == b'\n'),
            }
        }
        let missing = |name: &str| format!("{name} is missing");
        let channels = channels.ok_or_else(|| missing("DEPTH"))?;
        let channels = u32::try_from(channels).map_err(|_| format!("{channels} channels"))?;
        let depth = depth(most.ok_or_else(|| missing("MAXVAL"))?);
        let width = width.ok_or_else(|| missing("WIDTH"))?;
        let height = height.ok_or_else(|| missing("HEIGHT"))?;
        self.end(width, height, channels, depth, Samples::Bytes)
    }

    /// The header, which one byte of white space separates from the pixels.
    fn end(
        &self,
        width: u64,
        height: u64,
        channels: u32,
        depth: Depth,
        samples: Samples,
    ) -> Result<Header, String> {
        let spec = Spec::new(width, height, channels, depth).map_err(|error| error.to_string())?;
        if !self.head.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            return Err("the header has no end".into());
        }
        Ok(Header { spec, samples, offset: self.at as u64 + 1 })
    }

    /// The largest value of a sample.
    fn most(&mut self) -> Result<u32, String> {
        let most = self.number("largest value")?;
        let most = u16::try_from(most).ok().filter(|most| *most > 0);
        most.map(u32::from).ok_or_else(|| "the largest value is not between 1 and 65535".into())
    }

    fn number(&mut self, name: &str) -> Result<u64, String> {
        let word = self.word().ok_or_else(|| format!("the {name} is missing"))?;
        let digits = word.iter().all(u8::is_ascii_digit);
        let number = std::str::from_utf8(word).ok().and_then(|word| word.parse().ok());
        number.filter(|_| digits).ok_or_else(|| format!("the {name} is no number"))
    }

    fn word(&mut self) -> Option<&'a [u8]> {
        loop {
            self.at = self.next(|byte| !byte.is_ascii_whitespace());
            if self.head.get(self.at) != Some(&b'#') {
                break;
            }
            self.at = self.next(|byte| byte == b'\n' || byte == b'\r');
        }
        let start = self.at;
        self.at = self.next(|byte| byte.is_ascii_whitespace() || byte == b'#');
        let word = &self.head[start..self.at];
        (!word.is_empty()).then_some(word)
    }

    /// Where the next such byte is, or the end.
    fn next(&self, is_such: impl Fn(u8) -> bool) -> usize {
        let found = self.head[self.at..].iter().position(|&byte| is_such(byte));
        found.map_or(self.head.len(), |found| self.at + found)
    }
}

/// What samples up to `most` are read as.
const fn depth(most: u32) -> Depth {
    if most < 256 { Depth::U8 } else { Depth::U16 }
}
