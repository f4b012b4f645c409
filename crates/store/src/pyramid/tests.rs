use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use proptest::prelude::*;
use raster::{Border, Buffer, Depth, Region, Sample, Spec, View};

use super::{mosaic::lock, *};

/// An image in memory.
struct Image {
    spec: Spec,
    pixels: Buffer,
}

impl Image {
    /// Extremes and noise, and no NaN among floats.
    fn noise(spec: Spec, seed: u32) -> Self {
        let len = spec.bytes() as usize;
        let mut pixels = Buffer::zeroed(len);
        for (i, byte) in pixels.take(len).iter_mut().enumerate() {
            let noise = (i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) >> 25;
            let noise = if seed.is_multiple_of(3) { noise / 64 * 127 } else { noise };
            *byte =
                if spec.depth == Depth::F32 { noise & 0x3f } else { noise * 2 + noise / 64 } as u8;
        }
        Self { spec, pixels }
    }

    fn view(&self) -> View<'_> {
        let Spec { width, height, .. } = self.spec;
        let (row, width, height) =
            (self.spec.row_bytes() as usize, width as usize, height as usize);
        View::new(self.pixels.bytes(), row, width, height, &self.spec).unwrap()
    }

    fn bytes(&self) -> &[u8] {
        &self.pixels.bytes()[..self.spec.bytes() as usize]
    }

    /// Half of the image, as it is defined.
    fn half(&self, decimation: Decimation) -> Self {
        match self.spec.depth {
            Depth::U8 => self.half_of::<u8>(decimation),
            Depth::U16 => self.half_of::<u16>(decimation),
            Depth::I16 => self.half_of::<i16>(decimation),
            Depth::I32 => self.half_of::<i32>(decimation),
            Depth::F32 => self.half_of::<f32>(decimation),
        }
    }

    fn half_of<T: Sample>(&self, decimation: Decimation) -> Self {
        let Spec { width, height, channels, .. } = self.spec;
        let spec = self.spec.resized(width.div_ceil(2), height.div_ceil(2)).unwrap();
        let mut pixels = Buffer::zeroed(spec.bytes() as usize);
        let len = (spec.bytes() / T::DEPTH.bytes() as u64) as usize;
        let out: &mut [T] = pixels.take_samples(len);
        for (i, out) in out.iter_mut().enumerate() {
            let (pixel, channel) = (i as u64 / u64::from(channels), i % channels as usize);
            let (x, y) = (2 * (pixel % spec.width) as i64, 2 * (pixel / spec.width) as i64);
            let at = |border: Border, x: i64, y: i64| {
                let (x, y) = (border.map(x, width).unwrap(), border.map(y, height).unwrap());
                self.view().row::<T>(y as usize)[x as usize * channels as usize + channel]
            };
            *out = match decimation {
                Decimation::Mean => mean(|dx, dy| at(Border::Replicate, x + dx, y + dy)),
                Decimation::Gaussian => weigh(|dx, dy| at(Border::Reflect101, x + dx, y + dy)),
            };
        }
        Self { spec, pixels }
    }
}

fn mean<T: Sample>(at: impl Fn(i64, i64) -> T) -> T {
    if T::DEPTH == Depth::F32 {
        let column = |dx| at(dx, 0).to_f32() + at(dx, 1).to_f32();
        return T::from_f32((column(0) + column(1)) * 0.25);
    }
    let column = |dx| at(dx, 0).to_f64() + at(dx, 1).to_f64();
    T::from_f64((column(0) + column(1)) / 4.0)
}

fn weigh<T: Sample>(at: impl Fn(i64, i64) -> T) -> T {
    if T::DEPTH == Depth::F32 {
        let five = |s: [f32; 5]| ((s[1] + s[3]) + s[2]) * 4.0 + ((s[0] + s[4]) + (s[2] + s[2]));
        let steps = [-2, -1, 0, 1, 2];
        let sum = five(steps.map(|dx| five(steps.map(|dy| at(dx, dy).to_f32()))));
        return T::from_f32(sum / 256.0);
    }
    let weights = [(-2, 1), (-1, 4), (0, 6), (1, 4), (2, 1)];
    let down = |dx| -> i64 {
        weights.iter().map(|&(dy, weight)| weight * i64::from(at(dx, dy).to_i32())).sum()
    };
    let sum: i64 = weights.iter().map(|&(dx, weight)| weight * down(dx)).sum();
    T::from_f64(((sum + 128) >> 8) as f64)
}

/// Regions of one to three by one to two cells that cover the image, shuffled by `seed`.
fn units(spec: &Spec, cell: (u64, u64), seed: u64) -> Vec<Region> {
    let mut units: Vec<_> =
        spec.region().cells(cell.0 * (1 + seed % 3), cell.1 * (1 + seed / 3 % 2)).collect();
    let mut state = seed;
    for i in (1..units.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        units.swap(i, (state >> 33) as usize % (i + 1));
    }
    units
}

fn depths() -> impl Strategy<Value = Depth> {
    prop::sample::select(Depth::ALL.to_vec())
}

