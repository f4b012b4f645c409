//! Checks of what callers pass in.

use raster::{Region, Spec, View};

use crate::Error;

/// The spec, if it is an image. Its fields are public, so it may not have passed [`Spec::new`], and
/// everything here relies on products that cannot overflow.
pub(crate) fn valid(spec: Spec) -> Result<Spec, Error> {
    Spec::new(spec.width, spec.height, spec.channels, spec.depth)
        .map_err(|error| Error::InvalidArgument(error.to_string()))
}

/// Checks that a region is inside the image.
pub(crate) fn assert_inside(spec: &Spec, region: &Region) {
    assert!(spec.region().contains(region), "{region:?} is outside the image");
}

/// Checks that the pixels offered for a region are as many and of the kind that it takes.
pub(crate) fn assert_shape(spec: &Spec, region: &Region, pixels: &View<'_>) {
    assert_eq!(
        (region.width, region.height, spec.channels as usize, spec.depth),
        (pixels.width() as u64, pixels.height() as u64, pixels.channels(), pixels.depth()),
        "the pixels written have another shape than their region"
    );
}

/// The error for an image that a format does not take.
pub(crate) fn refuse(format: &str, takes: &str, spec: &Spec) -> Error {
    let Spec { channels, depth, .. } = spec;
    Error::InvalidArgument(format!(
        "{format} takes {takes}, but the image has {channels} of {depth}"
    ))
}
