//! Smaller copies by Gaussian decimation are what `pyrDown` of `OpenCV` makes of one another.

use std::sync::Arc;

use gigapx_conformance::cases::{Noise, Shape, shapes};
use gigapx_conformance::harness::{Class, agree, engine, whole};
use gigapx_conformance::image::Dense;
use gigapx_conformance::oracle;
use pipeline::{Image, Options};
use proptest::prelude::*;
use raster::Depth;
use store::{
    Access, Decimation, Durability, Selection, TiffChunks, TiffOptions, TiffPyramid, TiffSink,
    open_selected,
};

fn copies<T: Noise>(shape: &Shape, tile: (u64, u64)) -> Result<(), TestCaseError> {
    let image = shape.image::<T>();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.tif");
    let options = TiffOptions {
        chunks: TiffChunks::Tiles { width: 16 * tile.0, height: 16 * tile.1 },
        pyramid: Some(TiffPyramid::Chain),
        decimation: Decimation::Gaussian,
        durability: Durability::None,
        ..TiffOptions::new(image.spec)
    };
    let sink = Arc::new(TiffSink::create(&path, options).unwrap());
    engine().run(&Image::new(image.source()), sink, Options::default()).unwrap();
    // Trailing samples are rounded otherwise there, and rows come before columns.
    let class = match T::DEPTH {
        Depth::F32 => Class::Within(12.0 * 0.5f64.powi(24) * shape.largest::<T>()),
        _ => Class::Equal,
    };
    let (mut level, mut at) = (image, 0);
    loop {
        let selection = Selection { page: 0, level: at };
        let source = open_selected(&path, Access::Auto, selection).unwrap();
        prop_assert_eq!(*source.spec(), level.spec);
        let found: Dense<T> = Dense { spec: level.spec, samples: whole(&Image::new(source)) };
        agree(&found.samples, &level.samples, &level.spec, class)
            .map_err(|why| TestCaseError::fail(format!("copy {at}: {why}")))?;
        if level.spec.width <= 16 * tile.0 && level.spec.height <= 16 * tile.1 {
            return Ok(());
        }
        level = oracle::pyr_down(&found);
        at += 1;
    }
}

macro_rules! depths {
    ($($name:ident: $sample:ty;)*) => {$(
        proptest! {
            #[test]
            fn $name(shape in shapes(), tile in (1u64..5, 1u64..5)) {
                copies::<$sample>(&shape, tile)?;
            }
        }
    )*};
}

depths! {
    of_uint8: u8;
    of_uint16: u16;
    of_int16: i16;
    of_float32: f32;
}
