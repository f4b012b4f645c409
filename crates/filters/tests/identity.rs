//! Operations have one identity if their kind and all their parameters are the same, and only then.

use std::fmt::Debug;

use gigapx_filters::point::{
    Abs, Arithmetic, ArithmeticKind, Blend, Boolean, BooleanKind, Cast, Clamp, Compare, Exp,
    ExtractChannel, Gamma, Grayscale, JoinChannels, Linear, Log, Lut, Negate, Not, Operand, Pow,
    Recombine, Relation, Select, Sqrt, Threshold, ThresholdKind, Value,
};
use gigapx_filters::{
    BoxBlur, Convolve, ConvolveSeparable, Derivative, Element, GaussianBlur, GradientMagnitude,
    Identify, Identity, Index, Join, Laplacian, Morphology, Operator, Pad, PointRecipe, Precision,
    Rank, Recipe, Shape, Turn, UnsharpMask,
};
use kernels::Isa;
use kernels::extrema::Extremum;
use proptest::prelude::*;
use raster::{Border, Depth, Spec};

/// Choices among very few, so that operations often come out the same.
struct Choices(Vec<u8>);

impl Choices {
    fn of<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.0.pop().unwrap_or(0) as usize % from.len()].clone()
    }

    fn number(&mut self) -> f64 {
        self.of(&[1.0, 0.0, -0.0, 2.5])
    }

    fn count(&mut self) -> u32 {
        self.of(&[1, 2])
    }

    fn pair(&mut self) -> (f64, f64) {
        (self.number(), self.number())
    }

    fn numbers(&mut self) -> Vec<f64> {
        (0..self.of(&[0, 1, 2])).map(|_| self.number()).collect()
    }

    fn table(&mut self) -> Vec<Vec<f64>> {
        (0..self.of(&[1, 2])).map(|_| self.numbers()).collect()
    }

    fn value(&mut self) -> Value {
        if self.of(&[true, false]) {
            Value::All(self.number())
        } else {
            Value::Each(self.numbers())
        }
    }

    fn operand(&mut self) -> Operand {
        if self.of(&[true, false]) { Operand::Image } else { Operand::Constant(self.value()) }
    }

    fn depth(&mut self) -> Option<Depth> {
        self.of(&[None, Some(Depth::U8), Some(Depth::F32)])
    }

    fn border(&mut self) -> Border {
        let constants = [Border::Constant(0.0), Border::Constant(-0.0)];
        let others = [Border::Reflect101, Border::Replicate, Border::Reflect, Border::Wrap];
        self.of(&[&constants[..], &others[..]].concat())
    }

    fn family(&mut self) -> Operator {
        self.of(&[Operator::Scharr, Operator::Sobel(1), Operator::Sobel(3)])
    }

    fn element(&mut self) -> Element {
        let anchor = self.of(&[None, Some((0, 0))]);
        match self.of(&[None, Some(Shape::Rectangle), Some(Shape::Ellipse)]) {
            Some(shape) => Element::new(shape, (3, self.of(&[3, 4])), anchor).unwrap(),
            None => {
                Element::from_mask(self.of(&[vec![true, false], vec![true; 2]]), 2, anchor).unwrap()
            }
        }
    }

    fn filter(&mut self, which: u8) -> Seen {
        match which {
            0 => seen(&GaussianBlur {
                sigma: self.pair(),
                kernel_size: (self.count(), self.count()),
                border: self.border(),
                precision: self.of(&[Precision::Exact, Precision::Fast]),
            }),
            1 => seen(&BoxBlur {
                size: (self.count(), self.count()),
                normalize: self.of(&[true, false]),
                depth: self.depth(),
                border: self.border(),
            }),
            2 => seen(&Convolve {
                kernel: self.numbers(),
                width: self.count(),
                height: self.count(),
                scale: self.number(),
                offset: self.number(),
                depth: self.depth(),
                border: self.border(),
            }),
            3 => seen(&ConvolveSeparable {
                horizontal: self.numbers(),
                vertical: self.numbers(),
                offset: self.number(),
                depth: self.depth(),
                border: self.border(),
            }),
            4 => seen(&Derivative {
                operator: self.family(),
                dx: self.count(),
                dy: self.count(),
                scale: self.number(),
                offset: self.number(),
                depth: self.depth(),
                border: self.border(),
            }),
            5 => seen(&Laplacian {
                size: self.count(),
                scale: self.number(),
                offset: self.number(),
                depth: self.depth(),
                border: self.border(),
            }),
            6 => seen(&GradientMagnitude {
                operator: self.family(),
                scale: self.number(),
                depth: self.depth(),
                border: self.border(),
            }),
            7 => {
                let (part, index) = (self.number(), self.count());
                seen(&Rank {
                    size: (self.count(), self.count()),
                    index: self.of(&[
                        Index::Median,
                        Index::From(index.into()),
                        Index::Percentile(part),
                    ]),
                    border: self.border(),
                })
            }
            8 => seen(&Morphology {
                extremum: self.of(&[Extremum::Least, Extremum::Greatest]),
                element: self.element(),
                border: self.of(&[true, false]).then(|| self.border()),
            }),
            _ => seen(&UnsharpMask {
                sigma: self.pair(),
                kernel_size: (self.count(), self.count()),
                amount: self.number(),
                threshold: self.number(),
                border: self.border(),
            }),
        }
    }

    fn point(&mut self, which: u8) -> Seen {
        let kinds = [ThresholdKind::Binary, ThresholdKind::ToZero, ThresholdKind::Truncate];
        let bits = [BooleanKind::And, BooleanKind::Or, BooleanKind::ShiftLeft];
        let sums = [ArithmeticKind::Add, ArithmeticKind::Subtract, ArithmeticKind::Max];
        match which {
            0 => seen(&Linear { scale: self.value(), offset: self.value(), depth: self.depth() }),
            1 => seen(&Cast(self.of(&Depth::ALL))),
            2 => seen(&Abs),
            3 => seen(&Negate),
            4 => seen(&Not),
            5 => seen(&Clamp { min: self.value(), max: self.value() }),
            6 => seen(&Gamma { exponent: self.value() }),
            7 => seen(&Pow { exponent: self.value(), depth: self.depth() }),
            8 => seen(&Log { depth: self.depth() }),
            9 => seen(&Exp { depth: self.depth() }),
            10 => seen(&Sqrt { depth: self.depth() }),
            11 => seen(&Lut { table: self.table(), depth: self.depth() }),
            12 => seen(&Recombine { matrix: self.table(), depth: self.depth() }),
            13 => seen(&Grayscale),
            14 => seen(&ExtractChannel { channel: self.count() }),
            15 => seen(&JoinChannels),
            16 => seen(&Select),
            17 => {
                let (level, max) = (self.value(), self.value());
                seen(&Threshold { level, max, kind: self.of(&kinds) })
            }
            18 => seen(&Compare { relation: self.of(&Relation::ALL), with: self.operand() }),
            19 => seen(&Boolean { kind: self.of(&bits), with: self.operand() }),
            20 => seen(&Blend {
                with: self.operand(),
                alpha: self.value(),
                beta: self.value(),
                gamma: self.value(),
            }),
            _ => seen(&Arithmetic {
                kind: self.of(&sums),
                with: self.operand(),
                scale: self.value(),
                depth: self.depth(),
            }),
        }
    }

    fn geometry(&mut self, which: u8) -> Seen {
        let side = |choices: &mut Self| u64::from(choices.count());
        match which {
            0 => seen(&self.of(&[Turn::Flip, Turn::Flop, Turn::Half, Turn::Transverse])),
            1 => seen(&Pad {
                left: side(self),
                top: side(self),
                right: side(self),
                bottom: side(self),
                border: self.border(),
            }),
            _ => seen(&Join {
                width: side(self),
                height: side(self),
                background: self.numbers(),
                places: (0..self.count()).map(|_| (self.of(&[0, -1]), self.of(&[0, 1]))).collect(),
            }),
        }
    }

    /// Any operation.
    fn operation(&mut self, which: u8) -> Seen {
        match which {
            0..10 => self.filter(which),
            10..32 => self.point(which - 10),
            _ => self.geometry(which - 32),
        }
    }
}

