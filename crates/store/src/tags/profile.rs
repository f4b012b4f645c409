//! What an ICC profile says of the samples that it is for.

/// Where its header says which colours it is for, in four letters.
const SPACE: std::ops::Range<usize> = 16..20;

fn space(icc: &[u8]) -> Option<&[u8]> {
    icc.get(SPACE)
}

/// Whether a profile can be for images of so many channels, of which the last may be transparency.
pub fn fits(icc: &[u8], channels: u32) -> bool {
    match space(icc) {
        Some(b"GRAY") => channels <= 2,
        Some(b"RGB ") => matches!(channels, 3 | 4),
        Some(b"CMYK") => channels == 4,
        _ => false,
    }
}

/// Whether a profile is for inks.
pub(crate) fn is_cmyk(icc: &[u8]) -> bool {
    space(icc) == Some(b"CMYK")
}
