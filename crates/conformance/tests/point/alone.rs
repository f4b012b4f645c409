//! Operations on one image: scale and offset, depths, signs, bounds, thresholds, tables.

use filters::point::{Abs, Cast, Clamp, Linear, Lut, Negate, Not, Threshold, ThresholdKind, Value};
use gigapx_conformance::cases::Noise;
use gigapx_conformance::harness::Class;
use gigapx_conformance::image::Dense;
use gigapx_conformance::naive::point as naive;
use gigapx_conformance::oracle::point as opencv;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use raster::{Depth, Sample, Spec};

use crate::harness::{
    LIMIT, Shape, alike, at, check, each, input, number, oracle, pairs, shapes, single, value,
};

fn largest<S: Sample>(image: &Dense<S>, of: impl Fn(f64) -> f64) -> f64 {
    image.samples.iter().fold(0.0, |largest, sample| of(sample.to_f64()).abs().max(largest))
}

mod linear {
    use super::*;

    #[derive(Clone, Debug)]
    struct Case {
        shape: Shape,
        scale: Value,
        offset: Value,
    }

    fn cases() -> impl Strategy<Value = Case> {
        shapes().prop_flat_map(|shape| {
            let values = (value(shape.channels), value(shape.channels));
            values.prop_map(move |(scale, offset)| Case { shape, scale, offset })
        })
    }

    fn linear<S: Noise, D: Noise>(case: &Case) -> TestCaseResult {
        let Case { shape, scale, offset } = case;
        let image = shape.image::<S>(0);
        let of = |x, channel| naive::linear(x, at(scale, channel), at(offset, channel));
        let definition: Vec<D> = each(&image, of);
        if let (Some(scale), Some(offset), true) = (single(scale), single(offset), shape.is_known())
            && (largest(&image, |x| x * scale + offset) < LIMIT || D::DEPTH == Depth::F32)
        {
            let expected = opencv::convert(&image, scale, offset);
            oracle(&definition, &expected, &image.spec, Class::Equal)?;
        }
        let depth = Some(D::DEPTH);
        let recipe = Linear { scale: scale.clone(), offset: offset.clone(), depth };
        check(&recipe, &[input(&image)], shape.seed, &definition)
    }

    pairs!(linear(cases()));

    proptest! {
        #[test]
        fn of_the_defaults_changes_nothing(shape in shapes()) {
            let image = shape.image::<f32>(0);
            let definition = image.samples.clone();
            check(&Linear::default(), &[input(&image)], shape.seed, &definition)?;
        }
    }
}

mod cast {
    use super::*;

    fn cast<S: Noise, D: Noise>(shape: &Shape) -> TestCaseResult {
        let image = shape.image::<S>(0);
        let definition: Vec<D> = each(&image, |x, _| naive::cast(x));
        if shape.is_known() {
            let expected = opencv::convert(&image, 1.0, 0.0);
            oracle(&definition, &expected, &image.spec, Class::Equal)?;
        }
        check(&Cast(D::DEPTH), &[input(&image)], shape.seed, &definition)
    }

    pairs!(cast(shapes()));
}

mod abs {
    use super::*;

    fn abs<T: Noise>(shape: &Shape) -> TestCaseResult {
        let image = shape.image::<T>(0);
        let definition = each(&image, |x, _| naive::abs(x));
        check(&Abs, &[input(&image)], shape.seed, &definition)
    }

    alike!(abs(shapes()));
}

mod negate {
    use super::*;

    fn negate<T: Noise>(shape: &Shape) -> TestCaseResult {
        let image = shape.image::<T>(0);
        let definition = each(&image, |x, _| naive::negate(x));
        if shape.is_known() && matches!(T::DEPTH, Depth::U8 | Depth::U16) {
            oracle(&definition, &opencv::bitwise_not(&image), &image.spec, Class::Equal)?;
        }
        check(&Negate, &[input(&image)], shape.seed, &definition)
    }

    alike!(negate(shapes()));
}

mod not {
    use super::*;

    fn not<T: Noise>(shape: &Shape) -> TestCaseResult {
        let shape = shape.with(1 + shape.channels % 512);
        let image = shape.image::<T>(0);
        let definition = opencv::bitwise_not(&image);
        check(&Not, &[input(&image)], shape.seed, &definition)
    }

    alike!(not(shapes()): u8 u16 i16 i32);
}

mod clamp {
    use super::*;

    #[derive(Clone, Debug)]
    struct Case {
        shape: Shape,
        bounds: [f64; 2],
        high: Value,
    }

    fn bound() -> impl Strategy<Value = f64> {
        prop_oneof![8 => number(), 1 => Just(f64::INFINITY), 1 => Just(f64::NEG_INFINITY)]
    }

    fn cases() -> impl Strategy<Value = Case> {
        let parts = (shapes(), bound(), bound(), any::<bool>());
        parts.prop_map(|(shape, a, b, each)| {
            let (low, high) = (a.min(b), a.max(b));
            let above = |channel| high + f64::from(channel);
            let each = each.then(|| Value::Each((0..shape.channels).map(above).collect()));
            Case { shape, bounds: [low, high], high: each.unwrap_or(Value::All(high)) }
        })
    }

