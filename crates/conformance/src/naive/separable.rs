//! Separable kernels: the chains of float multiply-adds, and the integer paths.

use raster::{Border, Depth, Sample};

use super::{Around, Real, each, samples, wide};
use crate::image::Dense;

/// Which arithmetic a separable kernel is applied with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// uint8 with taps that are whole in 8 fraction bits and sum to one: exact, rounded once.
    Fixed,
    /// uint8 to int16 with whole taps: exact, the offset rounded by itself.
    Whole,
    /// Multiply-adds in float32, or in float64 for int32.
    Chain,
}

/// The arithmetic for two kernels and two depths.
pub fn path(input: Depth, output: Depth, horizontal: &[f64], vertical: &[f64]) -> Path {
    let both = |test: &dyn Fn(&[f64]) -> bool| test(horizontal) && test(vertical);
    match (input, output) {
        (Depth::U8, Depth::U8) if both(&|taps| symmetric(taps) && fixed(taps)) => Path::Fixed,
        (Depth::U8, Depth::I16)
            if both(&|taps| symmetric(taps) || antisymmetric(taps))
                && both(&|taps| taps.iter().all(|tap| tap.fract() == 0.0)) =>
        {
            Path::Whole
        }
        _ => Path::Chain,
    }
}

/// The image correlated with two kernels, anchored at half their lengths.
pub fn separable<S: Sample, D: Sample>(
    image: &Dense<S>,
    horizontal: &[f64],
    vertical: &[f64],
    offset: f64,
    border: Border,
) -> Vec<D> {
    let scaled = |taps: &[f64], one: f64| -> Vec<i64> {
        taps.iter().map(|tap| (tap * one).round_ties_even() as i64).collect()
    };
    match path(S::DEPTH, D::DEPTH, horizontal, vertical) {
        Path::Fixed => exact(image, &scaled(horizontal, 256.0), &scaled(vertical, 256.0), border)
            .into_iter()
            .map(|sum| D::from_f64(sum as f64 / 65_536.0 + offset))
            .collect(),
        Path::Whole => exact(image, &scaled(horizontal, 1.0), &scaled(vertical, 1.0), border)
            .into_iter()
            .map(|sum| D::from_f64(sum as f64 + offset.round_ties_even()))
            .collect(),
        Path::Chain if wide(S::DEPTH, D::DEPTH) => {
            samples::<f64, D>(&chain(image, horizontal, vertical, offset, border))
        }
        Path::Chain => samples::<f32, D>(&chain(image, horizontal, vertical, offset, border)),
    }
}

fn exact<S: Sample>(image: &Dense<S>, x: &[i64], y: &[i64], border: Border) -> Vec<i64> {
    passes(
        image,
        (x.len(), y.len()),
        border,
        |window| window.iter().zip(x).map(|(&sample, tap)| sample as i64 * tap).sum(),
        |window: &[i64]| window.iter().zip(y).map(|(sum, tap)| sum * tap).sum(),
    )
}

/// The sums of the float chains, before they become samples.
pub fn chain<S: Sample, R: Real>(
    image: &Dense<S>,
    horizontal: &[f64],
    vertical: &[f64],
    offset: f64,
    border: Border,
) -> Vec<R> {
    let size = (horizontal.len(), vertical.len());
    let [x, y] = [horizontal, vertical].map(|taps| taps.iter().map(|&tap| R::of(tap)).collect());
    let (x, y): (Vec<R>, Vec<R>) = (x, y);
    let small = R::SINGLE && S::DEPTH == Depth::F32 && matches!(x.len(), 3 | 5);
    let row: fn(&[R], &[R]) -> R = match small {
        true if symmetric(horizontal) => small_symmetric,
        true if antisymmetric(horizontal) => small_antisymmetric,
        _ => ascending,
    };
    let column: fn(&[R], &[R], R) -> R = match vertical {
        taps if symmetric(taps) => outwards,
        taps if antisymmetric(taps) => outwards_antisymmetric,
        _ => from_first,
    };
    let offset = R::of(offset);
    passes(
        image,
        size,
        border,
        |window| {
            let window: Vec<R> = window.iter().map(|&sample| R::of(sample)).collect();
            row(&window, &x)
        },
        |window: &[R]| column(window, &y, offset),
    )
}

