//! Erosion, dilation and what is made of them are what their definitions say, and `morphologyEx` of
//! `OpenCV`.

use filters::point::{Arithmetic, ArithmeticKind, Boolean, BooleanKind, Not, Operand};
use filters::{Element, Morphology, PointRecipe, Recipe, Shape as Form};
use gigapx_conformance::cases::{Noise, Shape, shapes};
use gigapx_conformance::harness::{Class, agree, check, results, whole};
use gigapx_conformance::image::{Dense, noise};
use gigapx_conformance::{naive, oracle};
use kernels::Isa;
use kernels::extrema::Extremum;
use opencv::imgproc;
use pipeline::Image;
use proptest::prelude::*;
use raster::{Border, Depth};

/// A property test for each depth: the result keeps it.
macro_rules! every_depth {
    ($check:ident($cases:expr): $($name:ident: $sample:ty;)*) => {
        proptest! {
            #![proptest_config(ProptestConfig::with_cases(80))]
            $(#[test]
            fn $name(case in $cases) {
                $check::<$sample>(&case)?;
            })*
        }
    };
}

#[derive(Clone, Debug)]
struct Case {
    shape: Shape,
    element: Element,
    extremum: Extremum,
    ignores: bool,
}

impl Case {
    fn border(&self) -> Option<Border> {
        (!self.ignores).then_some(self.shape.border)
    }
}

fn cases() -> impl Strategy<Value = Case> {
    let extremum = prop_oneof![Just(Extremum::Least), Just(Extremum::Greatest)];
    (shapes(), elements(), extremum, any::<bool>())
        .prop_map(|(shape, element, extremum, ignores)| Case { shape, element, extremum, ignores })
}

/// Named shapes and masks, odd and even, anchored anywhere.
fn elements() -> impl Strategy<Value = Element> {
    let forms = prop::sample::select(vec![Form::Rectangle, Form::Cross, Form::Ellipse]);
    let sizes = prop_oneof![
        3 => (1u32..12, 1u32..12),
        1 => (1u32..70, 1u32..5),
        1 => (1u32..5, 1u32..70),
        1 => (8u32..40, 8u32..40),
    ];
    let named = (forms, sizes, any::<Option<[u8; 2]>>())
        .prop_map(|(form, size, anchor)| Element::new(form, size, place(anchor, size)).unwrap());
    let bits = (1u32..13, 1usize..11).prop_flat_map(|(width, height)| {
        let mask = prop::collection::vec(any::<bool>(), width as usize * height);
        (Just(width), mask, any::<Option<[u8; 2]>>())
    });
    let masks = bits.prop_map(|(width, mut mask, anchor)| {
        mask[0] |= !mask.contains(&true);
        let size = (width, mask.len() as u32 / width);
        Element::from_mask(mask, width, place(anchor, size)).unwrap()
    });
    prop_oneof![2 => named, 1 => masks]
}

fn place(anchor: Option<[u8; 2]>, size: (u32, u32)) -> Option<(u32, u32)> {
    anchor.map(|[x, y]| (u32::from(x) % size.0, u32::from(y) % size.1))
}

fn extreme<S: Noise>(case: &Case) -> Result<(), TestCaseError> {
    let image = case.shape.image::<S>();
    let &Case { extremum, ref element, .. } = case;
    let recipe = Morphology { extremum, element: element.clone(), border: case.border() };
    let definition = naive::morphology(&image, &recipe);
    // OpenCV has no int32, and takes the largest float32 for what is outside.
    let operation = code(extremum);
    let opencv = (S::DEPTH != Depth::I32).then(|| {
        let expected = oracle::morphology(&image, operation, element, 1, case.border());
        (expected, Class::Equal)
    });
    let opencv = opencv.filter(|_| S::DEPTH != Depth::F32 || covers_the_anchor(element));
    check::<S, S>(&image, &recipe, case.shape.seed, &definition, opencv)
}

fn covers_the_anchor(element: &Element) -> bool {
    let (x, y) = element.anchor();
    element.contains(x as usize, y as usize)
}

