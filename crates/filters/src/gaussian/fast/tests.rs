//! The fast Gaussian against the exact one in float64, and any region against the whole.

use bytemuck::Pod;
use proptest::prelude::*;
use raster::{Buffer, Sample, View};

use super::*;

const BORDERS: [Border; 5] =
    [Border::Reflect101, Border::Replicate, Border::Reflect, Border::Wrap, Border::Constant(77.0)];

/// An image of one depth.
struct Image {
    spec: Spec,
    data: Buffer,
}

impl Image {
    /// An image of samples that `sample` gives for (x, y, channel).
    fn new<S: Sample>(
        [width, height, channels]: [u64; 3],
        sample: impl Fn(u64, u64, u64) -> S,
    ) -> Self {
        let spec = Spec::new(width, height, channels as u32, S::DEPTH).unwrap();
        let mut data = Buffer::zeroed(spec.bytes() as usize);
        let samples = data.take_samples::<S>((width * height * channels) as usize);
        for (i, out) in (0..).zip(samples) {
            let pixel = i / channels;
            *out = sample(pixel % width, pixel / width, i % channels);
        }
        Self { spec, data }
    }

    /// What a filter asks for, put together as whoever runs it would.
    fn part(&self, demand: &Demand) -> Buffer {
        let (columns, rows) = (&demand.columns, &demand.rows);
        let pixel = self.spec.pixel_bytes() as usize;
        let mut part = Buffer::zeroed(columns.len as usize * rows.len as usize * pixel);
        let bytes = part.take(columns.len as usize * rows.len as usize * pixel);
        let mut out = bytes.chunks_exact_mut(pixel);
        for y in rows.start..rows.end() {
            let y = y.rem_euclid(self.spec.height as i64) as usize;
            for x in columns.start..columns.end() {
                let x = x.rem_euclid(self.spec.width as i64) as usize;
                let from = (y * self.spec.width as usize + x) * pixel;
                out.next().unwrap().copy_from_slice(&self.data.bytes()[from..from + pixel]);
            }
        }
        part
    }

    /// A region of the filtered image.
    fn blurred<S: Sample>(&self, filter: &Arc<FastGaussian>, region: &Region) -> Vec<S> {
        let demand = filter.demand(region);
        let part = self.part(&demand);
        let (columns, rows) = (demand.columns, demand.rows);
        let stride = columns.len as usize * self.spec.pixel_bytes() as usize;
        let (width, height) = (columns.len as usize, rows.len as usize);
        let view = View::new(part.bytes(), stride, width, height, &self.spec).unwrap();
        let mut out = vec![S::zeroed(); (region.pixels() * u64::from(self.spec.channels)) as usize];
        let (width, height) = (region.width as usize, region.height as usize);
        let bytes = bytemuck::cast_slice_mut(&mut out);
        let mut target = ViewMut::new(bytes, width, height, &self.spec).unwrap();
        let mut scratch = Scratch::new();
        let filter = Arc::clone(filter) as Arc<dyn Filter>;
        let window = Window { view, columns, rows };
        crate::run(&filter, &window, region, &mut target, &mut scratch);
        assert!(scratch.bytes() <= filter.scratch_bytes(region.width) + 128);
        drop(target);
        out
    }
}