    fn clamp<T: Noise>(case: &Case) -> TestCaseResult {
        let Case { shape, bounds: [low, _], high } = case;
        let image = shape.image::<T>(0);
        let of = |x, channel| naive::clamp(x, *low, at(high, channel));
        let definition: Vec<T> = each(&image, of);
        let recipe = Clamp { min: Value::All(*low), max: high.clone() };
        check(&recipe, &[input(&image)], shape.seed, &definition)
    }

    alike!(clamp(cases()));
}

mod threshold {
    use super::*;

    const KINDS: [ThresholdKind; 5] = [
        ThresholdKind::Binary,
        ThresholdKind::BinaryInverse,
        ThresholdKind::Truncate,
        ThresholdKind::ToZero,
        ThresholdKind::ToZeroInverse,
    ];

    #[derive(Clone, Debug)]
    struct Case {
        shape: Shape,
        level: Value,
        max: Value,
        kind: ThresholdKind,
    }

    fn cases() -> impl Strategy<Value = Case> {
        (shapes(), proptest::sample::select(&KINDS[..])).prop_flat_map(|(shape, kind)| {
            let values = (value(shape.channels), value(shape.channels));
            values.prop_map(move |(level, max)| Case { shape, level, max, kind })
        })
    }

    fn threshold<T: Noise>(case: &Case) -> TestCaseResult {
        let Case { shape, level, max, kind } = case;
        let image = shape.image::<T>(0);
        let of = |x, channel| naive::threshold(x, at(level, channel), at(max, channel), *kind);
        let definition: Vec<T> = each(&image, of);
        if let (Some(level), Some(max), true) = (single(level), single(max), shape.is_known())
            && level.abs().max(max.abs()) < LIMIT
            && T::DEPTH != Depth::I32
            // Where OpenCV truncates at a level below all of int16, it makes 0 of it.
            && !(T::DEPTH == Depth::I16 && *kind == ThresholdKind::Truncate && level < -32_768.0)
        {
            let expected = opencv::threshold(&image, level, max, *kind);
            oracle(&definition, &expected, &image.spec, Class::Equal)?;
        }
        let recipe = Threshold { level: level.clone(), max: max.clone(), kind: *kind };
        check(&recipe, &[input(&image)], shape.seed, &definition)
    }

    alike!(threshold(cases()));
}

mod lut {
    use super::*;

    #[derive(Clone, Debug)]
    struct Case {
        shape: Shape,
        each: bool,
    }

    fn cases() -> impl Strategy<Value = Case> {
        (shapes(), any::<bool>()).prop_map(|(shape, each)| {
            let few = shape.with(1 + shape.channels % 4);
            Case { shape: few, each }
        })
    }

    fn tables<D: Noise>(case: &Case, count: u64) -> Vec<Vec<f64>> {
        let tables = if case.each { case.shape.channels } else { 1 };
        let shape = Shape { width: count, channels: 1, ..case.shape };
        let table = |index| shape.image::<D>(index).samples.iter().map(|x| x.to_f64()).collect();
        (1..=u64::from(tables)).map(table).collect()
    }

    fn look<S: Noise, D: Noise>(case: &Case) -> TestCaseResult {
        let image = case.shape.image::<S>(0);
        let table = tables::<D>(case, 1 << (8 * size_of::<S>()));
        let of =
            |x: S, channel: usize| D::from_f64(table[channel % table.len()][x.to_f64() as usize]);
        let definition: Vec<D> = each(&image, of);
        let recipe = Lut { table, depth: Some(D::DEPTH) };
        check(&recipe, &[input(&image)], case.shape.seed, &definition)
    }

    gigapx_conformance::depths! {
        look(cases()):
        u8_u8: u8 => u8;
        u8_u16: u8 => u16;
        u8_i16: u8 => i16;
        u8_f32: u8 => f32;
        u16_u8: u16 => u8;
        u16_u16: u16 => u16;
        u16_i32: u16 => i32;
        u16_f32: u16 => f32;
    }

    proptest! {
        #[test]
        fn is_that_of_opencv(shape in shapes()) {
            let shape = shape.with(1 + shape.channels % 512);
            let image = shape.image::<u8>(0);
            let table = Shape { width: 256, channels: 1, ..shape }.image::<i16>(1);
            let definition = opencv::lut(&image, &table);
            let numbers = table.samples.iter().map(|&x| f64::from(x)).collect();
            let recipe = Lut { table: vec![numbers], depth: Some(Depth::I16) };
            check(&recipe, &[input(&image)], shape.seed, &definition)?;
        }
    }
}

#[test]
fn depths_stay_unless_others_are_asked_for() {
    use filters::PointRecipe;
    let recipes: [&dyn PointRecipe; 4] = [
        &Linear { scale: Value::All(2.0), ..Linear::default() },
        &Abs,
        &Negate,
        &Lut { table: vec![vec![0.0; 65_536]], depth: None },
    ];
    let spec = Spec::new(7, 5, 3, Depth::U16).expect("a shape");
    for recipe in recipes {
        assert_eq!(*recipe.bind(&[spec], kernels::Isa::best()).expect("one").output(), spec);
    }
}
