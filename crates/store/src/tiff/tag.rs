//! Numbers of tags and of the values that some of them take.

macro_rules! tags {
    ($($constant:ident $name:ident $number:literal)*) => {
        $(pub(super) const $constant: u16 = $number;)*

        /// The specification's name of a tag.
        pub(super) fn name(tag: u16) -> &'static str {
            match tag {
                $($number => stringify!($name),)*
                _ => "tag",
            }
        }
    };
}

tags! {
    NEW_SUBFILE_TYPE NewSubfileType 254
    IMAGE_WIDTH ImageWidth 256
    IMAGE_LENGTH ImageLength 257
    BITS_PER_SAMPLE BitsPerSample 258
    COMPRESSION Compression 259
    PHOTOMETRIC PhotometricInterpretation 262
    FILL_ORDER FillOrder 266
    IMAGE_DESCRIPTION ImageDescription 270
    MAKE Make 271
    MODEL Model 272
    STRIP_OFFSETS StripOffsets 273
    SAMPLES_PER_PIXEL SamplesPerPixel 277
    ROWS_PER_STRIP RowsPerStrip 278
    STRIP_BYTE_COUNTS StripByteCounts 279
    X_RESOLUTION XResolution 282
    Y_RESOLUTION YResolution 283
    PLANAR_CONFIGURATION PlanarConfiguration 284
    T4_OPTIONS T4Options 292
    RESOLUTION_UNIT ResolutionUnit 296
    SOFTWARE Software 305
    DATE_TIME DateTime 306
    ARTIST Artist 315
    PREDICTOR Predictor 317
    COLOR_MAP ColorMap 320
    TILE_WIDTH TileWidth 322
    TILE_LENGTH TileLength 323
    TILE_OFFSETS TileOffsets 324
    TILE_BYTE_COUNTS TileByteCounts 325
    SUB_IFDS SubIFDs 330
    EXTRA_SAMPLES ExtraSamples 338
    SAMPLE_FORMAT SampleFormat 339
    JPEG_TABLES JPEGTables 347
    YCBCR_SUBSAMPLING YCbCrSubSampling 530
    REFERENCE_BLACK_WHITE ReferenceBlackWhite 532
    XMP XMP 700
    COPYRIGHT Copyright 33_432
    MODEL_PIXEL_SCALE ModelPixelScale 33_550
    MODEL_TIEPOINT ModelTiepoint 33_922
    MODEL_TRANSFORMATION ModelTransformation 34_264
    ICC_PROFILE ICCProfile 34_675
    GEO_KEY_DIRECTORY GeoKeyDirectory 34_735
    GEO_DOUBLE_PARAMS GeoDoubleParams 34_736
    GEO_ASCII_PARAMS GeoAsciiParams 34_737
    GDAL_METADATA GDAL_METADATA 42_112
    GDAL_NODATA GDAL_NODATA 42_113
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

/// Bytes of the numbers that values of a type consist of.
pub(super) const fn number_bytes(kind: u16) -> usize {
    match kind {
        5 | 10 => 4,
        _ => value_bytes(kind) as usize,
    }
}

/// Types of values.
pub(super) mod kind {
    pub(in super::super) const BYTE: u16 = 1;
    pub(in super::super) const ASCII: u16 = 2;
    pub(in super::super) const SHORT: u16 = 3;
    pub(in super::super) const LONG: u16 = 4;
    pub(in super::super) const RATIONAL: u16 = 5;
    pub(in super::super) const UNDEFINED: u16 = 7;
    pub(in super::super) const DOUBLE: u16 = 12;
    pub(in super::super) const IFD: u16 = 13;
    pub(in super::super) const LONG8: u16 = 16;
    pub(in super::super) const IFD8: u16 = 18;

    /// Bytes of one unsigned integer of this type; `None` for all other types.
    pub(in super::super) const fn bytes(kind: u16) -> Option<u64> {
        match kind {
            BYTE => Some(1),
            SHORT => Some(2),
            LONG | IFD => Some(4),
            LONG8 | IFD8 => Some(8),
            _ => None,
        }
    }
}

/// The name of a compression scheme.
pub(super) const fn compression(scheme: u64) -> &'static str {
    match scheme {
        1 => "none",
        2 => "CCITT RLE",
        3 => "CCITT fax group 3",
        4 => "CCITT fax group 4",
        5 => "LZW",
        6 => "old-style JPEG",
        7 => "JPEG",
        8 | 32_946 => "Deflate",
        32_773 => "PackBits",
        33_003 | 33_004 | 33_005 | 34_712 => "JPEG 2000",
        34_676 | 34_677 => "SGI Log",
        34_887 => "LERC",
        34_892 => "lossy JPEG",
        34_925 => "LZMA",
        50_000 => "Zstd",
        50_001 => "WebP",
        50_002 | 52_546 => "JPEG XL",
        _ => "an unknown scheme",
    }
}

/// The name of a meaning of pixels.
pub(super) const fn photometric(meaning: u64) -> &'static str {
    match meaning {
        0 => "WhiteIsZero",
        1 => "BlackIsZero",
        2 => "RGB",
        3 => "palette",
        4 => "transparency mask",
        5 => "CMYK",
        6 => "YCbCr",
        8 => "CIELab",
        9 => "ICCLab",
        10 => "ITULab",
        32_803 => "colour filter array",
        32_844 => "LogL",
        32_845 => "LogLuv",
        34_892 => "linear raw",
        _ => "unknown",
    }
}

/// The name of a sample format.
pub(super) const fn sample_format(format: u64) -> &'static str {
    match format {
        1 => "unsigned integer",
        2 => "signed integer",
        3 => "floating point",
        4 => "undefined",
        5 => "complex integer",
        6 => "complex floating point",
        _ => "unknown",
    }
}
