//! Headers that lie: every answer is an image that can be read, or an error that says why not.

use gigapx_store::{ByteOrder, Error};
use raster::Region;

use crate::{
    build::{self, BYTE, LONG, LONG8, SHORT, Tiff},
    coded, corpus,
};

/// Opens the file and, if that works, reads some of it.
fn survive(file: &[u8]) {
    match build::open(file) {
        Ok(source) => {
            let spec = *source.spec();
            let (width, height) = (spec.width.min(40), spec.height.min(40));
            // What a chunk needs is told before one is decoded, and more than a job may have is refused.
            let chunk = source.chunks().map_or(0, |chunks| chunks.bytes + chunks.scratch);
            if spec.pixel_bytes() > 4096 || chunk > 16 << 20 {
                return;
            }
            for region in [
                Region::new(0, 0, width, height),
                Region::new(spec.width - width, spec.height - height, width, height),
                Region::new(spec.width / 2, spec.height / 2, 1, 1),
            ] {
                match build::try_pixels(&*source, &region) {
                    Ok(read) => assert_eq!(read.len() as u64, spec.region_bytes(&region)),
                    Err(Error::Corrupt { .. }) => {}
                    Err(other) => panic!("{other}"),
                }
            }
        }
        Err(Error::Corrupt { .. } | Error::Unsupported(_)) => {}
        Err(other) => panic!("{other}"),
    }
}

/// Small valid files, one of each kind.
fn corpus() -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for order in [ByteOrder::Little, ByteOrder::Big] {
        for big in [false, true] {
            let data: Vec<u8> = (0..=255).cycle().take(2048).collect();
            let base = |bits| Tiff::new(order, big, 17, 9, bits);
            let offsets = if big { LONG8 } else { LONG };
            files.push(
                base(16)
                    .tag(273, offsets, &[512, 512 + 136, 512 + 272])
                    .tag(277, SHORT, &[1])
                    .tag(278, SHORT, &[4])
                    .tag(279, offsets, &[136, 136, 34])
                    .tag(339, SHORT, &[2])
                    .at(512, &data[..306])
                    .bytes(),
            );
            files.push(
                base(8)
                    .tag(258, SHORT, &[8, 8, 8])
                    .tag(262, SHORT, &[2])
                    .tag(277, SHORT, &[3])
                    .tag(284, SHORT, &[1])
                    .tag(322, SHORT, &[16])
                    .tag(323, SHORT, &[16])
                    .tag(324, offsets, &[512, 600])
                    .tag(325, offsets, &[768, 768])
                    .at(512, &data[..856])
                    .bytes(),
            );
        }
    }
    files.extend(corpus::files());
    files
}

/// The bytes of a file that are worth changing: its directory, and where its pixels start.
fn telling(file: &[u8]) -> impl Iterator<Item = usize> {
    (0..400).chain(2048..file.len().min(2200))
}

#[test]
fn the_corpus_is_valid() {
    for file in corpus() {
        let source = build::open(&file).unwrap();
        assert_eq!((source.spec().width, source.spec().height), (17, 9));
        build::image(&*source);
    }
}

#[test]
fn every_changed_byte_is_survived() {
    for file in corpus() {
        for position in telling(&file) {
            for value in 0..=255 {
                let mut file = file.clone();
                file[position] = value;
                survive(&file);
            }
        }
    }
}

#[test]
fn every_run_of_changed_bytes_is_survived() {
    for file in corpus() {
        for position in telling(&file) {
            for len in [2, 4, 8] {
                for value in [0, 0x7f, 0xff] {
                    let mut file = file.clone();
                    let end = file.len().min(position + len);
                    file[position..end].fill(value);
                    survive(&file);
                }
            }
        }
    }
}

#[test]
fn every_truncation_is_survived() {
    for file in corpus() {
        for len in 0..file.len() {
            let result = build::open(&file[..len]);
            assert!(matches!(result, Err(Error::Corrupt { .. } | Error::Unsupported(_))), "{len}");
        }
    }
}

proptest::proptest! {
    #[test]
    fn random_changes_are_survived(
        which in 0usize..16,
        changes in proptest::collection::vec((0usize..2048, 0u8..), 1..12),
    ) {
        let mut file = corpus().swap_remove(which);
        for (position, value) in changes {
            // The middle is empty.
            let position = if position < 512 { position } else { 2048 + position % 512 };
            if let Some(byte) = file.get_mut(position) {
                *byte = value;
            }
        }
        survive(&file);
    }
}

fn strips() -> Tiff {
    Tiff::new(ByteOrder::Little, false, 10, 10, 8).tag(273, LONG, &[512]).at(512, &[7; 100])
}

