//! Operations on an image and numbers.

use filters::point::{
    Arithmetic, ArithmeticKind, Blend, Boolean, Compare, Operand, Relation, Value,
};
use gigapx_conformance::cases::Noise;
use gigapx_conformance::harness::Class;
use gigapx_conformance::naive::point as naive;
use gigapx_conformance::oracle::point as opencv;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use raster::{Depth, Sample};

use crate::harness::{
    LIMIT, Shape, alike, at, check, each, four, input, number, oracle, pairs, shapes, single, value,
};
use crate::joined::{BOOLEAN_KINDS, KINDS};

mod arithmetic {
    use super::*;

    #[derive(Clone, Debug)]
    struct Case {
        shape: Shape,
        kind: ArithmeticKind,
        numbers: Value,
        scale: Value,
    }

    fn cases() -> impl Strategy<Value = Case> {
        (shapes(), proptest::sample::select(&KINDS[..])).prop_flat_map(|(shape, kind)| {
            let scales = matches!(kind, ArithmeticKind::Multiply | ArithmeticKind::Divide);
            let scale = if scales {
                prop_oneof![Just(Value::All(1.0)), value(shape.channels)].boxed()
            } else {
                Just(Value::All(1.0)).boxed()
            };
            let values = (value(shape.channels), scale);
            values.prop_map(move |(numbers, scale)| Case { shape, kind, numbers, scale })
        })
    }

    /// Whether `OpenCV` computes a sample as well: without an integer beyond int32 on the way.
    fn known<S: Sample, D: Sample>(kind: ArithmeticKind, x: S, number: f64, scale: f64) -> bool {
        let x = x.to_f64();
        let value = match kind {
            ArithmeticKind::Multiply => x * scale * number,
            ArithmeticKind::Divide if number == 0.0 => {
                return matches!(D::DEPTH, Depth::U8 | Depth::U16);
            }
            ArithmeticKind::Divide => x * scale / number,
            _ => x.abs() + number.abs(),
        };
        value.abs() < LIMIT
    }

    fn arithmetic<S: Noise, D: Noise>(case: &Case) -> TestCaseResult {
        let Case { shape, kind, numbers, scale } = case;
        let image = shape.image::<S>(0);
        let of = |x, channel| {
            naive::arithmetic_number(*kind, x, at(numbers, channel), at(scale, channel))
        };
        let mut definition: Vec<D> = each(&image, of);
        let recipe = Arithmetic {
            kind: *kind,
            with: Operand::Constant(numbers.clone()),
            scale: scale.clone(),
            depth: Some(D::DEPTH),
        };
        check(&recipe, &[input(&image)], shape.seed, &definition)?;
        let Some(scale) = single(scale) else { return Ok(()) };
        let last =
            matches!(kind, ArithmeticKind::AbsDiff | ArithmeticKind::Min | ArithmeticKind::Max);
        if !shape.is_known() || shape.channels > 4 || (last && S::DEPTH != D::DEPTH) {
            return Ok(());
        }
        let integer = (0..shape.channels as usize).all(|c| at(numbers, c).fract() == 0.0);
        if S::DEPTH == Depth::F32 && D::DEPTH != Depth::F32 && integer {
            // OpenCV rounds float32 before it adds integers.
            return Ok(());
        }
        let scalar = opencv::scalar(four(numbers));
        let mut expected: Vec<D> = opencv::arithmetic(*kind, &image, &scalar, scale);
        let known = each(&image, |x, channel| known::<S, D>(*kind, x, at(numbers, channel), scale));
        for (i, _) in known.iter().enumerate().filter(|(_, known)| !**known) {
            (definition[i], expected[i]) = (D::zeroed(), D::zeroed());
        }
        // From int32 to float32 OpenCV may go by float64.
        let close = Class::Within(2f64.powi(-22) * (2f64.powi(31) + 70_000.0));
        let wide = (S::DEPTH, D::DEPTH) == (Depth::I32, Depth::F32);
        oracle(&definition, &expected, &image.spec, if wide { close } else { Class::Equal })
    }

    pairs!(arithmetic(cases()));
}

mod blend {
    use super::*;

    #[derive(Clone, Debug)]
    struct Case {
        shape: Shape,
        numbers: Value,
        weights: [Value; 3],
    }

    fn cases() -> impl Strategy<Value = Case> {
        shapes().prop_flat_map(|shape| {
            let values = (value(shape.channels), [(); 3].map(|()| value(shape.channels)));
            values.prop_map(move |(numbers, weights)| Case { shape, numbers, weights })
        })
    }

