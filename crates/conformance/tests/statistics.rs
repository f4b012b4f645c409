//! Statistics and histograms are what their definitions say and what `OpenCV` computes, and the same to the
//! bit whatever parts they were summed up from.

use filters::{Accumulator, Bins, Histogram, Stats, Stretch};
use gigapx_conformance::cases::{Noise, Shape, shapes};
use gigapx_conformance::image::{Dense, noise};
use gigapx_conformance::naive::point::linear;
use gigapx_conformance::naive::statistics as naive;
use gigapx_conformance::oracle::statistics as oracle;
use kernels::Isa;
use proptest::prelude::*;
use raster::{Depth, Region, Sample, View};

/// Two words of randomness at a time.
struct Random(u64, usize);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.1 += 1;
        // The extremes of `noise` are too frequent to be of use here.
        let word = u64::from(noise(self.0, self.1, 7)) ^ u64::from(noise(!self.0, self.1, 11)) << 3;
        word.wrapping_mul(0x9E37_79B9_7F4A_7C15) % limit
    }
}

/// Cuts a region in two until the pieces are small enough, at random places.
fn cut(region: Region, random: &mut Random, into: &mut Vec<Region>) {
    let Region { left, top, width, height } = region;
    if region.pixels() == 1 || random.below(5) == 0 {
        into.push(region);
    } else if height == 1 || width > 1 && random.below(2) == 0 {
        let at = 1 + random.below(width - 1);
        cut(Region::new(left, top, at, height), random, into);
        cut(Region::new(left + at, top, width - at, height), random, into);
    } else {
        let at = 1 + random.below(height - 1);
        cut(Region::new(left, top, width, at), random, into);
        cut(Region::new(left, top + at, width, height - at), random, into);
    }
}

fn view<S: Sample>(image: &Dense<S>) -> View<'_> {
    let (spec, bytes) = (&image.spec, bytemuck::cast_slice(&image.samples));
    let (width, height) = (spec.width as usize, spec.height as usize);
    View::new(bytes, spec.row_bytes() as usize, width, height, spec).expect("a view")
}

/// Sums up the image whole, and in pieces: each is added to one of several accumulators, which are then
/// merged in any order, each on an instruction set of its own and some by way of bytes.
fn summed<S: Sample, A: Accumulator>(
    image: &Dense<S>,
    seed: u64,
    new: impl Fn(Isa) -> A,
    to_bytes: fn(&A) -> Vec<u8>,
    from_bytes: fn(&[u8]) -> A,
) -> Result<A, TestCaseError> {
    let (mut random, view) = (Random(seed, 0), view(image));
    let mut whole = new(Isa::best());
    whole.add(&image.spec.region(), &view);
    for isa in Isa::supported() {
        let mut once = new(isa);
        once.add(&image.spec.region(), &view);
        prop_assert!(to_bytes(&once) == to_bytes(&whole), "{} and another", isa.name());
    }
    let mut regions = Vec::new();
    cut(image.spec.region(), &mut random, &mut regions);
    let sets: Vec<Isa> = Isa::supported().collect();
    let mut parts: Vec<A> = (0..1 + random.below(5) as usize)
        .map(|i| new(sets[(i + seed as usize % 3) % sets.len()]))
        .collect();
    while !regions.is_empty() {
        let region = regions.swap_remove(random.below(regions.len() as u64) as usize);
        let part = random.below(parts.len() as u64) as usize;
        parts[part].add(&region, &view.sub(&region));
    }
    while parts.len() > 1 {
        let mut part = parts.swap_remove(random.below(parts.len() as u64) as usize);
        if random.below(2) == 0 {
            part = from_bytes(&to_bytes(&part));
        }
        let into = random.below(parts.len() as u64) as usize;
        parts[into].merge(part);
    }
    prop_assert!(to_bytes(&parts[0]) == to_bytes(&whole), "parts and whole");
    Ok(whole)
}

fn stats<S: Sample>(image: &Dense<S>, seed: u64) -> Result<Stats, TestCaseError> {
    let new = |isa| Stats::new(&image.spec, isa);
    summed(image, seed, new, Stats::to_bytes, |bytes| Stats::from_bytes(bytes).expect("a part"))
}

fn histogram<S: Sample>(
    image: &Dense<S>,
    bins: Bins,
    seed: u64,
) -> Result<Histogram, TestCaseError> {
    let new = |isa| Histogram::new(&image.spec, bins, isa).expect("bins");
    let read = |bytes: &[u8]| Histogram::from_bytes(bytes).expect("a part");
    summed(image, seed, new, Histogram::to_bytes, read)
}

