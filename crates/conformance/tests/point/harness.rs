//! Runs operations, and makes the rows that they run on.

use filters::PointRecipe;
use filters::point::Value;
use gigapx_conformance::cases::Noise;
use gigapx_conformance::harness::{Class, agree};
use gigapx_conformance::image::{Dense, noise};
use kernels::Isa;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use raster::{Sample, Spec};

/// Below this, numbers round to what `OpenCV` converts as we do: by way of int32.
pub const LIMIT: f64 = 2.147e9;

/// Rows of noise.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub width: u64,
    pub channels: u32,
    pub seed: u64,
    /// Whether float32 has infinities, NaN and the like.
    pub special: bool,
}

/// What arithmetic on float32 stumbles over.
const SPECIAL: [f64; 8] =
    [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 1e-42, 3e38, -3e38, 3e9];

impl Shape {
    /// Row `index`.
    pub fn image<T: Noise>(&self, index: u64) -> Dense<T> {
        let seed = self.seed.wrapping_add(index.wrapping_mul(0x1234_5678_9ABC));
        Dense::generate(self.width, 1, self.channels, |y, x| {
            let word = noise(seed, y, x);
            if self.special && T::DEPTH == raster::Depth::F32 && word.is_multiple_of(7) {
                return T::from_f64(SPECIAL[word as usize / 7 % SPECIAL.len()]);
            }
            T::noise(word, seed)
        })
    }

    /// Whether `OpenCV` has such images, and numbers for which it is an oracle.
    pub const fn is_known(&self) -> bool {
        self.channels <= 512 && !self.special
    }

    /// The same with that many channels.
    pub const fn with(self, channels: u32) -> Self {
        Self { channels, ..self }
    }
}

/// Short rows, rows longer than any block, pixels wider than one.
pub fn shapes() -> impl Strategy<Value = Shape> {
    let widths = prop_oneof![4 => 1u64..300, 1 => Just(1), 1 => 500u64..3000];
    let channels = prop_oneof![8 => 1u32..5, 1 => 5u32..80];
    let size = prop_oneof![9 => (widths, channels), 1 => (1u64..5, 600u32..1200)];
    (size, any::<u64>(), any::<bool>()).prop_map(|((width, channels), seed, special)| Shape {
        width,
        channels,
        seed,
        special,
    })
}

/// Rows of so few channels that `OpenCV` has a number for each.
pub fn narrow() -> impl Strategy<Value = Shape> {
    (shapes(), 1u32..5).prop_map(|(shape, channels)| shape.with(channels))
}

/// Numbers: the extremes of the depths, ties, halves, and any.
pub fn number() -> impl Strategy<Value = f64> {
    const EXTREMES: [f64; 18] = [
        0.0, 1.0, -1.0, 0.5, -0.5, 2.5, -3.5, 127.0, 254.5, 255.0, 256.0, -32_768.0, -32_769.0,
        32_767.5, 65_535.0, 1e10, -1e10, 1e-3,
    ];
    prop_oneof![
        2 => proptest::sample::select(&EXTREMES[..]),
        2 => -300.0f64..300.0,
        1 => -70_000.0f64..70_000.0,
    ]
}

/// One number, or one for each channel.
pub fn value(channels: u32) -> impl Strategy<Value = Value> {
    prop_oneof![
        number().prop_map(Value::All),
        proptest::collection::vec(number(), channels as usize).prop_map(Value::Each),
    ]
}

/// That of a channel.
pub fn at(value: &Value, channel: usize) -> f64 {
    match value {
        Value::All(number) => *number,
        Value::Each(numbers) => numbers[channel],
    }
}

/// The one number for all channels, if it is one.
pub fn single(value: &Value) -> Option<f64> {
    if let Value::All(number) = value { Some(*number) } else { None }
}

/// Four numbers, as `OpenCV` takes them.
pub fn four(value: &Value) -> [f64; 4] {
    [0, 1, 2, 3].map(|channel| match value {
        Value::All(number) => *number,
        Value::Each(numbers) => numbers.get(channel).copied().unwrap_or(0.0),
    })
}

/// An image as an operation gets it.
pub type Input<'a> = (Spec, &'a [u8]);

pub fn input<T: Sample>(image: &Dense<T>) -> Input<'_> {
    (image.spec, bytemuck::cast_slice(&image.samples))
}

/// A result for each sample of an image: of the sample and its channel.
pub fn each<S: Sample, D>(image: &Dense<S>, mut of: impl FnMut(S, usize) -> D) -> Vec<D> {
    let channels = image.spec.channels as usize;
    image.samples.iter().enumerate().map(|(i, &sample)| of(sample, i % channels)).collect()
}