    fn blend<T: Noise>(case: &Case) -> TestCaseResult {
        let Case { shape, numbers, weights } = case;
        let image = shape.image::<T>(0);
        let at_all = |channel| weights.each_ref().map(|it| at(it, channel));
        let of = |x, channel| naive::blend_number(x, at(numbers, channel), at_all(channel));
        let mut definition: Vec<T> = each(&image, of);
        let [alpha, beta, gamma] = weights.clone();
        let recipe = Blend { with: Operand::Constant(numbers.clone()), alpha, beta, gamma };
        check(&recipe, &[input(&image)], shape.seed, &definition)?;
        let [Some(alpha), Some(beta), Some(gamma)] = weights.each_ref().map(single) else {
            return Ok(());
        };
        if !shape.is_known() || shape.channels > 4 {
            return Ok(());
        }
        let scalar = opencv::scalar(four(numbers));
        let mut expected = opencv::add_weighted(&image, &scalar, [alpha, beta, gamma]);
        let sum = |x: T, channel| x.to_f64() * alpha + at(numbers, channel) * beta + gamma;
        for (i, sum) in each(&image, sum).into_iter().enumerate() {
            if sum.abs() >= LIMIT {
                (definition[i], expected[i]) = (T::zeroed(), T::zeroed());
            }
        }
        oracle(&definition, &expected, &image.spec, Class::Equal)
    }

    alike!(blend(cases()));
}

mod compare {
    use super::*;

    #[derive(Clone, Debug)]
    struct Case {
        shape: Shape,
        relation: Relation,
        numbers: Value,
    }

    fn cases() -> impl Strategy<Value = Case> {
        (shapes(), proptest::sample::select(&Relation::ALL[..])).prop_flat_map(
            |(shape, relation)| {
                let numbers = value(shape.channels);
                numbers.prop_map(move |numbers| Case { shape, relation, numbers })
            },
        )
    }

    fn compare<T: Noise>(case: &Case) -> TestCaseResult {
        let Case { shape, relation, numbers } = case;
        let image = shape.image::<T>(0);
        let nearest = |number: f64| match T::DEPTH {
            Depth::F32 => f64::from(number as f32),
            _ => number,
        };
        let of = |x: T, channel| {
            if relation.holds(x.to_f64(), nearest(at(numbers, channel))) { 255u8 } else { 0 }
        };
        let definition = each(&image, of);
        if let (Some(number), true, 1) = (single(numbers), shape.is_known(), shape.channels) {
            let scalar = opencv::scalar([number; 4]);
            let expected = opencv::compare(*relation, &image, &scalar);
            oracle(&definition, &expected, &image.spec, Class::Equal)?;
        }
        let recipe = Compare { relation: *relation, with: Operand::Constant(numbers.clone()) };
        check(&recipe, &[input(&image)], shape.seed, &definition)
    }

    alike!(compare(cases()));
}

mod boolean {
    use super::*;
    use filters::point::BooleanKind;

    type Case = (Shape, BooleanKind, f64, bool);

    fn cases() -> impl Strategy<Value = Case> {
        (shapes(), proptest::sample::select(&BOOLEAN_KINDS[..]), number(), any::<bool>())
    }

    fn boolean<T: Noise>(&(shape, kind, number, each_channel): &Case) -> TestCaseResult {
        let image = shape.image::<T>(0);
        let shifts = matches!(kind, BooleanKind::ShiftLeft | BooleanKind::ShiftRight);
        let bits = 8.0 * size_of::<T>() as f64;
        let fit = |number: f64| {
            if shifts { number.abs().floor() % bits } else { T::from_f64(number).to_f64() }
        };
        let numbers = if each_channel {
            Value::Each((0..shape.channels).map(|c| fit(number + f64::from(c))).collect())
        } else {
            Value::All(fit(number))
        };
        let of = |x, channel| naive::boolean(kind, x, T::from_f64(at(&numbers, channel)));
        let definition: Vec<T> = each(&image, of);
        if shape.channels <= 4
            && let Some(expected) = opencv::bitwise(kind, &image, &opencv::scalar(four(&numbers)))
        {
            oracle(&definition, &expected, &image.spec, Class::Equal)?;
        }
        let recipe = Boolean { kind, with: Operand::Constant(numbers.clone()) };
        check(&recipe, &[input(&image)], shape.seed, &definition)
    }

    alike!(boolean(cases()): u8 u16 i16 i32);
}
