//! CCITT's bilevel compressions: rows as runs of white and black, or as differences from the row above.
//!
//! The tables of codes are those of the crate `fax`, whose own decoders know neither two-dimensional
//! group 3 nor rows without marks.

use fax::BitReader;
use fax::maps::{Mode, black, mode, white};

use super::Shape;

/// Which of CCITT's compressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fax {
    /// Runs; rows start on a byte.
    Runs,
    /// Group 3: runs, with a mark before each row. With `is_mixed` rows may be differences instead.
    Group3 {
        /// Whether a bit behind the mark says how the row is stored.
        is_mixed: bool,
    },
    /// Group 4: differences only, without marks.
    Group4,
}

/// Bits, the highest of each byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl BitReader for Bits<'_> {
    type Error = ();

    /// Zeros lie behind the end, so that a code there can be told.
    fn peek(&self, bits: u8) -> Option<u16> {
        let first = self.at / 8;
        if first >= self.bytes.len() {
            return None;
        }
        let byte = |i: usize| u32::from(self.bytes.get(first + i).copied().unwrap_or(0));
        let word = byte(0) << 16 | byte(1) << 8 | byte(2);
        Some(((word << (8 + self.at % 8)) >> (32 - u32::from(bits))) as u16)
    }

    fn consume(&mut self, bits: u8) -> Result<(), ()> {
        self.at += usize::from(bits);
        Ok(())
    }

    fn bits_to_byte_boundary(&self) -> u8 {
        (self.at.next_multiple_of(8) - self.at) as u8
    }
}

impl Bits<'_> {
    /// Skips the mark of a row, if there is one, and zeros before it.
    fn skip_mark(&mut self) -> bool {
        if self.peek(11) != Some(0) {
            return false;
        }
        while self.peek(1) == Some(0) {
            self.at += 1;
        }
        self.at += 1;
        true
    }

    /// The length of a run: codes of 64 and more, and one of less.
    fn run(&mut self, is_black: bool) -> Option<u64> {
        let mut sum = 0;
        loop {
            let len = if is_black { black::decode(self) } else { white::decode(self) }?;
            sum += u64::from(len);
            if len < 64 {
                return Some(sum);
            }
        }
    }
}

/// Where colours change in a row, beginning with white.
type Changes = Vec<u64>;

impl Fax {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Runs => "ccitt-rle",
            Self::Group3 { .. } => "ccitt-fax3",
            Self::Group4 => "ccitt-fax4",
        }
    }

    /// Decodes rows up to the end, or to one that is broken. Returns the bytes of those that are whole.
    pub(super) fn decode(self, chunk: &[u8], out: &mut [u8], shape: &Shape) -> usize {
        let width = shape.width as u64;
        let mut bits = Bits { bytes: chunk, at: 0 };
        let (mut above, mut row) = (Changes::new(), Changes::new());
        let mut filled = 0;
        for out in out.chunks_exact_mut(shape.row) {
            row.clear();
            let made = match self {
                Self::Runs => {
                    bits.at = bits.at.next_multiple_of(8);
                    runs(&mut bits, width, &mut row)
                }
                Self::Group3 { is_mixed } => group3(&mut bits, is_mixed, width, &above, &mut row),
                Self::Group4 => differences(&mut bits, width, &above, &mut row),
            };
            if made.is_none() {
                break;
            }
            paint(&row, out, width);
            std::mem::swap(&mut above, &mut row);
            filled += shape.row;
        }
        filled
    }
}

/// A row of group 3; none at the end of the data, or if it is broken.
fn group3(
    bits: &mut Bits<'_>,
    is_mixed: bool,
    width: u64,
    above: &[u64],
    row: &mut Changes,
) -> Option<()> {
    let mut marks = 0;
    let mut is_plain = true;
    while bits.skip_mark() {
        marks += 1;
        if is_mixed {
            is_plain = bits.peek(1)? == 1;
            bits.at += 1;
        }
    }
    // Six marks end the data; no row is empty.
    if marks > 1 {
        return None;
    }
    if is_plain { runs(bits, width, row) } else { differences(bits, width, above, row) }
}

/// A row of runs; none at the end of the data, or if it is broken.
fn runs(bits: &mut Bits<'_>, width: u64, row: &mut Changes) -> Option<()> {
    let mut at = 0;
    let mut is_black = false;
    while at < width {
        at = (at + bits.run(is_black)?).min(width);
        row.push(at);
        is_black = !is_black;
    }
    Some(())
}

