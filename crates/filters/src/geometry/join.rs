//! Many images on one canvas.

use std::sync::Arc;

use raster::{Affine, Region, Span, Spec, ViewMut};

use super::{Geometry, GeometryRecipe};
use crate::identity::identify;
use crate::{Demand, Law, ParameterError, Window};

/// A canvas and the places of images on it. Later images lie on earlier ones; what hangs over the edge
/// is cut off.
#[derive(Clone, Debug, PartialEq)]
pub struct Join {
    /// Columns of the canvas.
    pub width: u64,
    /// Rows of the canvas.
    pub height: u64,
    /// The sample where no image lies: one for all channels, or one for each.
    pub background: Vec<f64>,
    /// The column and row of each image's first pixel.
    pub places: Vec<(i64, i64)>,
}

identify!(Join { width, height, background, places });

impl GeometryRecipe for Join {
    fn make(&self, inputs: &[Spec]) -> Result<Arc<dyn Geometry>, ParameterError> {
        let first = inputs[0];
        let output = first.resized(self.width, self.height).map_err(|_| {
            let received = format!("{} x {}", self.width, self.height);
            ParameterError::new("size", "a width and height that make an image", received)
        })?;
        let same = |spec: &Spec| (spec.channels, spec.depth) == (first.channels, first.depth);
        if let Some(other) = inputs.iter().find(|spec| !same(spec)) {
            let expected = format!("images of {} channels of {}", first.channels, first.depth);
            let received = format!("{} of {}", other.channels, other.depth);
            return Err(ParameterError::new("images", expected, received));
        }
        if self.places.len() != inputs.len() {
            let expected = format!("{} places", inputs.len());
            return Err(ParameterError::new("images", expected, self.places.len()));
        }
        let count = self.background.len();
        if count != 1 && count != first.channels as usize {
            let expected = format!("one number or {}", first.channels);
            return Err(ParameterError::new("background", expected, count));
        }
        let mut by_top: Vec<usize> = (0..inputs.len()).collect();
        by_top.sort_by_key(|&image| self.places[image].1);
        Ok(Arc::new(Joined {
            places: self.places.clone(),
            sizes: inputs.iter().map(|spec| (spec.width as i64, spec.height as i64)).collect(),
            tallest: inputs.iter().map(|spec| spec.height as i64).max().unwrap_or(0),
            by_top,
            background: super::pixel(&output, &self.background),
            output,
        }))
    }

    fn law(&self, inputs: &[Spec]) -> Option<Law> {
        let is_whole = |image: &Spec| (image.width, image.height) == (self.width, self.height);
        (self.places == [(0, 0)] && is_whole(&inputs[0])).then_some(Law::Same)
    }
}

struct Joined {
    places: Vec<(i64, i64)>,
    sizes: Vec<(i64, i64)>,
    /// The images by their first row, so that few of many are looked at for a region.
    by_top: Vec<usize>,
    tallest: i64,
    background: Vec<u8>,
    output: Spec,
}

impl Joined {
    /// Where an image and a region meet, on the canvas.
    fn meet(&self, image: usize, region: &Region) -> Option<Region> {
        let ((left, top), (width, height)) = (self.places[image], self.sizes[image]);
        let axis = |at: i64, len: i64, start: u64, end: u64| {
            let (first, last) = (at.max(start as i64), at.saturating_add(len).min(end as i64));
            (first < last).then(|| (first as u64, (last - first) as u64))
        };
        let (left, width) = axis(left, width, region.left, region.right())?;
        let (top, height) = axis(top, height, region.top, region.bottom())?;
        Some(Region { left, top, width, height })
    }

    /// The images that a region shows, the lowest first, and where.
    fn shown(&self, region: &Region) -> Vec<(usize, Region)> {
        let first = (region.top as i64).saturating_sub(self.tallest);
        let start = self.by_top.partition_point(|&image| self.places[image].1 <= first);
        let rest = self.by_top[start..].iter();
        let near = rest.take_while(|&&image| self.places[image].1 < region.bottom() as i64);
        let mut shown: Vec<_> =
            near.filter_map(|&image| Some((image, self.meet(image, region)?))).collect();
        shown.sort_by_key(|&(image, _)| image);
        shown
    }
}

impl Geometry for Joined {
    fn name(&self) -> &'static str {
        "join"
    }

    fn output(&self) -> &Spec {
        &self.output
    }

    fn placement(&self) -> Option<Affine> {
        let (left, top) = self.places[0];
        Some(Affine::translation(-(left as f64), -(top as f64)))
    }

    fn demand(&self, region: &Region) -> Vec<(usize, Demand)> {
        let demand = |(image, part): (usize, Region)| {
            let (left, top) = self.places[image];
            let columns = Span { start: part.left as i64 - left, len: part.width };
            let rows = Span { start: part.top as i64 - top, len: part.height };
            (image, Demand { columns, rows })
        };
        self.shown(region).into_iter().map(demand).collect()
    }

    fn run(&self, windows: &[Window<'_>], region: &Region, out: &mut ViewMut<'_>) {
        let pixel = self.background.len();
        for y in 0..out.height() {
            let row = out.row_bytes(y);
            row.chunks_exact_mut(pixel).for_each(|to| to.copy_from_slice(&self.background));
        }
        for (window, (_, part)) in windows.iter().zip(self.shown(region)) {
            let (left, top) = (part.left - region.left, part.top - region.top);
            out.sub(&Region { left, top, ..part }).copy_from(&window.view);
        }
    }
}
