//! Operations on two images, and choices between two.

use filters::point::{
    Arithmetic, ArithmeticKind, Blend, Boolean, BooleanKind, Compare, Operand, Relation, Select,
    Value,
};
use gigapx_conformance::cases::Noise;
use gigapx_conformance::harness::Class;
use gigapx_conformance::image::Dense;
use gigapx_conformance::naive::point as naive;
use gigapx_conformance::oracle::borrow;
use gigapx_conformance::oracle::point as opencv;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use raster::{Depth, Sample};

use crate::harness::{LIMIT, Shape, alike, at, check, input, oracle, pairs, shapes, single, value};

pub const KINDS: [ArithmeticKind; 7] = [
    ArithmeticKind::Add,
    ArithmeticKind::Subtract,
    ArithmeticKind::Multiply,
    ArithmeticKind::Divide,
    ArithmeticKind::AbsDiff,
    ArithmeticKind::Min,
    ArithmeticKind::Max,
];

/// Which of two images have one channel where the other has more.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Narrow {
    None,
    First,
    Second,
}

fn narrows() -> impl Strategy<Value = Narrow> {
    prop_oneof![4 => Just(Narrow::None), 1 => Just(Narrow::First), 1 => Just(Narrow::Second)]
}

/// Two images, and those that they are with all channels.
fn images<T: Noise>(shape: Shape, narrow: Narrow) -> [[Dense<T>; 2]; 2] {
    let one =
        |index, is_narrow| shape.with(if is_narrow { 1 } else { shape.channels }).image(index);
    let images: [Dense<T>; 2] = [one(0, narrow == Narrow::First), one(1, narrow == Narrow::Second)];
    let wide = images.clone().map(|image| spread(&image, shape.channels));
    [images, wide]
}

/// An image with its one channel repeated, if it has one.
fn spread<T: Noise>(image: &Dense<T>, channels: u32) -> Dense<T> {
    if image.spec.channels == channels {
        return image.clone();
    }
    let channels = channels as usize;
    let sample = |_, x: usize| image.samples[x / channels];
    Dense::generate(image.spec.width, 1, channels as u32, sample)
}

/// A result for each pair of samples, with the channel.
fn both<S: Sample, D>(pair: &[Dense<S>; 2], of: impl Fn(S, S, usize) -> D) -> Vec<D> {
    let channels = pair[0].spec.channels as usize;
    let samples = pair[0].samples.iter().zip(&pair[1].samples).enumerate();
    samples.map(|(i, (&a, &b))| of(a, b, i % channels)).collect()
}

mod arithmetic {
    use super::*;

    #[derive(Clone, Debug)]
    struct Case {
        shape: Shape,
        narrow: Narrow,
        kind: ArithmeticKind,
        scale: Value,
    }

    fn cases() -> impl Strategy<Value = Case> {
        let parts = (shapes(), narrows(), proptest::sample::select(&KINDS[..]));
        parts.prop_flat_map(|(shape, narrow, kind)| {
            let scales = matches!(kind, ArithmeticKind::Multiply | ArithmeticKind::Divide);
            let scale = if scales {
                prop_oneof![Just(Value::All(1.0)), value(shape.channels)].boxed()
            } else {
                Just(Value::All(1.0)).boxed()
            };
            scale.prop_map(move |scale| Case { shape, narrow, kind, scale })
        })
    }

    /// Whether `OpenCV` computes a sample as well.
    fn known<S: Sample, D: Sample>(case: &Case, a: S, b: S, scale: f64) -> bool {
        let (a, b) = (a.to_f64(), b.to_f64());
        let integers = S::DEPTH != Depth::F32 && D::DEPTH != Depth::F32;
        let value = match case.kind {
            ArithmeticKind::Multiply => a * b * scale,
            // Infinity becomes any integer in OpenCV, where it comes of integers of another depth.
            ArithmeticKind::Divide if b == 0.0 => return integers && S::DEPTH == D::DEPTH,
            // OpenCV divides int32 in float32.
            ArithmeticKind::Divide if S::DEPTH == Depth::I32 => return false,
            ArithmeticKind::Divide => a * scale / b,
            _ => a.abs() + b.abs(),
        };
        let exact = case.kind == ArithmeticKind::Multiply && scale == 1.0 && integers;
        // Products of integers are exact here, also where float32 does not hold them.
        let single = exact && (S::DEPTH == Depth::I32 || D::DEPTH == Depth::I32);
        value.abs() < if single { 2f64.powi(24) } else { LIMIT }
    }

