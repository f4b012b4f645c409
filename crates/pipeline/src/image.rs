//! The lazy graph, as its users build it: immutable, shared, nothing computed.

use std::collections::HashSet;
use std::sync::Arc;

use filters::{Filter, Geometry, Point};
use raster::{Region, Spec};
use store::Source;

/// An image that is computed on demand. Immutable, and cheap to clone.
///
/// Images that are made from one image share it: a job computes it once, however many ways lead to
/// it.
#[derive(Clone)]
pub struct Image {
    node: Arc<Node>,
}

/// How an image comes to be, and from what.
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) inputs: Vec<Image>,
}

#[derive(Clone)]
pub(crate) enum Kind {
    Source(Arc<dyn Source>),
    Filter(Arc<dyn Filter>),
    Point(Arc<dyn Point>),
    Geometry(Arc<dyn Geometry>),
    Crop { region: Region, spec: Spec },
}

impl Image {
    /// The image of a source.
    pub fn new(source: Arc<dyn Source>) -> Self {
        Self::of(Kind::Source(source), Vec::new())
    }

    /// This image filtered. The filter must have been made for this image's [`spec`](Self::spec).
    #[must_use]
    pub fn filter(&self, filter: Arc<dyn Filter>) -> Self {
        Self::of(Kind::Filter(filter), vec![self.clone()])
    }

    /// What a point operation makes of images. It must have been made for their
    /// [`spec`](Self::spec)s, which are of one size.
    ///
    /// # Panics
    /// If there are none.
    pub fn point(point: Arc<dyn Point>, inputs: Vec<Self>) -> Self {
        assert!(!inputs.is_empty(), "a point operation without an image");
        Self::of(Kind::Point(point), inputs)
    }

    /// The pixels of images in other places. `geometry` must have been made for them.
    ///
    /// # Panics
    /// If there are none.
    pub fn geometry(geometry: Arc<dyn Geometry>, inputs: Vec<Self>) -> Self {
        assert!(!inputs.is_empty(), "a canvas without an image");
        Self::of(Kind::Geometry(geometry), inputs)
    }

    /// A part of this image; `None` if `region` is empty or not inside.
    pub fn crop(&self, region: Region) -> Option<Self> {
        if !self.spec().region().contains(&region) {
            return None;
        }
        let spec = self.spec().resized(region.width, region.height).ok()?;
        Some(Self::of(Kind::Crop { region, spec }, vec![self.clone()]))
    }

    /// The shape of the image.
    pub fn spec(&self) -> &Spec {
        match &self.node.kind {
            Kind::Source(source) => source.spec(),
            Kind::Filter(filter) => filter.output(),
            Kind::Point(point) => point.output(),
            Kind::Geometry(geometry) => geometry.output(),
            Kind::Crop { spec, .. } => spec,
        }
    }

    /// The source that the image is computed from; of several, the first.
    pub fn source(&self) -> &Arc<dyn Source> {
        let mut image = self;
        loop {
            match &image.node.kind {
                Kind::Source(source) => return source,
                _ => image = &image.node.inputs[0],
            }
        }
    }

    pub(crate) fn node(&self) -> &Node {
        &self.node
    }

    /// What tells nodes apart.
    pub(crate) fn id(&self) -> *const Node {
        Arc::as_ptr(&self.node)
    }

    /// What this image is, made from other images of the same shapes.
    pub(crate) fn over(&self, inputs: Vec<Self>) -> Self {
        let is_same = inputs.iter().zip(&self.node.inputs).all(|(a, b)| a.id() == b.id());
        if is_same { self.clone() } else { Self::of(self.node.kind.clone(), inputs) }
    }

    fn of(kind: Kind, inputs: Vec<Self>) -> Self {
        Self { node: Arc::new(Node { kind, inputs }) }
    }
}

/// The nodes that some images depend on, each once, after those that it is made from. Chains may be long,
/// hence no recursion.
pub(crate) fn in_order(images: &[Image]) -> Vec<Image> {
    let (mut order, mut seen) = (Vec::new(), HashSet::new());
    let mut stack: Vec<(Image, bool)> =
        images.iter().rev().map(|image| (image.clone(), false)).collect();
    while let Some((image, is_done)) = stack.pop() {
        if is_done {
            order.push(image);
        } else if seen.insert(image.id()) {
            stack.push((image.clone(), true));
            stack.extend(image.node.inputs.iter().map(|input| (input.clone(), false)));
        }
    }
    order
}

impl Drop for Node {
    /// Lets a long chain go link by link: dropped as it is nested, it would overflow the stack.
    fn drop(&mut self) {
        let mut chain = std::mem::take(&mut self.inputs);
        while let Some(image) = chain.pop() {
            if let Some(mut node) = Arc::into_inner(image.node) {
                chain.append(&mut node.inputs);
            }
        }
    }
}
