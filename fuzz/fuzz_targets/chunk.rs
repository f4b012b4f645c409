//! Anything as what is stored of a strip.

#![no_main]

use std::sync::Arc;

use gigapx_raster::{Buffer, ViewMut};
use gigapx_store::{Bytes, Selection, open_bytes};
use libfuzzer_sys::fuzz_target;

const SCHEMES: [u16; 10] = [1, 2, 3, 4, 5, 7, 8, 32_773, 50_000, 50_001];
const BITS: [u16; 6] = [1, 4, 8, 12, 16, 32];

fuzz_target!(|data: &[u8]| {
    let [scheme, bits, samples, options, width, height, stored @ ..] = data else { return };
    let scheme = SCHEMES[usize::from(*scheme) % SCHEMES.len()];
    let bits = BITS[usize::from(*bits) % BITS.len()];
    let samples = u16::from(samples % 4 + 1);
    let (width, height) = (u16::from(*width) + 1, u16::from(*height) + 1);
    let float = options & 1 == 1 && bits >= 16;
    let entries: [(u16, u16, u32); 13] = [
        (256, 3, width.into()),
        (257, 3, height.into()),
        (258, 3, bits.into()),
        (259, 3, scheme.into()),
        (262, 3, if scheme == 7 && options & 2 > 0 { 6 } else { u32::from(options >> 1 & 1) }),
        (266, 3, u32::from(options >> 2 & 1) + 1),
        (273, 4, 400),
        (277, 3, samples.into()),
        (278, 3, height.into()),
        (279, 4, stored.len() as u32),
        (292, 4, u32::from(options >> 3 & 1)),
        (317, 3, if float { 3 } else { u32::from(options >> 4 & 1) + 1 }),
        (339, 3, if float { 3 } else { u32::from(options >> 5 & 1) + 1 }),
    ];
    let mut file = if options >> 6 & 1 == 1 { b"MM\0*".to_vec() } else { b"II*\0".to_vec() };
    let is_big = file[0] == b'M';
    let put = |file: &mut Vec<u8>, value: u32, size: usize| {
        let big = value.to_be_bytes();
        let little = value.to_le_bytes();
        file.extend(if is_big { &big[4 - size..] } else { &little[..size] });
    };
    put(&mut file, 8, 4);
    put(&mut file, entries.len() as u32, 2);
    for (tag, kind, value) in entries {
        put(&mut file, tag.into(), 2);
        put(&mut file, kind.into(), 2);
        put(&mut file, 1, 4);
        put(&mut file, value, if kind == 3 { 2 } else { 4 });
        file.resize(file.len().next_multiple_of(2), 0);
        if kind == 3 {
            file.extend([0, 0]);
        }
    }
    file.resize(400, 0);
    file.extend(stored);
    let bytes = Bytes::from_memory(Arc::new(file));
    let Ok(source) = open_bytes(bytes, Selection::default()) else { return };
    let spec = *source.spec();
    let mut buffer = Buffer::new();
    let pixels = buffer.take(spec.bytes() as usize);
    let mut out =
        ViewMut::new(pixels, spec.width as usize, spec.height as usize, &spec).unwrap();
    let _ = source.read(&spec.region(), &mut out);
});
