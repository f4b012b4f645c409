//! Two operators side by side, and what is made of their rows.
//!
//! Both run down a strip together, so that their rows are combined while they are in cache and the
//! source is read once.

use std::sync::Arc;

use raster::{Buffer, Region, Sample};

use crate::scratch::held;
use crate::strip::{Operator, Reach, RowPair, Stream, pieces};
use crate::{Scratch, Window};

/// Two operators and what combines a row of each.
pub(crate) struct Pair<T, F> {
    pub(crate) parts: [Arc<dyn Operator<T>>; 2],
    pub(crate) combine: Arc<F>,
    /// Samples of a pixel.
    pub(crate) channels: usize,
}

impl<T, D, F> Operator<D> for Pair<T, F>
where
    T: Sample,
    D: Sample,
    F: Fn([&[T]; 2], &mut [D]) + Send + Sync + 'static,
{
    fn reach(&self) -> Reach {
        self.parts[0].reach().union(self.parts[1].reach())
    }

    fn strip_width(&self) -> usize {
        self.parts[0].strip_width().min(self.parts[1].strip_width())
    }

    fn scratch_bytes(&self, width: usize) -> u64 {
        let rows = 4 * width * self.channels * size_of::<T>();
        rows as u64 + self.parts.iter().map(|part| part.scratch_bytes(width)).sum::<u64>()
    }

    fn open(
        self: Arc<Self>,
        window: &Window<'_>,
        strip: Region,
        scratch: &mut Scratch,
    ) -> Box<dyn Stream<D>> {
        let open = |part: &Arc<dyn Operator<T>>| Arc::clone(part).open(window, strip, scratch);
        let streams = self.parts.each_ref().map(open);
        let rows = [scratch.borrow(), scratch.borrow()];
        Box::new(PairStream { combine: Arc::clone(&self.combine), streams, rows })
    }
}

struct PairStream<T, F> {
    combine: Arc<F>,
    streams: [Box<dyn Stream<T>>; 2],
    /// Two rows of each part.
    rows: [Buffer; 2],
}

impl<T, D, F> Stream<D> for PairStream<T, F>
where
    T: Sample,
    D: Sample,
    F: Fn([&[T]; 2], &mut [D]) + Send + Sync,
{
    fn next(&mut self, window: &Window<'_>, out: &mut RowPair<'_, D>) {
        let len = out.len();
        let [a, b] = self.rows.each_mut().map(|rows| rows.take_samples::<T>(2 * len));
        for (stream, rows) in self.streams.iter_mut().zip([&mut *a, &mut *b]) {
            let (first, second) = rows.split_at_mut(len);
            stream.next(window, &mut RowPair::new([first, second]));
        }
        let ((a, b), (c, d)) = (a.split_at(len), b.split_at(len));
        for range in pieces(len, size_of::<D>()) {
            out.write(range.clone(), |[first, second]| {
                (self.combine)([&a[range.clone()], &c[range.clone()]], first);
                (self.combine)([&b[range.clone()], &d[range.clone()]], second);
            });
        }
    }

    fn bytes(&self) -> u64 {
        held(&self.rows) + self.streams.iter().map(|stream| stream.bytes()).sum::<u64>()
    }

    fn close(self: Box<Self>, scratch: &mut Scratch) {
        let Self { streams, rows, .. } = *self;
        rows.into_iter().rev().for_each(|rows| scratch.give(rows));
        streams.into_iter().rev().for_each(|stream| stream.close(scratch));
    }
}
