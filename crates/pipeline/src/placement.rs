//! Where the pixels of an image come from.
//!
//! Filters and point operations leave pixels where they are; crops and geometry say where they put them.
//! What a file says of places, such as where on earth its image is, can so be said of what is made of it.

use raster::Affine;

use crate::Image;
use crate::image::Kind;

/// Where the pixels of an image are in its [source](Image::source).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// The places of the image in the source.
    pub affine: Affine,
    /// Whether the image also shows others beside the source, each in a place of its own.
    pub is_joined: bool,
}

impl Image {
    /// Where the image is in its source; `None` if an operation put pixels where it does not say.
    pub fn placement(&self) -> Option<Placement> {
        let mut placement = Placement { affine: Affine::IDENTITY, is_joined: false };
        let mut image = self;
        loop {
            let node = image.node();
            let step = match &node.kind {
                Kind::Source(_) => return Some(placement),
                Kind::Crop { region, .. } => {
                    Affine::translation(region.left as f64, region.top as f64)
                }
                Kind::Geometry(geometry) => {
                    placement.is_joined |= node.inputs.len() > 1;
                    geometry.placement()?
                }
                Kind::Filter(_) | Kind::Point(_) => {
                    let (before, after) = (node.inputs[0].spec(), image.spec());
                    if (before.width, before.height) != (after.width, after.height) {
                        return None;
                    }
                    Affine::IDENTITY
                }
            };
            placement.affine = step.of(&placement.affine);
            image = &node.inputs[0];
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use filters::{BoxBlur, GeometryRecipe, Join, Pad, Recipe, Turn};
    use kernels::Isa;
    use proptest::prelude::*;
    use raster::{Border, Depth, Region, Spec};
    use store::{MemorySink, RawLayout, Sink, from_memory};

    use super::*;
    use crate::{Engine, Options};

    /// An image whose samples are the numbers of its pixels, from 1 on.
    fn numbered(width: u64, height: u64) -> Image {
        let spec = Spec::new(width, height, 1, Depth::I32).unwrap();
        let bytes: Vec<u8> = (1..=(width * height) as i32).flat_map(i32::to_ne_bytes).collect();
        Image::new(from_memory(Arc::new(bytes), RawLayout::dense(spec)).unwrap())
    }

    fn samples(image: &Image) -> Vec<i32> {
        let sink = Arc::new(MemorySink::new(*image.spec()).unwrap());
        let engine = Engine::new(1);
        let target = Arc::clone(&sink) as Arc<dyn Sink>;
        engine.run(image, target, Options::default()).unwrap();
        // SAFETY: the job is over, so no claimed region is in use.
        let bytes = unsafe { sink.take() }.unwrap();
        bytes.chunks_exact(4).map(|word| i32::from_ne_bytes(word.try_into().unwrap())).collect()
    }

    fn arranged(image: &Image, recipe: &impl GeometryRecipe) -> Image {
        Image::geometry(recipe.bind(&[*image.spec()]).unwrap(), vec![image.clone()])
    }

    /// Turns, crops and pads; what each is follows from numbers.
    fn moved(image: &Image, what: u8, numbers: [u64; 4]) -> Image {
        let Spec { width, height, .. } = *image.spec();
        let [a, b, c, d] = numbers;
        match what {
            0 => {
                let (left, top) = (a % width, b % height);
                let region = Region::new(left, top, 1 + c % (width - left), 1 + d % (height - top));
                image.crop(region).unwrap()
            }
            1 => {
                let [left, top, right, bottom] = numbers.map(|side| side % 5);
                arranged(image, &Pad { left, top, right, bottom, border: Border::Constant(0.0) })
            }
            2 => {
                let places = vec![(a as i64 % 9 - 4, b as i64 % 9 - 4)];
                let (width, height) = (1 + c % 20, 1 + d % 20);
                arranged(image, &Join { width, height, background: vec![0.0], places })
            }
            _ => arranged(image, &Turn::ALL[(a % 7) as usize]),
        }
    }

    proptest! {
        #[test]
        fn a_pixel_is_where_its_placement_says(
            width in 1u64..12,
            height in 1u64..12,
            steps in prop::collection::vec((0u8..5, any::<[u64; 4]>()), 0..7),
        ) {
            let image = steps
                .iter()
                .fold(numbered(width, height), |image, &(what, numbers)| moved(&image, what, numbers));
            let Placement { affine, is_joined } = image.placement().unwrap();
            prop_assert!(!is_joined);
            let across = image.spec().width as usize;
            for (at, &sample) in samples(&image).iter().enumerate().filter(|&(_, &sample)| sample != 0) {
                let from = ((sample - 1) as u64 % width, (sample - 1) as u64 / width);
                let centre = ((at % across) as f64 + 0.5, (at / across) as f64 + 0.5);
                prop_assert_eq!(affine.apply(centre), (from.0 as f64 + 0.5, from.1 as f64 + 0.5));
            }
        }
    }

    #[test]
    fn filters_stay_in_place_and_joins_are_told() {
        let image = numbered(7, 5);
        let blur = BoxBlur::new((3, 3)).bind(image.spec(), Isa::best()).unwrap();
        let crop = image.filter(blur).crop(Region::new(2, 1, 3, 3)).unwrap();
        let affine = Affine::translation(2.0, 1.0);
        assert_eq!(crop.placement(), Some(Placement { affine, is_joined: false }));
        let join =
            Join { width: 9, height: 9, background: vec![0.0], places: vec![(1, 0), (4, 4)] };
        let images = vec![crop.clone(), crop];
        let specs: Vec<Spec> = images.iter().map(|image| *image.spec()).collect();
        let joined = Image::geometry(join.bind(&specs).unwrap(), images);
        let affine = Affine::translation(1.0, 1.0);
        assert_eq!(joined.placement(), Some(Placement { affine, is_joined: true }));
    }
}
