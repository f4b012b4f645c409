//! Files of full size that take no room, because nothing is stored but headers and a corner.

use std::{fs::File, os::unix::fs::FileExt};

use gigapx_store::{Access, ByteOrder, open};
use raster::Region;

use crate::build::{self, LONG, LONG8, SHORT, Tiff};

/// A sparse file of 80,000 x 60,000 pixels, with `corner` as its last bytes.
fn giant(tiff: &Tiff, len: u64, corner: &[u8]) -> tempfile::NamedTempFile {
    let named = tempfile::NamedTempFile::new().unwrap();
    let file: &File = named.as_file();
    file.write_all_at(&tiff.bytes(), 0).unwrap();
    file.set_len(len).unwrap();
    file.write_all_at(corner, len - corner.len() as u64).unwrap();
    named
}

#[test]
fn giant_files_are_read_at_their_far_corner() {
    let base = || Tiff::new(ByteOrder::Little, true, 80_000, 60_000, 8);
    let bytes = 80_000 * 60_000;
    let one_strip = base().tag(273, LONG8, &[4096]).tag(279, LONG8, &[bytes]);
    let starts: Vec<u64> = (0..60).map(|i| 4096 + i * 80_000_000).collect();
    let strips = base().tag(273, LONG8, &starts).tag(278, LONG, &[1000]);
    let tile = 512 * 512;
    let count = 157 * 118;
    let starts: Vec<u64> = (0..count).map(|i| (1 << 20) + i * tile).collect();
    let tiles = base()
        .tag(322, SHORT, &[512])
        .tag(323, SHORT, &[512])
        .tag(324, LONG8, &starts)
        .tag(325, LONG, &vec![tile; starts.len()]);

    let corner = Region::new(80_000 - 100, 60_000 - 3, 100, 3);
    for access in [Access::Auto, Access::Pread] {
        for strips in [&one_strip, &strips] {
            let file = giant(strips, 4096 + bytes, &[5; 50]);
            let source = open(file.path(), access).unwrap();
            let read = build::pixels(&*source, &corner);
            assert!(read[..250].iter().all(|&byte| byte == 0));
            assert!(read[250..].iter().all(|&byte| byte == 5));
            assert_eq!(source.view(&source.spec().region()).is_some(), access == Access::Auto);
        }
        // The last tile's last row in the image is its 96th; the image ends at its 128th column.
        let file = giant(&tiles, (1 << 20) + count * tile, &[0]);
        let last = (1 << 20) + (count - 1) * tile;
        file.as_file().write_all_at(&[9; 10], last + 95 * 512 + 118).unwrap();
        let source = open(file.path(), access).unwrap();
        let read = build::pixels(&*source, &corner);
        assert!(read[290..].iter().all(|&byte| byte == 9));
        assert!(read[..290].iter().all(|&byte| byte == 0));
        assert_eq!(source.metadata().tile, Some((512, 512)));
    }
}