fn noise(seed: u64, x: u64, y: u64, channel: u64) -> u32 {
    let mut h = seed ^ y.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ x << 17 ^ channel << 50;
    h = (h ^ (h >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    h = (h ^ (h >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    match (h >> 60) % 4 {
        0 => 0,
        1 => u32::MAX,
        _ => (h >> 16) as u32,
    }
}

/// The Gaussian in float64 along one axis: `lines` of `n` samples, `step` apart.
fn exact_axis(data: &mut [f64], n: usize, step: usize, sigma: f64, border: Border) {
    if sigma == 0.0 || (n == 1 && !matches!(border, Border::Constant(_))) {
        return;
    }
    let reach = (8.0 * sigma).ceil() as i64;
    let tap = |x: i64| (-((x * x) as f64) / (2.0 * sigma * sigma)).exp();
    let total: f64 = (-reach..=reach).map(tap).sum();
    let taps: Vec<f64> = (-reach..=reach).map(|x| tap(x) / total).collect();
    let outside = if let Border::Constant(value) = border { value } else { 0.0 };
    for start in (0..data.len()).filter(|i| (i / step).is_multiple_of(n)) {
        let line: Vec<f64> = (-reach..n as i64 + reach)
            .map(|x| border.map(x, n as u64).map_or(outside, |x| data[start + x as usize * step]))
            .collect();
        for x in 0..n {
            let window = &line[x..x + taps.len()];
            data[start + x * step] = window.iter().zip(&taps).map(|(a, b)| a * b).sum();
        }
    }
}

fn exact<S: Sample>(image: &Image, sigma: (f64, f64), border: Border) -> Vec<f64> {
    let spec = &image.spec;
    let (width, channels) = (spec.width as usize, spec.channels as usize);
    let count = spec.bytes() as usize / size_of::<S>();
    let samples: &[S] = bytemuck::cast_slice(&image.data.bytes()[..spec.bytes() as usize]);
    let mut data: Vec<f64> = samples[..count].iter().map(|s| s.to_f64()).collect();
    exact_axis(&mut data, width, channels, sigma.0, border);
    exact_axis(&mut data, spec.height as usize, width * channels, sigma.1, border);
    data
}

/// Asserts that the whole filtered image is as close to the exact one as is promised.
fn assert_close<S: Sample>(image: &Image, sigma: (f64, f64), border: Border) {
    let filter = Arc::new(FastGaussian::new(&image.spec, sigma, border, Isa::best()));
    let result: Vec<S> = image.blurred(&filter, &image.spec.region());
    let goal = exact::<S>(image, sigma, border);
    let count = image.spec.bytes() as usize / size_of::<S>();
    let samples: &[S] = bytemuck::cast_slice(&image.data.bytes()[..count * size_of::<S>()]);
    let mut range = samples
        .iter()
        .fold([f64::MAX, f64::MIN], |[low, high], s| [low.min(s.to_f64()), high.max(s.to_f64())]);
    if let Border::Constant(value) = border {
        range = [range[0].min(value), range[1].max(value)];
    }
    let rounding = if S::DEPTH == Depth::F32 { 0.0 } else { 0.5 };
    let bound = match S::DEPTH {
        Depth::U8 => 1.0,
        _ => 1e-3 * (range[1] - range[0]) + rounding,
    };
    for (i, (got, goal)) in result.iter().zip(&goal).enumerate() {
        let error = (got.to_f64() - goal).abs();
        assert!(error <= bound, "{:?} {sigma:?} {border:?} at {i}: {got:?}, not {goal}", S::DEPTH);
    }
}

/// Noise, an edge, and single bright samples, between two values.
fn pictures<S: Sample + Pod>(low: f64, high: f64) -> [Image; 3] {
    let mix = |part: f64| S::from_f64(low + (high - low) * part);
    let size = [211, 190, 1];
    [
        Image::new(
            [150, 130, 3],
            |x, y, c| mix(f64::from(noise(5, x, y, c)) / f64::from(u32::MAX)),
        ),
        Image::new(size, |x, y, _| mix(f64::from(u8::from(x + 2 * y > 250)))),
        Image::new(size, |x, y, _| mix(f64::from(u8::from(x % 41 == 7 && y % 37 == 3)))),
    ]
}

#[test]
fn comes_as_close_as_promised() {
    let mut sigma = 3.0;
    let mut border = BORDERS.iter().cycle();
    while sigma < 200.0 {
        let pair = (sigma, (sigma * 7.0) % 60.0 + 0.5);
        for picture in pictures::<u8>(0.0, 255.0) {
            assert_close::<u8>(&picture, pair, *border.next().unwrap());
        }
        for picture in pictures::<u16>(0.0, 65_535.0) {
            assert_close::<u16>(&picture, pair, *border.next().unwrap());
        }
        for picture in pictures::<i16>(-32_768.0, 32_767.0) {
            assert_close::<i16>(&picture, pair, *border.next().unwrap());
        }
        for picture in pictures::<i32>(-2e9, 2e9) {
            assert_close::<i32>(&picture, pair, *border.next().unwrap());
        }
        for picture in pictures::<f32>(-0.5, 1.0) {
            assert_close::<f32>(&picture, pair, *border.next().unwrap());
        }
        sigma *= 1.37;
    }
}

#[test]
fn one_axis_and_skinny_images() {
    for border in BORDERS {
        for (size, sigma) in [
            ([200, 1, 1], (5.0, 5.0)),
            ([1, 300, 2], (5.0, 20.0)),
            ([3, 70, 1], (30.0, 4.0)),
            ([90, 2, 4], (3.0, 50.0)),
            ([40, 50, 1], (0.0, 6.0)),
            ([40, 50, 1], (6.0, 0.0)),
            ([60, 50, 1], (0.7, 2.0)),
        ] {
            let image = Image::new(size, |x, y, c| noise(9, x, y, c) as u8);
            assert_close::<u8>(&image, sigma, border);
            let image = Image::new(size, |x, y, c| noise(9, x, y, c) as i16);
            assert_close::<i16>(&image, sigma, border);
        }
    }
}

#[test]
fn a_constant_stays() {
    fn check<S: Sample>(value: f64) {
        let image = Image::new([130, 90, 1], |_, _, _| S::from_f64(value));
        for sigma in [1.0, 3.0, 8.0, 21.0, 90.0] {
            let filter = Arc::new(FastGaussian::new(
                &image.spec,
                (sigma, sigma),
                Border::Constant(value),
                Isa::best(),
            ));
            let result: Vec<S> = image.blurred(&filter, &image.spec.region());
            assert!(result.iter().all(|&sample| sample == S::from_f64(value)), "{value} {sigma}");
        }
    }
    for value in [0.0, 1.0, 127.0, 255.0] {
        check::<u8>(value);
    }
    for value in [1.0, 40_000.0, 65_535.0] {
        check::<u16>(value);
    }
    check::<i16>(-32_768.0);
    check::<i32>(2_147_483_647.0);
    check::<i32>(-2_147_483_648.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn any_region_is_the_same_part_of_the_whole(
        size in (1u64..230, 1u64..230, 1u64..4),
        sigma in (0.0f64..40.0, 0.0f64..40.0),
        which in 0usize..5,
        wide: bool,
        corner: (u64, u64),
        extent in prop_oneof![Just((0u64, 0u64)), (0u64..300, 0u64..300)],
        seed: u64,
    ) {
        let border = BORDERS[which];
        let left = corner.0 % size.0;
        let top = corner.1 % size.1;
        let width = 1 + extent.0 % (size.0 - left);
        let height = 1 + extent.1 % (size.1 - top);
        let region = Region::new(left, top, width, height);
        let size = [size.0, size.1, size.2];
        if wide {
            let image = Image::new(size, |x, y, c| noise(seed, x, y, c) as f32 / 4e9);
            same_part::<f32>(&image, sigma, border, &region);
        } else {
            let image = Image::new(size, |x, y, c| noise(seed, x, y, c) as u8);
            same_part::<u8>(&image, sigma, border, &region);
        }
    }
}

fn same_part<S: Sample>(image: &Image, sigma: (f64, f64), border: Border, region: &Region) {
    let filter = Arc::new(FastGaussian::new(&image.spec, sigma, border, Isa::best()));
    let whole: Vec<S> = image.blurred(&filter, &image.spec.region());
    let part: Vec<S> = image.blurred(&filter, region);
    let channels = u64::from(image.spec.channels);
    let row = (region.width * channels) as usize;
    for (y, part) in (region.top..).zip(part.chunks_exact(row)) {
        let at = ((y * image.spec.width + region.left) * channels) as usize;
        assert!(part == &whole[at..at + row], "row {y} of {region:?} differs");
    }
}

#[test]
fn strips_join_without_a_seam() {
    let image = Image::new([9000, 40, 1], |x, y, c| noise(3, x, y, c) as u8);
    for border in BORDERS {
        same_part::<u8>(&image, (5.0, 5.0), border, &Region::new(3000, 5, 3001, 20));
    }
}

#[test]
fn every_instruction_set_gives_the_same() {
    let image = Image::new([170, 60, 3], |x, y, c| noise(4, x, y, c) as u16);
    for sigma in [(3.0, 12.0), (30.0, 1.5)] {
        let run = |isa| -> Vec<u16> {
            let filter = Arc::new(FastGaussian::new(&image.spec, sigma, Border::Reflect101, isa));
            image.blurred(&filter, &image.spec.region())
        };
        let reference = run(Isa::Scalar);
        for isa in Isa::supported() {
            assert!(run(isa) == reference, "{}", isa.name());
        }
    }
}
