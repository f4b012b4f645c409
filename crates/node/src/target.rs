//! The sink for what JavaScript wants written.

use std::sync::Arc;

use pipeline::Image;
use store::{
    DeepZoomSink, Destination, Error, JpegSink, PngSink, RawSink, Sink, TiffSink, WebpSink,
};

use crate::types::BindingTarget;

/// Starts to write an image.
pub(crate) fn create(
    target: &BindingTarget,
    destination: Destination,
    image: &Image,
) -> Result<Arc<dyn Sink>, Error> {
    let (spec, durability) = (*image.spec(), target.durability());
    if let Some(zoom) = &target.deep_zoom {
        return Ok(Arc::new(DeepZoomSink::create(&target.path, target.deep_zoom(zoom, spec))?));
    }
    Ok(match target.format.as_str() {
        "png" => Arc::new(PngSink::create(destination, target.png(spec))?),
        "jpeg" => Arc::new(JpegSink::create(destination, target.jpeg(spec))?),
        "webp" => Arc::new(WebpSink::create(destination, target.webp(spec))?),
        "pnm" => Arc::new(RawSink::pnm(destination, spec, durability)?),
        "pfm" => Arc::new(RawSink::pfm(destination, spec, durability)?),
        "npy" => Arc::new(RawSink::npy(destination, spec, durability)?),
        "raw" => Arc::new(RawSink::create(destination, spec, durability)?),
        _ => {
            let tags = image.described(&target.kept(), target.keeps_strictly, target.given())?;
            Arc::new(TiffSink::describing(destination, target.tiff(spec), &tags)?)
        }
    })
}