fn decimations() -> impl Strategy<Value = Decimation> {
    prop::sample::select(vec![Decimation::Mean, Decimation::Gaussian])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn every_level_is_the_half_of_the_one_before(
        (width, height) in prop_oneof![(1u64..70, 1u64..70), (1u64..4, 1u64..150), (1u64..150, 1u64..4)],
        (channels, depth) in (1u32..6, depths()),
        cell in (1u64..24, 1u64..24),
        overlap in 0u64..4,
        decimation in decimations(),
        (seed, threads) in (any::<u32>(), 1usize..4),
    ) {
        let spec = Spec::new(width, height, channels, depth).unwrap();
        let mut image = Image::noise(spec, seed);
        let specs: Vec<_> = Pyramid::specs(spec, (1, 1)).collect();
        let pyramid = Pyramid::new(specs.iter().copied(), Grid { cell, overlap }, decimation);
        let found: Vec<_> = specs.iter().map(|_| Mutex::new(Vec::new())).collect();
        let (units, next) = (units(&spec, cell, seed.into()), AtomicUsize::new(0));
        let work = || {
            let mut scratch = Scratch::default();
            let mut emit = |level: usize, tile: &Region, pixels: &View<'_>| {
                let rows = (0..pixels.height()).flat_map(|y| pixels.row_bytes(y).to_vec());
                lock(&found[level]).push((*tile, rows.collect::<Vec<u8>>()));
                Ok(())
            };
            while let Some(unit) = units.get(next.fetch_add(1, Ordering::Relaxed)) {
                let pixels = image.view().sub(unit);
                pyramid.add(unit, &pixels, &mut scratch, &mut emit).unwrap();
            }
        };
        std::thread::scope(|scope| {
            (1..threads).for_each(|_| drop(scope.spawn(work)));
            work();
        });
        for (level, spec) in specs.iter().enumerate() {
            prop_assert_eq!(image.spec, *spec);
            let tiles = lock(&found[level]);
            let mut area = 0;
            for (tile, pixels) in tiles.iter() {
                let cut = image.view().sub(tile);
                let rows = (0..cut.height()).flat_map(|y| cut.row_bytes(y).to_vec());
                prop_assert!(rows.eq(pixels.iter().copied()), "level {} {:?}", level, tile);
                area += tile.pixels();
            }
            let cells = spec.region().cells(cell.0, cell.1);
            let larger = |cell: Region| {
                let side = |start: u64, end: u64, len: u64| {
                    (end + overlap).min(len) - start.saturating_sub(overlap)
                };
                side(cell.left, cell.right(), spec.width) * side(cell.top, cell.bottom(), spec.height)
            };
            prop_assert_eq!(area, cells.map(larger).sum::<u64>());
            image = image.half(decimation);
        }
        prop_assert_eq!(specs.last().map(|spec| (spec.width, spec.height)), Some((1, 1)));
    }

    #[test]
    fn half_is_what_it_is_defined_as(
        (width, height) in (1u64..40, 1u64..20),
        (channels, depth) in (1u32..7, depths()),
        decimation in decimations(),
        seed: u32,
    ) {
        let image = Image::noise(Spec::new(width, height, channels, depth).unwrap(), seed);
        let pyramid = Pyramid::new(
            Pyramid::specs(image.spec, (20, 10)),
            Grid { cell: (width, height), overlap: 0 },
            decimation,
        );
        let mut halves = Vec::new();
        let mut emit = |_: usize, _: &Region, pixels: &View<'_>| {
            halves.push(pixels.dense().unwrap().to_vec());
            Ok(())
        };
        pyramid.add(&image.spec.region(), &image.view(), &mut Scratch::default(), &mut emit).unwrap();
        prop_assert_eq!(halves[0].as_slice(), image.bytes());
        if let Some(half) = halves.get(1) {
            let expected = image.half(decimation);
            prop_assert_eq!(half.as_slice(), expected.bytes());
        }
    }
}

/// The most bytes that waited at once when an image came in units of such sizes.
fn most_at_once(unit: (u64, u64), grid: Grid, decimation: Decimation) -> (u64, u64) {
    // Large pixels, since memory comes in cache lines.
    let spec = Spec::new(1900, 1300, 4, Depth::F32).unwrap();
    let pyramid = Pyramid::new(Pyramid::specs(spec, (1, 1)), grid, decimation);
    let image = Image::noise(spec, 1);
    let (mut scratch, mut most) = (Scratch::default(), 0);
    for unit in spec.region().cells(unit.0, unit.1) {
        for cell in unit.cells(grid.cell.0, grid.cell.1) {
            let mut emit = |_: usize, _: &Region, _: &View<'_>| {
                most = most.max(pyramid.waiting_bytes());
                Ok(())
            };
            let pixels = image.view().sub(&cell);
            pyramid.add(&cell, &pixels, &mut scratch, &mut emit).unwrap();
            most = most.max(pyramid.waiting_bytes());
        }
    }
    assert_eq!(pyramid.waiting_bytes(), 0);
    (most, pyramid.bytes() + pyramid.worker_bytes())
}

#[test]
fn about_a_row_of_each_level_waits() {
    for decimation in [Decimation::Mean, Decimation::Gaussian] {
        for overlap in [0, 1] {
            let grid = Grid { cell: (16, 16), overlap };
            for unit in [(1904, 16), (1904, 48), (160, 16), (160, 48), (48, 64), (16, 1312)] {
                let (most, allowed) = most_at_once(unit, grid, decimation);
                // A unit of many rows holds tiles of levels below one another at its sides.
                let sides = 2 * unit.1 / 16 * 16 * (16 + 2 * overlap).pow(2);
                assert!(
                    most <= allowed + sides,
                    "{decimation:?} {grid:?} {unit:?}: {most} of {allowed}"
                );
            }
        }
    }
}
