//! Files of other formats than TIFF that are cut or changed: an image, or an error that says why not.

use gigapx_store::{Error, Source};
use proptest::{strategy::ValueTree, test_runner::TestRunner};
use raster::Region;

use crate::{build, foreign, maps, png};

/// What a file may claim to take before the test gives up on it, as a job would.
const MOST: u64 = 4 << 20;

fn read(file: &[u8]) -> Result<(), Error> {
    let source = build::open(file)?;
    let spec = *source.spec();
    let chunk = source.chunks().map_or(0, |chunks| chunks.bytes + chunks.scratch);
    if chunk > 2 * MOST || spec.pixel_bytes() > 4096 {
        return Ok(());
    }
    let (width, height) = (spec.width.min(40), spec.height.min(40));
    for (left, top) in [(0, 0), (spec.width - width, spec.height - height)] {
        // Rows of hostile files may take longer to come to than a test should.
        if top * spec.row_bytes() < MOST {
            build::try_pixels(&*source, &Region::new(left, top, width, height))?;
        }
    }
    Ok(())
}

fn survive(file: &[u8]) {
    match read(file) {
        Ok(()) | Err(Error::Corrupt { .. } | Error::Unsupported(_)) => {}
        Err(other) => panic!("{other}"),
    }
}

/// Small valid files.
fn corpus() -> Vec<Vec<u8>> {
    let mut files: Vec<Vec<u8>> = foreign::files().into_iter().map(|(_, file, _)| file).collect();
    for (channels, is_progressive) in [(1, false), (3, false), (3, true)] {
        files.push(foreign::jpeg(channels, is_progressive));
    }
    files.extend([foreign::webp(3), foreign::webp(4)]);
    let mut runner = TestRunner::deterministic();
    let any = png::any_png(20);
    for _ in 0..12 {
        files.push(
            proptest::strategy::Strategy::new_tree(&any, &mut runner).unwrap().current().bytes(),
        );
    }
    files.push(b"P6\n2 2\n255\n123456789abc".to_vec());
    files.push(b"P2 3 2\n9\n1 2 3\n4 5 6\n".to_vec());
    files.push(b"P7\nWIDTH 2\nHEIGHT 2\nDEPTH 2\nMAXVAL 255\nENDHDR\n12345678".to_vec());
    files.push(b"Pf\n2 1\n-1\n12345678".to_vec());
    files.push([maps::npy(1, '<', "f8", "False", "(2, 2, 1)"), vec![1; 32]].concat());
    files
}

#[test]
fn the_corpus_is_valid() {
    for file in corpus() {
        read(&file).unwrap();
    }
}

#[test]
fn every_truncation_is_survived() {
    for file in corpus() {
        let step = file.len().div_ceil(600);
        for len in (0..file.len().min(300)).chain((300..file.len()).step_by(step)) {
            survive(&file[..len]);
        }
    }
}

#[test]
fn changed_bytes_are_survived() {
    for file in corpus() {
        let step = file.len().div_ceil(400);
        for position in (0..file.len().min(120)).chain((120..file.len()).step_by(step)) {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut file = file.clone();
                file[position] = value;
                survive(&file);
                let end = file.len().min(position + 4);
                file[position..end].fill(value);
                survive(&file);
            }
        }
    }
}

#[test]
fn a_cut_file_is_never_read_as_a_whole_one() {
    for file in corpus() {
        let source = build::open(&file).unwrap();
        // What follows the pixels of these may be missing, or is what tells the format.
        let end = match source.metadata().format.name() {
            "tga" | "ico" | "gif" | "openexr" => continue,
            _ => file.len(),
        };
        drop(source);
        for len in [end / 2, end - end / 4, end - end / 8] {
            let whole = build::open(&file[..len]).and_then(|source: std::sync::Arc<dyn Source>| {
                build::try_pixels(&*source, &source.spec().region())
            });
            assert!(whole.is_err(), "{len} of {}: {:?}", file.len(), &file[..8]);
        }
    }
}
