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
    FILL_ORDER FillOrder 266
    T4_OPTIONS T4Options 292
    PREDICTOR Predictor 317
    COLOR_MAP ColorMap 320
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
