//! The medians of 3 x 3 and 5 x 5, straight from rows to rows.

use std::sync::Arc;

use kernels::Isa;
use kernels::rank::{Level, median3, median5, median5_memory};
use raster::{Border, Buffer, Region, Spec};

use crate::rows::Rows;
use crate::scratch::held;
use crate::strip::{Operator, PIECE_BYTES, Reach, RowPair, Stream, pieces};
use crate::{Scratch, Window};

/// Samples of a strip: long rows of the source, since nothing is kept of them.
const STRIP: usize = 16_384;

pub(super) struct SmallOperator {
    /// 3 or 5.
    pub(super) side: usize,
    pub(super) input: Spec,
    pub(super) border: Border,
    pub(super) isa: Isa,
}

impl SmallOperator {
    const fn channels(&self) -> usize {
        self.input.channels as usize
    }
}

impl<S: Level> Operator<S> for SmallOperator {
    fn reach(&self) -> Reach {
        Reach::window(self.side as u64, self.side as u64)
    }

    fn strip_width(&self) -> usize {
        (STRIP / self.channels()).max(1)
    }

    fn scratch_bytes(&self, width: usize) -> u64 {
        let row = (width + self.side - 1) * self.channels();
        let memory = median5_memory(PIECE_BYTES / size_of::<S>(), self.channels());
        ((6 * row + memory) * size_of::<S>()) as u64
    }

    fn open(
        self: Arc<Self>,
        _: &Window<'_>,
        strip: Region,
        scratch: &mut Scratch,
    ) -> Box<dyn Stream<S>> {
        let [columns, [top, bottom]] = Operator::<S>::reach(&*self).extent(&strip);
        let (memory, pads) = (scratch.borrow(), [(); 6].map(|()| scratch.borrow()));
        Box::new(SmallStream { operator: self, columns, y: top, bottom, memory, pads })
    }
}

struct SmallStream {
    operator: Arc<SmallOperator>,
    /// Columns of the input that the strip depends on.
    columns: [i64; 2],
    /// The first row that the next windows cover.
    y: i64,
    /// One past the last row that the strip depends on.
    bottom: i64,
    memory: Buffer,
    pads: [Buffer; 6],
}

impl<S: Level> Stream<S> for SmallStream {
    fn next(&mut self, window: &Window<'_>, out: &mut RowPair<'_, S>) {
        let (channels, side) = (self.operator.channels(), self.operator.side);
        let SmallOperator { ref input, border, isa, .. } = *self.operator;
        let (rows, columns) = (Rows { window, input, border }, self.columns);
        let behind = (side - 1) * channels;
        let mut y = self.y;
        // Of 3 x 3 the last two are read by nobody; below the strip any row will do.
        let source = self.pads.each_mut().map(|pad| {
            y += 1;
            let last = (self.y + side as i64).min(self.bottom - 1);
            rows.row::<S>((y - 1).min(last), columns, out.len() + behind, pad)
        });
        let next = self.y + side as i64 + 1;
        let ahead = [next, next + 1].map(|y| rows.peek::<S>(y, columns[0]));
        let memory =
            self.memory.take_samples(median5_memory(PIECE_BYTES / size_of::<S>(), channels));
        for range in pieces(out.len(), size_of::<S>()) {
            for row in ahead {
                kernels::prefetch(row.get(range.clone()).unwrap_or_default());
            }
            let source = source.map(|row| &row[range.start..range.end + behind]);
            out.write(range, |out| match (side, source) {
                (3, [a, b, c, d, ..]) => median3([a, b, c, d], channels, out, isa),
                _ => median5(source, channels, memory, out, isa),
            });
        }
        self.y += 2;
    }

    fn bytes(&self) -> u64 {
        held([&self.memory]) + held(&self.pads)
    }

    fn close(self: Box<Self>, scratch: &mut Scratch) {
        let Self { memory, pads, .. } = *self;
        pads.into_iter().rev().for_each(|pad| scratch.give(pad));
        scratch.give(memory);
    }
}