const fn code(extremum: Extremum) -> i32 {
    match extremum {
        Extremum::Least => imgproc::MORPH_ERODE,
        Extremum::Greatest => imgproc::MORPH_DILATE,
    }
}

every_depth! {
    extreme(cases()):
    uint8: u8;
    uint16: u16;
    int16: i16;
    int32: i32;
    float32: f32;
}

#[test]
fn shapes_are_opencvs() {
    let forms = [
        (Form::Rectangle, imgproc::MORPH_RECT),
        (Form::Cross, imgproc::MORPH_CROSS),
        (Form::Ellipse, imgproc::MORPH_ELLIPSE),
    ];
    for (form, code) in forms {
        for (width, height) in (1..30).flat_map(|width| (1..30).map(move |height| (width, height)))
        {
            let anchor = (width / 3, height - 1);
            let element = Element::new(form, (width, height), Some(anchor)).unwrap();
            let rows = 0..height as usize;
            let bits = rows.flat_map(|y| (0..width as usize).map(move |x| (x, y)));
            let ours: Vec<bool> = bits.map(|(x, y)| element.contains(x, y)).collect();
            let theirs = oracle::structuring_element(code, (width, height), anchor);
            assert!(ours == theirs, "{form:?} {width} x {height}");
        }
    }
}

/// Every height around those where columns are made in another way, of more rows than a group.
#[test]
fn all_heights() {
    let image = Dense::generate(300, 90, 1, |y, x| noise(7, y, x) as u8);
    for height in 1..45 {
        for extremum in [Extremum::Least, Extremum::Greatest] {
            let element = Element::new(Form::Rectangle, (5, height), None).unwrap();
            let expected = oracle::morphology::<u8>(&image, code(extremum), &element, 1, None);
            let recipe = Morphology { extremum, element, border: None };
            let result: Vec<u8> = results(&image, &recipe, 0x0013_0745).expect("one result");
            assert!(result == expected, "{height}");
        }
    }
}

/// Infinities and both zeros, and NaN, which is above all numbers.
#[test]
fn floats_that_are_no_numbers() {
    let values =
        [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0, -0.0, f32::MAX, -1e-40];
    for rare in [1, 3, 20] {
        let image = Dense::generate(70, 40, 1, |y, x| {
            let word = noise(5, y, x) as usize / 7;
            if word.is_multiple_of(rare) { values[word / rare % 8] } else { f32::INFINITY }
        });
        for (form, size) in [(Form::Rectangle, 2), (Form::Rectangle, 13), (Form::Ellipse, 4)] {
            for extremum in [Extremum::Least, Extremum::Greatest] {
                for border in [None, Some(Border::Reflect)] {
                    let element = Element::new(form, (size, size), None).unwrap();
                    let recipe = Morphology { extremum, element, border };
                    let result: Vec<f32> = results(&image, &recipe, 0x0019_1125).unwrap();
                    let expected = naive::morphology(&image, &recipe);
                    let bits = |samples: &[f32]| -> Vec<u32> {
                        samples.iter().map(|sample| sample.to_bits()).collect()
                    };
                    assert!(bits(&result) == bits(&expected), "{recipe:?}");
                }
            }
        }
    }
}

/// Erodes and dilates an image of a graph as often as is said.
struct Worker<'a> {
    element: &'a Element,
    iterations: u32,
    border: Option<Border>,
    isa: Isa,
}

