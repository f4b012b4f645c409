//! WebP, lossless and lossy.

use std::io::Cursor;

use image_webp::WebPDecoder;

use super::Shape;

/// Decodes a WebP image of the chunk's width into RGB or RGBA.
pub(super) fn decode(chunk: &[u8], out: &mut [u8], shape: &Shape) -> Result<usize, String> {
    let mut decoder = WebPDecoder::new(Cursor::new(chunk)).map_err(|error| error.to_string())?;
    let (width, height) = decoder.dimensions();
    let samples = if decoder.has_alpha() { 4 } else { 3 };
    let (width, height) = (width as usize, height as usize);
    let rows = out.len() / shape.row;
    if width != shape.width || height > rows || decoder.is_animated() {
        return Err(format!(
            "an image of {width} x {height} pixels in a chunk of {} x {rows}",
            shape.width
        ));
    }
    // Animations apart, the largest image has 2^28 pixels, so that this fits.
    let len = width * height * samples;
    match (samples, shape.samples) {
        (3, 3) | (4, 4) => {
            decoder.read_image(&mut out[..len]).map_err(|error| error.to_string())?;
        }
        // An opaque tile of an image with alpha.
        (3, 4) => {
            let mut colours = vec![0; len];
            decoder.read_image(&mut colours).map_err(|error| error.to_string())?;
            let pixels = out.as_chunks_mut::<4>().0.iter_mut();
            for (pixel, colour) in pixels.zip(colours.as_chunks::<3>().0) {
                *pixel = [colour[0], colour[1], colour[2], u8::MAX];
            }
        }
        (4, 3) => {
            let mut pixels = vec![0; len];
            decoder.read_image(&mut pixels).map_err(|error| error.to_string())?;
            let colours = out.as_chunks_mut::<3>().0.iter_mut();
            for (colour, pixel) in colours.zip(pixels.as_chunks::<4>().0) {
                colour.copy_from_slice(&pixel[..3]);
            }
        }
        (_, wanted) => return Err(format!("{samples} samples a pixel instead of {wanted}")),
    }
    Ok(height * shape.row)
}

#[cfg(test)]
mod tests {
    use image_webp::{ColorType, WebPEncoder};

    use super::*;

    fn encoded(pixels: &[u8], samples: usize) -> Vec<u8> {
        let mut chunk = Vec::new();
        let color = if samples == 4 { ColorType::Rgba8 } else { ColorType::Rgb8 };
        WebPEncoder::new(&mut chunk).encode(pixels, 5, 4, color).unwrap();
        chunk
    }

    #[test]
    fn alpha_is_added_or_left_out_as_the_image_wants() {
        let pixels = |samples: usize| -> Vec<u8> {
            let sample = |i: usize| if i % samples == 3 { 7 } else { (i / samples * 9) as u8 };
            (0..20 * samples).map(sample).collect()
        };
        for (stored, wanted) in [(3, 3), (4, 4), (3, 4), (4, 3)] {
            let chunk = encoded(&pixels(stored), stored);
            let shape = Shape { width: 5, row: 5 * wanted, samples: wanted };
            let mut out = vec![0; 20 * wanted];
            assert_eq!(decode(&chunk, &mut out, &shape), Ok(20 * wanted));
            let mut expected = pixels(wanted);
            if (stored, wanted) == (3, 4) {
                expected.iter_mut().skip(3).step_by(4).for_each(|alpha| *alpha = 255);
            }
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn images_of_other_sizes_are_refused() {
        let chunk = encoded(&[1; 60], 3);
        for (width, height) in [(4, 4), (6, 4), (5, 3)] {
            let shape = Shape { width, row: 3 * width, samples: 3 };
            let error = decode(&chunk, &mut vec![0; 3 * width * height], &shape).unwrap_err();
            assert!(error.contains("an image of 5 x 4 pixels"), "{error}");
        }
        let shape = Shape { width: 5, row: 15, samples: 3 };
        for len in 0..chunk.len() {
            let _ = decode(&chunk[..len], &mut [0; 60], &shape);
        }
    }
}