/// One channel of an image, as an image.
fn channel<S: Sample>(image: &Dense<S>, channel: usize) -> Dense<S> {
    let (samples, width) = (naive::plane(image, channel), image.spec.width as usize);
    Dense::generate(image.spec.width, image.spec.height, 1, |y, x| samples[y * width + x])
}

fn is_near(a: f64, b: f64, tolerance: f64) -> bool {
    a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= tolerance
}

/// Equal, but for the sign of a NaN.
fn is_same(a: f64, b: f64) -> bool {
    is_near(a, b, 0.0)
}

fn check_stats<S: Sample>(image: &Dense<S>, seed: u64) -> Result<(), TestCaseError> {
    let stats = stats(image, seed)?;
    for (i, found) in stats.channels().enumerate() {
        let wanted = naive::summary(image, i);
        let extreme = |extreme: Option<filters::Extreme>| {
            extreme.map(|e| naive::Extreme { value: e.value, at: (e.x, e.y) })
        };
        prop_assert_eq!((found.count, found.nan), (wanted.count, wanted.nan));
        prop_assert_eq!((extreme(found.min), extreme(found.max)), (wanted.min, wanted.max));
        prop_assert!(is_same(found.sum, wanted.sum), "sum {} {}", found.sum, wanted.sum);
        prop_assert!(is_same(found.squares, wanted.squares));
        prop_assert!(is_same(found.mean, wanted.sum / wanted.count as f64));
        // Taking a rounded mean away costs a part of the mean.
        let tolerance = 1e-12 * wanted.deviation + 1e-15 * found.mean.abs();
        prop_assert!(is_near(found.deviation, wanted.deviation, tolerance), "{found:?} {wanted:?}");
    }
    Ok(())
}

fn stats_and_opencv<S: Noise>(shape: &Shape) -> Result<(), TestCaseError> {
    let image = shape.image::<S>();
    check_stats(&image, shape.seed)?;
    let stats = stats(&image, shape.seed)?;
    let opencv = oracle::mean_std_dev(&image);
    for (i, (found, (mean, deviation))) in stats.channels().zip(opencv).enumerate() {
        let scale = (found.squares / found.count as f64).sqrt();
        prop_assert!(is_near(found.mean, mean, 1e-12 * scale), "{} {}", found.mean, mean);
        // OpenCV subtracts large numbers, of which the variance may be a small part.
        let (ours, theirs) = (found.deviation * found.deviation, deviation * deviation);
        prop_assert!(is_near(ours, theirs, 1e-12 * scale * scale), "{ours} {theirs}");
        let [min, max] = oracle::min_max_loc(&channel(&image, i));
        let place = |extreme: Option<filters::Extreme>| {
            extreme.map(|e| naive::Extreme { value: e.value, at: (e.x, e.y) })
        };
        prop_assert_eq!((place(found.min), place(found.max)), (Some(min), Some(max)));
    }
    Ok(())
}

/// Floats of any magnitude, or of one, with NaN and infinities as a mask says.
fn wild(shape: &Shape) -> Dense<f32> {
    let Shape { width, height, channels, seed, .. } = *shape;
    let word = |y: usize, x: usize| noise(seed, y, x) ^ noise(!seed, y, x).rotate_left(9);
    Dense::generate(width, height, channels, |y, x| {
        let word = word(y, x).wrapping_mul(0x9E37_79B9);
        let exponent = match seed % 5 {
            0 => 127,
            1 => 0,
            2 => 250 + word % 5,
            3 => word % 255,
            _ => 100 + word % 22,
        };
        let special = match (seed >> 3) % 6 {
            0 if word % 13 == 0 => f32::NAN,
            1 if word % 17 == 0 => f32::INFINITY,
            2 if word % 17 == 0 => f32::NEG_INFINITY,
            3 if word % 19 < 2 => [f32::INFINITY, f32::NEG_INFINITY][(word % 19) as usize],
            4 if word % 3 < 2 => f32::NAN,
            _ => 0.0,
        };
        let float = f32::from_bits(word & 1 << 31 | exponent << 23 | word >> 3 & 0x7F_FFFF);
        if special == 0.0 { float } else { special }
    })
}

/// Ranges, some of which end at values of samples.
fn ranges() -> impl Strategy<Value = (u32, f32, f32)> {
    prop_oneof![
        (1u32..300, -40i16..200, 1u16..500).prop_map(|(bins, low, extent)| (
            bins,
            f32::from(low),
            f32::from(low) + f32::from(extent)
        )),
        (1u32..5000, -1f32..1.0, 0.01f32..3.0).prop_map(|(bins, low, extent)| (
            bins,
            low,
            low + extent
        )),
        (1u32..100).prop_map(|bins| (bins, -32_768.0, 65_536.0)),
    ]
}