    fn arithmetic<S: Noise, D: Noise>(case: &Case) -> TestCaseResult {
        let Case { shape, narrow, kind, scale } = case;
        let [images, wide] = images::<S>(*shape, *narrow);
        let has_scale = (0..shape.channels as usize).any(|channel| at(scale, channel) != 1.0);
        let of =
            |a, b, channel| naive::arithmetic(*kind, a, b, has_scale.then(|| at(scale, channel)));
        let mut definition: Vec<D> = both(&wide, of);
        let recipe = Arithmetic {
            kind: *kind,
            with: Operand::Image,
            scale: scale.clone(),
            depth: Some(D::DEPTH),
        };
        let inputs = [input(&images[0]), input(&images[1])];
        check(&recipe, &inputs, shape.seed, &definition)?;
        let last =
            matches!(kind, ArithmeticKind::AbsDiff | ArithmeticKind::Min | ArithmeticKind::Max);
        let Some(scale) = single(scale) else { return Ok(()) };
        if !shape.is_known() || (last && S::DEPTH != D::DEPTH) {
            return Ok(());
        }
        let mut expected: Vec<D> = opencv::arithmetic(*kind, &wide[0], &borrow(&wide[1]), scale);
        let known = both(&wide, |a, b, _| known::<S, D>(case, a, b, scale));
        let zero = D::zeroed();
        for (i, _) in known.iter().enumerate().filter(|(_, known)| !**known) {
            (definition[i], expected[i]) = (zero, zero);
        }
        oracle(&definition, &expected, &wide[0].spec, Class::Equal)
    }

    pairs!(arithmetic(cases()));
}

mod blend {
    use super::*;

    #[derive(Clone, Debug)]
    struct Case {
        shape: Shape,
        narrow: Narrow,
        weights: [Value; 3],
    }

    fn cases() -> impl Strategy<Value = Case> {
        (shapes(), narrows()).prop_flat_map(|(shape, narrow)| {
            let weights = [(); 3].map(|()| value(shape.channels));
            weights.prop_map(move |weights| Case { shape, narrow, weights })
        })
    }

    fn blend<T: Noise>(case: &Case) -> TestCaseResult {
        let Case { shape, narrow, weights } = case;
        let [images, wide] = images::<T>(*shape, *narrow);
        let of = |a, b, channel| naive::blend(a, b, weights.each_ref().map(|it| at(it, channel)));
        let mut definition: Vec<T> = both(&wide, of);
        let [alpha, beta, gamma] = weights.clone();
        let recipe = Blend { with: Operand::Image, alpha, beta, gamma };
        let inputs = [input(&images[0]), input(&images[1])];
        check(&recipe, &inputs, shape.seed, &definition)?;
        let [Some(alpha), Some(beta), Some(gamma)] = weights.each_ref().map(single) else {
            return Ok(());
        };
        if !shape.is_known() {
            return Ok(());
        }
        let numbers = [alpha, beta, gamma];
        let mut expected = opencv::add_weighted(&wide[0], &borrow(&wide[1]), numbers);
        let terms = |a: T, b: T, _| [a.to_f64() * alpha, b.to_f64() * beta, gamma];
        let mut largest = 0.0f64;
        for (i, terms) in both(&wide, terms).into_iter().enumerate() {
            largest = terms.iter().fold(largest, |max, term| max.max(term.abs()));
            if terms.iter().sum::<f64>().abs() >= LIMIT {
                (definition[i], expected[i]) = (T::zeroed(), T::zeroed());
            }
        }
        oracle(&definition, &expected, &wide[0].spec, class::<T>(largest))
    }

