//! Anything as the compressed rows of a PNG.

#![no_main]

use std::sync::Arc;

use gigapx_raster::{Buffer, ViewMut};
use gigapx_store::{Bytes, Selection, open_bytes};
use libfuzzer_sys::fuzz_target;

const KINDS: [(u8, u8); 15] = [
    (0, 1),
    (0, 2),
    (0, 4),
    (0, 8),
    (0, 16),
    (2, 8),
    (2, 16),
    (3, 1),
    (3, 2),
    (3, 4),
    (3, 8),
    (4, 8),
    (4, 16),
    (6, 8),
    (6, 16),
];

fn put(file: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    file.extend((data.len() as u32).to_be_bytes());
    let start = file.len();
    file.extend(name);
    file.extend(data);
    let crc = crc32fast::hash(&file[start..]);
    file.extend(crc.to_be_bytes());
}

fuzz_target!(|data: &[u8]| {
    let [kind, options, width, height, rest @ ..] = data else { return };
    let (color, bits) = KINDS[usize::from(*kind) % KINDS.len()];
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let side = |byte: u8| (u32::from(byte) + 1).to_be_bytes();
    let end = [bits, color, 0, 0, options & 1];
    put(&mut file, b"IHDR", &[&side(*width)[..], &side(*height), &end].concat());
    let split = rest.len().min(if color == 3 { 3 << bits } else { 0 });
    let (palette, rows) = rest.split_at(split);
    if color == 3 {
        put(&mut file, b"PLTE", palette);
    }
    if options & 2 > 0 {
        put(&mut file, b"tRNS", &rest[..rest.len().min(usize::from(options >> 2))]);
    }
    rows.chunks(100).for_each(|part| put(&mut file, b"IDAT", part));
    put(&mut file, b"IEND", &[]);
    let Ok(source) = open_bytes(Bytes::from_memory(Arc::new(file)), Selection::default()) else { return };
    let spec = *source.spec();
    let mut buffer = Buffer::new();
    let pixels = buffer.take(spec.bytes() as usize);
    let mut out = ViewMut::new(pixels, spec.width as usize, spec.height as usize, &spec).unwrap();
    let _ = source.read(&spec.region(), &mut out);
});