/// Applies `row` to the window of every sample in its row, and `column` to the results in its column.
fn passes<S: Sample, T: Copy>(
    image: &Dense<S>,
    size: (usize, usize),
    border: Border,
    row: impl Fn(&[f64]) -> T,
    column: impl Fn(&[T]) -> T,
) -> Vec<T> {
    let around = Around::new(image, border);
    let width = around.width();
    let line = |y: Option<usize>| -> Vec<T> {
        let mut line = Vec::new();
        for x in 0..width {
            for channel in 0..around.channels() {
                let window: Vec<f64> = (0..size.0 as i64)
                    .map(|i| around.sample(y, x + i - size.0 as i64 / 2, channel))
                    .collect();
                line.push(row(&window));
            }
        }
        line
    };
    let mut lines: Vec<Vec<T>> = (0..around.height()).map(|y| line(Some(y as usize))).collect();
    // Below all others: a row of the border's constant.
    if let Border::Constant(_) = border {
        lines.push(line(None));
    }
    let outside = lines.len() - 1;
    each(&around, |y, x, channel| {
        let at = x as usize * around.channels() + channel;
        let window: Vec<T> = (0..size.1 as i64)
            .map(|i| lines[around.row(y + i - size.1 as i64 / 2).unwrap_or(outside)][at])
            .collect();
        column(&window)
    })
}

fn ascending<R: Real>(x: &[R], k: &[R]) -> R {
    x.iter().zip(k).fold(R::of(0.0), |sum, (&x, &k)| x.fma(k, sum))
}

fn from_first<R: Real>(r: &[R], k: &[R], offset: R) -> R {
    r.iter().zip(k).fold(offset, |sum, (&r, &k)| r.fma(k, sum))
}

fn outwards<R: Real>(r: &[R], k: &[R], offset: R) -> R {
    let c = k.len() / 2;
    (1..=c).fold(r[c].fma(k[c], offset), |sum, i| r[c + i].plus(r[c - i]).fma(k[c + i], sum))
}

fn outwards_antisymmetric<R: Real>(r: &[R], k: &[R], offset: R) -> R {
    let c = k.len() / 2;
    (1..=c).fold(offset, |sum, i| r[c + i].minus(r[c - i]).fma(k[c + i], sum))
}

fn small_symmetric<R: Real>(x: &[R], k: &[R]) -> R {
    match *x {
        [a, b, c] => b.fma(k[1], a.plus(c).times(k[2])),
        [a, b, c, d, e] => a.plus(e).fma(k[4], c.fma(k[2], b.plus(d).times(k[3]))),
        _ => unreachable!("3 or 5 taps"),
    }
}

fn small_antisymmetric<R: Real>(x: &[R], k: &[R]) -> R {
    match *x {
        [a, _, c] => c.minus(a).times(k[2]),
        [a, b, _, d, e] => e.minus(a).fma(k[4], d.minus(b).times(k[3])),
        _ => unreachable!("3 or 5 taps"),
    }
}

/// Whether the taps are the same from both ends. Only then is the anchor in the centre.
fn symmetric(taps: &[f64]) -> bool {
    !taps.len().is_multiple_of(2) && taps.iter().eq(taps.iter().rev())
}

fn antisymmetric(taps: &[f64]) -> bool {
    !taps.len().is_multiple_of(2) && taps.iter().zip(taps.iter().rev()).all(|(a, b)| *a == -b)
}

/// Whether the taps smooth and are whole in 8 fraction bits.
fn fixed(taps: &[f64]) -> bool {
    let sum: f64 = taps.iter().sum();
    let one = (sum - 1.0).abs() <= f64::from(f32::EPSILON) * (sum.abs() + 1.0);
    let whole = |tap: &f64| {
        let scaled = tap * 256.0;
        *tap >= 0.0 && (scaled - scaled.round_ties_even()).abs() <= 3.05e-4
    };
    one && taps.iter().all(whole)
}
