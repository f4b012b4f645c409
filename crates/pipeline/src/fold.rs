//! Operations that are not done, or done as one with the operation before, because the bytes are the same.
//!
//! What an operation says of itself ([`Law`]) is all that counts, so that a fold is exact by proof and not
//! by luck. Filters that sum are never folded: each rounds its result, and that is part of what it is.

use std::sync::Arc;

use filters::point::Cast;
use filters::{Geometry, GeometryRecipe, Law, Point, PointRecipe};
use raster::{Depth, Spec};

use crate::Image;
use crate::image::Kind;

/// The image, or one of the same bytes that takes fewer operations. The images that it is made from are
/// folded already.
pub(crate) fn folded(mut image: Image) -> Image {
    while let Some(less) = step(&image) {
        image = less;
    }
    image
}

fn step(image: &Image) -> Option<Image> {
    let input = image.node().inputs.first()?;
    let before = input.node();
    match &image.node().kind {
        Kind::Crop { region, .. } => {
            if *region == input.spec().region() {
                return Some(input.clone());
            }
            let Kind::Crop { region: outer, .. } = &before.kind else { return None };
            before.inputs[0].crop(region.translate(outer.left, outer.top))
        }
        Kind::Point(point) => match (point.law()?, &before.kind) {
            (Law::Same, _) => Some(input.clone()),
            (_, Kind::Point(first)) => points(input, first, point),
            _ => None,
        },
        Kind::Geometry(geometry) => match (geometry.law()?, &before.kind) {
            (Law::Same, _) => Some(input.clone()),
            (_, Kind::Geometry(first)) => turns(&before.inputs[0], first, geometry),
            _ => None,
        },
        Kind::Source(_) | Kind::Filter(_) => None,
    }
}

/// Two point operations, the first of which makes `middle`.
fn points(middle: &Image, first: &Arc<dyn Point>, second: &Arc<dyn Point>) -> Option<Image> {
    let image = &middle.node().inputs[0];
    let is_again = || first.identity().is_some() && first.identity() == second.identity();
    let one = |point: Arc<dyn Point>| Image::point(point, vec![image.clone()]);
    let specs = [*image.spec()];
    match (first.law()?, second.law()?) {
        (Law::UndoesItself, Law::UndoesItself) if is_again() => Some(image.clone()),
        (Law::OnceIsEnough, Law::OnceIsEnough) if is_again() => Some(middle.clone()),
        (Law::Clamp(clamp, isa), Law::Clamp(then, _)) => {
            clamp.then(then).bind(&specs, *isa).ok().map(one)
        }
        (Law::Cast(_, isa), Law::Cast(Cast(to), _)) if is_lossless(image.spec(), middle.spec()) => {
            Cast(*to).bind(&specs, *isa).ok().map(one)
        }
        _ => None,
    }
}

/// Two turns of an image.
fn turns(image: &Image, first: &Arc<dyn Geometry>, then: &Arc<dyn Geometry>) -> Option<Image> {
    let (Law::Turn(first), Law::Turn(then)) = (first.law()?, then.law()?) else { return None };
    let Some(turn) = first.then(*then) else { return Some(image.clone()) };
    let turned = turn.bind(&[*image.spec()]).ok()?;
    Some(Image::geometry(turned, vec![image.clone()]))
}

/// Whether the depth of the second holds every sample of the first.
const fn is_lossless(from: &Spec, to: &Spec) -> bool {
    match (from.depth, to.depth) {
        (Depth::U8, _) => true,
        (Depth::U16, to) => matches!(to, Depth::U16 | Depth::I32 | Depth::F32),
        (Depth::I16, to) => matches!(to, Depth::I16 | Depth::I32 | Depth::F32),
        (Depth::I32, to) => matches!(to, Depth::I32),
        (Depth::F32, to) => matches!(to, Depth::F32),
    }
}

#[cfg(test)]
mod tests {
    use filters::point::{
        Abs, ExtractChannel, Grayscale, JoinChannels, Linear, Negate, Not, Value,
    };
    use filters::{BoxBlur, Join, Pad, Recipe, Turn};
    use kernels::Isa;
    use raster::{Border, Region};
    use store::{MemorySink, RawLayout, Sink, from_memory};

    use super::*;
    use crate::image::in_order;
    use crate::unify::unified;
    use crate::{Engine, Options};

    enum Operation {
        Point(Box<dyn PointRecipe>),
        Geometry(Box<dyn GeometryRecipe>),
        Crop(Region),
        Blur,
    }
    use Operation::{Blur, Crop};

