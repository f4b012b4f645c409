//! Smaller copies in TIFF files of ours.

use std::{fs, path::Path};

use gigapx_store::{Compression, Durability, TiffChunks, TiffOptions, TiffPyramid, TiffVariant};
use proptest::prelude::*;
use raster::{Depth, Sample, Spec};
use tiff::tags::Tag;

use crate::write::{decoder, page, picture, write};

/// A page as it was read.
struct Page {
    spec: (u64, u64),
    pixels: Vec<u8>,
    offsets: Vec<u64>,
    sizes: Vec<u64>,
    is_copy: bool,
    directory: u64,
}

/// The page whose tags start at `directory`, read as the first one of a file.
fn page_at(file: &[u8], directory: u64, path: &Path) -> Page {
    let mut file = file.to_vec();
    if file[2] == 43 {
        file[8..16].copy_from_slice(&directory.to_ne_bytes());
    } else {
        file[4..8].copy_from_slice(&(directory as u32).to_ne_bytes());
    }
    fs::write(path, file).unwrap();
    let mut decoder = decoder(path);
    let (width, height) = decoder.dimensions().unwrap();
    let mut table = |tag| decoder.get_tag(tag).unwrap().into_u64_vec().unwrap();
    let (offsets, sizes) = (table(Tag::TileOffsets), table(Tag::TileByteCounts));
    let kind = decoder.find_tag(Tag::NewSubfileType).unwrap();
    Page {
        spec: (u64::from(width), u64::from(height)),
        pixels: page(&mut decoder),
        offsets,
        sizes,
        is_copy: kind.is_some_and(|kind| kind.into_u32().unwrap() == 1),
        directory,
    }
}

/// All pages, the largest first.
fn pages(path: &Path, layout: TiffPyramid) -> Vec<Page> {
    let file = fs::read(path).unwrap();
    let mut first = decoder(path);
    let mut directories = vec![first.ifd_pointer().unwrap().0];
    if layout == TiffPyramid::Ome {
        let text = first.get_tag_ascii_string(Tag::ImageDescription).unwrap();
        assert!(text.starts_with("<?xml") && text.contains("</OME>"));
        if let Some(copies) = first.find_tag(Tag::SubIfd).unwrap() {
            directories.extend(copies.into_u64_vec().unwrap());
        }
        assert!(!first.more_images());
    } else {
        while first.more_images() {
            first.next_image().unwrap();
            directories.push(first.ifd_pointer().unwrap().0);
        }
    }
    let other = path.with_extension("page");
    directories.into_iter().map(|directory| page_at(&file, directory, &other)).collect()
}

/// Half of an image, as it is defined.
fn half<T: Sample>(image: &[u8], spec: &Spec) -> Vec<u8> {
    let samples: &[T] = bytemuck::cast_slice(image);
    let (width, height, channels) =
        (spec.width as usize, spec.height as usize, spec.channels as usize);
    let mut out = Vec::new();
    for y in 0..height.div_ceil(2) {
        for x in 0..width.div_ceil(2) {
            for channel in 0..channels {
                let at = |dx: usize, dy: usize| {
                    let (x, y) = ((2 * x + dx).min(width - 1), (2 * y + dy).min(height - 1));
                    samples[(y * width + x) * channels + channel]
                };
                let mean = if T::DEPTH == Depth::F32 {
                    let column = |dx| at(dx, 0).to_f32() + at(dx, 1).to_f32();
                    T::from_f32((column(0) + column(1)) * 0.25)
                } else {
                    let column = |dx| at(dx, 0).to_f64() + at(dx, 1).to_f64();
                    T::from_f64((column(0) + column(1)) / 4.0)
                };
                out.extend_from_slice(bytemuck::bytes_of(&mean));
            }
        }
    }
    out
}

pub(crate) fn halved(image: &[u8], spec: &mut Spec) -> Vec<u8> {
    let mut aligned = raster::Buffer::zeroed(image.len());
    aligned.take(image.len()).copy_from_slice(image);
    let image = &aligned.bytes()[..image.len()];
    let half = match spec.depth {
        Depth::U8 => half::<u8>(image, spec),
        Depth::U16 => half::<u16>(image, spec),
        Depth::I16 => half::<i16>(image, spec),
        Depth::I32 => half::<i32>(image, spec),
        Depth::F32 => half::<f32>(image, spec),
    };
    (spec.width, spec.height) = (spec.width.div_ceil(2), spec.height.div_ceil(2));
    half
}

/// Bytes that are no NaN as floats: those differ in bits that nobody promised.
fn numbers(spec: &Spec, seed: u32) -> Vec<u8> {
    let mut image = picture(spec, seed);
    for byte in &mut image {
        *byte &= 0xbf;
    }
    image
}

/// Checks that small copies come before large ones and that next to nothing lies between.
fn check_order(file: u64, pages: &[Page]) -> Result<(), TestCaseError> {
    let last = |page: &Page| page.offsets.iter().copied().max().unwrap();
    let first = |page: &Page| page.offsets.iter().copied().min().unwrap();
    for pair in pages.windows(2) {
        prop_assert!(pair[0].directory < pair[1].directory);
        prop_assert!(last(&pair[1]) < first(&pair[0]), "a large copy before a small one");
    }
    let data = pages.iter().map(first).min().unwrap();
    prop_assert!(pages.iter().all(|page| page.directory < data));
    let stored: u64 = pages.iter().flat_map(|page| &page.sizes).map(|size| size + 1).sum();
    prop_assert!(file <= data + stored + 4096 * pages.len() as u64, "{file} bytes");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]
    #[test]
    fn copies_are_halves_of_one_another(
        (width, height) in (1u64..200, 1u64..200),
        channels in 1u32..6,
        depth in prop::sample::select(Depth::ALL.to_vec()),
        tile in (1u64..5, 1u64..5),
        layout in prop::sample::select(vec![TiffPyramid::Chain, TiffPyramid::Cog, TiffPyramid::Ome]),
        compression in prop::sample::select(vec![
            Compression::None, Compression::Deflate { level: 1 }, Compression::Zstd { level: 1 },
        ]),
        big: bool,
        seed: u32,
        threads in 1usize..5,
    ) {
        let mut spec = Spec::new(width, height, channels, depth).unwrap();
        let mut image = numbers(&spec, seed);
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.tif");
        let (width, height) = (tile.0 * 16, tile.1 * 16);
        let options = TiffOptions {
            chunks: TiffChunks::Tiles { width, height },
            compression,
            pyramid: Some(layout),
            variant: if big { TiffVariant::Big } else { TiffVariant::Auto },
            durability: Durability::None,
            ..TiffOptions::new(spec)
        };
        write(&path, options, &image, u64::from(seed), threads);
        let pages = pages(&path, layout);
        for (at, page) in pages.iter().enumerate() {
            prop_assert_eq!(page.spec, (spec.width, spec.height));
            prop_assert_eq!(page.is_copy, at > 0);
            prop_assert!(page.pixels == image, "page {} differs", at);
            let is_last = spec.width <= width && spec.height <= height;
            prop_assert_eq!(is_last, at + 1 == pages.len());
            image = halved(&image, &mut spec);
        }
        if layout == TiffPyramid::Cog {
            check_order(fs::metadata(&path).unwrap().len(), &pages)?;
        }
    }
}
