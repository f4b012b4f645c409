//! Files of formats other than TIFF, read back by others, and the same in memory.

use gigapx_store::{
    Compression, Destination, Durability, Encoded, Error, JpegOptions, JpegSink, Layout,
    PngOptions, PngSink, RawSink, Sink, TiffChunks, TiffOptions, TiffPyramid, TiffSink,
    WebpOptions, WebpSink,
};
use jpeg_encoder::{ChromaSubsamplingMethod, SamplingFactor};
use png::{ColorType, Transformations};
use proptest::prelude::*;
use raster::{Depth, Region, Spec, View};

use crate::write::{picture, pour};

/// What a sink makes of an image, in memory, and the same in a file.
fn encoded<S: Sink>(
    make: impl Fn(Destination) -> Result<S, Error>,
    spec: &Spec,
    image: &[u8],
    seed: u64,
    threads: usize,
) -> Vec<u8> {
    let memory = Encoded::new(1 << 30).unwrap();
    let sink = make(memory.clone().into()).unwrap();
    pour(&sink, spec, image, seed, threads);
    assert!(memory.take().is_none());
    sink.finish().unwrap();
    let bytes = memory.take().unwrap().to_vec();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a");
    let sink = make(path.as_path().into()).unwrap();
    pour(&sink, spec, image, seed + 1, 1);
    sink.finish().unwrap();
    assert!(std::fs::read(&path).unwrap() == bytes, "order, threads or destination show");
    bytes
}

/// The samples that the crate `png` finds, in the byte order of this machine.
fn decoded_png(file: &[u8], spec: &Spec) -> Vec<u8> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
    decoder.set_transformations(Transformations::IDENTITY);
    let mut reader = decoder.read_info().unwrap();
    let info = reader.info();
    let channels = match info.color_type {
        ColorType::Grayscale => 1,
        ColorType::GrayscaleAlpha => 2,
        ColorType::Rgb => 3,
        ColorType::Rgba => 4,
        ColorType::Indexed => panic!("a palette"),
    };
    assert_eq!((u64::from(info.width), u64::from(info.height)), (spec.width, spec.height));
    assert_eq!((channels, info.bit_depth as usize), (spec.channels, 8 * spec.depth.bytes()));
    let mut samples = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut samples).unwrap();
    reader.finish().unwrap();
    if spec.depth == Depth::U16 && cfg!(target_endian = "little") {
        samples.chunks_exact_mut(2).for_each(<[u8]>::reverse);
    }
    samples
}

/// The samples that the crate `zune-jpeg` finds, which stops where a marker is not as expected.
fn decoded_jpeg(file: &[u8]) -> Vec<u8> {
    let options = zune_jpeg::zune_core::options::DecoderOptions::default().set_strict_mode(true);
    let cursor = std::io::Cursor::new(file);
    zune_jpeg::JpegDecoder::new_with_options(cursor, options).decode().unwrap()
}

