//! Images to compute, and all of their pixels.

use std::sync::Arc;

use gigapx_pipeline::{Engine, Image, Options};
use raster::{Depth, Spec};
use store::{MemorySink, Sink};

/// Bytes that make plain numbers of every depth: no infinities or NaN in float32.
pub(crate) fn pixels(spec: &Spec, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    (0..spec.bytes())
        .map(|at| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let byte = (state >> 24) as u8;
            if spec.depth == Depth::F32 && at % 4 == 3 { byte & 0x3F } else { byte }
        })
        .collect()
}

/// The whole image.
pub(crate) fn buffer(engine: &Engine, image: &Image) -> Vec<u8> {
    let sink = Arc::new(MemorySink::new(*image.spec()).unwrap());
    engine.run(image, Arc::clone(&sink) as Arc<dyn Sink>, Options::default()).unwrap();
    // SAFETY: the job is over.
    unsafe { sink.take() }.unwrap().to_vec()
}
