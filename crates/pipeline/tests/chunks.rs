//! Sources that are decoded chunk by chunk: the same bytes, each chunk once, within the memory limit.

mod noise;

use std::path::Path;
use std::sync::Arc;

use filters::{GaussianBlur, Recipe};
use gigapx_pipeline::{Engine, Error, Image, Options};
use kernels::Isa;
use noise::{buffer, pixels};
use proptest::prelude::*;
use raster::{Depth, Spec};
use store::{
    Bytes, Durability, RawLayout, RawSink, Selection, Sink, Source, TiffChunks, TiffOptions,
    TiffSink, from_memory, open_bytes,
};

/// A TIFF file of uint8 samples whose chunks are runs of `PackBits`: tiles, or strips if they are as
/// wide as the image.
fn packed(image: &[u8], spec: &Spec, (width, height): (u64, u64)) -> Arc<dyn Source> {
    let pixel = spec.pixel_bytes();
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    let (mut chunks, mut data) = (Vec::new(), Vec::new());
    for top in (0..spec.height).step_by(height as usize) {
        for left in (0..spec.width).step_by(width as usize) {
            let start = data.len();
            for y in top..top + height {
                let at = |x: u64| ((y * spec.width + left + x) * pixel) as usize;
                let inside = if y < spec.height { width.min(spec.width - left) } else { 0 };
                let mut row = image[at(0).min(image.len())..at(inside).min(image.len())].to_vec();
                row.resize((width * pixel) as usize, 0);
                for part in row.chunks(128) {
                    data.push(part.len() as u8 - 1);
                    data.extend(part);
                }
            }
            chunks.push((start as u32, (data.len() - start) as u32));
        }
    }
    let channels = spec.channels;
    let count = chunks.len() as u32;
    let tables = 8 + 2 + 10 * 12 + 4;
    let values = tables + 8 * count + 2 * channels;
    let inline = |value: u32| if count == 1 { chunks[0].0 + values } else { value };
    let photometric = if channels == 3 { 2 } else { 1 };
    let tags = [
        (256, 4, 1, spec.width as u32),
        (257, 4, 1, spec.height as u32),
        (258, 3, 1, 8),
        (259, 3, 1, 32_773),
        (262, 3, 1, photometric),
        (277, 3, 1, channels),
        (322, 4, 1, width as u32),
        (323, 4, 1, height as u32),
        (324, 4, count, inline(tables)),
        (325, 4, count, if count == 1 { chunks[0].1 } else { tables + 4 * count }),
    ];
    file.extend(10u16.to_le_bytes());
    for (tag, kind, count, value) in tags {
        file.extend([tag as u16, kind as u16].iter().flat_map(|word| word.to_le_bytes()));
        file.extend([count, value].iter().flat_map(|word| word.to_le_bytes()));
    }
    file.extend(0u32.to_le_bytes());
    file.extend(chunks.iter().flat_map(|(start, _)| (start + values).to_le_bytes()));
    file.extend(chunks.iter().flat_map(|(_, len)| len.to_le_bytes()));
    file.resize(values as usize, 0);
    file.extend(data);
    open_bytes(Bytes::from_memory(Arc::new(file)), Selection::default()).unwrap()
}

fn blurred(source: &Arc<dyn Source>, sigma: f64) -> Image {
    let image = Image::new(Arc::clone(source));
    let filter = GaussianBlur { sigma: (sigma, sigma), ..Default::default() };
    image.filter(filter.bind(image.spec(), Isa::best()).unwrap())
}

