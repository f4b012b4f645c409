//! The lazy graph, and how a region of it is computed.

use std::sync::Arc;

use filters::{Demand, Filter, Window};
use raster::{Buffer, Region, Span, Spec, View, ViewMut};
use store::Source;

use crate::Error;
use crate::worker::Worker;

/// An image that is computed on demand. Immutable, and cheap to clone.
#[derive(Clone)]
pub struct Image {
    node: Arc<Node>,
}

enum Node {
    Source(Arc<dyn Source>),
    Filter { filter: Box<dyn Filter>, input: Image },
    Crop { region: Region, spec: Spec, input: Image },
}

/// Bytes behind a window's pixels, so that vector loads may run past the last row.
const SLACK: usize = 256;

impl Image {
    /// The image of a source.
    pub fn new(source: Arc<dyn Source>) -> Self {
        Self { node: Arc::new(Node::Source(source)) }
    }

    /// This image filtered. The filter must have been made for this image's [`spec`](Self::spec).
    #[must_use]
    pub fn filter(&self, filter: Box<dyn Filter>) -> Self {
        let node = Node::Filter { filter, input: self.clone() };
        Self { node: Arc::new(node) }
    }

    /// A part of this image; `None` if `region` is empty or not inside.
    pub fn crop(&self, region: Region) -> Option<Self> {
        if !self.spec().region().contains(&region) {
            return None;
        }
        let spec = self.spec().resized(region.width, region.height).ok()?;
        let node = Node::Crop { region, spec, input: self.clone() };
        Some(Self { node: Arc::new(node) })
    }

    /// The shape of the image.
    pub fn spec(&self) -> &Spec {
        match &*self.node {
            Node::Source(source) => source.spec(),
            Node::Filter { filter, .. } => filter.output(),
            Node::Crop { spec, .. } => spec,
        }
    }

    /// The source that the image is computed from.
    pub fn source(&self) -> &Arc<dyn Source> {
        match &*self.node {
            Node::Source(source) => source,
            Node::Filter { input, .. } | Node::Crop { input, .. } => input.source(),
        }
    }

    /// Columns and rows beyond a pixel that it depends on, summed over the chain.
    pub(crate) fn halo(&self) -> (u64, u64) {
        match &*self.node {
            Node::Source(_) => (0, 0),
            Node::Crop { input, .. } => input.halo(),
            Node::Filter { filter, input } => {
                let spec = filter.output();
                let middle = Region::new(spec.width / 2, spec.height / 2, 1, 1);
                let Demand { columns, rows } = filter.demand(&middle);
                let (x, y) = input.halo();
                (columns.len.saturating_sub(1) + x, rows.len.saturating_sub(1) + y)
            }
        }
    }

    /// Whether a filter's input is computed by another.
    pub(crate) fn is_chain(&self) -> bool {
        match &*self.node {
            Node::Source(_) => false,
            Node::Crop { input, .. } => input.is_chain(),
            Node::Filter { input, .. } => input.is_computed(),
        }
    }

    /// Whether there is a filter.
    fn is_computed(&self) -> bool {
        match &*self.node {
            Node::Source(_) => false,
            Node::Crop { input, .. } => input.is_computed(),
            Node::Filter { .. } => true,
        }
    }

    /// Bytes of working memory that computing `region` takes, in the worst case.
    pub(crate) fn footprint(&self, region: &Region) -> u64 {
        match &*self.node {
            Node::Source(_) => 0,
            Node::Crop { region: part, input, .. } => {
                input.footprint(&region.translate(part.left, part.top))
            }
            Node::Filter { filter, input } => {
                let demand = filter.demand(region);
                let scratch = filter.scratch_bytes(region.width);
                let pixels = demand.columns.len * demand.rows.len;
                let window = pixels * input.spec().pixel_bytes() + SLACK as u64;
                // The worst case of a wrapped demand is no larger than that of its clipped part.
                let needed = clip(&demand, input.spec());
                scratch + window + input.footprint(&needed)
            }
        }
    }

    /// Tells the source that `region` will be computed soon.
    pub(crate) fn advise(&self, region: &Region) {
        match &*self.node {
            Node::Source(source) => source.advise(region),
            Node::Crop { region: part, input, .. } => {
                input.advise(&region.translate(part.left, part.top));
            }
            Node::Filter { filter, input } => {
                input.advise(&clip(&filter.demand(region), input.spec()));
            }
        }
    }