/// Holds an operation to its definition: computed at once and in pieces, on every instruction set.
pub fn check<D: Sample>(
    recipe: &dyn PointRecipe,
    inputs: &[Input<'_>],
    seed: u64,
    definition: &[D],
) -> TestCaseResult {
    let specs: Vec<Spec> = inputs.iter().map(|input| input.0).collect();
    let width = specs[0].width as usize;
    let mut first: Option<Vec<D>> = None;
    for isa in Isa::supported() {
        let point = recipe.bind(&specs, isa).map_err(|why| TestCaseError::fail(why.to_string()))?;
        let output = *point.output();
        prop_assert_eq!((output.width, output.height), (specs[0].width, specs[0].height));
        prop_assert_eq!(output.depth, D::DEPTH);
        prop_assert_eq!(output.channels as usize * width, definition.len());
        for step in [width, 1 + seed as usize % 97] {
            let result: Vec<D> = run(&*point, inputs, step);
            same(&result, definition)
                .map_err(|why| TestCaseError::fail(format!("{}: {why}", isa.name())))?;
            let first = first.get_or_insert_with(|| result.clone());
            let bytes = bytemuck::cast_slice::<D, u8>;
            prop_assert!(bytes(first) == bytes(&result), "{}: other bits", isa.name());
        }
    }
    Ok(())
}

/// All pixels of a row, `step` at a time.
fn run<D: Sample>(point: &dyn filters::Point, inputs: &[Input<'_>], step: usize) -> Vec<D> {
    let (width, channels) = (inputs[0].0.width as usize, point.output().channels as usize);
    let mut result = vec![D::from_f64(77.0); width * channels];
    for (piece, out) in result.chunks_mut(step * channels).enumerate() {
        let count = out.len() / channels;
        let pieces: Vec<&[u8]> = inputs
            .iter()
            .map(|(spec, bytes)| {
                let pixel = spec.pixel_bytes() as usize;
                &bytes[piece * step * pixel..][..count * pixel]
            })
            .collect();
        point.run(&pieces, bytemuck::cast_slice_mut(out));
    }
    result
}

/// Equal numbers, or NaN both.
fn same<D: Sample>(result: &[D], expected: &[D]) -> Result<(), String> {
    let nan = |x: D| x.to_f64().is_nan();
    let differs = |&(a, b): &(&D, &D)| a != b && !(nan(*a) && nan(*b));
    match result.iter().zip(expected).enumerate().find(|(_, pair)| differs(pair)) {
        None => Ok(()),
        Some((at, (a, b))) => Err(format!("sample {at}: {a:?}, not {b:?}")),
    }
}

/// Holds a definition against `OpenCV`.
pub fn oracle<D: Sample>(
    definition: &[D],
    opencv: &[D],
    input: &Spec,
    class: Class,
) -> TestCaseResult {
    let channels = (definition.len() as u64 / input.width) as u32;
    agree(definition, opencv, &Spec { channels, ..*input }, class)
        .map_err(|why| TestCaseError::fail(format!("definition and OpenCV: {why}")))
}

/// A property test for each pair of depths.
macro_rules! pairs {
    ($check:ident($cases:expr)) => {
        gigapx_conformance::depths! {
            $check($cases):
            u8_u8: u8 => u8; u8_u16: u8 => u16; u8_i16: u8 => i16; u8_i32: u8 => i32; u8_f32: u8 => f32;
            u16_u8: u16 => u8; u16_u16: u16 => u16; u16_i16: u16 => i16; u16_i32: u16 => i32; u16_f32: u16 => f32;
            i16_u8: i16 => u8; i16_u16: i16 => u16; i16_i16: i16 => i16; i16_i32: i16 => i32; i16_f32: i16 => f32;
            i32_u8: i32 => u8; i32_u16: i32 => u16; i32_i16: i32 => i16; i32_i32: i32 => i32; i32_f32: i32 => f32;
            f32_u8: f32 => u8; f32_u16: f32 => u16; f32_i16: f32 => i16; f32_i32: f32 => i32; f32_f32: f32 => f32;
        }
    };
}
pub(crate) use pairs;

/// A property test for each depth, or for each of some.
macro_rules! alike {
    ($check:ident($cases:expr)) => {
        $crate::harness::alike!($check($cases): u8 u16 i16 i32 f32);
    };
    ($check:ident($cases:expr): $($depth:ident)+) => {
        proptest! {
            #![proptest_config(ProptestConfig::with_cases(120))]
            $(#[test]
            fn $depth(case in $cases) {
                $check::<$depth>(&case)?;
            })+
        }
    };
}
pub(crate) use alike;
