//! Tiles as PNG.

use png::{BitDepth, ColorType, Compression, Encoder};
use raster::{Depth, Spec, View};

use crate::Error;

/// Refuses tiles that are no PNG.
pub(super) fn check(tile: &Spec) -> Result<(), Error> {
    if matches!(tile.depth, Depth::U8 | Depth::U16) && (1..=4).contains(&tile.channels) {
        return Ok(());
    }
    Err(Error::InvalidArgument(format!(
        "PNG takes 1 to 4 channels of uint8 or uint16, but the image has {} of {}",
        tile.channels, tile.depth
    )))
}

/// Bytes that encoding such a tile takes, with the file.
pub(super) const fn bytes(tile: &Spec) -> u64 {
    // The samples in the order of the file, a filtered copy, and what that packs into.
    (1 << 20) + 4 * tile.bytes()
}

/// Appends pixels as a PNG. `samples` is scratch.
pub(super) fn encode(
    pixels: &View<'_>,
    samples: &mut Vec<u8>,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let is_wide = pixels.depth() == Depth::U16;
    samples.clear();
    for y in 0..pixels.height() {
        if is_wide {
            samples.extend(pixels.row::<u16>(y).iter().flat_map(|sample| sample.to_be_bytes()));
        } else {
            samples.extend_from_slice(pixels.row_bytes(y));
        }
    }
    // Sides of tiles have been checked.
    let mut encoder = Encoder::new(out, pixels.width() as u32, pixels.height() as u32);
    encoder.set_color(match pixels.channels() {
        1 => ColorType::Grayscale,
        2 => ColorType::GrayscaleAlpha,
        3 => ColorType::Rgb,
        _ => ColorType::Rgba,
    });
    encoder.set_depth(if is_wide { BitDepth::Sixteen } else { BitDepth::Eight });
    encoder.set_compression(Compression::Fast);
    let written = encoder.write_header().and_then(|mut writer| {
        writer.write_image_data(samples)?;
        writer.finish()
    });
    written.map_err(|error| Error::Unsupported(format!("PNG cannot pack a tile: {error}")))
}