    /// Computes `region` into `out`, which has its size.
    pub(crate) fn compute(
        &self,
        region: &Region,
        out: &mut ViewMut<'_>,
        worker: &mut Worker,
    ) -> Result<(), Error> {
        match &*self.node {
            Node::Source(source) => match source.view(region) {
                Some(view) => out.copy_from(&view),
                None => source.read(region, out)?,
            },
            Node::Crop { region: part, input, .. } => {
                input.compute(&region.translate(part.left, part.top), out, worker)?;
            }
            Node::Filter { filter, input } => {
                let demand = filter.demand(region);
                input.with_window(&demand, worker, |window, worker| {
                    filter.run(window, region, out, &mut worker.scratch);
                })?;
            }
        }
        Ok(())
    }

    /// Lends the window that `demand` names: as it lies in memory if it does, else computed.
    fn with_window(
        &self,
        demand: &Demand,
        worker: &mut Worker,
        run: impl FnOnce(&Window<'_>, &mut Worker),
    ) -> Result<(), Error> {
        let Demand { columns, rows } = *demand;
        if let Some(view) = inside(demand, self.spec()).and_then(|region| self.direct(&region)) {
            run(&Window { view, columns, rows }, worker);
            return Ok(());
        }
        let mut buffer = worker.buffers.pop().unwrap_or_default();
        let result = self.assemble(demand, &mut buffer, worker);
        if result.is_ok() {
            let row = columns.len as usize * self.spec().pixel_bytes() as usize;
            let (width, height) = (columns.len as usize, rows.len as usize);
            let view = View::new(buffer.bytes(), row, width, height, self.spec())
                .expect("the buffer was made for the window");
            run(&Window { view, columns, rows }, worker);
        }
        worker.buffers.push(buffer);
        result
    }

    /// The region as it lies in the source's memory, if nothing is to be computed.
    fn direct(&self, region: &Region) -> Option<View<'_>> {
        match &*self.node {
            Node::Source(source) => source.view(region),
            Node::Crop { region: part, input, .. } => {
                input.direct(&region.translate(part.left, part.top))
            }
            Node::Filter { .. } => None,
        }
    }

    /// Computes a window into `buffer`: one region, or up to four where the image wraps around.
    fn assemble(
        &self,
        demand: &Demand,
        buffer: &mut Buffer,
        worker: &mut Worker,
    ) -> Result<(), Error> {
        let spec = self.spec();
        let (width, height) = (demand.columns.len as usize, demand.rows.len as usize);
        let bytes = width * height * spec.pixel_bytes() as usize;
        let memory = buffer.take(bytes + SLACK);
        let mut out = ViewMut::new(memory, width, height, spec).expect("a buffer is aligned");
        for (y, top, rows) in pieces(demand.rows, spec.height) {
            for (x, left, columns) in pieces(demand.columns, spec.width) {
                let region = Region::new(left, top, columns, rows);
                let mut out = out.sub(&Region::new(x, y, columns, rows));
                self.compute(&region, &mut out, worker)?;
            }
        }
        Ok(())
    }
}

/// The demand as a region, if it stays inside the image.
fn inside(demand: &Demand, spec: &Spec) -> Option<Region> {
    let region = Region::new(
        u64::try_from(demand.columns.start).ok()?,
        u64::try_from(demand.rows.start).ok()?,
        demand.columns.len,
        demand.rows.len,
    );
    spec.region().contains(&region).then_some(region)
}

/// A region of the demand's size inside the image, for estimates.
fn clip(demand: &Demand, spec: &Spec) -> Region {
    let start = |span: Span, n: u64| (span.start.max(0) as u64).min(n - span.len);
    Region::new(
        start(demand.columns, spec.width),
        start(demand.rows, spec.height),
        demand.columns.len,
        demand.rows.len,
    )
}

/// Cuts a span that may wrap around an axis of length `n` into pieces of the image: offset in the
/// span, first position in the image, length. A span is never longer than the image, so there are at
/// most two.
fn pieces(span: Span, n: u64) -> impl Iterator<Item = (u64, u64, u64)> {
    let start = span.start.rem_euclid(n as i64) as u64;
    let first = span.len.min(n - start);
    let rest = span.len - first;
    [(0, start, first), (first, 0, rest)].into_iter().filter(|&(_, _, len)| len > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_spans_have_two_pieces() {
        let of = |start, len| pieces(Span { start, len }, 10).collect::<Vec<_>>();
        assert_eq!(of(2, 5), [(0, 2, 5)]);
        assert_eq!(of(-2, 5), [(0, 8, 2), (2, 0, 3)]);
        assert_eq!(of(8, 5), [(0, 8, 2), (2, 0, 3)]);
        assert_eq!(of(0, 10), [(0, 0, 10)]);
    }
}
