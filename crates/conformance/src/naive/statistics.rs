//! What images add up to, sample by sample.

use raster::{Depth, Sample};

use crate::image::Dense;

/// An extreme and where it occurs first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extreme {
    /// Its value.
    pub value: f64,
    /// Its column and row.
    pub at: (u64, u64),
}

/// What a channel adds up to.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Samples that are numbers.
    pub count: u64,
    /// Those that are not.
    pub nan: u64,
    /// The least.
    pub min: Option<Extreme>,
    /// The greatest.
    pub max: Option<Extreme>,
    /// The sum, rounded once.
    pub sum: f64,
    /// The sum of the squares, rounded once.
    pub squares: f64,
    /// The deviation, as good as float64 gets when the mean is taken away first.
    pub deviation: f64,
}

/// The samples of a channel, row by row.
pub fn plane<S: Sample>(image: &Dense<S>, channel: usize) -> Vec<S> {
    image.samples[channel..].iter().copied().step_by(image.spec.channels as usize).collect()
}

/// Sums up a channel.
pub fn summary<S: Sample>(image: &Dense<S>, channel: usize) -> Summary {
    let samples = plane(image, channel);
    let place = |i: usize| (i as u64 % image.spec.width, i as u64 / image.spec.width);
    let values: Vec<f64> = samples.iter().map(|sample| sample.to_f64()).collect();
    let numbers: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    let first = |better: fn(f64, f64) -> bool| {
        let mut best: Option<Extreme> = None;
        for (i, &value) in values.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
            if best.is_none_or(|best| better(value, best.value)) {
                best = Some(Extreme { value, at: place(i) });
            }
        }
        best
    };
    let (sum, squares) = if S::DEPTH == Depth::F32 {
        // Squares of float32 are exact.
        (float_sum(numbers.iter().copied()), float_sum(numbers.iter().map(|value| value * value)))
    } else {
        let integers = || samples.iter().map(|sample| i128::from(sample.to_i32()));
        let squares: i128 = integers().map(|value| value * value).sum();
        (integers().sum::<i128>() as f64, squares as f64)
    };
    let n = numbers.len() as f64;
    let mean = sum / n;
    let spread = float_sum(numbers.iter().map(|value| (value - mean) * (value - mean)));
    Summary {
        count: numbers.len() as u64,
        nan: (values.len() - numbers.len()) as u64,
        min: first(|a, b| a < b),
        max: first(|a, b| a > b),
        sum,
        squares,
        deviation: (spread / n).sqrt(),
    }
}

/// The sum of float64, rounded once: kept as numbers without common bits, the smallest first.
fn float_sum(values: impl Iterator<Item = f64>) -> f64 {
    let (mut parts, mut special) = (Vec::<f64>::new(), 0.0);
    for mut value in values {
        if !value.is_finite() {
            special += value;
            continue;
        }
        let mut kept = Vec::new();
        for part in parts {
            let (large, small) =
                if value.abs() < part.abs() { (part, value) } else { (value, part) };
            value = large + small;
            let lost = small - (value - large);
            if lost != 0.0 {
                kept.push(lost);
            }
        }
        kept.push(value);
        parts = kept;
    }
    if special != 0.0 {
        return special;
    }
    rounded(&parts)
}

fn rounded(parts: &[f64]) -> f64 {
    let mut left = parts.iter().rev().copied();
    let Some(mut sum) = left.next() else { return 0.0 };
    while let Some(part) = left.next() {
        let next = sum + part;
        let lost = part - (next - sum);
        sum = next;
        if lost == 0.0 {
            continue;
        }
        // A tie that has been broken the wrong way: what comes after points to the other side.
        let twice = 2.0 * lost;
        let beyond = sum + twice;
        if left.next().is_some_and(|rest| (rest > 0.0) == (lost > 0.0)) && twice == beyond - sum {
            sum = beyond;
        }
        break;
    }
    sum
}

/// Samples below `low`, in each of `bins` ranges up to `high`, from there on, and NaN.
pub fn histogram<S: Sample>(
    image: &Dense<S>,
    channel: usize,
    bins: u32,
    [low, high]: [f64; 2],
) -> (u64, Vec<u64>, u64, u64) {
    let (mut below, mut counts, mut above, mut nan) = (0, vec![0; bins as usize], 0, 0);
    let scale = f64::from(bins) / (high - low);
    let offset = -scale * low;
    for sample in plane(image, channel) {
        let value = sample.to_f64();
        if value.is_nan() {
            nan += 1;
        } else if value < low {
            below += 1;
        } else if value >= high {
            above += 1;
        } else {
            let bin = (value * scale + offset).floor().clamp(0.0, f64::from(bins) - 1.0);
            counts[bin as usize] += 1;
        }
    }
    (below, counts, above, nan)
}

/// The percentile by nearest rank.
pub fn percentile<S: Sample>(image: &Dense<S>, channel: usize, percent: f64) -> f64 {
    let mut samples = plane(image, channel);
    samples.sort_by(|a, b| a.partial_cmp(b).expect("numbers"));
    let rank = (samples.len() as f64 * percent / 100.0).ceil() as usize;
    samples[rank.max(1) - 1].to_f64()
}