fn uniform<S: Noise>(
    shape: &Shape,
    (count, low, high): (u32, f32, f32),
) -> Result<(), TestCaseError> {
    let image = shape.image::<S>();
    let range = [low.into(), high.into()];
    let bins = Bins::Uniform { count, low: range[0], high: range[1] };
    let histogram = histogram(&image, bins, shape.seed)?;
    for i in 0..shape.channels as usize {
        let levels = histogram.levels(i);
        let (below, counts, above, nan) = naive::histogram(&image, i, count, range);
        prop_assert_eq!((levels.below(), levels.above(), levels.nan()), (below, above, nan));
        prop_assert_eq!(levels.counts(), &counts);
        if matches!(S::DEPTH, Depth::U8 | Depth::U16 | Depth::F32) {
            prop_assert_eq!(counts, oracle::calc_hist(&image, i, count, [low, high]));
        }
    }
    Ok(())
}

fn values<S: Noise>(shape: &Shape, percent: f64, flat: bool) -> Result<(), TestCaseError> {
    let noise = shape.image::<S>();
    // Few values, close together: the classes of Otsu's method are then real ones.
    let squeeze = |sample: S| S::from_f64((sample.to_f64() / 5.0 + 40.0).floor());
    let samples = noise.samples.iter().map(|&sample| if flat { squeeze(sample) } else { sample });
    let image = Dense { spec: noise.spec, samples: samples.collect() };
    let histogram = histogram(&image, Bins::Values, shape.seed)?;
    let count = 1u32 << (8 * size_of::<S>());
    for i in 0..shape.channels as usize {
        let (levels, plane) = (histogram.levels(i), channel(&image, i));
        let counts = levels.counts();
        prop_assert_eq!(counts, &naive::histogram(&image, i, count, [0.0, count.into()]).1);
        prop_assert_eq!(counts, &oracle::calc_hist(&image, i, count, [0.0, count as f32]));
        prop_assert_eq!(levels.otsu(), oracle::otsu(&plane));
        let wanted = naive::percentile(&image, i, percent);
        prop_assert_eq!(levels.percentile(percent), Ok(Some(wanted)));
        let summary = naive::summary(&image, i);
        prop_assert_eq!(levels.mean(), Some(summary.sum / summary.count as f64));
        prop_assert_eq!(levels.cumulative().pop(), Some(summary.count));
        let lut = levels.equalize_lut().expect("values");
        check_equalized(&plane, &lut)?;
    }
    let all = Dense::generate(image.samples.len() as u64, 1, 1, |_, x| image.samples[x]);
    let pooled = histogram.pooled();
    let wanted = naive::percentile(&all, 0, percent);
    prop_assert_eq!(pooled.percentile(percent), Ok(Some(wanted)));
    Ok(())
}

fn check_equalized<S: Sample>(plane: &Dense<S>, lut: &[u16]) -> Result<(), TestCaseError> {
    if S::DEPTH == Depth::U8 {
        let bytes: Vec<u8> = bytemuck::cast_slice(&plane.samples).to_vec();
        let result: Vec<u8> = bytes.iter().map(|&value| lut[value as usize] as u8).collect();
        prop_assert_eq!(result, oracle::equalize_hist(&Dense { spec: plane.spec, samples: bytes }));
    } else {
        prop_assert!(lut.is_sorted() && lut.len() == 1 << 16);
        let summary = naive::summary(plane, 0);
        let place = |extreme: Option<naive::Extreme>| lut[extreme.expect("one").value as usize];
        let (first, last) = (place(summary.min), place(summary.max));
        let is_flat = summary.min.map(|e| e.value) == summary.max.map(|e| e.value);
        prop_assert!(is_flat && first == last || first == 0 && last == u16::MAX);
    }
    Ok(())
}

