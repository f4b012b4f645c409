//! Point operations: what becomes of one sample, or of the samples at one place.

use filters::point::{ArithmeticKind, BooleanKind, ThresholdKind};
use raster::{Depth, Sample};

const fn is_integer(depth: Depth) -> bool {
    !matches!(depth, Depth::F32)
}

/// The nearest sample to a float32.
fn single<D: Sample>(value: f32) -> D {
    D::from_f64(f64::from(value))
}

/// A sample as the nearest float32.
fn real<S: Sample>(sample: S) -> f32 {
    sample.to_f64() as f32
}

/// The nearest sample to an integer.
fn whole<D: Sample>(value: i64) -> D {
    // What float64 does not hold is beyond every depth.
    D::from_f64(value as f64)
}

/// `x * scale + offset`.
pub fn linear<S: Sample, D: Sample>(x: S, scale: f64, offset: f64) -> D {
    if scale == 1.0 && offset == 0.0 {
        return cast(x);
    }
    if S::DEPTH == Depth::I32 && D::DEPTH == Depth::I32 {
        return D::from_f64(x.to_f64().mul_add(scale, offset));
    }
    single(real(x).mul_add(scale as f32, offset as f32))
}

/// Another depth.
pub fn cast<S: Sample, D: Sample>(x: S) -> D {
    D::from_f64(x.to_f64())
}

/// |x|.
pub fn abs<T: Sample>(x: T) -> T {
    T::from_f64(x.to_f64().abs())
}

/// -x; what is missing to the largest where nothing is negative.
pub fn negate<T: Sample>(x: T) -> T {
    match T::DEPTH {
        Depth::U8 => T::from_f64(255.0 - x.to_f64()),
        Depth::U16 => T::from_f64(65_535.0 - x.to_f64()),
        Depth::I16 | Depth::I32 | Depth::F32 => T::from_f64(-x.to_f64()),
    }
}

/// x within bounds.
pub fn clamp<T: Sample>(x: T, min: f64, max: f64) -> T {
    let value = x.to_f64();
    if value < min {
        T::from_f64(min)
    } else if value > max {
        T::from_f64(max)
    } else {
        x
    }
}

/// x split by a level.
pub fn threshold<T: Sample>(x: T, level: f64, max: f64, kind: ThresholdKind) -> T {
    let level = if is_integer(T::DEPTH) { level.floor() } else { f64::from(level as f32) };
    let (above, zero) = (x.to_f64() > level, T::from_f64(0.0));
    match kind {
        ThresholdKind::Binary => T::from_f64(if above { max } else { 0.0 }),
        ThresholdKind::BinaryInverse => T::from_f64(if above { 0.0 } else { max }),
        ThresholdKind::Truncate => {
            if above {
                T::from_f64(level)
            } else {
                x
            }
        }
        ThresholdKind::ToZero => {
            if above {
                x
            } else {
                zero
            }
        }
        ThresholdKind::ToZeroInverse => {
            if above {
                zero
            } else {
                x
            }
        }
    }
}

/// The extreme of two numbers; NaN if one is.
fn extreme(a: f64, b: f64, largest: bool) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if (a > b) == largest && a != b {
        a
    } else {
        b
    }
}

/// Sums and their like, of integers.
fn exact(kind: ArithmeticKind, a: i64, b: i64) -> i64 {
    match kind {
        ArithmeticKind::Add => a + b,
        ArithmeticKind::Subtract => a - b,
        ArithmeticKind::Multiply => a * b,
        ArithmeticKind::AbsDiff => (a - b).abs(),
        ArithmeticKind::Min => a.min(b),
        ArithmeticKind::Max => a.max(b),
        ArithmeticKind::Divide => unreachable!("rounds"),
    }
}

/// The same of float32.
fn inexact(kind: ArithmeticKind, a: f32, b: f32) -> f32 {
    match kind {
        ArithmeticKind::Add => a + b,
        ArithmeticKind::Subtract => a - b,
        ArithmeticKind::Multiply => a * b,
        ArithmeticKind::AbsDiff => (a - b).abs(),
        ArithmeticKind::Min => extreme(a.into(), b.into(), false) as f32,
        ArithmeticKind::Max => extreme(a.into(), b.into(), true) as f32,
        ArithmeticKind::Divide => unreachable!("has a scale"),
    }
}