fn spec(depths: &'static [Depth], channels: std::ops::Range<u32>) -> impl Strategy<Value = Spec> {
    let size = prop_oneof![
        (1u64..90, 1u64..200),
        // Bands of few rows, and of many.
        (4000u64..9000, 1u64..40),
        (1u64..4, 3000u64..10_000),
    ];
    (size, channels, prop::sample::select(depths)).prop_map(|((width, height), channels, depth)| {
        Spec::new(width, height, channels, depth).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn png_is_read_by_others(
        spec in spec(&[Depth::U8, Depth::U16], 1..5),
        level in 1u8..10,
        seed: u32,
        threads in 1usize..4,
    ) {
        let image = picture(&spec, seed);
        let options = PngOptions { level, durability: Durability::None, ..PngOptions::new(spec) };
        let make = |destination| PngSink::create(destination, options);
        let file = encoded(make, &spec, &image, seed.into(), threads);
        prop_assert!(decoded_png(&file, &spec) == image, "others read other pixels");
    }

    #[test]
    fn jpeg_in_bands_is_the_same_as_in_one(
        (width, height) in prop_oneof![(1u64..90, 1u64..600), (4000u64..5000, 1u64..300)],
        is_gray: bool,
        is_subsampled: bool,
        quality in 1u8..101,
        seed: u32,
        threads in 1usize..4,
    ) {
        let spec = Spec::new(width, height, if is_gray { 1 } else { 3 }, Depth::U8).unwrap();
        let image = picture(&spec, seed);
        let durability = Durability::None;
        let options = JpegOptions { spec, quality, is_subsampled, durability };
        let make = |destination| JpegSink::create(destination, options);
        let file = encoded(make, &spec, &image, seed.into(), threads);
        let mut whole = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut whole, quality);
        encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
        encoder.set_sampling_factor(if is_subsampled {
            SamplingFactor::R_4_2_0
        } else {
            SamplingFactor::R_4_4_4
        });
        let color =
            if is_gray { jpeg_encoder::ColorType::Luma } else { jpeg_encoder::ColorType::Rgb };
        encoder.encode(&image, width as u16, height as u16, color).unwrap();
        prop_assert!(decoded_jpeg(&file) == decoded_jpeg(&whole));
    }

    #[test]
    fn webp_is_read_by_others(
        (width, height) in (1u64..90, 1u64..90),
        channels in 3u32..5,
        seed: u32,
        threads in 1usize..4,
    ) {
        let spec = Spec::new(width, height, channels, Depth::U8).unwrap();
        let image = picture(&spec, seed);
        let options = WebpOptions { durability: Durability::None, ..WebpOptions::new(spec) };
        let make = |destination| WebpSink::create(destination, options);
        let file = encoded(make, &spec, &image, seed.into(), threads);
        let mut decoder = image_webp::WebPDecoder::new(std::io::Cursor::new(file)).unwrap();
        let mut samples = vec![0; decoder.output_buffer_size().unwrap()];
        decoder.read_image(&mut samples).unwrap();
        if channels == 4 && !decoder.has_alpha() {
            samples = samples.chunks(3).flat_map(|rgb| [rgb[0], rgb[1], rgb[2], 255]).collect();
        }
        prop_assert!(samples == image);
    }

    #[test]
    fn pnm_is_rows_behind_a_header(
        spec in spec(&[Depth::U8, Depth::U16], 1..6),
        seed: u32,
        threads in 1usize..4,
    ) {
        let image = picture(&spec, seed);
        let make = |destination| RawSink::pnm(destination, spec, Durability::None);
        let file = encoded(make, &spec, &image, seed.into(), threads);
        let most = if spec.depth == Depth::U8 { 255 } else { 65_535 };
        let Spec { width, height, channels, .. } = spec;
        let head = match channels {
            1 => format!("P5\n{width} {height}\n{most}\n"),
            3 => format!("P6\n{width} {height}\n{most}\n"),
            _ => {
                let end = file.windows(7).position(|part| part == b"ENDHDR\n").unwrap() + 7;
                let head = std::str::from_utf8(&file[..end]).unwrap();
                let fields = format!("P7\nWIDTH {width}\nHEIGHT {height}\nDEPTH {channels}\nMAXVAL {most}\n");
                prop_assert!(head.starts_with(&fields), "{head}");
                head.to_owned()
            }
        };
        let samples = file.strip_prefix(head.as_bytes()).unwrap();
        let expected: Vec<u8> = match spec.depth {
            Depth::U8 => image,
            _ => bytemuck::cast_slice::<u8, [u8; 2]>(&image)
                .iter()
                .flat_map(|&sample| u16::from_ne_bytes(sample).to_be_bytes())
                .collect(),
        };
        prop_assert!(samples == expected);
    }

    #[test]
    fn pfm_has_the_lowest_row_first(
        spec in spec(&[Depth::F32], 1..2),
        colour: bool,
        seed: u32,
        threads in 1usize..4,
    ) {
        let spec = Spec { channels: if colour { 3 } else { 1 }, ..spec };
        let image = picture(&spec, seed);
        let make = |destination| RawSink::pfm(destination, spec, Durability::None);
        let file = encoded(make, &spec, &image, seed.into(), threads);
        let start = file.len() - image.len();
        let head = std::str::from_utf8(&file[..start]).unwrap();
        prop_assert_eq!(start % 4, 0);
        let mut lines = head.lines();
        prop_assert_eq!(lines.next(), Some(if colour { "PF" } else { "Pf" }));
        let sides = format!("{} {}", spec.width, spec.height);
        prop_assert_eq!(lines.next(), Some(sides.as_str()));
        let scale: f32 = lines.next().unwrap().parse().unwrap();
        prop_assert_eq!(scale, if cfg!(target_endian = "little") { -1.0 } else { 1.0 });
        let row = spec.row_bytes() as usize;
        let upside_down: Vec<u8> = image.chunks(row).rev().flatten().copied().collect();
        prop_assert!(file[start..] == upside_down);
    }

    #[test]
    fn npy_is_an_array(spec in spec(&Depth::ALL, 1..6), seed: u32, threads in 1usize..4) {
        let image = picture(&spec, seed);
        let make = |destination| RawSink::npy(destination, spec, Durability::None);
        let file = encoded(make, &spec, &image, seed.into(), threads);
        let start = file.len() - image.len();
        prop_assert!(file[start..] == image && start.is_multiple_of(64));
        prop_assert_eq!(&file[..8], b"\x93NUMPY\x01\x00");
        prop_assert_eq!(usize::from(u16::from_le_bytes([file[8], file[9]])), start - 10);
        let head = std::str::from_utf8(&file[10..start]).unwrap();
        let Spec { width, height, channels, depth } = spec;
        let kind = match depth {
            Depth::U8 => "u1",
            Depth::U16 => "u2",
            Depth::I16 => "i2",
            Depth::I32 => "i4",
            Depth::F32 => "f4",
        };
        let kind = format!("{kind}', 'fortran_order': False, ");
        prop_assert!(head.starts_with("{'descr': '") && head.contains(&kind), "{}", head);
        let shape = match channels {
            1 => format!("'shape': ({height}, {width}), }}"),
            _ => format!("'shape': ({height}, {width}, {channels}), }}"),
        };
        prop_assert!(head.contains(&shape) && head.ends_with('\n'), "{}", head);
    }

    #[test]
    fn memory_holds_what_a_file_would(
        spec in spec(&Depth::ALL, 1..4),
        pyramid in prop::option::of(Just(TiffPyramid::Cog)),
        is_packed: bool,
        seed: u32,
    ) {
        let image = picture(&spec, seed);
        let raw = |destination| RawSink::create(destination, spec, Durability::None);
        prop_assert!(encoded(raw, &spec, &image, seed.into(), 2) == image);
        let options = TiffOptions {
            chunks: TiffChunks::Tiles { width: 64, height: 64 },
            compression: if is_packed { Compression::ZSTD } else { Compression::None },
            pyramid,
            durability: Durability::None,
            ..TiffOptions::new(spec)
        };
        let memory = Encoded::new(1 << 30).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.tif");
        for destination in [Destination::from(&path), memory.clone().into()] {
            let sink = TiffSink::create(destination, options).unwrap();
            // In one order, for the order of packed tiles shows.
            pour(&sink, &spec, &image, seed.into(), 1);
            sink.finish().unwrap();
        }
        prop_assert!(std::fs::read(&path).unwrap() == *memory.take().unwrap());
    }
}

#[test]
fn images_that_do_not_fit_a_format_are_refused() {
    let of = |width, channels, depth| Spec::new(width, 5, channels, depth).unwrap();
    let memory = || Encoded::new(1 << 20).unwrap();
    let png = |spec| PngSink::create(memory(), PngOptions::new(spec)).err().unwrap().to_string();
    assert_eq!(
        png(of(5, 5, Depth::U8)),
        "PNG takes 1 to 4 channels of uint8 or uint16, but the image has 5 of uint8"
    );
    assert!(png(of(5, 3, Depth::F32)).contains("3 of float32"));
    assert!(png(of(1 << 31, 1, Depth::U8)).contains("too many for PNG"));
    assert!(png(of((1 << 31) - 1, 1, Depth::U16)).contains("too long"));
    let options = PngOptions { level: 10, ..PngOptions::new(of(5, 1, Depth::U8)) };
    assert!(matches!(PngSink::create(memory(), options), Err(Error::InvalidArgument(_))));
    let none = Durability::None;
    for depth in [Depth::I16, Depth::I32, Depth::F32] {
        let pnm = RawSink::pnm(memory(), of(5, 1, depth), none);
        assert!(matches!(pnm, Err(Error::InvalidArgument(_))));
    }
    for (width, channels, depth) in [(5, 2, Depth::U8), (5, 4, Depth::U8), (5, 1, Depth::U16)] {
        let options = JpegOptions::new(of(width, channels, depth));
        assert!(matches!(JpegSink::create(memory(), options), Err(Error::InvalidArgument(_))));
    }
    for (width, channels, depth) in [(5, 1, Depth::U8), (5, 5, Depth::U8), (5, 3, Depth::F32)] {
        let options = WebpOptions::new(of(width, channels, depth));
        assert!(matches!(WebpSink::create(memory(), options), Err(Error::InvalidArgument(_))));
    }
    let jpeg = JpegSink::create(memory(), JpegOptions::new(of(65_536, 3, Depth::U8)));
    assert!(matches!(jpeg, Err(Error::Unsupported(_))));
    let webp = WebpSink::create(memory(), WebpOptions::new(of(16_384, 3, Depth::U8)));
    assert!(matches!(webp, Err(Error::Unsupported(_))));
    let options = JpegOptions { quality: 0, ..JpegOptions::new(of(5, 3, Depth::U8)) };
    assert!(matches!(JpegSink::create(memory(), options), Err(Error::InvalidArgument(_))));
    for (channels, depth) in [(1, Depth::U8), (2, Depth::F32), (4, Depth::F32)] {
        let pfm = RawSink::pfm(memory(), of(5, channels, depth), none);
        assert!(matches!(pfm, Err(Error::InvalidArgument(_))));
    }
}

#[test]
fn memory_ends_where_it_is_told() {
    let spec = Spec::new(1000, 1000, 1, Depth::U8).unwrap();
    let raw = RawSink::create(Encoded::new(999_999).unwrap(), spec, Durability::None);
    assert!(matches!(raw.err(), Some(Error::TooLarge { limit: 999_999 })));
    // What is packed may fit, until it does not.
    let sink = PngSink::create(Encoded::new(1000).unwrap(), PngOptions::new(spec)).unwrap();
    let image = picture(&spec, 1);
    let view = View::new(&image, 1000, 1000, 1000, &spec).unwrap();
    let Layout::Tiles { width, height } = sink.layout() else { panic!("PNG has bands") };
    let result =
        spec.region().cells(width, height).try_for_each(|band| sink.write(&band, &view.sub(&band)));
    assert!(matches!(result, Err(Error::TooLarge { limit: 1000 })));
}

#[test]
#[should_panic(expected = "is no band")]
fn regions_that_are_no_bands_are_refused() {
    let spec = Spec::new(64, 64, 1, Depth::U8).unwrap();
    let sink = PngSink::create(Encoded::new(1 << 20).unwrap(), PngOptions::new(spec)).unwrap();
    let view = View::new(&[0; 64], 64, 64, 1, &spec).unwrap();
    let _ = sink.write(&Region::new(0, 1, 64, 1), &view);
}