fn normalized<S: Noise, D: Sample>(shape: &Shape, to: [f64; 2]) -> Result<(), TestCaseError> {
    let image = shape.image::<S>();
    let mut stats = Stats::new(&image.spec, Isa::best());
    stats.add(&image.spec.region(), &view(&image));
    let extremes: Vec<_> = stats.channels().collect();
    let of = |extreme: Option<filters::Extreme>| extreme.expect("a number").value;
    let min = extremes.iter().map(|channel| of(channel.min)).fold(f64::INFINITY, f64::min);
    let max = extremes.iter().map(|channel| of(channel.max)).fold(f64::NEG_INFINITY, f64::max);
    let Stretch { scale, offset } = Stretch::between([min, max], to, D::DEPTH);
    let result: Vec<D> = image.samples.iter().map(|&x| linear(x, scale, offset)).collect();
    let wanted: Vec<D> = oracle::normalize(&image, to);
    prop_assert_eq!(result, wanted);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn stats_of_uint8(shape in shapes()) { stats_and_opencv::<u8>(&shape)?; }

    #[test]
    fn stats_of_uint16(shape in shapes()) { stats_and_opencv::<u16>(&shape)?; }

    #[test]
    fn stats_of_int16(shape in shapes()) { stats_and_opencv::<i16>(&shape)?; }

    #[test]
    fn stats_of_int32(shape in shapes()) { stats_and_opencv::<i32>(&shape)?; }

    #[test]
    fn stats_of_float32(shape in shapes()) { stats_and_opencv::<f32>(&shape)?; }

    #[test]
    fn stats_of_any_floats(shape in shapes()) { check_stats(&wild(&shape), shape.seed)?; }

    #[test]
    fn ranges_of_uint8(shape in shapes(), range in ranges()) { uniform::<u8>(&shape, range)?; }

    #[test]
    fn ranges_of_uint16(shape in shapes(), range in ranges()) { uniform::<u16>(&shape, range)?; }

    #[test]
    fn ranges_of_int16(shape in shapes(), range in ranges()) { uniform::<i16>(&shape, range)?; }

    #[test]
    fn ranges_of_int32(shape in shapes(), range in ranges()) { uniform::<i32>(&shape, range)?; }

    #[test]
    fn ranges_of_float32(shape in shapes(), range in ranges()) { uniform::<f32>(&shape, range)?; }

    #[test]
    fn ranges_of_any_floats(shape in shapes(), (count, low, high) in ranges()) {
        let image = wild(&shape);
        let range = [low.into(), high.into()];
        let bins = Bins::Uniform { count, low: range[0], high: range[1] };
        let histogram = histogram(&image, bins, shape.seed)?;
        for i in 0..shape.channels as usize {
            let levels = histogram.levels(i);
            let wanted = naive::histogram(&image, i, count, range);
            let found = (levels.below(), levels.counts().to_vec(), levels.above(), levels.nan());
            prop_assert_eq!(found, wanted);
        }
    }

    #[test]
    fn values_of_uint8(shape in shapes(), percent in 0f64..=100.0, flat: bool) {
        values::<u8>(&shape, percent, flat)?;
    }

    #[test]
    fn normalize_of_uint8(shape in shapes(), to in ends()) {
        normalized::<u8, u8>(&shape, to)?;
        normalized::<u8, f32>(&shape, to)?;
    }

    #[test]
    fn normalize_of_uint16(shape in shapes(), to in ends()) {
        normalized::<u16, u8>(&shape, to)?;
        normalized::<u16, u16>(&shape, to)?;
    }

    #[test]
    fn normalize_of_int16(shape in shapes(), to in ends()) {
        normalized::<i16, i16>(&shape, to)?;
        normalized::<i16, f32>(&shape, to)?;
    }

    #[test]
    fn normalize_of_float32(shape in shapes(), to in ends()) {
        normalized::<f32, f32>(&shape, to)?;
        normalized::<f32, u8>(&shape, to)?;
    }
}

proptest! {
    // Each takes half a million counts.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn values_of_uint16(shape in shapes(), percent in 0f64..=100.0, flat: bool) {
        values::<u16>(&shape, percent, flat)?;
    }
}

/// What to normalise to, either end first.
fn ends() -> impl Strategy<Value = [f64; 2]> {
    prop_oneof![
        Just([0.0, 255.0]),
        Just([0.0, 1.0]),
        Just([255.0, 0.0]),
        (-300i16..300, 1i16..300).prop_map(|(low, extent)| [low.into(), (low + extent).into()]),
    ]
}

/// Samples enough for sums of 32 bits to overflow, and for squares of int32 to pass 64.
#[test]
fn large_sums_are_exact() {
    let image = Dense::generate(3000, 2000, 1, |_, _| i32::MIN);
    let stats = stats(&image, 77).expect("stats");
    let found = stats.channels().next().expect("a channel");
    assert_eq!(found.sum, -6e6 * 2f64.powi(31));
    assert_eq!(found.squares, 6e6 * 2f64.powi(62));
    assert_eq!(found.deviation, 0.0);
}

/// Where OpenCV's sums have no digit left, ours have all.
#[test]
fn small_deviations_from_large_means_are_found() {
    let image = Dense::generate(1000, 100, 1, |_, x| 8_388_608.0 + (x % 2) as f32);
    let found = stats(&image, 5).expect("stats").channels().next().expect("a channel");
    assert_eq!((found.mean, found.deviation), (8_388_608.5, 0.5));
}