/// Two samples; without a scale, products are exact.
pub fn arithmetic<S: Sample, D: Sample>(kind: ArithmeticKind, a: S, b: S, scale: Option<f64>) -> D {
    let same = S::DEPTH == D::DEPTH;
    match (kind, scale) {
        (ArithmeticKind::Divide, scale) => divide(a, b, scale.unwrap_or(1.0)),
        (ArithmeticKind::Multiply, Some(scale)) => {
            if same && matches!(S::DEPTH, Depth::U8 | Depth::U16 | Depth::I16) {
                return single(real(a) * scale as f32 * real(b));
            }
            if same && S::DEPTH == Depth::I32 {
                return D::from_f64(a.to_f64() * scale * b.to_f64());
            }
            let product = f64::from(real(a)) * scale * f64::from(real(b));
            single(product as f32)
        }
        _ if is_integer(S::DEPTH) && is_integer(D::DEPTH) => {
            whole(exact(kind, a.to_f64() as i64, b.to_f64() as i64))
        }
        _ => single(inexact(kind, real(a), real(b))),
    }
}

fn divide<S: Sample, D: Sample>(a: S, b: S, scale: f64) -> D {
    if is_integer(D::DEPTH) && b.to_f64() == 0.0 {
        return D::from_f64(0.0);
    }
    if S::DEPTH == Depth::I32 && D::DEPTH == Depth::I32 {
        return D::from_f64(a.to_f64() * scale / b.to_f64());
    }
    single(real(a) * scale as f32 / real(b))
}

/// A sample and a number.
pub fn arithmetic_number<S: Sample, D: Sample>(
    kind: ArithmeticKind,
    a: S,
    number: f64,
    scale: f64,
) -> D {
    let integers = is_integer(S::DEPTH) && is_integer(D::DEPTH);
    match kind {
        ArithmeticKind::Multiply => D::from_f64(a.to_f64() * scale * number),
        ArithmeticKind::Divide if number == 0.0 && is_integer(D::DEPTH) => D::from_f64(0.0),
        ArithmeticKind::Divide => D::from_f64(a.to_f64() * scale / number),
        _ if integers => whole(exact(kind, a.to_f64() as i64, i32::from_f64(number).into())),
        _ => single(inexact(kind, real(a), number as f32)),
    }
}

/// The sum of two samples with the weights alpha and beta, and gamma.
pub fn blend<T: Sample>(a: T, b: T, [alpha, beta, gamma]: [f64; 3]) -> T {
    if matches!(T::DEPTH, Depth::I32 | Depth::F32) {
        return T::from_f64(a.to_f64().mul_add(alpha, b.to_f64().mul_add(beta, gamma)));
    }
    single(real(a).mul_add(alpha as f32, real(b).mul_add(beta as f32, gamma as f32)))
}

/// The same of a sample and a number.
pub fn blend_number<T: Sample>(a: T, number: f64, [alpha, beta, gamma]: [f64; 3]) -> T {
    T::from_f64(a.to_f64().mul_add(alpha, number.mul_add(beta, gamma)))
}

/// Bits of two integers.
pub fn boolean<T: Sample>(kind: BooleanKind, a: T, b: T) -> T {
    let bits = 8 * size_of::<T>() as i64;
    let (a, b) = (a.to_f64() as i64, b.to_f64() as i64);
    let count = if b < 0 { bits } else { b.min(bits) };
    let value = match kind {
        BooleanKind::And => a & b,
        BooleanKind::Or => a | b,
        BooleanKind::Xor => a ^ b,
        BooleanKind::ShiftLeft => a << count,
        BooleanKind::ShiftRight => a >> count,
    };
    // The lowest bits, in two's complement.
    let low = value & ((1 << bits) - 1);
    let signed = matches!(T::DEPTH, Depth::I16 | Depth::I32) && low >> (bits - 1) == 1;
    T::from_f64((if signed { low - (1 << bits) } else { low }) as f64)
}

/// A weighted sum of the channels of a pixel, the offset last among the weights if there is one.
pub fn recombine<S: Sample, D: Sample>(pixel: &[S], weights: &[f64]) -> D {
    let offset = weights.get(pixel.len()).copied().unwrap_or(0.0);
    let pairs = pixel.iter().zip(weights);
    if S::DEPTH == Depth::I32 && D::DEPTH == Depth::I32 {
        return D::from_f64(
            pairs.fold(offset, |sum, (x, &weight)| x.to_f64().mul_add(weight, sum)),
        );
    }
    single(pairs.fold(offset as f32, |sum, (&x, &weight)| real(x).mul_add(weight as f32, sum)))
}

/// Gray of the first channels.
pub fn gray<T: Sample>(pixel: &[T]) -> T {
    let &[red, green, blue, ..] = pixel else { return pixel[0] };
    if T::DEPTH == Depth::F32 {
        return single(real(blue).mul_add(0.114, real(green).mul_add(0.587, real(red) * 0.299)));
    }
    let [red, green, blue] = [red, green, blue].map(|sample| sample.to_f64() as i64);
    whole((9798 * red + 19_235 * green + 3735 * blue + (1 << 14)) >> 15)
}