fn tiles() -> Tiff {
    Tiff::new(ByteOrder::Little, false, 10, 10, 8)
        .tag(322, LONG, &[16])
        .tag(323, LONG, &[16])
        .tag(324, LONG, &[512])
        .at(512, &[7; 256])
}

fn corrupt(tiff: &Tiff, text: &str) {
    match tiff.open() {
        Err(Error::Corrupt { message, .. }) => assert!(message.contains(text), "{message}"),
        Err(other) => panic!("{other} instead of {text}"),
        Ok(_) => panic!("opened despite {text}"),
    }
}

fn unsupported(tiff: &Tiff, text: &str) {
    match tiff.open() {
        Err(Error::Unsupported(message)) => assert!(message.contains(text), "{message}"),
        Err(other) => panic!("{other} instead of {text}"),
        Ok(_) => panic!("opened despite {text}"),
    }
}

#[test]
fn lies_about_size_are_found() {
    strips().open().unwrap();
    corrupt(&strips().tag(256, LONG, &[0]), "no pixels");
    corrupt(&strips().tag(257, LONG, &[0]), "no pixels");
    corrupt(&strips().without(256), "ImageWidth is missing");
    corrupt(&strips().tag(256, LONG, &[10, 10]), "ImageWidth has 2 values");
    corrupt(&strips().tag(257, LONG, &[11]), "past the end");
    corrupt(&strips().tag(256, LONG, &[0xffff_ffff]).tag(257, LONG, &[0xffff_ffff]), "too many");
    corrupt(&strips().tag(277, LONG, &[0]), "SamplesPerPixel is 0");
    corrupt(&strips().tag(277, LONG, &[0x1_0001]), "SamplesPerPixel is 65537");
    corrupt(&strips().tag(277, SHORT, &[4]).tag(258, SHORT, &[8, 8]), "BitsPerSample has 2 values");
    corrupt(&strips().tag(258, SHORT, &[0]), "BitsPerSample is 0");
    corrupt(&strips().tag(256, 5, &[10]), "ImageWidth has values of type 5");
    let huge = Tiff::new(ByteOrder::Big, true, 1 << 40, 1 << 40, 32).tag(339, SHORT, &[3]);
    corrupt(&huge.tag(256, LONG8, &[u64::MAX]).tag(257, LONG8, &[u64::MAX]), "too many");
}

#[test]
fn lies_about_chunks_are_found() {
    tiles().open().unwrap();
    corrupt(&strips().without(273), "StripOffsets is missing");
    corrupt(&strips().tag(273, LONG, &[513]), "past the end");
    corrupt(&strips().tag(273, LONG, &[0xffff_fff0]), "past the end");
    corrupt(&strips().tag(273, LONG, &[3]), "in the header");
    corrupt(&strips().tag(279, LONG, &[99]), "99 bytes instead of 100");
    corrupt(&strips().tag(278, LONG, &[0]), "strips of 10 x 0");
    corrupt(&strips().tag(278, LONG, &[5]), "StripOffsets has 1 values instead of 2");
    corrupt(&strips().tag(278, LONG, &[5]).tag(273, LONG, &[512, 563]), "strip 1 needs 50 bytes");
    corrupt(&tiles().tag(322, LONG, &[0]), "tiles of 0 x 16");
    corrupt(&tiles().tag(322, LONG, &[1 << 31]), "more than the file has");
    corrupt(&tiles().without(323), "TileLength is missing");
    corrupt(&tiles().tag(324, LONG, &[513]), "past the end");
    corrupt(&tiles().tag(325, LONG, &[255]), "255 bytes instead of 256");
    corrupt(&tiles().without(324), "StripOffsets is missing");
    unsupported(&strips().tag(273, LONG, &[0]).tag(279, LONG, &[0]), "sparse");
    let many = Tiff::new(ByteOrder::Little, false, 1 << 30, 1 << 30, 8)
        .tag(322, LONG, &[1])
        .tag(323, LONG, &[1])
        .tag(324, LONG, &[512])
        .at(512, &[0]);
    unsupported(&many, "tiles of 1 x 1");
}

#[test]
fn tables_lie_in_the_file() {
    let mut file = strips().bytes();
    // The count of StripOffsets, the sixth entry.
    file[8 + 2 + 5 * 12 + 4..][..4].copy_from_slice(&u32::MAX.to_le_bytes());
    let error = build::open(&file).err().unwrap().to_string();
    assert!(error.contains("StripOffsets has 4294967295 values"), "{error}");
    let mut file = strips().bytes();
    file[8..10].copy_from_slice(&[0xff, 0xff]);
    let error = build::open(&file).err().unwrap().to_string();
    assert!(error.contains("65535 entries, past the end"), "{error}");
    let mut file = Tiff::new(ByteOrder::Little, true, 10, 10, 8).at(512, &[0]).bytes();
    file[16..24].fill(0xff);
    let error = build::open(&file).err().unwrap().to_string();
    assert!(error.contains("18446744073709551615 entries"), "{error}");
}

