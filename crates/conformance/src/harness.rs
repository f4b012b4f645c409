//! Runs gigapx as its users do, and holds the result against what is expected.

use std::sync::{Arc, OnceLock};

use filters::Recipe;
use kernels::Isa;
use pipeline::{Engine, Image, Options};
use proptest::test_runner::TestCaseError;
use raster::{Depth, Region, Sample, Spec};
use store::{MemorySink, Sink};

use crate::image::Dense;

/// How far a result may be from the expected one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Class {
    /// Not at all.
    Equal,
    /// Only in the last `elements mod modulo` elements of a row, there by no more than `tolerance`.
    Trailing {
        /// Elements that `OpenCV`'s vector loops take at once.
        modulo: usize,
        /// The largest difference there.
        tolerance: f64,
    },
    /// By no more than this.
    Within(f64),
}

/// Holds a filter against its definition, byte for byte, and against what `OpenCV` computes, if that
/// has the case, as closely as the contract says.
///
/// # Errors
/// The first disagreement: of the definition with `OpenCV`, or of the result with the definition.
pub fn check<S: Sample, D: Sample>(
    image: &Dense<S>,
    recipe: &dyn Recipe,
    seed: u64,
    definition: &[D],
    opencv: Option<(Vec<D>, Class)>,
) -> Result<(), TestCaseError> {
    if let Some((expected, class)) = opencv {
        agree(definition, &expected, &image.spec, class).map_err(|why| {
            TestCaseError::fail(format!("definition and OpenCV, {class:?}: {why}"))
        })?;
    }
    let result = results(image, recipe, seed).map_err(TestCaseError::fail)?;
    agree(&result, definition, &image.spec, Class::Equal)
        .map_err(|why| TestCaseError::fail(format!("result and definition: {why}")))
}

/// The result of a filter: computed whole from dense memory and in small pieces from strided memory,
/// on every instruction set, all with the same bytes.
///
/// # Errors
/// Which of them differs, and where.
pub fn results<S: Sample, D: Sample>(
    image: &Dense<S>,
    recipe: &dyn Recipe,
    seed: u64,
) -> Result<Vec<D>, String> {
    let mut first: Option<Vec<D>> = None;
    for isa in Isa::supported() {
        let bind = || recipe.bind(&image.spec, isa).map_err(|error| error.to_string());
        let expected = Spec { depth: D::DEPTH, ..image.spec };
        if *bind()?.output() != expected {
            return Err(format!("the output is {:?}, not {expected:?}", bind()?.output()));
        }
        let result: Vec<D> = whole(&Image::new(image.source()).filter(bind()?));
        let strided = Image::new(image.strided_source(1 + (seed >> 16) as usize % 9));
        let pieces: Vec<D> = tiled(&strided.filter(bind()?), seed);
        same(&pieces, &result, &expected).map_err(|why| format!("{}, tiled: {why}", isa.name()))?;
        if let Some(first) = &first {
            same(&result, first, &expected).map_err(|why| format!("{}: {why}", isa.name()))?;
        }
        first.get_or_insert(result);
    }
    first.ok_or_else(|| "no instruction set".to_owned())
}

/// Holds a result against what is expected.
///
/// # Errors
/// The first sample that is not, and how many there are.
pub fn agree<D: Sample>(
    result: &[D],
    expected: &[D],
    spec: &Spec,
    class: Class,
) -> Result<(), String> {
    let row = spec.width as usize * spec.channels as usize;
    differences(result, expected, spec, |at, a, b| match class {
        // Of the same bits as well: NaN equals nothing.
        Class::Equal => a == b || bytemuck::bytes_of(&a) == bytemuck::bytes_of(&b),
        Class::Trailing { modulo, .. } if at % row < row - row % modulo => a == b,
        Class::Trailing { tolerance, .. } | Class::Within(tolerance) => {
            (a.to_f64() - b.to_f64()).abs() <= tolerance
        }
    })
}

