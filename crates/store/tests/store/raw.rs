//! Bare pixels in files and memory.

use std::{fs, sync::Arc};

use gigapx_store::{
    Access, Durability, Error, Format, RawLayout, RawSink, Sink, from_memory, open_raw,
};
use proptest::prelude::*;
use raster::{Depth, Region, Spec, View};

use crate::build;

proptest! {
    #[test]
    fn any_layout_is_read(
        (width, height) in (1u64..60, 1u64..60),
        channels in 1u32..5,
        depth in prop::sample::select(Depth::ALL.to_vec()),
        offset in 0u64..20,
        gap in 0u64..400,
        pread: bool,
        corner in (0u64..60, 0u64..60),
    ) {
        let spec = Spec::new(width, height, channels, depth).unwrap();
        let image: Vec<u8> = (0..spec.bytes()).map(|i| (i * 7) as u8).collect();
        let stride = spec.row_bytes() + gap;
        let mut file = vec![0xee; (offset + (height - 1) * stride + spec.row_bytes()) as usize];
        for (y, row) in image.chunks_exact(spec.row_bytes() as usize).enumerate() {
            let start = (offset + y as u64 * stride) as usize;
            file[start..][..row.len()].copy_from_slice(row);
        }
        let named = tempfile::NamedTempFile::new().unwrap();
        fs::write(named.path(), &file).unwrap();
        let layout = RawLayout { spec, offset, row_stride: Some(stride) };
        let access = if pread { Access::Pread } else { Access::Mmap };
        let (left, top) = (corner.0 % width, corner.1 % height);
        let region = Region::new(left, top, width - left, (height - top).div_ceil(2));
        let of_file = open_raw(named.path(), layout, access).unwrap();
        let size = file.len() as u64;
        let of_memory = from_memory(Arc::new(file), layout).unwrap();
        for source in [of_file, of_memory] {
            prop_assert_eq!(build::image(&*source), &image[..]);
            prop_assert_eq!(build::pixels(&*source, &region), build::cut(&image, &spec, &region));
            source.verify().unwrap();
        }
        if !pread {
            let source = open_raw(named.path(), layout, access).unwrap();
            let aligned = |value: u64| value.is_multiple_of(depth.bytes() as u64);
            let expected = aligned(offset) && (height == 1 || aligned(stride));
            prop_assert_eq!(source.view(&spec.region()).is_some(), expected);
        }
        // One byte less, and it is not there.
        fs::File::options().write(true).open(named.path()).unwrap().set_len(size - 1).unwrap();
        let short = open_raw(named.path(), layout, access).err().unwrap();
        let Error::Corrupt { message, .. } = short else { panic!("{short}") };
        let expected = format!("need {size} bytes, but the file has {}", size - 1);
        prop_assert!(message.contains(&expected), "{}", message);
    }
}

#[test]
fn contradictions_are_the_callers_fault() {
    let spec = Spec::new(10, 10, 1, Depth::U16).unwrap();
    let memory = || Arc::new(vec![0u8; 199]);
    let refuse = |layout| {
        assert!(matches!(from_memory(memory(), layout), Err(Error::InvalidArgument(_))));
    };
    refuse(RawLayout::dense(spec));
    refuse(RawLayout { row_stride: Some(19), ..RawLayout::dense(spec) });
    refuse(RawLayout { offset: u64::MAX, ..RawLayout::dense(spec) });
    refuse(RawLayout { row_stride: Some(u64::MAX), ..RawLayout::dense(spec) });
    refuse(RawLayout::dense(Spec { width: 0, ..spec }));
    refuse(RawLayout::dense(Spec { width: u64::MAX, height: u64::MAX, ..spec }));
}

#[test]
fn bands_in_any_order_make_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.raw");
    // Rows of 400,000 bytes: some are gathered, some written at once.
    for (width, height) in [(7, 50), (100_000, 9)] {
        let spec = Spec::new(width, height, 1, Depth::F32).unwrap();
        let samples: Vec<f32> = (0..width * height).map(|i| i as f32).collect();
        let image: &[u8] = bytemuck::cast_slice(&samples);
        let sink = RawSink::create(&path, spec, Durability::Sync).unwrap();
        // Every other band from a view with gaps between its rows.
        let wide: Vec<f32> = samples
            .chunks_exact(width as usize)
            .flat_map(|row| row.iter().copied().chain([-1.0]))
            .collect();
        let stride = spec.row_bytes() as usize;
        let sparse = View::new(
            bytemuck::cast_slice(&wide),
            stride + 4,
            width as usize,
            height as usize,
            &spec,
        )
        .unwrap();
        let dense = View::new(image, stride, width as usize, height as usize, &spec).unwrap();
        let bands: Vec<_> = spec.region().cells(width, 4).collect();
        for (i, band) in bands.iter().enumerate().rev() {
            let view = if i % 2 == 0 { sparse.sub(band) } else { dense.sub(band) };
            sink.write(band, &view).unwrap();
        }
        sink.finish().unwrap();
        assert!(fs::read(&path).unwrap() == image);
        let source = open_raw(&path, RawLayout::dense(spec), Access::default()).unwrap();
        assert_eq!(source.metadata().format, Format::Raw);
        assert_eq!(source.view(&Region::new(3, 4, 1, 1)).unwrap().row::<f32>(0)[0], {
            samples[4 * width as usize + 3]
        });
    }
}
