//! Checks of the shapes that operations are bound to.

use raster::Spec;

use crate::ParameterError;

/// The one input.
pub(super) fn one(inputs: &[Spec]) -> Result<&Spec, ParameterError> {
    exactly::<1>(inputs).map(|[input]| input)
}

/// So many inputs.
pub(super) fn exactly<const N: usize>(inputs: &[Spec]) -> Result<&[Spec; N], ParameterError> {
    let images = if N == 1 { "image" } else { "images" };
    let error = || ParameterError::new("inputs", format!("{N} {images}"), inputs.len());
    inputs.try_into().map_err(|_| error())
}

/// The channels of two images together, one of which may have a single channel that stands for all.
/// `parameter` is the second.
pub(super) fn channels(
    parameter: &'static str,
    first: &Spec,
    second: &Spec,
) -> Result<u32, ParameterError> {
    same_size(parameter, first, second)?;
    let (a, b) = (first.channels, second.channels);
    if a == b || a == 1 || b == 1 {
        return Ok(a.max(b));
    }
    let expected = format!("an image of {a} channels or 1");
    Err(ParameterError::new(parameter, expected, format!("{b}")))
}

/// That an image has the width and height of another.
pub(super) fn same_size(
    parameter: &'static str,
    first: &Spec,
    image: &Spec,
) -> Result<(), ParameterError> {
    if (first.width, first.height) == (image.width, image.height) {
        return Ok(());
    }
    let expected = format!("an image of {} x {} pixels", first.width, first.height);
    let received = format!("{} x {}", image.width, image.height);
    Err(ParameterError::new(parameter, expected, received))
}

/// That an image has the depth of another.
pub(super) fn same_depth(
    parameter: &'static str,
    first: &Spec,
    image: &Spec,
) -> Result<(), ParameterError> {
    if first.depth == image.depth {
        return Ok(());
    }
    let expected = format!("an image of {} (see cast)", first.depth);
    Err(ParameterError::new(parameter, expected, image.depth))
}
