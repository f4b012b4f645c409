//! What operations refuse, and in which words.

use filters::PointRecipe;
use filters::point::{
    Arithmetic, ArithmeticKind, Boolean, BooleanKind, Clamp, ExtractChannel, Gamma, Grayscale,
    JoinChannels, Linear, Lut, Operand, Recombine, Select, Threshold, ThresholdKind, Value,
};
use kernels::Isa;
use raster::{Depth, Spec};

fn spec(width: u64, channels: u32, depth: Depth) -> Spec {
    Spec::new(width, 5, channels, depth).expect("a shape")
}

fn refuses(recipe: &dyn PointRecipe, inputs: &[Spec], message: &str) {
    let error = recipe.bind(inputs, Isa::best()).err().expect("an error");
    assert_eq!(error.to_string(), message);
}

#[test]
fn images_that_do_not_go_together() {
    let add = Arithmetic::new(ArithmeticKind::Add, Operand::Image);
    let image = spec(10, 3, Depth::U8);
    let bad = "expected an image of 10 x 5 pixels for other but received 9 x 5";
    refuses(&add, &[image, spec(9, 3, Depth::U8)], bad);
    let bad = "expected an image of uint8 (see cast) for other but received uint16";
    refuses(&add, &[image, spec(10, 3, Depth::U16)], bad);
    let bad = "expected an image of 3 channels or 1 for other but received 2";
    refuses(&add, &[image, spec(10, 2, Depth::U8)], bad);
    refuses(&add, &[image], "expected 2 images for inputs but received 1");
    let bad = "expected an image of 3 channels or 1 for mask but received 2";
    refuses(&Select, &[spec(10, 2, Depth::U8), image, image], bad);
    let bad = "expected an image of uint8 (see cast) for images but received int16";
    refuses(&JoinChannels, &[image, spec(10, 1, Depth::I16)], bad);
    let most = [spec(10, Spec::MAX_CHANNELS, Depth::U8), image];
    let bad = "expected at most 65535 channels for images but received 65538";
    refuses(&JoinChannels, &most, bad);
    refuses(&JoinChannels, &[], "expected 1 image or more for images but received 0");
}

#[test]
fn numbers_that_are_none_or_too_many() {
    let image = spec(10, 3, Depth::U8);
    let linear = Linear { scale: Value::All(f64::NAN), ..Linear::default() };
    refuses(&linear, &[image], "expected a finite number for scale but received NaN");
    let linear = Linear { offset: Value::Each(vec![1.0, 2.0]), ..Linear::default() };
    let bad = "expected a number, or one for each of 3 channels, for offset but received 2 numbers";
    refuses(&linear, &[image], bad);
    let level = Value::All(f64::INFINITY);
    let threshold = Threshold { level, max: Value::All(1.0), kind: ThresholdKind::Binary };
    refuses(&threshold, &[image], "expected a finite number for level but received inf");
    let gamma = Gamma { exponent: Value::All(0.0) };
    refuses(&gamma, &[image], "expected a finite number above 0 for exponent but received 0");
    let clamp = Clamp { min: Value::All(9.0), max: Value::Each(vec![10.0, 9.0, 8.0]) };
    refuses(&clamp, &[image], "expected at least min, 9, for max but received 8");
    let ones = Operand::Constant(Value::All(1.0));
    let add = Arithmetic { scale: Value::All(2.0), ..Arithmetic::new(ArithmeticKind::Add, ones) };
    refuses(&add, &[image], "expected 1, or multiply or divide, for scale but received 2");
}

#[test]
fn bits_of_what_is_no_integer() {
    let image = spec(10, 1, Depth::U8);
    let and =
        |number| Boolean { kind: BooleanKind::And, with: Operand::Constant(Value::All(number)) };
    refuses(&and(1.5), &[image], "expected an integer from 0 to 255 for other but received 1.5");
    refuses(&and(256.0), &[image], "expected an integer from 0 to 255 for other but received 256");
    let float = spec(10, 1, Depth::F32);
    let bad = "expected an integer depth (see cast) for depth but received float32";
    refuses(&and(1.0), &[float], bad);
    let with = Operand::Constant(Value::All(8.0));
    let shift = Boolean { kind: BooleanKind::ShiftLeft, with };
    refuses(&shift, &[image], "expected an integer from 0 to 7 for other but received 8");
}

#[test]
fn channels_and_tables_that_do_not_exist() {
    let image = spec(10, 3, Depth::U8);
    let bad = "expected an integer from 0 to 2 for channel but received 3";
    refuses(&ExtractChannel { channel: 3 }, &[image], bad);
    let bad = "expected 1 to 4 channels for channels but received 5";
    refuses(&Grayscale, &[spec(10, 5, Depth::U8)], bad);
    let recombine = Recombine { matrix: vec![vec![1.0; 2]], depth: None };
    refuses(&recombine, &[image], "expected rows of 3 or 4 numbers for matrix but received 2");
    let recombine = Recombine { matrix: Vec::new(), depth: None };
    refuses(&recombine, &[image], "expected 1 to 65535 rows for matrix but received 0");
    let lut = |tables, results| Lut { table: vec![vec![0.0; results]; tables], depth: None };
    refuses(&lut(1, 255), &[image], "expected 256 results for table but received 255");
    let bad = "expected one table, or one for each of 3 channels, for table but received 2";
    refuses(&lut(2, 256), &[image], bad);
    let bad = "expected uint8 or uint16 (see cast) for depth but received int16";
    refuses(&lut(1, 256), &[spec(10, 3, Depth::I16)], bad);
}
