//! Anything as an image file.

#![no_main]

use std::sync::Arc;

use gigapx_raster::{Buffer, Region, ViewMut};
use gigapx_store::{Bytes, Selection, open_bytes};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let bytes = Bytes::from_memory(Arc::new(data.to_vec()));
    let Ok(source) = open_bytes(bytes, Selection::default()) else { return };
    let spec = *source.spec();
    // What a chunk needs is told before it is decoded, and a job refuses more than its limit.
    let chunk = source.chunks().map_or(0, |chunks| chunks.bytes + chunks.scratch);
    if chunk > 16 << 20 || spec.pixel_bytes() > 4096 {
        return;
    }
    let (width, height) = (spec.width.min(40), spec.height.min(40));
    let corners = [(0, 0), (spec.width - width, spec.height - height)];
    for (left, top) in corners {
        // Some formats are decoded from the top on.
        if source.chunks().is_some_and(|it| it.is_sequential) && top * spec.row_bytes() > 4 << 20 {
            continue;
        }
        let mut buffer = Buffer::new();
        let pixels = buffer.take((width * height * spec.pixel_bytes()) as usize);
        let mut out = ViewMut::new(pixels, width as usize, height as usize, &spec).unwrap();
        let _ = source.read(&Region::new(left, top, width, height), &mut out);
    }
});
