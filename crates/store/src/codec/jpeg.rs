//! JPEG, with tables that all chunks of a file may share.

use std::io::Cursor;
use std::sync::Arc;

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::Shape;

/// How the JPEG streams of a file are read.
#[derive(Clone, Debug)]
pub(crate) struct Jpeg {
    /// Quantisation and Huffman tables: a stream without an image.
    pub(crate) tables: Option<Arc<[u8]>>,
    /// Whether colours are stored as luma and chroma, to be turned into RGB.
    pub(crate) is_luma_chroma: bool,
}

/// Starts a stream, and ends it.
const START: [u8; 2] = [0xff, 0xd8];
const END: [u8; 2] = [0xff, 0xd9];

impl Jpeg {
    pub(super) fn decode(
        &self,
        chunk: &[u8],
        out: &mut [u8],
        shape: &Shape,
    ) -> Result<usize, String> {
        match &self.tables {
            None => self.decode_stream(chunk, out, shape),
            Some(tables) => {
                let tables = tables.strip_suffix(&END).unwrap_or(tables);
                let image = chunk.strip_prefix(&START).ok_or("the stream has no start")?;
                self.decode_stream(&[tables, image].concat(), out, shape)
            }
        }
    }

    fn decode_stream(&self, stream: &[u8], out: &mut [u8], shape: &Shape) -> Result<usize, String> {
        let rows = out.len() / shape.row;
        // The decoder refuses larger images before it allocates for them.
        let options = DecoderOptions::default().set_max_width(shape.width).set_max_height(rows);
        let mut decoder = JpegDecoder::new_with_options(Cursor::new(stream), options);
        let failed = |error: &dyn std::fmt::Display| error.to_string();
        decoder.decode_headers().map_err(|error| failed(&error))?;
        let stored = decoder.input_colorspace().ok_or("the stream has no image")?;
        let wanted = match (stored, self.is_luma_chroma) {
            (ColorSpace::YCbCr, true) => ColorSpace::RGB,
            _ => stored,
        };
        decoder.set_options(options.jpeg_set_out_colorspace(wanted));
        let (width, height) = decoder
            .info()
            .map(|info| (usize::from(info.width), usize::from(info.height)))
            .ok_or("the stream has no image")?;
        if width != shape.width || height > rows {
            return Err(format!(
                "an image of {width} x {height} pixels in a chunk of {} x {rows}",
                shape.width
            ));
        }
        let len = height * shape.row;
        let size = decoder.output_buffer_size();
        if size != Some(len) {
            let samples = size.unwrap_or(0) / (width * height).max(1);
            return Err(format!("{samples} samples a pixel instead of {}", shape.samples));
        }
        decoder.decode_into(&mut out[..len]).map_err(|error| failed(&error))?;
        Ok(len)
    }
}

#[cfg(test)]
mod tests {
    use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

    use super::*;

    const SHAPE: Shape = Shape { width: 32, row: 96, samples: 3 };

    fn pixels() -> Vec<u8> {
        (0..32 * 16)
            .flat_map(|i| [i % 32 * 8, 255 - i % 32 * 8, i / 32 * 9].map(|v| v as u8))
            .collect()
    }

    fn encoded(sampling: SamplingFactor) -> Vec<u8> {
        let mut stream = Vec::new();
        let mut encoder = Encoder::new(&mut stream, 95);
        encoder.set_sampling_factor(sampling);
        encoder.encode(&pixels(), 32, 16, ColorType::Rgb).unwrap();
        stream
    }

    fn decoded(
        stream: &[u8],
        tables: Option<&[u8]>,
        is_luma_chroma: bool,
    ) -> Result<Vec<u8>, String> {
        let jpeg = Jpeg { tables: tables.map(Arc::from), is_luma_chroma };
        let mut out = vec![0; 96 * 16];
        let len = jpeg.decode(stream, &mut out, &SHAPE)?;
        assert_eq!(len, out.len());
        Ok(out)
    }

    #[test]
    fn luma_and_chroma_become_colours_if_they_are_such() {
        for sampling in [SamplingFactor::F_1_1, SamplingFactor::F_2_1, SamplingFactor::F_2_2] {
            let stream = encoded(sampling);
            let rgb = decoded(&stream, None, true).unwrap();
            let apart = rgb.iter().zip(pixels()).map(|(a, b)| a.abs_diff(b)).max();
            assert!(apart < Some(16), "{apart:?}");
            let raw = decoded(&stream, None, false).unwrap();
            // Of yellow to blue, luma changes little and chroma much.
            assert_ne!(raw, rgb);
            let luma = |rgb: &[u8]| {
                0.299 * f64::from(rgb[0]) + 0.587 * f64::from(rgb[1]) + 0.114 * f64::from(rgb[2])
            };
            assert!((f64::from(raw[0]) - luma(&pixels())).abs() < 8.0);
        }
    }

    #[test]
    fn tables_may_be_apart() {
        let stream = encoded(SamplingFactor::F_1_1);
        let whole = decoded(&stream, None, true).unwrap();
        // Everything before the frame is tables, or something that is skipped.
        let frame = stream.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
        let tables = [&stream[..frame], &END].concat();
        let scan = stream.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
        // Huffman tables follow the frame here, so they are moved.
        let huffman = stream[frame..scan].windows(2).position(|pair| pair == [0xff, 0xc4]).unwrap();
        let tables =
            [tables.strip_suffix(&END).unwrap(), &stream[frame + huffman..scan], &END].concat();
        let image = [&START, &stream[frame..frame + huffman], &stream[scan..]].concat();
        assert!(decoded(&image, None, true).is_err());
        assert_eq!(decoded(&image, Some(&tables), true).unwrap(), whole);
        let error = decoded(&image[2..], Some(&tables), true).unwrap_err();
        assert!(error.contains("no start"), "{error}");
    }

    #[test]
    fn images_of_other_shapes_are_refused() {
        let stream = encoded(SamplingFactor::F_2_2);
        let jpeg = Jpeg { tables: None, is_luma_chroma: true };
        for (width, samples, height) in
            [(31, 3, 16), (33, 3, 16), (32, 3, 15), (32, 4, 16), (32, 1, 16)]
        {
            let shape = Shape { width, row: width * samples, samples };
            assert!(jpeg.decode(&stream, &mut vec![0; shape.row * height], &shape).is_err());
        }
        for len in 0..stream.len() {
            let _ = decoded(&stream[..len], None, true);
        }
    }
}