/// The identity of an operation, and the same for people.
type Seen = (Identity, String);

fn seen<T: Identify + Debug>(recipe: &T) -> Seen {
    (recipe.identity(), format!("{} {recipe:?}", std::any::type_name::<T>()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn the_same_parameters_are_the_same_identity_and_no_others(
        which in [0u8..35, 0u8..35],
        choices in any::<[[u8; 16]; 2]>(),
        changed in 0usize..18,
    ) {
        let [a, b] = choices.map(|choices| choices.to_vec());
        let first = Choices(a.clone()).operation(which[0]);
        let again = Choices(a.clone()).operation(which[0]);
        prop_assert_eq!(&first, &again);
        // One choice made otherwise, then all of them, then another operation.
        let mut near = a.clone();
        if let Some(choice) = near.get_mut(changed) {
            *choice = choice.wrapping_add(1);
        }
        for other in [
            Choices(near).operation(which[0]),
            Choices(b).operation(which[0]),
            Choices(a).operation(which[1]),
        ] {
            prop_assert_eq!(first.0 == other.0, first.1 == other.1, "{} {}", first.1, other.1);
        }
    }
}

#[test]
fn two_kinds_of_nan_are_two_parameters() {
    let join = |bits| {
        let background = vec![f64::from_bits(bits)];
        Join { width: 1, height: 1, background, places: vec![(0, 0)] }.identity()
    };
    let nan = f64::NAN.to_bits();
    assert_eq!(join(nan), join(nan));
    assert_ne!(join(nan), join(nan ^ 1));
}

#[test]
fn a_bound_operation_has_the_identity_of_its_parameters() {
    let spec = Spec::new(9, 9, 1, Depth::U8).unwrap();
    for isa in Isa::supported() {
        let blur = GaussianBlur { sigma: (1.0, 2.0), ..Default::default() };
        assert_eq!(blur.bind(&spec, isa).unwrap().identity(), Some(&blur.identity()));
        let add = Arithmetic::new(ArithmeticKind::Add, Operand::Constant(Value::All(0.5)));
        assert_eq!(add.bind(&[spec], isa).unwrap().identity(), Some(&add.identity()));
    }
}