impl Worker<'_> {
    fn extreme(&self, image: &Image, extremum: Extremum) -> Image {
        let (element, times) = self.element.iterated(self.iterations).unwrap();
        let recipe = Morphology { extremum, element, border: self.border };
        (0..times).fold(image.clone(), |image, _| {
            image.filter(recipe.bind(image.spec(), self.isa).unwrap())
        })
    }

    fn erode(&self, image: &Image) -> Image {
        self.extreme(image, Extremum::Least)
    }

    fn dilate(&self, image: &Image) -> Image {
        self.extreme(image, Extremum::Greatest)
    }

    fn point(&self, recipe: &dyn PointRecipe, images: &[&Image]) -> Image {
        let specs: Vec<_> = images.iter().map(|image| *image.spec()).collect();
        let point = recipe.bind(&specs, self.isa).unwrap();
        Image::point(point, images.iter().map(|&image| image.clone()).collect())
    }

    fn subtract(&self, a: &Image, b: &Image) -> Image {
        self.point(&Arithmetic::new(ArithmeticKind::Subtract, Operand::Image), &[a, b])
    }

    /// As the façade composes it.
    fn compound(&self, image: &Image, operation: i32) -> Image {
        let open = || self.dilate(&self.erode(image));
        let close = || self.erode(&self.dilate(image));
        match operation {
            imgproc::MORPH_ERODE => self.erode(image),
            imgproc::MORPH_DILATE => self.dilate(image),
            imgproc::MORPH_OPEN => open(),
            imgproc::MORPH_CLOSE => close(),
            imgproc::MORPH_GRADIENT => self.subtract(&self.dilate(image), &self.erode(image)),
            imgproc::MORPH_TOPHAT => self.subtract(image, &open()),
            _ => self.subtract(&close(), image),
        }
    }
}

fn compounds<S: Noise>(
    (case, operation, iterations): &(Case, i32, u32),
) -> Result<(), TestCaseError> {
    let image = case.shape.image::<S>();
    let border = case.border();
    let (element, iterations) = (&case.element, *iterations);
    // OpenCV takes the largest float32 for what is outside, and subtracts that.
    prop_assume!(border != Some(Border::Wrap) && covers_the_anchor(element));
    let expected: Vec<S> = oracle::morphology(&image, *operation, element, iterations, border);
    for isa in Isa::supported() {
        let worker = Worker { element, iterations, border, isa };
        let result: Vec<S> = whole(&worker.compound(&Image::new(image.source()), *operation));
        agree(&result, &expected, &image.spec, Class::Equal).map_err(TestCaseError::fail)?;
    }
    Ok(())
}

fn compound_cases() -> impl Strategy<Value = (Case, i32, u32)> {
    let operations = vec![
        imgproc::MORPH_ERODE,
        imgproc::MORPH_DILATE,
        imgproc::MORPH_OPEN,
        imgproc::MORPH_CLOSE,
        imgproc::MORPH_GRADIENT,
        imgproc::MORPH_TOPHAT,
        imgproc::MORPH_BLACKHAT,
    ];
    (cases(), prop::sample::select(operations), 1u32..4)
}

every_depth! {
    compounds(compound_cases()):
    compounds_of_uint8: u8;
    compounds_of_uint16: u16;
    compounds_of_int16: i16;
    compounds_of_float32: f32;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    #[test]
    fn hit_or_miss(
        shape in shapes(), width in 1u32..5, rows in prop::collection::vec(-1i32..2, 4..20),
        iterations in 1u32..3,
    ) {
        let rows = &rows[..rows.len() / width as usize * width as usize];
        prop_assume!(rows.contains(&1) && rows.contains(&-1));
        let image = Shape { channels: 1, ..shape }.image::<u8>();
        let expected = oracle::hit_or_miss(&image, rows, width, iterations);
        let part = |of: i32| {
            let mask = rows.iter().map(|&entry| entry == of).collect();
            Element::from_mask(mask, width, None).unwrap()
        };
        for isa in Isa::supported() {
            let worker = |element| Worker { element, iterations, border: None, isa };
            let (ones, others) = (part(1), part(-1));
            let source = Image::new(image.source());
            let hit = worker(&ones).erode(&source);
            let miss = worker(&others);
            let miss = miss.erode(&miss.point(&Not, &[&source]));
            let both = Boolean { kind: BooleanKind::And, with: Operand::Image };
            let result: Vec<u8> = whole(&worker(&ones).point(&both, &[&hit, &miss]));
            agree(&result, &expected, &image.spec, Class::Equal).map_err(TestCaseError::fail)?;
        }
    }
}