    fn point(recipe: impl PointRecipe + 'static) -> Operation {
        Operation::Point(Box::new(recipe))
    }

    fn geometry(recipe: impl GeometryRecipe + 'static) -> Operation {
        Operation::Geometry(Box::new(recipe))
    }

    impl Operation {
        fn apply(&self, image: &Image, isa: Isa) -> Image {
            let specs = [*image.spec()];
            match self {
                Self::Point(recipe) => {
                    Image::point(recipe.bind(&specs, isa).unwrap(), vec![image.clone()])
                }
                Self::Geometry(recipe) => {
                    Image::geometry(recipe.bind(&specs).unwrap(), vec![image.clone()])
                }
                Self::Crop(region) => image.crop(*region).unwrap(),
                Self::Blur => image.filter(BoxBlur::new((3, 3)).bind(&specs[0], isa).unwrap()),
            }
        }

        /// The same without a law, so that it is done.
        fn lawless(&self, image: &Image, isa: Isa) -> Image {
            let specs = [*image.spec()];
            match self {
                Self::Point(recipe) => {
                    Image::point(recipe.make(&specs, isa).unwrap(), vec![image.clone()])
                }
                Self::Geometry(recipe) => {
                    Image::geometry(recipe.make(&specs).unwrap(), vec![image.clone()])
                }
                Self::Crop(_) | Self::Blur => self.apply(image, isa),
            }
        }
    }

    /// Samples at the ends of every depth, both zeros, infinities and NaN of several kinds, and others.
    fn source(depth: Depth, channels: u32) -> Image {
        let spec = Spec::new(37, 11, channels, depth).unwrap();
        let special = [
            0,
            1,
            0x7F,
            0x80,
            0xFF,
            0x7FFF_FFFF,
            0x8000_0000,
            0xFFFF_8000,
            0x0080_0000,
            0x3F80_0000,
            0x7F80_0000,
            0xFF80_0000,
            0x7FC0_0001,
            0xFFA0_0003,
            0x4F00_0000,
            0xC780_0000u32,
        ];
        let word = |at: u32| match at % 3 {
            0 => special[at as usize / 3 % special.len()],
            _ => at.wrapping_mul(0x9E37_79B9),
        };
        let data: Vec<u8> =
            (0..).flat_map(|at| word(at).to_le_bytes()).take(spec.bytes() as usize).collect();
        memory(spec, data)
    }

    fn memory(spec: Spec, data: Vec<u8>) -> Image {
        Image::new(from_memory(Arc::new(data), RawLayout::dense(spec)).unwrap())
    }

    fn bytes(image: &Image) -> Vec<u8> {
        let sink = Arc::new(MemorySink::new(*image.spec()).unwrap());
        let shared = Arc::clone(&sink) as Arc<dyn Sink>;
        Engine::new(1).run(image, shared, Options::default()).unwrap();
        // SAFETY: the job is over.
        unsafe { sink.take() }.unwrap().to_vec()
    }

    /// Checks how many operations are left of a chain, and that its bytes are those of one operation after
    /// the other.
    fn check(source: &Image, chain: &[Operation], left: usize) {
        for isa in Isa::supported() {
            let (mut image, mut step) = (source.clone(), source.clone());
            for operation in chain {
                image = operation.apply(&image, isa);
                let whole = operation.lawless(&step, isa);
                step = memory(*whole.spec(), bytes(&whole));
            }
            let nodes = in_order(&unified(std::slice::from_ref(&image))).len();
            assert_eq!(nodes - 1, left, "{:?}, {} operations", source.spec(), chain.len());
            assert_eq!(image.spec(), step.spec());
            assert!(bytes(&image) == bytes(&step), "{:?}", source.spec());
        }
    }

    fn clamp(min: &[f64], max: &[f64]) -> Operation {
        let value = |numbers: &[f64]| match numbers {
            [one] => Value::All(*one),
            each => Value::Each(each.to_vec()),
        };
        point(filters::point::Clamp { min: value(min), max: value(max) })
    }

    fn pad(left: u64) -> Operation {
        geometry(Pad { left, top: 0, right: 0, bottom: 0, border: Border::Constant(3.0) })
    }

    fn alone(left: i64, width: u64) -> Operation {
        geometry(Join { width, height: 11, background: vec![0.0], places: vec![(left, 0)] })
    }

    fn linear(scale: f64, depth: Option<Depth>) -> Operation {
        point(Linear { scale: Value::All(scale), offset: Value::All(0.0), depth })
    }

