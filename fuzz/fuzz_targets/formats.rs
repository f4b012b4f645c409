//! Anything behind what makes a format known.

#![no_main]

use std::sync::Arc;

use gigapx_raster::{Buffer, Region, ViewMut};
use gigapx_store::{Bytes, Selection, open_bytes};
use libfuzzer_sys::fuzz_target;

const STARTS: [&[u8]; 18] = [
    b"\xff\xd8\xff",
    b"RIFF\0\x10\0\0WEBPVP8 ",
    b"RIFF\0\x10\0\0WEBPVP8L",
    b"RIFF\0\x10\0\0WEBPVP8X",
    b"\x93NUMPY\x01\0",
    b"P1 ",
    b"P2 ",
    b"P5 ",
    b"P7\n",
    b"Pf ",
    b"BM",
    b"GIF89a",
    b"\0\0\x01\0",
    b"qoif",
    b"#?RADIANCE\n",
    b"v/1\x01",
    b"farbfeld",
    b"DDS ",
];

fuzz_target!(|data: &[u8]| {
    let [which, rest @ ..] = data else { return };
    let file = match STARTS.get(usize::from(*which)) {
        Some(start) => [start, rest].concat(),
        None => [rest, b"TRUEVISION-XFILE.\0"].concat(),
    };
    let Ok(source) = open_bytes(Bytes::from_memory(Arc::new(file)), Selection::default()) else { return };
    let spec = *source.spec();
    let chunk = source.chunks().map_or(0, |chunks| chunks.bytes + chunks.scratch);
    if chunk > 16 << 20 || spec.pixel_bytes() > 4096 {
        return;
    }
    let (width, height) = (spec.width.min(40), spec.height.min(40));
    let mut buffer = Buffer::new();
    let pixels = buffer.take((width * height * spec.pixel_bytes()) as usize);
    let mut out = ViewMut::new(pixels, width as usize, height as usize, &spec).unwrap();
    let region = Region::new(spec.width - width, spec.height - height, width, height);
    let _ = source.read(&region, &mut out);
});
