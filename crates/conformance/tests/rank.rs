//! `median` and `rank` are what their definitions say, and `medianBlur` of `OpenCV`.

use filters::{Index, Rank, Recipe};
use gigapx_conformance::cases::{Noise, Shape, shapes};
use gigapx_conformance::depths;
use gigapx_conformance::harness::{Class, check, results};
use gigapx_conformance::image::{Dense, noise};
use gigapx_conformance::{naive, oracle};
use kernels::Isa;
use proptest::prelude::*;
use raster::{Border, Depth, Sample, Spec};

#[derive(Clone, Debug)]
struct Case {
    shape: Shape,
    size: (u32, u32),
    index: Index,
}

fn cases() -> impl Strategy<Value = Case> {
    let index = prop_oneof![
        3 => Just(0u64).prop_map(|_| Index::Median),
        1 => (0u64..40).prop_map(Index::From),
        1 => (0.0f64..=100.0).prop_map(Index::Percentile),
    ];
    (shapes(), sizes(), index).prop_map(|(shape, size, index)| {
        let count = u64::from(size.0) * u64::from(size.1);
        let index = if let Index::From(index) = index { Index::From(index % count) } else { index };
        Case { shape, size, index }
    })
}

/// Squares, rectangles, one row, one column; a few too large for networks.
fn sizes() -> impl Strategy<Value = (u32, u32)> {
    let odd = |most: u32| (0..=most / 2).prop_map(|half| 2 * half + 1);
    prop_oneof![
        4 => odd(7).prop_map(|size| (size, size)),
        3 => (odd(13), odd(13)),
        1 => (odd(61), odd(3)),
        1 => (odd(3), odd(61)),
        1 => (odd(31), odd(25)),
    ]
}

/// The index of a percentile, by the integers around it.
fn position(case: &Case) -> usize {
    let last = u64::from(case.size.0) * u64::from(case.size.1) - 1;
    match case.index {
        Index::Median => last as usize / 2,
        Index::From(index) => index as usize,
        Index::Percentile(part) => {
            let place = part / 100.0 * last as f64;
            let (below, part) = (place.floor(), place - place.floor());
            let up = part > 0.5 || (part == 0.5 && below % 2.0 == 1.0);
            below as usize + usize::from(up)
        }
    }
}

fn rank<S: Noise, D: Sample>(case: &Case) -> Result<(), TestCaseError> {
    let &Case { shape, size, index } = case;
    let (image, border) = (shape.image::<S>(), shape.border);
    let definition = naive::rank(&image, size, position(case), border);
    let definition: Vec<D> = definition.into_iter().map(|it| D::from_f64(it.to_f64())).collect();
    let square = size.0 == size.1 && index == Index::Median;
    let has = square
        && match S::DEPTH {
            // From 7 on OpenCV has no two channels.
            Depth::U8 => size.0 <= 5 || shape.channels != 2,
            Depth::U16 | Depth::I16 | Depth::F32 => size.0 <= 5,
            Depth::I32 => false,
        };
    let opencv = has.then(|| {
        let expected = oracle::median(&image, size.0, border);
        (expected.into_iter().map(|it| D::from_f64(it.to_f64())).collect(), Class::Equal)
    });
    check::<S, D>(&image, &Rank { size, index, border }, shape.seed, &definition, opencv)
}

depths! {
    rank(cases()):
    uint8: u8 => u8;
    uint16: u16 => u16;
    int16: i16 => i16;
    int32: i32 => i32;
    float32: f32 => f32;
}

/// `OpenCV` changes its method with the size, and so do we.
#[test]
fn bytes_equal_opencv_for_many_sizes() {
    for (channels, few) in [(1, false), (3, false), (1, true)] {
        let sample = |y, x| (noise(5, y, x) >> if few { 30 } else { 24 }) as u8;
        let image = Dense::generate(150, 60, channels, sample);
        for size in [3, 5, 7, 9, 11, 13, 15, 17, 19, 31, 51, 101, 255] {
            let recipe = Rank::median((size, size));
            let result: Vec<u8> = results(&image, &recipe, 0x0011_1315).expect("one result");
            assert!(result == oracle::median(&image, size, Border::Replicate), "{size}");
        }
    }
}

/// Few values, so that equals are told apart by nothing, and large windows of each depth.
#[test]
fn large_windows_of_every_depth() {
    fn holds<S: Sample>(sample: impl Fn(u32) -> S) {
        let image = Dense::generate(70, 40, 2, |y, x| sample(noise(9, y, x) >> 8));
        for (size, index) in [((41, 37), 758), ((255, 3), 0), ((3, 255), 764), ((129, 63), 1000)] {
            let recipe = Rank { size, index: Index::From(index), border: Border::Wrap };
            let result: Vec<S> = results(&image, &recipe, 0x0021_1933).expect("one result");
            let expected = naive::rank(&image, size, index as usize, Border::Wrap);
            assert!(result == expected, "{size:?} {:?}", S::DEPTH);
        }
    }
    holds(|word| (word % 5) as u8);
    holds(|word| word as u16);
    holds(|word| (word % 7) as i16 - 3);
    holds(|word| word as i32);
    holds(|word| word as f32 - 8e6);
}

/// NaN is the largest number, and -0 less than 0, wherever they stand.
#[test]
fn floats_have_a_total_order() {
    let special = [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.0, 0.0, 1.0, -1e-40];
    let image = Dense::generate(90, 40, 1, |y, x| special[noise(1, y, x) as usize >> 7 & 7]);
    for size in [(3, 3), (5, 5), (17, 15)] {
        let count = u64::from(size.0 * size.1);
        for index in [0, count / 4, count / 2, count - 1] {
            let recipe = Rank { size, index: Index::From(index), border: Border::Reflect };
            let result: Vec<f32> = results(&image, &recipe, 0x0021_1933).expect("one result");
            let expected = naive::rank(&image, size, index as usize, Border::Reflect);
            assert!(
                bytemuck::cast_slice::<_, u32>(&result)
                    == bytemuck::cast_slice::<_, u32>(&expected)
            );
        }
    }
}

#[test]
fn what_no_rank_has_is_refused() {
    let spec = Spec::new(9, 9, 1, Depth::U8).expect("a shape");
    let refused = |recipe: Rank| recipe.bind(&spec, Isa::best()).err().map(|it| it.to_string());
    let median = Rank::median((3, 3));
    for (recipe, why) in [
        (Rank::median((4, 3)), "expected an odd integer from 1 to 255 for size but received 4"),
        (Rank::median((3, 257)), "expected an odd integer from 1 to 255 for size but received 257"),
        (
            Rank { index: Index::From(9), ..median },
            "expected an integer from 0 to 8 for index but received 9",
        ),
        (
            Rank { index: Index::Percentile(100.5), ..median },
            "expected a number from 0 to 100 for percentile but received 100.5",
        ),
    ] {
        assert_eq!(refused(recipe).as_deref(), Some(why));
    }
}
