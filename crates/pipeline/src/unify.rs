//! Nodes that do the same with the same images are one.
//!
//! What a user writes twice is two nodes. A job makes neither rows nor memory of it twice: operations
//! are compared by kind and parameters, bit by bit, and their inputs by what those were found to be.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use filters::Identity;
use raster::Region;

use crate::Image;
use crate::fold::folded;
use crate::image::{Kind, Node, in_order};

/// The same images, of nodes of which no two do the same.
pub(crate) fn unified(images: &[Image]) -> Vec<Image> {
    let mut unifier = Unifier::default();
    for image in in_order(images) {
        unifier.add(&image);
    }
    images.iter().map(|image| unifier.known[&image.id()].clone()).collect()
}

#[derive(Default)]
struct Unifier {
    /// What each node was found to be.
    known: HashMap<*const Node, Image>,
    nodes: HashMap<(Deed, Vec<*const Node>), Image>,
}

/// What a node does.
#[derive(PartialEq, Eq, Hash)]
enum Deed {
    Operation(Identity),
    Crop(Region),
    /// What is the same only if it is the same source.
    Source(*const ()),
    /// What is like nothing else: that node.
    Own(*const Node),
}

impl Unifier {
    /// Adds a node whose inputs have been added.
    fn add(&mut self, image: &Image) {
        let inputs = image.node().inputs.iter().map(|input| self.known[&input.id()].clone());
        let inputs: Vec<Image> = inputs.collect();
        let found = folded(image.over(inputs));
        let inputs = found.node().inputs.iter().map(Image::id).collect();
        let found = match self.nodes.entry((deed(&found), inputs)) {
            Entry::Occupied(entry) => entry.get().clone(),
            Entry::Vacant(entry) => entry.insert(found).clone(),
        };
        self.known.insert(image.id(), found);
    }
}

fn deed(image: &Image) -> Deed {
    let identity = match &image.node().kind {
        Kind::Source(source) => return Deed::Source(Arc::as_ptr(source).cast()),
        Kind::Crop { region, .. } => return Deed::Crop(*region),
        Kind::Filter(filter) => filter.identity(),
        Kind::Point(point) => point.identity(),
        Kind::Geometry(geometry) => geometry.identity(),
    };
    identity.map_or_else(|| Deed::Own(image.id()), |identity| Deed::Operation(identity.clone()))
}

#[cfg(test)]
mod tests {
    use filters::point::{Cast, Linear, Value};
    use filters::{BoxBlur, GeometryRecipe, PointRecipe, Recipe, Turn};
    use kernels::Isa;
    use raster::{Depth, Spec};
    use store::{RawLayout, from_memory};

    use super::*;

    fn source() -> Image {
        let spec = Spec::new(9, 9, 1, Depth::U8).unwrap();
        Image::new(from_memory(Arc::new(vec![0u8; 81]), RawLayout::dense(spec)).unwrap())
    }

    fn blur(image: &Image, size: u32) -> Image {
        image.filter(BoxBlur::new((size, 3)).bind(image.spec(), Isa::best()).unwrap())
    }

    fn linear(image: &Image, offset: f64) -> Image {
        let offset = Value::All(offset);
        let linear = Linear { offset, ..Default::default() };
        Image::point(linear.bind(&[*image.spec()], Isa::best()).unwrap(), vec![image.clone()])
    }

    fn cast(image: &Image) -> Image {
        let cast = Cast(Depth::F32).bind(&[*image.spec()], Isa::best()).unwrap();
        Image::point(cast, vec![image.clone()])
    }

    fn flip(image: &Image) -> Image {
        Image::geometry(Turn::Flip.bind(&[*image.spec()]).unwrap(), vec![image.clone()])
    }

    fn crop(image: &Image, width: u64) -> Image {
        image.crop(Region::new(1, 1, width, 4)).unwrap()
    }

    /// How many nodes are left of some images.
    fn nodes(images: &[Image]) -> usize {
        in_order(&unified(images)).len()
    }

    #[test]
    fn what_does_the_same_is_one_node() {
        let image = source();
        let chain = || cast(&linear(&flip(&crop(&blur(&image, 3), 5)), 2.0));
        assert_eq!(nodes(&[chain(), chain(), chain()]), 6);
        let again = Image::new(Arc::clone(image.source()));
        assert_eq!(nodes(&[blur(&image, 3), blur(&again, 3)]), 2);
    }

    #[test]
    fn what_does_not_is_not() {
        let image = source();
        assert_eq!(nodes(&[blur(&image, 3), blur(&image, 5)]), 3);
        assert_eq!(nodes(&[blur(&image, 3), blur(&source(), 3)]), 4);
        assert_eq!(nodes(&[crop(&image, 3), crop(&image, 4)]), 3);
        assert_eq!(nodes(&[linear(&image, 2.0), linear(&image, 2.5)]), 3);
        assert_eq!(nodes(&[cast(&flip(&image)), flip(&cast(&image))]), 5);
        let blurred = blur(&image, 3);
        assert_eq!(nodes(&[blur(&blurred, 3), blurred]), 3);
    }
}
