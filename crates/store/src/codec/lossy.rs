//! Codecs of pictures, which take 8-bit samples as gray or colour.

use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder, SamplingFactor};
use raster::{Depth, Spec};
use webp::{PixelLayout, WebPConfig};

use crate::Error;

/// Columns and rows of a JPEG at most.
pub(crate) const JPEG_SIDE: u64 = 65_535;
/// Columns and rows of a WebP at most.
pub(crate) const WEBP_SIDE: u64 = 16_383;

/// How hard a WebP that loses nothing is tried to be small, from 0 to 100: little is gained by more.
const LOSSLESS_EFFORT: f32 = 25.0;
/// And in how many ways, from 0 to 6.
const LOSSLESS_METHOD: i32 = 2;

/// Refuses chunks that are no JPEG.
pub(super) fn check_jpeg(chunk: &Spec, quality: u8) -> Result<(), Error> {
    check(chunk, "JPEG", &[1, 3], JPEG_SIDE)?;
    check_quality("JPEG", quality)
}

/// Refuses chunks that are no WebP.
pub(super) fn check_webp(chunk: &Spec, quality: Option<u8>) -> Result<(), Error> {
    check(chunk, "WebP", &[3, 4], WEBP_SIDE)?;
    quality.map_or(Ok(()), |quality| check_quality("WebP", quality))
}

fn check(chunk: &Spec, name: &str, channels: &[u32], side: u64) -> Result<(), Error> {
    if chunk.depth != Depth::U8 || !channels.contains(&chunk.channels) {
        let [one, other] = [channels[0], channels[1]];
        return Err(Error::InvalidArgument(format!(
            "{name} compression takes {one} or {other} channels of uint8, but the image has {} of {}",
            chunk.channels, chunk.depth
        )));
    }
    if chunk.width.max(chunk.height) > side {
        return Err(Error::InvalidArgument(format!(
            "{name} compression takes chunks with sides of up to {side}, not {} x {}",
            chunk.width, chunk.height
        )));
    }
    Ok(())
}

fn check_quality(name: &str, quality: u8) -> Result<(), Error> {
    if (1..=100).contains(&quality) {
        return Ok(());
    }
    let message = format!("expected a quality from 1 to 100 for {name} but received {quality}");
    Err(Error::InvalidArgument(message))
}

/// Appends a chunk as a JPEG of its own: gray, or luminance and chrominance. With `restart`, coding
/// starts anew after so many blocks of all components.
pub(crate) fn jpeg(
    chunk: &[u8],
    spec: &Spec,
    (quality, is_subsampled): (u8, bool),
    restart: Option<u16>,
    out: &mut Vec<u8>,
) -> Result<(), String> {
    let mut encoder = Encoder::new(out, quality);
    encoder.set_restart_interval(restart.unwrap_or(0));
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    encoder.set_sampling_factor(if is_subsampled {
        SamplingFactor::R_4_2_0
    } else {
        SamplingFactor::R_4_4_4
    });
    let color = if spec.channels == 1 { ColorType::Luma } else { ColorType::Rgb };
    // Sides have been checked.
    let (width, height) = (spec.width as u16, spec.height as u16);
    encoder.encode(chunk, width, height, color).map_err(|error| error.to_string())
}

/// Appends a chunk as a WebP; without a quality no sample changes.
pub(crate) fn webp(
    chunk: &[u8],
    spec: &Spec,
    quality: Option<u8>,
    out: &mut Vec<u8>,
) -> Result<(), String> {
    let layout = if spec.channels == 4 { PixelLayout::Rgba } else { PixelLayout::Rgb };
    let mut config = WebPConfig::new().map_err(|()| "no configuration".to_owned())?;
    if let Some(quality) = quality {
        config.quality = f32::from(quality);
    } else {
        config.lossless = 1;
        config.quality = LOSSLESS_EFFORT;
        config.method = LOSSLESS_METHOD;
        // Colours below transparent pixels are samples too.
        config.exact = 1;
    }
    // Sides have been checked.
    let encoder = webp::Encoder::new(chunk, layout, spec.width as u32, spec.height as u32);
    let packed = encoder.encode_advanced(&config).map_err(|error| format!("{error:?}"))?;
    out.extend_from_slice(&packed);
    Ok(())
}