#[test]
fn loops_of_directories_are_found() {
    corrupt(&strips().next(8), "loop");
    corrupt(&strips().next(612), "bytes 612 to 614 are needed");
    // A second directory of one entry that leads back to the first.
    let second = [&[1, 0][..], &[0; 12], &8u32.to_le_bytes()].concat();
    corrupt(&strips().next(400).at(400, &second), "loop");
    let mut last = second;
    last[14] = 0;
    assert_eq!(strips().next(400).at(400, &last).open().unwrap().metadata().pages, 2);
}

#[test]
fn what_is_not_read_yet_is_named() {
    for (scheme, name) in
        [(6, "JPEG"), (34_712, "JPEG 2000"), (34_925, "LZMA"), (34_887, "LERC"), (9, "unknown")]
    {
        unsupported(&strips().tag(259, SHORT, &[scheme]), name);
    }
    for (meaning, name) in [(6, "YCbCr"), (8, "CIELab"), (32_844, "LogL")] {
        unsupported(&strips().tag(262, SHORT, &[meaning]), name);
    }
    for (bits, format, name) in
        [(24, 1, "24"), (12, 2, "signed"), (24, 3, "24"), (64, 6, "complex")]
    {
        let file = strips().tag(258, SHORT, &[bits]).tag(339, SHORT, &[format]);
        unsupported(&file, name);
    }
    unsupported(&strips().tag(277, SHORT, &[2]).tag(258, SHORT, &[8, 16]), "differs");
    unsupported(&strips().tag(262, SHORT, &[3]).tag(277, SHORT, &[2]), "palette");
    unsupported(&deflated().tag(317, SHORT, &[3]), "Predictor 3");
    unsupported(&strips().tag(259, SHORT, &[4]), "fax group 4 with 1 samples a pixel of 8 bits");
    corrupt(&strips().tag(284, SHORT, &[3]), "PlanarConfiguration is 3");
    strips().tag(284, SHORT, &[2]).open().unwrap();
    strips().tag(257, BYTE, &[10]).without(262).open().unwrap();
}

/// One strip of 10 x 10 pixels in zlib's format.
fn deflated() -> Tiff {
    let data = coded::compress(8, &[7; 100]);
    strips().tag(259, SHORT, &[8]).tag(279, LONG, &[data.len() as u64]).at(1000, &data).tag(
        273,
        LONG,
        &[1000],
    )
}

#[test]
fn lies_about_compressed_chunks_are_found() {
    deflated().open().unwrap();
    corrupt(&deflated().without(279), "strip 0 has 0 bytes");
    corrupt(&deflated().tag(279, LONG, &[99_999]), "past the end");
    corrupt(&deflated().tag(273, LONG, &[4]), "strip 0 has");
    corrupt(&deflated().tag(317, SHORT, &[4]), "Predictor is 4");
    corrupt(&deflated().tag(266, SHORT, &[3]), "FillOrder is 3");
    corrupt(&strips().tag(262, SHORT, &[3]), "ColorMap is missing");
    corrupt(&strips().tag(262, SHORT, &[3]).tag(320, SHORT, &[1, 2, 3]), "ColorMap has 3 values");
    // Too few pixels come out, which only reading can tell.
    let short = deflated().tag(257, LONG, &[11]).open().unwrap();
    let error = build::try_pixels(&*short, &Region::new(0, 0, 1, 1)).unwrap_err().to_string();
    assert!(error.contains("strip 0 (deflate): it has 100 bytes instead of 110"), "{error}");
}

#[test]
fn chunks_cannot_claim_more_than_their_compression_makes() {
    for scheme in [5, 8, 50_000, 32_773, 7] {
        let bomb = deflated().tag(256, LONG, &[1 << 20]).tag(257, LONG, &[1 << 20]).tag(
            259,
            SHORT,
            &[scheme],
        );
        corrupt(&bomb, "cannot become 1099511627776 bytes");
        let bomb = deflated().tag(322, LONG, &[1 << 20]).tag(323, LONG, &[1 << 20]).tag(
            259,
            SHORT,
            &[scheme],
        );
        corrupt(&bomb, "tile 0 cannot become");
    }
}

#[test]
fn chunks_that_are_not_stored_are_zeros() {
    let source = deflated().tag(273, LONG, &[0]).tag(279, LONG, &[0]).open().unwrap();
    assert_eq!(build::image(&*source), [0; 100]);
}
