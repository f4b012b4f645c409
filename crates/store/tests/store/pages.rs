//! Files of several images: pages, and smaller versions of them.

use gigapx_store::{ByteOrder, Error, Selection};

use crate::build::{self, LONG, Tiff};

/// A directory of single values in 32-bit TIFF, the lowest byte first.
fn directory(entries: &[(u16, u32)], next: u32) -> Vec<u8> {
    let mut bytes = (entries.len() as u16).to_le_bytes().to_vec();
    for (tag, value) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(LONG.to_le_bytes());
        bytes.extend([1, *value].iter().flat_map(|word| word.to_le_bytes()));
    }
    bytes.extend(next.to_le_bytes());
    bytes
}

/// A square of `side` pixels of `value` whose directory lies at `at` and whose pixels lie behind it.
fn square(tiff: Tiff, at: u32, side: u32, value: u8, kind: u32, next: u32) -> Tiff {
    let pixels = at + 200;
    let entries =
        [(254, kind), (256, side), (257, side), (258, 8), (262, 1), (273, pixels), (278, side)];
    let data = vec![value; (side * side) as usize];
    tiff.at(at as usize, &directory(&entries, next)).at(pixels as usize, &data)
}

/// Page 0 of 20 pixels a side with a reduced version in the chain and two in a list, a mask, and page
/// 1 of 12 with a reduced version.
fn file() -> Vec<u8> {
    let first = Tiff::new(ByteOrder::Little, false, 20, 20, 8)
        .tag(273, LONG, &[600])
        .tag(330, LONG, &[6000, 7000, 8000])
        .at(600, &[1; 400])
        .next(2000);
    let file = square(first, 2000, 5, 2, 1, 3000);
    let file = square(file, 3000, 20, 9, 4, 4000);
    let file = square(file, 4000, 12, 3, 0, 5000);
    let file = square(file, 5000, 6, 4, 1, 0);
    let file = square(file, 6000, 3, 5, 1, 0);
    let file = square(file, 7000, 10, 6, 0, 0);
    file.bytes()
}

#[test]
fn pages_and_levels_are_found_and_read() {
    let file = file();
    let expected: [&[(u64, u8)]; 2] = [&[(20, 1), (10, 6), (5, 2), (3, 5)], &[(12, 3), (6, 4)]];
    for (page, levels) in expected.iter().enumerate() {
        for (level, &(side, value)) in levels.iter().enumerate() {
            let selection = Selection { page: page as u64, level: level as u64 };
            let source = build::open_selected(&file, selection).unwrap();
            assert_eq!((source.spec().width, source.spec().height), (side, side));
            assert!(build::image(&*source).iter().all(|&sample| sample == value));
            let metadata = source.metadata();
            assert_eq!(metadata.pages, 2);
            let sizes: Vec<u64> = levels.iter().map(|level| level.0).collect();
            assert_eq!(metadata.levels, sizes.iter().map(|&side| (side, side)).collect::<Vec<_>>());
        }
        let beyond = Selection { page: page as u64, level: levels.len() as u64 };
        let error = build::open_selected(&file, beyond).err().unwrap();
        assert!(matches!(&error, Error::InvalidArgument(text) if text.contains("a level below")));
    }
    let error = build::open_selected(&file, Selection { page: 2, level: 0 }).err().unwrap();
    assert!(matches!(&error, Error::InvalidArgument(text) if text.contains("a page below 2")));
}

#[test]
fn a_level_that_is_broken_is_nobody_elses_fault() {
    let base =
        Tiff::new(ByteOrder::Little, false, 4, 4, 8).tag(273, LONG, &[600]).at(600, &[1; 16]);
    for list in [&[0u64][..], &[8], &[u64::from(u32::MAX)], &[590, 8, 7]] {
        let source = base.clone().tag(330, LONG, list).open().unwrap();
        assert_eq!(build::image(&*source), [1; 16]);
        assert_eq!(source.metadata().levels[0], (4, 4));
    }
    // A level that lists itself is no loop: lists are not followed further.
    let file = base.tag(330, LONG, &[8]);
    let level = build::open_selected(&file.bytes(), Selection { page: 0, level: 1 }).unwrap();
    assert_eq!(level.metadata().levels.len(), 2);
}