/// An engine with two workers, for the whole process.
pub fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::new(2))
}

/// All of an image.
///
/// # Panics
/// If the engine fails.
pub fn whole<D: Sample>(image: &Image) -> Vec<D> {
    let sink = Arc::new(MemorySink::new(*image.spec()).expect("memory"));
    let target = Arc::clone(&sink) as Arc<dyn Sink>;
    engine().run(image, target, Options::default()).expect("a result");
    // SAFETY: the job is over.
    let bytes = unsafe { sink.take() }.expect("the sink owns its memory");
    bytemuck::allocation::pod_collect_to_vec(&bytes)
}

/// The same, put together from crops of awkward sizes.
fn tiled<D: Sample>(image: &Image, seed: u64) -> Vec<D> {
    let spec = *image.spec();
    let (tile_width, tile_height) = (1 + seed % 70, 1 + (seed >> 8) % 50);
    let row = spec.width as usize * spec.channels as usize;
    let mut samples = vec![D::zeroed(); spec.height as usize * row];
    for region in spec.region().cells(tile_width, tile_height) {
        let tile: Vec<D> = whole(&image.crop(region).expect("inside"));
        paste(&mut samples, &tile, &region, row, spec.channels as usize);
    }
    samples
}

fn paste<T: Copy>(into: &mut [T], tile: &[T], region: &Region, row: usize, channels: usize) {
    let width = region.width as usize * channels;
    for (y, source) in tile.chunks(width).enumerate() {
        let start = (region.top as usize + y) * row + region.left as usize * channels;
        into[start..][..width].copy_from_slice(source);
    }
}

/// Byte for byte.
fn same<D: Sample>(result: &[D], expected: &[D], spec: &Spec) -> Result<(), String> {
    differences(result, expected, spec, |_, a, b| bytemuck::bytes_of(&a) == bytemuck::bytes_of(&b))
}

fn differences<D: Sample>(
    result: &[D],
    expected: &[D],
    spec: &Spec,
    fits: impl Fn(usize, D, D) -> bool,
) -> Result<(), String> {
    assert_eq!(result.len(), expected.len());
    let pairs = result.iter().zip(expected).enumerate();
    let wrong: Vec<usize> =
        pairs.filter(|&(at, (&a, &b))| !fits(at, a, b)).map(|(at, _)| at).collect();
    let Some(&at) = wrong.first() else { return Ok(()) };
    let (pixel, channels) = (at / spec.channels as usize, spec.channels as usize);
    let (y, x) = (pixel / spec.width as usize, pixel % spec.width as usize);
    let (got, wanted) = (result[at], expected[at]);
    let (count, of, channel) = (wrong.len(), result.len(), at % channels);
    Err(format!(
        "{count} of {of} samples, first ({x}, {y}) channel {channel}: {got:?}, not {wanted:?}"
    ))
}

/// Checks the depths that derivatives have where none is asked for.
///
/// # Panics
/// If one is another.
pub fn check_gradient_depths(recipe: &dyn Recipe) {
    for (input, output) in [
        (Depth::U8, Depth::I16),
        (Depth::U16, Depth::F32),
        (Depth::I16, Depth::F32),
        (Depth::F32, Depth::F32),
        (Depth::I32, Depth::I32),
    ] {
        let spec = Spec::new(40, 30, 2, input).expect("a shape");
        let filter = recipe.bind(&spec, Isa::best()).expect("a filter");
        assert_eq!(*filter.output(), Spec { depth: output, ..spec });
    }
}

/// A property test for each pair of depths: `check` of 80 of the `cases`.
#[macro_export]
macro_rules! depths {
    ($check:ident($cases:expr): $($name:ident: $input:ty => $output:ty;)*) => {
        proptest::proptest! {
            #![proptest_config(proptest::prelude::ProptestConfig::with_cases(80))]
            $(#[test]
            fn $name(case in $cases) {
                $check::<$input, $output>(&case)?;
            })*
        }
    };
}
