//! Powers, logarithms and roots, held to the system's mathematical library.

use filters::PointRecipe;
use filters::point::{Exp, Gamma, Log, Pow, Sqrt, Value};
use gigapx_conformance::cases::Noise;
use kernels::Isa;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use raster::Depth;

use crate::harness::{Shape, at, check, each, input, pairs, shapes};

#[derive(Clone, Copy, Debug)]
enum Kind {
    Pow,
    Log,
    Exp,
    Sqrt,
}

#[derive(Clone, Debug)]
struct Case {
    shape: Shape,
    kind: Kind,
    exponent: Value,
}

fn exponent() -> impl Strategy<Value = f64> {
    let few: &[f64] = &[-2.0, -1.0, 0.0, 0.5, 1.0, 2.0, 3.0];
    prop_oneof![proptest::sample::select(few), -3.0f64..3.0]
}

fn exponents(channels: u32) -> impl Strategy<Value = Value> {
    prop_oneof![
        exponent().prop_map(Value::All),
        proptest::collection::vec(exponent(), channels as usize).prop_map(Value::Each),
    ]
}

/// Rows of some channels, but no more: a table for each of a thousand takes long.
fn rows() -> impl Strategy<Value = Shape> {
    shapes().prop_map(|shape| shape.with(1 + (shape.channels - 1) % 24))
}

fn cases() -> impl Strategy<Value = Case> {
    let kinds: &[Kind] = &[Kind::Pow, Kind::Log, Kind::Exp, Kind::Sqrt];
    (rows(), proptest::sample::select(kinds)).prop_flat_map(|(shape, kind)| {
        let exponents = exponents(shape.channels);
        exponents.prop_map(move |exponent| Case { shape, kind, exponent })
    })
}

/// Holds an operation to a function that is right but for a few of float64's last bits. All instruction sets and
/// pieces must still agree to the last bit of the result.
fn near<S: Noise, D: Noise>(
    recipe: &dyn PointRecipe,
    shape: &Shape,
    of: impl Fn(f64, usize) -> f64,
) -> TestCaseResult {
    let image = shape.image::<S>(0);
    let point = recipe.bind(&[image.spec], Isa::Scalar).expect("an operation");
    let mut result = vec![D::zeroed(); image.samples.len()];
    point.run(&[bytemuck::cast_slice(&image.samples)], bytemuck::cast_slice_mut(&mut result));
    let expected: Vec<f64> = each(&image, |x, channel| of(x.to_f64(), channel));
    for (i, (&value, &result)) in expected.iter().zip(&result).enumerate() {
        let slack = value.abs() * 2f64.powi(-50);
        let bounds = [value - slack, value, value + slack].map(D::from_f64);
        let nan = value.is_nan() && result.to_f64().is_nan();
        prop_assert!(
            nan || bounds.contains(&result) || value.is_infinite() && result == bounds[1],
            "sample {} of {:?}: {:?}, not {}",
            i,
            image.samples[i],
            result,
            value
        );
    }
    check(recipe, &[input(&image)], shape.seed, &result)
}

fn curve<S: Noise, D: Noise>(case: &Case) -> TestCaseResult {
    let Case { shape, kind, exponent } = case;
    let depth = Some(D::DEPTH);
    match kind {
        Kind::Pow => {
            let recipe = Pow { exponent: exponent.clone(), depth };
            near::<S, D>(&recipe, shape, |x, channel| x.powf(at(exponent, channel)))
        }
        Kind::Log => near::<S, D>(&Log { depth }, shape, |x, _| x.ln()),
        Kind::Exp => near::<S, D>(&Exp { depth }, shape, |x, _| x.exp()),
        Kind::Sqrt => near::<S, D>(&Sqrt { depth }, shape, |x, _| x.sqrt()),
    }
}

pairs!(curve(cases()));

mod gamma {
    use super::*;
    use crate::harness::alike;

    fn cases() -> impl Strategy<Value = (Shape, Value)> {
        (rows(), 0.05f64..5.0, any::<bool>()).prop_map(|(shape, exponent, each)| {
            let above = |channel| exponent + f64::from(channel);
            let exponents = || Value::Each((0..shape.channels).map(above).collect());
            (shape, if each { exponents() } else { Value::All(exponent) })
        })
    }

    fn gamma<T: Noise>((shape, exponent): &(Shape, Value)) -> TestCaseResult {
        let max = match T::DEPTH {
            Depth::U8 => 255.0,
            Depth::U16 => 65_535.0,
            Depth::I16 => 32_767.0,
            Depth::I32 => 2_147_483_647.0,
            Depth::F32 => 1.0,
        };
        let recipe = Gamma { exponent: exponent.clone() };
        near::<T, T>(&recipe, shape, |x, channel| {
            if x < 0.0 { 0.0 } else { (x / max).powf(at(exponent, channel)) * max }
        })
    }

    alike!(gamma(cases()));
}

#[test]
fn what_is_not_a_number_has_one_form() {
    let spec = raster::Spec::new(2, 1, 1, Depth::F32).expect("a shape");
    let samples = [-1.0f32, -4.0];
    let half = Pow { exponent: Value::All(0.5), depth: None };
    let recipes: [&dyn PointRecipe; 3] = [&Log::default(), &Sqrt::default(), &half];
    for (recipe, isa) in
        recipes.into_iter().flat_map(|it| Isa::supported().map(move |isa| (it, isa)))
    {
        let mut out = [0u32; 2];
        let point = recipe.bind(&[spec], isa).expect("an operation");
        point.run(&[bytemuck::bytes_of(&samples)], bytemuck::bytes_of_mut(&mut out));
        assert_eq!(out, [f32::NAN.to_bits(); 2]);
    }
}

#[test]
fn depths_are_float32_unless_others_are_asked_for() {
    let spec = raster::Spec::new(2, 1, 1, Depth::U8).expect("a shape");
    let point = Exp::default().bind(&[spec], Isa::best()).expect("an operation");
    assert_eq!(point.output().depth, Depth::F32);
}