    const INTEGERS: [Depth; 4] = [Depth::U8, Depth::U16, Depth::I16, Depth::I32];
    #[test]
    fn what_changes_nothing_is_not_done() {
        for depth in Depth::ALL {
            let (one, three) = (source(depth, 1), source(depth, 3));
            check(&three, &[pad(0)], 0);
            check(&three, &[pad(1)], 1);
            let is_float = depth == Depth::F32;
            check(&three, &[point(Cast(depth))], usize::from(is_float));
            check(&three, &[linear(1.0, None)], usize::from(is_float));
            check(&three, &[linear(2.0, None)], 1);
            check(&one, &[point(ExtractChannel { channel: 0 })], 0);
            check(&three, &[point(ExtractChannel { channel: 0 })], 1);
            check(&one, &[point(Grayscale)], 0);
            check(&three, &[point(Grayscale)], 1);
            check(&three, &[point(JoinChannels)], 0);
            check(&three, &[alone(0, 37)], 0);
            check(&three, &[alone(1, 37)], 1);
            check(&three, &[alone(0, 38)], 1);
            check(&three, &[Crop(three.spec().region())], 0);
            check(&three, &[Crop(Region::new(0, 0, 36, 11))], 1);
            let is_unsigned = matches!(depth, Depth::U8 | Depth::U16);
            check(&three, &[point(Abs)], usize::from(!is_unsigned));
            let all = clamp(&[f64::NEG_INFINITY], &[f64::INFINITY]);
            check(&three, &[all], usize::from(is_float));
        }
    }

    #[test]
    fn what_is_undone_is_not_done() {
        for depth in Depth::ALL {
            let image = source(depth, 2);
            let is_signed = !matches!(depth, Depth::U8 | Depth::U16);
            check(&image, &[point(Negate), point(Negate)], if is_signed { 2 } else { 0 });
            check(&image, &[point(Abs), point(Abs), point(Abs)], usize::from(is_signed));
            if depth != Depth::F32 {
                check(&image, &[point(Not), point(Not), point(Not)], 1);
                check(&image, &[point(Not), point(Abs), point(Not)], if is_signed { 3 } else { 0 });
            }
        }
    }

    #[test]
    fn turns_are_one_turn() {
        let image = source(Depth::U8, 3);
        for first in Turn::ALL {
            for then in Turn::ALL {
                let left = usize::from(first.then(then).is_some());
                check(&image, &[geometry(first), geometry(then)], left);
            }
        }
        check(&image, &[Turn::Right; 4].map(geometry), 0);
        check(&image, &[Turn::Right; 3].map(geometry), 1);
        check(&image, &[geometry(Turn::Flip), pad(0), geometry(Turn::Flip)], 0);
        check(&image, &[geometry(Turn::Flip), pad(1), geometry(Turn::Flip)], 3);
    }

    #[test]
    fn casts_by_way_of_more_are_one_cast() {
        for from in Depth::ALL {
            for by in Depth::ALL {
                for to in Depth::ALL {
                    let image = source(from, 1);
                    let spec = image.spec();
                    let left = match (is_lossless(spec, &Spec { depth: by, ..*spec }), by == to) {
                        (true, _) => usize::from(from != to || from == Depth::F32),
                        (false, true) => 1 + usize::from(to == Depth::F32),
                        (false, false) => 2,
                    };
                    check(&image, &[point(Cast(by)), point(Cast(to))], left);
                    check(&image, &[linear(1.0, Some(by)), point(Cast(to))], left);
                }
            }
        }
    }

    #[test]
    fn ranges_are_one_range() {
        for depth in INTEGERS {
            let image = source(depth, 2);
            for (first, then) in [
                (clamp(&[10.4], &[90.6]), clamp(&[20.5], &[50.0])),
                (clamp(&[10.0], &[20.0]), clamp(&[30.0], &[40.0])),
                (clamp(&[f64::NEG_INFINITY], &[77.5]), clamp(&[-3.0], &[1e9])),
                (clamp(&[1.0, 50.0], &[90.0]), clamp(&[5.0], &[60.0, 255.0])),
            ] {
                check(&image, &[first, then], 1);
            }
        }
        let image = source(Depth::F32, 2);
        check(&image, &[clamp(&[-0.0], &[1.0]), clamp(&[0.0], &[2.0])], 2);
    }

    #[test]
    fn crops_are_one_crop_and_blurs_are_two_blurs() {
        let image = source(Depth::U16, 1);
        let crops = || [Crop(Region::new(3, 2, 20, 8)), Crop(Region::new(4, 1, 9, 5))];
        check(&image, &crops(), 1);
        check(&image, &[Blur, Blur], 2);
        check(&image, &[linear(0.5, None), linear(2.0, None)], 2);
    }
}
