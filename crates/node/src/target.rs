//! The sink for what JavaScript wants written.

use std::sync::Arc;

use raster::Spec;
use store::{Destination, Error, JpegSink, PngSink, RawSink, Sink, TiffSink, WebpSink};

use crate::types::BindingTarget;

/// Starts to write an image of that shape.
pub(crate) fn create(
    target: &BindingTarget,
    destination: Destination,
    spec: Spec,
) -> Result<Arc<dyn Sink>, Error> {
    let durability = target.durability();
    Ok(match target.format.as_str() {
        "png" => Arc::new(PngSink::create(destination, target.png(spec))?),
        "jpeg" => Arc::new(JpegSink::create(destination, target.jpeg(spec))?),
        "webp" => Arc::new(WebpSink::create(destination, target.webp(spec))?),
        "pnm" => Arc::new(RawSink::pnm(destination, spec, durability)?),
        "pfm" => Arc::new(RawSink::pfm(destination, spec, durability)?),
        "npy" => Arc::new(RawSink::npy(destination, spec, durability)?),
        "raw" => Arc::new(RawSink::create(destination, spec, durability)?),
        _ => Arc::new(TiffSink::create(destination, target.tiff(spec))?),
    })
}
