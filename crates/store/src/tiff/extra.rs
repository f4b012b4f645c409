//! Numbers of the tags that only reading needs, beside those of [`tag`](super::tag).

use super::tag;

macro_rules! tags {
    ($($constant:ident $name:ident $number:literal)*) => {
        $(pub(super) const $constant: u16 = $number;)*

        /// The specification's name of a tag.
        pub(super) fn name(tag: u16) -> &'static str {
            match tag {
                $($number => stringify!($name),)*
                _ => tag::name(tag),
            }
        }
    };
}

tags! {
    NEW_SUBFILE_TYPE NewSubfileType 254
    FILL_ORDER FillOrder 266
    T4_OPTIONS T4Options 292
    PREDICTOR Predictor 317
    COLOR_MAP ColorMap 320
    SUB_IFDS SubIFDs 330
    JPEG_TABLES JPEGTables 347
}

/// Bytes of one value of a type; those of types that do not exist are one.
pub(super) const fn value_bytes(kind: u16) -> u64 {
    match kind {
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16..=18 => 8,
        _ => 1,
    }
}

/// Tags that describe the image without a word about how it is stored: `ImageDescription` (with
/// OME-XML), make and model, resolution, software, date, artist, copyright, XMP, IPTC, ICC, `GeoTIFF`
/// and GDAL's.
pub(super) const DESCRIPTIVE: [u16; 22] = [
    270, 271, 272, 282, 283, 296, 305, 306, 315, 700, 33_432, 33_550, 33_723, 33_922, 34_264,
    34_377, 34_675, 34_735, 34_736, 34_737, 42_112, 42_113,
];

/// Bytes of the numbers that values of a type consist of.
pub(super) const fn number_bytes(kind: u16) -> usize {
    match kind {
        5 | 10 => 4,
        _ => value_bytes(kind) as usize,
    }
}
