//! Small files of every compression.

use gigapx_store::ByteOrder;

use crate::coded::{Storage, container, file, sample};

/// One file of each compression, and of samples and layouts of several kinds.
pub(crate) fn files() -> Vec<Vec<u8>> {
    let storage = |bits, format, samples, planar, compression, predictor| Storage {
        bits,
        format,
        photometric: 1,
        samples,
        planar,
        order: if planar { ByteOrder::Big } else { ByteOrder::Little },
        compression,
        predictor,
    };
    let plain = [
        storage(16, 1, 3, false, 5, 2),
        storage(8, 1, 3, true, 8, 2),
        storage(32, 3, 1, false, 50_000, 3),
        storage(1, 1, 1, false, 32_773, 1),
        storage(64, 3, 2, true, 1, 1),
    ];
    let mut files: Vec<Vec<u8>> = plain
        .iter()
        .enumerate()
        .map(|(at, storage)| {
            let count = 17 * 9 * storage.samples;
            let values = (0..count).map(|i| sample(storage, i.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
            let values: Vec<u64> = values.collect();
            let (tiled, chunk) = if at % 2 == 0 { (true, (16, 16)) } else { (false, (17, 4)) };
            file(storage, (17, 9), chunk, tiled, at % 2 == 1, &values).0.bytes()
        })
        .collect();
    files.extend([jpeg(), webp(), fax()]);
    files
}

fn pixels() -> Vec<u8> {
    (0..17 * 9 * 3).map(|i| (i * 5) as u8).collect()
}

/// An image of one strip of 17 x 9 pixels.
fn one_strip(
    compression: u64,
    photometric: u64,
    bits: u32,
    samples: u64,
    data: Vec<u8>,
) -> Vec<u8> {
    let storage = Storage {
        bits,
        format: 1,
        photometric,
        samples,
        planar: false,
        order: ByteOrder::Little,
        compression,
        predictor: 1,
    };
    container(&storage, (17, 9), (17, 9), false, false, &[data]).0.bytes()
}

fn jpeg() -> Vec<u8> {
    let mut data = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut data, 80);
    encoder.encode(&pixels(), 17, 9, jpeg_encoder::ColorType::Rgb).unwrap();
    one_strip(7, 6, 8, 3, data)
}

fn webp() -> Vec<u8> {
    let mut data = Vec::new();
    let encoder = image_webp::WebPEncoder::new(&mut data);
    encoder.encode(&pixels(), 17, 9, image_webp::ColorType::Rgb8).unwrap();
    one_strip(50_001, 2, 8, 3, data)
}

fn fax() -> Vec<u8> {
    let mut encoder = fax::encoder::Encoder::new(fax::VecWriter::new());
    for row in pixels().chunks(17).take(9) {
        let pel = |value: &u8| if *value < 99 { fax::Color::Black } else { fax::Color::White };
        encoder.encode_line(row.iter().map(pel), 17).unwrap();
    }
    one_strip(4, 0, 1, 1, encoder.finish().unwrap().finish())
}