/// A row of differences from the row above; none at the end of the data, or if it is broken.
fn differences(bits: &mut Bits<'_>, width: u64, above: &[u64], row: &mut Changes) -> Option<()> {
    // The pixel before the first is white, so a change may lie at the first.
    let mut at: Option<u64> = None;
    let mut is_black = false;
    let mut index = 0;
    while at.is_none_or(|at| at < width) {
        // The first change above, behind where we are, to the colour that we do not have.
        let is_behind = |change: u64| at.is_none_or(|at| change > at);
        while index > 0 && is_behind(above[index - 1]) {
            index -= 1;
        }
        while index < above.len() && (!is_behind(above[index]) || (index % 2 == 1) != is_black) {
            index += 1;
        }
        let change = |index: usize| above.get(index).copied().unwrap_or(width);
        let start = at.unwrap_or(0);
        match mode::decode(bits) {
            Some(Mode::Pass) => at = Some(change(index + 1)),
            Some(Mode::Vertical(delta)) => {
                let next = change(index).checked_add_signed(delta.into())?;
                if next < start || next > width {
                    return None;
                }
                row.push(next);
                at = Some(next);
                is_black = !is_black;
            }
            Some(Mode::Horizontal) => {
                let middle = (start + bits.run(is_black)?).min(width);
                let end = (middle + bits.run(!is_black)?).min(width);
                row.extend([middle, end]);
                at = Some(end);
            }
            Some(Mode::EOF | Mode::Extension) | None => return None,
        }
    }
    Some(())
}

/// Sets the bits of black pixels and clears all others.
fn paint(row: &[u64], out: &mut [u8], width: u64) {
    out.fill(0);
    let ends = row.iter().copied().skip(1).chain([width]).step_by(2);
    for (&start, end) in row.iter().step_by(2).zip(ends) {
        let (first, last) = (start as usize / 8, end as usize / 8);
        let head = u8::MAX.checked_shr(start as u32 % 8).unwrap_or(0);
        let tail = !u8::MAX.checked_shr(end as u32 % 8).unwrap_or(0);
        if first == last {
            if head & tail > 0 {
                out[first] |= head & tail;
            }
            continue;
        }
        out[first] |= head;
        out[first + 1..last].fill(u8::MAX);
        if tail > 0 {
            out[last] |= tail;
        }
    }
}

#[cfg(test)]
mod tests {
    use fax::{Color, VecWriter, encoder};
    use proptest::prelude::*;

    use super::*;

    fn rows() -> impl Strategy<Value = (usize, Vec<Vec<bool>>)> {
        (1usize..80).prop_flat_map(|width| {
            let run = prop::collection::vec((any::<bool>(), 1usize..9), 1..12);
            let row = run.prop_map(move |runs| {
                let pixels = runs.into_iter().flat_map(|(black, len)| vec![black; len]);
                pixels.cycle().take(width).collect()
            });
            (Just(width), prop::collection::vec(row, 1..12))
        })
    }

    fn bits(rows: &[Vec<bool>]) -> Vec<u8> {
        let byte = |part: &[bool]| {
            part.iter().enumerate().fold(0, |byte, (i, &black)| byte | u8::from(black) << (7 - i))
        };
        rows.iter().flat_map(|row| row.chunks(8).map(byte)).collect()
    }

    fn decoded(fax: Fax, chunk: &[u8], width: usize, rows: usize) -> Vec<u8> {
        let row = width.div_ceil(8);
        let mut out = vec![0xaa; row * rows];
        let filled = fax.decode(chunk, &mut out, &Shape { width, row, samples: 1 });
        out.truncate(filled);
        out
    }

    proptest! {
        #[test]
        fn group_4_comes_back((width, rows) in rows()) {
            let mut writer = encoder::Encoder::new(VecWriter::new());
            for row in &rows {
                let pels = row.iter().map(|&black| if black { Color::Black } else { Color::White });
                writer.encode_line(pels, width as u32).unwrap();
            }
            let chunk = writer.finish().unwrap().finish();
            prop_assert_eq!(decoded(Fax::Group4, &chunk, width, rows.len()), bits(&rows));
            // What is asked for beyond the end is not there.
            prop_assert_eq!(decoded(Fax::Group4, &chunk, width, rows.len() + 3), bits(&rows));
        }

        #[test]
        fn anything_is_survived(
            chunk in prop::collection::vec(any::<u8>(), 0..200),
            width in 1usize..3000,
        ) {
            for fax in [
                Fax::Runs,
                Fax::Group3 { is_mixed: false },
                Fax::Group3 { is_mixed: true },
                Fax::Group4,
            ] {
                let _ = decoded(fax, &chunk, width, 9);
            }
        }
    }

    #[test]
    fn runs_are_rows_of_bytes_or_marked() {
        // White 2 (0111), black 3 (10), white 3 (1000): 0111 10 1000.
        let plain = [0b0111_1010, 0b0000_0000, 0b0111_1010, 0];
        assert_eq!(decoded(Fax::Runs, &plain, 8, 2), [0b0011_1000; 2]);
        // The mark is 000000000001.
        let marked = [0, 0b0001_0111, 0b1010_0000, 0, 0b0000_0010, 0b1111_0100, 0b0000_0000];
        let group3 = Fax::Group3 { is_mixed: false };
        assert_eq!(decoded(group3, &marked, 8, 2), [0b0011_1000; 2]);
    }
}
