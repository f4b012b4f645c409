//! The median of 3 x 3, straight from rows to rows.

use std::sync::Arc;

use kernels::Isa;
use kernels::rank::{Level, median3};
use raster::{Border, Buffer, Region, Spec};

use crate::rows::Rows;
use crate::scratch::held;
use crate::strip::{Operator, Reach, RowPair, Stream, pieces};
use crate::{Scratch, Window};

/// Samples of a strip: long rows of the source, since nothing is kept of them.
const STRIP: usize = 16_384;

pub(super) struct Median3Operator {
    pub(super) input: Spec,
    pub(super) border: Border,
    pub(super) isa: Isa,
}

impl Median3Operator {
    const fn channels(&self) -> usize {
        self.input.channels as usize
    }
}

impl<S: Level> Operator<S> for Median3Operator {
    fn reach(&self) -> Reach {
        Reach::window(3, 3)
    }

    fn strip_width(&self) -> usize {
        (STRIP / self.channels()).max(1)
    }

    fn scratch_bytes(&self, width: usize) -> u64 {
        (4 * (width + 2) * self.channels() * size_of::<S>()) as u64
    }

    fn open(
        self: Arc<Self>,
        _: &Window<'_>,
        strip: Region,
        scratch: &mut Scratch,
    ) -> Box<dyn Stream<S>> {
        let [columns, [top, bottom]] = Operator::<S>::reach(&*self).extent(&strip);
        let pads = [(); 4].map(|()| scratch.borrow());
        Box::new(Median3Stream { operator: self, columns, y: top, bottom, pads })
    }
}

struct Median3Stream {
    operator: Arc<Median3Operator>,
    /// Columns of the input that the strip depends on.
    columns: [i64; 2],
    /// The first row that the next windows cover.
    y: i64,
    /// One past the last row that the strip depends on.
    bottom: i64,
    pads: [Buffer; 4],
}

impl<S: Level> Stream<S> for Median3Stream {
    fn next(&mut self, window: &Window<'_>, out: &mut RowPair<'_, S>) {
        let Self { operator, columns, .. } = self;
        let channels = operator.channels();
        let Median3Operator { ref input, border, isa } = **operator;
        let rows = Rows { window, input, border };
        let len = out.len() + 2 * channels;
        let mut y = self.y;
        let source = self.pads.each_mut().map(|pad| {
            y += 1;
            // Below the strip any row will do.
            rows.row::<S>((y - 1).min(self.bottom - 1), *columns, len, pad)
        });
        let ahead = [y, y + 1].map(|y| rows.peek::<S>(y, columns[0]));
        for range in pieces(out.len(), size_of::<S>()) {
            for row in ahead {
                kernels::prefetch(row.get(range.clone()).unwrap_or_default());
            }
            let source = source.map(|row| &row[range.start..range.end + 2 * channels]);
            out.write(range, |out| median3(source, channels, out, isa));
        }
        self.y += 2;
    }

    fn bytes(&self) -> u64 {
        held(&self.pads)
    }

    fn close(self: Box<Self>, scratch: &mut Scratch) {
        self.pads.into_iter().rev().for_each(|pad| scratch.give(pad));
    }
}