    /// OpenCV adds the last elements in another order, but for int32: each sum then differs by the rounding of its
    /// largest term, and in how it is rounded itself.
    fn class<T: Noise>(largest: f64) -> Class {
        let tolerance = match T::DEPTH {
            Depth::I32 => return Class::Equal,
            Depth::F32 => largest * (2f64.powi(-51) + 2f64.powi(-23)),
            Depth::U8 | Depth::U16 | Depth::I16 => 1.0 + largest * 2f64.powi(-22),
        };
        Class::Trailing { modulo: 16, tolerance }
    }

    alike!(blend(cases()));
}

mod compare {
    use super::*;

    type Case = (Shape, Narrow, Relation);

    fn cases() -> impl Strategy<Value = Case> {
        (shapes(), narrows(), proptest::sample::select(&Relation::ALL[..]))
    }

    fn compare<T: Noise>((shape, narrow, relation): &Case) -> TestCaseResult {
        let [images, wide] = images::<T>(*shape, *narrow);
        let of = |a: T, b: T, _| if relation.holds(a.to_f64(), b.to_f64()) { 255u8 } else { 0 };
        let definition = both(&wide, of);
        // OpenCV's float32 loops differ from each other on what is not a number.
        if shape.is_known() {
            let expected = opencv::compare(*relation, &wide[0], &borrow(&wide[1]));
            oracle(&definition, &expected, &wide[0].spec, Class::Equal)?;
        }
        let recipe = Compare { relation: *relation, with: Operand::Image };
        check(&recipe, &[input(&images[0]), input(&images[1])], shape.seed, &definition)
    }

    alike!(compare(cases()));
}

mod boolean {
    use super::*;

    pub(crate) const KINDS: [BooleanKind; 5] = [
        BooleanKind::And,
        BooleanKind::Or,
        BooleanKind::Xor,
        BooleanKind::ShiftLeft,
        BooleanKind::ShiftRight,
    ];

    type Case = (Shape, Narrow, BooleanKind);

    fn cases() -> impl Strategy<Value = Case> {
        (shapes(), narrows(), proptest::sample::select(&KINDS[..]))
    }

    fn boolean<T: Noise>((shape, narrow, kind): &Case) -> TestCaseResult {
        let [mut images, mut wide] = images::<T>(*shape, *narrow);
        if matches!(kind, BooleanKind::ShiftLeft | BooleanKind::ShiftRight) {
            // Mostly counts that leave something.
            for image in [&mut images[1], &mut wide[1]] {
                for sample in &mut image.samples {
                    let count = (sample.to_f64() as i64).rem_euclid(37) - 2;
                    *sample = T::from_f64(count as f64);
                }
            }
        }
        let definition = both(&wide, |a, b, _| naive::boolean(*kind, a, b));
        if shape.is_known()
            && let Some(expected) = opencv::bitwise(*kind, &wide[0], &borrow(&wide[1]))
        {
            oracle(&definition, &expected, &wide[0].spec, Class::Equal)?;
        }
        let recipe = Boolean { kind: *kind, with: Operand::Image };
        check(&recipe, &[input(&images[0]), input(&images[1])], shape.seed, &definition)
    }

    alike!(boolean(cases()): u8 u16 i16 i32);
}

pub(crate) use boolean::KINDS as BOOLEAN_KINDS;

mod select {
    use super::*;

    type Case = (Shape, Narrow, bool);

    fn cases() -> impl Strategy<Value = Case> {
        (shapes(), narrows(), any::<bool>())
    }

    fn select<M: Noise, T: Noise>((shape, narrow, one): &Case) -> TestCaseResult {
        let [images, wide] = images::<T>(*shape, *narrow);
        let mask = shape.with(if *one { 1 } else { shape.channels }).image::<M>(2);
        let all = spread(&mask, shape.channels);
        let pairs = wide[0].samples.iter().zip(&wide[1].samples).zip(&all.samples);
        let choose = |((&a, &b), mask): ((&T, &T), &M)| if mask.to_f64() == 0.0 { b } else { a };
        let definition: Vec<T> = pairs.map(choose).collect();
        let inputs = [input(&mask), input(&images[0]), input(&images[1])];
        check(&Select, &inputs, shape.seed, &definition)
    }

    pairs!(select(cases()));
}