fn plain(image: &[u8], spec: Spec) -> Arc<dyn Source> {
    from_memory(Arc::new(image.to_vec()), RawLayout::dense(spec)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn chunks_never_change_a_byte(
        size in (1u64..300, 1u64..300),
        channels in 1u32..4,
        chunk in (1u64..90, 1u64..90),
        is_strips: bool,
        sigma in 0.5f64..5.0,
        threads in 1usize..5,
        limit in 1u64..64,
        seed: u64,
    ) {
        let spec = Spec::new(size.0, size.1, channels, Depth::U8).unwrap();
        let image = pixels(&spec, seed);
        let chunk = if is_strips { (size.0, chunk.1) } else { chunk };
        let source = packed(&image, &spec, chunk);
        let engine = Engine::new(threads);
        let expected = buffer(&engine, &blurred(&plain(&image, spec), sigma));
        prop_assert!(buffer(&engine, &blurred(&source, sigma)) == expected);
        // As little memory as will do, and some more.
        engine.set_memory_limit(1);
        let sink = || Arc::new(store::MemorySink::new(spec).unwrap());
        let refused = engine.run(&blurred(&source, sigma), sink(), Options::default());
        let Err(Error::MemoryLimit { needed, .. }) = refused else { panic!("{refused:?}") };
        engine.set_memory_limit(needed * limit.max(8) / 8);
        prop_assert!(buffer(&engine, &blurred(&source, sigma)) == expected);
        prop_assert_eq!(source.held(), 0);
    }
}

/// Runs a job into each kind of sink, and tells how many chunks were decoded and the most bytes held.
fn decoded(source: &Arc<dyn Source>, limit: u64, threads: usize, folder: &Path) -> Vec<(u64, u64)> {
    let image = blurred(source, 2.0);
    let spec = *image.spec();
    let raw = || RawSink::create(folder.join("a.raw"), spec, Durability::None).unwrap();
    let tiled = || {
        let options = TiffOptions {
            chunks: TiffChunks::Tiles { width: 128, height: 128 },
            durability: Durability::None,
            ..TiffOptions::new(spec)
        };
        TiffSink::create(folder.join("a.tif"), options).unwrap()
    };
    let sinks: [Arc<dyn Sink>; 3] =
        [Arc::new(store::MemorySink::new(spec).unwrap()), Arc::new(raw()), Arc::new(tiled())];
    let run = |sink: Arc<dyn Sink>| {
        let engine = Engine::new(threads);
        engine.set_memory_limit(limit);
        let before = source.decoded();
        engine.run(&image, sink, Options::default()).unwrap();
        assert_eq!(source.held(), 0, "nothing is kept when the job is over");
        (source.decoded() - before, engine.counters().peak)
    };
    sinks.into_iter().map(run).collect()
}

#[test]
fn each_chunk_is_decoded_once_if_memory_allows() {
    let spec = Spec::new(2000, 3000, 3, Depth::U8).unwrap();
    let image = pixels(&spec, 5);
    let folder = tempfile::tempdir().unwrap();
    for chunk in [(128, 128), (256, 64), (100, 300), (2000, 16), (2000, 1), (2000, 1500)] {
        let source = packed(&image, &spec, chunk);
        let chunks = spec.region().cells(chunk.0, chunk.1).count() as u64;
        for threads in [1, 2, 5] {
            for (count, peak) in decoded(&source, 256 << 20, threads, folder.path()) {
                // A thread that the system holds up finds that others have gone on.
                let most = if threads == 1 { chunks } else { 2 * chunks };
                assert!(count <= most, "{count} of {chunks}, {chunk:?} on {threads} threads");
                assert!(peak <= 256 << 20);
            }
        }
    }
}

#[test]
fn the_limit_holds_and_little_is_decoded_again() {
    let spec = Spec::new(4000, 6000, 1, Depth::U8).unwrap();
    let image = pixels(&spec, 6);
    let folder = tempfile::tempdir().unwrap();
    for (chunk, limit) in [((128, 128), 2 << 20), ((256, 256), 4 << 20), ((4000, 16), 4 << 20)] {
        let source = packed(&image, &spec, chunk);
        let chunks = spec.region().cells(chunk.0, chunk.1).count() as u64;
        for (count, peak) in decoded(&source, limit, 2, folder.path()) {
            assert!(peak <= limit, "{peak} of {limit} bytes for {chunk:?}");
            assert!(count <= 2 * chunks, "{count} of {chunks} for {chunk:?}");
        }
    }
}

#[test]
fn a_chunk_larger_than_the_limit_is_refused_with_advice() {
    let spec = Spec::new(3000, 2000, 1, Depth::U8).unwrap();
    let source = packed(&pixels(&spec, 7), &spec, (3000, 2000));
    assert_eq!(source.metadata().access, "whole");
    let engine = Engine::new(2);
    engine.set_memory_limit(4 << 20);
    let sink = Arc::new(store::MemorySink::new(spec).unwrap());
    let error = engine.run(&blurred(&source, 1.0), sink, Options::default()).unwrap_err();
    let Error::MemoryLimit { needed, chunk, .. } = &error else { panic!("{error}") };
    assert!(*needed > 6_000_000);
    assert_eq!(*chunk, Some((3000, 2000)));
    assert!(error.to_string().contains("store it in tiles"), "{error}");
    assert_eq!(source.decoded(), 0);
}

#[test]
fn tiles_share_chunks() {
    let spec = Spec::new(1000, 1000, 1, Depth::U8).unwrap();
    let image = pixels(&spec, 8);
    let source = packed(&image, &spec, (100, 100));
    let engine = Engine::new(2);
    let tiles =
        engine.tiles(&blurred(&source, 1.0), (100, 100), Options::default(), |_| ()).unwrap();
    for _ in 0..100 {
        let (sender, receiver) = std::sync::mpsc::channel();
        tiles.next(move |tile| sender.send(tile.unwrap().is_some()).unwrap());
        assert!(receiver.recv().unwrap());
    }
    assert_eq!(source.decoded(), 100);
}
