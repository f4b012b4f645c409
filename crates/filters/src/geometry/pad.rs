//! More canvas around an image.

use std::sync::Arc;

use raster::{Affine, Border, Region, Span, Spec, ViewMut};

use super::{Geometry, GeometryRecipe};
use crate::identity::identify;
use crate::{Demand, Law, ParameterError, Window};

/// Pixels to add on each side, and what they hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pad {
    /// Columns on the left.
    pub left: u64,
    /// Rows above.
    pub top: u64,
    /// Columns on the right.
    pub right: u64,
    /// Rows below.
    pub bottom: u64,
    /// The samples there.
    pub border: Border,
}

identify!(Pad { left, top, right, bottom, border });

impl GeometryRecipe for Pad {
    fn make(&self, inputs: &[Spec]) -> Result<Arc<dyn Geometry>, ParameterError> {
        let input = inputs[0];
        let side =
            |side: u64, before: u64, after: u64| side.checked_add(before)?.checked_add(after);
        let width = side(input.width, self.left, self.right);
        let height = side(input.height, self.top, self.bottom);
        let output = width.zip(height).and_then(|(w, h)| input.resized(w, h).ok());
        let output = output.ok_or_else(|| {
            let received = format!("{}, {}, {}, {}", self.left, self.top, self.right, self.bottom);
            ParameterError::new("pad", "sides that make an image", received)
        })?;
        Ok(Arc::new(Padded { pad: *self, input, output }))
    }

    fn law(&self, _: &[Spec]) -> Option<Law> {
        let sides = [self.left, self.top, self.right, self.bottom];
        (sides == [0; 4]).then_some(Law::Same)
    }
}

struct Padded {
    pad: Pad,
    input: Spec,
    output: Spec,
}

impl Padded {
    /// The positions of an axis of length `n` that stand at `len` positions from `start` on, of which
    /// `before` lie before the image; none if all are the constant.
    fn span(&self, start: u64, len: u64, before: u64, n: u64) -> Option<Span> {
        let first = start as i64 - before as i64;
        let last = first + len as i64 - 1;
        let axis = n as i64;
        if len >= 2 * n && !matches!(self.pad.border, Border::Constant(_) | Border::Replicate) {
            return Some(Span { start: 0, len: n });
        }
        // The order of positions turns where the image ends, or its reflection; between, ends do.
        let period = if self.pad.border == Border::Reflect101 { (axis - 1).max(1) } else { axis };
        let turns = first.div_euclid(period)..=last.div_euclid(period) + 1;
        let near = turns.take(6).flat_map(|turn| (-1..=1).map(move |near| turn * period + near));
        let edges = [0, axis - 1].into_iter().chain(near);
        let ends = [first, last].into_iter().chain(edges.filter(|at| (first..=last).contains(at)));
        let mapped = ends.filter_map(|at| self.pad.border.map(at, n));
        let (low, high) = mapped.fold((n, 0), |(low, high), at| (low.min(at), high.max(at)));
        (low <= high).then(|| Span { start: low as i64, len: high - low + 1 })
    }
}

impl Geometry for Padded {
    fn name(&self) -> &'static str {
        "pad"
    }

    fn output(&self) -> &Spec {
        &self.output
    }

    fn placement(&self) -> Option<Affine> {
        Some(Affine::translation(-(self.pad.left as f64), -(self.pad.top as f64)))
    }

    fn demand(&self, region: &Region) -> Vec<(usize, Demand)> {
        let Pad { left, top, .. } = self.pad;
        let columns = self.span(region.left, region.width, left, self.input.width);
        let rows = self.span(region.top, region.height, top, self.input.height);
        let demand = columns.zip(rows).map(|(columns, rows)| (0, Demand { columns, rows }));
        demand.into_iter().collect()
    }

    fn run(&self, windows: &[Window<'_>], region: &Region, out: &mut ViewMut<'_>) {
        let pixel = self.input.pixel_bytes() as usize;
        let constant = self.constant();
        let Some(Window { view, columns, rows }) = windows.first() else {
            for y in 0..out.height() {
                let row = out.row_bytes(y);
                row.chunks_exact_mut(pixel).for_each(|to| to.copy_from_slice(&constant));
            }
            return;
        };
        let first = region.left as i64 - self.pad.left as i64;
        let last = first + region.width as i64;
        // What lies in the image is copied in one piece.
        let inner = first.max(0).min(last)..last.min(self.input.width as i64).max(first);
        let inner = inner.start..inner.end.max(inner.start);
        let outer = (first..inner.start).chain(inner.end..last);
        let outer: Vec<_> =
            outer.map(|at| (at, self.pad.border.map(at, self.input.width))).collect();
        for y in 0..region.height {
            let at = (region.top + y) as i64 - self.pad.top as i64;
            let out = out.row_bytes(y as usize);
            let Some(at) = self.pad.border.map(at, self.input.height) else {
                out.chunks_exact_mut(pixel).for_each(|to| to.copy_from_slice(&constant));
                continue;
            };
            let row = view.row_bytes((at as i64 - rows.start) as usize);
            let source = |x: i64| &row[(x - columns.start) as usize * pixel..];
            for &(x, at) in &outer {
                let from = at.map_or(&*constant, |at| &source(at as i64)[..pixel]);
                out[(x - first) as usize * pixel..][..pixel].copy_from_slice(from);
            }
            if !inner.is_empty() {
                let bytes = (inner.end - inner.start) as usize * pixel;
                let to = &mut out[(inner.start - first) as usize * pixel..][..bytes];
                to.copy_from_slice(&source(inner.start)[..bytes]);
            }
        }
    }
}

impl Padded {
    /// A pixel of the border's constant, if it has one.
    fn constant(&self) -> Vec<u8> {
        match self.pad.border {
            Border::Constant(value) => super::pixel(&self.input, &[value]),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_span_is_that_of_its_positions(
            n in 1u64..12, before in 0u64..40, start in 0u64..60, len in 1u64..40,
            which in 0usize..5,
        ) {
            let border = [Border::Reflect101, Border::Replicate, Border::Reflect, Border::Wrap,
                Border::Constant(1.0)][which];
            let input = Spec::new(n, n, 1, raster::Depth::U8).unwrap();
            let pad = Pad { left: before, top: before, right: 60, bottom: 60, border };
            let padded = Padded { pad, input, output: input };
            let first = start as i64 - before as i64;
            let mapped: Vec<u64> =
                (first..first + len as i64).filter_map(|at| border.map(at, n)).collect();
            let ends = mapped.iter().copied().min().zip(mapped.iter().copied().max());
            let expected =
                ends.map(|(low, high)| Span { start: low as i64, len: high - low + 1 });
            prop_assert_eq!(padded.span(start, len, before, n), expected);
        }
    }
}
