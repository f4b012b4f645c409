//! The operator of separable kernels.
//!
//! Rows flow through a ring of intermediate lines: the row pass fills one line (two source rows), the
//! column pass makes two output rows from the ring, and both stay close in cache.

use std::ops::Range;
use std::sync::Arc;

use bytemuck::Pod;
use kernels::separable::{Lines, Separable};
use raster::{Border, Buffer, Region, Sample, Spec};

use crate::rows::Rows;
use crate::scratch::held;
use crate::strip::{Operator, Reach, RowPair, Stream, pieces};
use crate::{Scratch, Window};

/// Bytes of intermediate lines that one strip may take: a quarter of a second-level cache. Rows of the
/// source should be long; that lines come from the second level rather than the first costs less
/// (measured on Zen 4, 300 MP in memory: 3 to 31 taps gain 5 to 15 % from 32 to 256 KiB).
const RING_BYTES: usize = 256 * 1024;
/// Samples that a strip has at least, so that the cost of a call stays small beside the work.
const MIN_STRIP: usize = 256;

/// A separable kernel, bound to an input.
pub(crate) struct SeparableOperator<S, M, D> {
    pub(crate) kernel: Separable<S, M, D>,
    pub(crate) input: Spec,
    pub(crate) border: Border,
    pub(crate) reach: Reach,
}

impl<S: Sample, M: Pod, D: Sample> SeparableOperator<S, M, D> {
    const fn channels(&self) -> usize {
        self.input.channels as usize
    }

    /// Samples from one line of the ring to the next: an odd number of the cache's lines, or the
    /// lines of a column would compete for a few places in it.
    fn stride(&self, samples: usize) -> usize {
        let bytes = self.kernel.row.line_len(samples) * size_of::<M>();
        (bytes.div_ceil(64) | 1) * 64 / size_of::<M>()
    }

    /// Samples of the ring for a strip of so many samples.
    fn ring_len(&self, samples: usize) -> usize {
        self.kernel.column.lines() * self.stride(samples)
    }
}

impl<S: Sample, M: Pod, D: Sample> Operator<D> for SeparableOperator<S, M, D> {
    fn reach(&self) -> Reach {
        self.reach
    }

    fn strip_width(&self) -> usize {
        let column = self.kernel.column.lines() * 2 * size_of::<M>();
        let samples = (RING_BYTES / column).max(MIN_STRIP);
        // Whole 64-sample groups, so that strips end where vectors do.
        (samples / 64 * 64 / self.channels()).max(1)
    }

    fn scratch_bytes(&self, width: usize) -> u64 {
        let samples = width * self.channels();
        let pads = 2 * self.kernel.row.source_len(samples) * size_of::<S>();
        let starts = 2 * self.kernel.column.lines() * size_of::<usize>();
        (pads + self.ring_len(samples) * size_of::<M>() + starts) as u64
    }

    fn open(
        self: Arc<Self>,
        window: &Window<'_>,
        strip: Region,
        scratch: &mut Scratch,
    ) -> Box<dyn Stream<D>> {
        let samples = strip.width as usize * self.channels();
        let count = self.kernel.column.lines();
        let line_len = self.kernel.row.line_len(samples);
        let [columns, [top, bottom]] = self.reach.extent(&strip);
        let mut ring = scratch.borrow();
        ring.take_samples::<M>(self.ring_len(samples));
        let mut stream = SeparableStream {
            columns,
            top,
            bottom,
            samples,
            line_len,
            starts: (0..2 * count).map(|line| line % count * self.stride(samples)).collect(),
            operator: self,
            line: 0,
            ring,
            pads: [scratch.borrow(), scratch.borrow()],
        };
        for _ in 0..count - 1 {
            stream.fill(window, |_, _| ());
        }
        Box::new(stream)
    }
}

struct SeparableStream<S, M, D> {
    operator: Arc<SeparableOperator<S, M, D>>,
    /// Columns of the input that a row pass reads.
    columns: [i64; 2],
    /// The first row of the input that the strip depends on, and one past the last.
    top: i64,
    bottom: i64,
    samples: usize,
    line_len: usize,
    /// Where each line of the ring starts, twice over, so that any of them begins a window.
    starts: Vec<usize>,
    /// The next line to fill, counted from the top.
    line: usize,
    ring: Buffer,
    pads: [Buffer; 2],
}

impl<S: Sample, M: Pod, D: Sample> SeparableStream<S, M, D> {
    /// Filters the next two source rows into the ring, piece by piece; what is to be done with the
    /// lines of the window follows each piece.
    fn fill(&mut self, window: &Window<'_>, mut follow: impl FnMut(Lines<'_, M>, Range<usize>)) {
        let Self { ref operator, columns, samples, line_len, .. } = *self;
        let kernel = &operator.kernel;
        let rows = Rows { window, input: &operator.input, border: operator.border };
        let count = kernel.column.lines();
        let len = kernel.row.source_len(samples);
        let top = self.top + 2 * self.line as i64;
        // The last line may hold a row below the last window: any row will do.
        let y = [top, top + 1].map(|y| y.min(self.bottom - 1));
        let [first, second] = &mut self.pads;
        let source = [rows.row(y[0], columns, len, first), rows.row(y[1], columns, len, second)];
        let ahead = [top + 2, top + 3].map(|y| rows.peek::<S>(y, columns[0]));
        let ring = self.ring.take_samples::<M>(operator.ring_len(samples));
        let start = self.starts[self.line % count];
        // The oldest line begins the window, the one that is filled ends it.
        let starts = &self.starts[(self.line + 1) % count..][..count];
        for range in pieces(samples, size_of::<S>().max(size_of::<D>())) {
            for row in ahead {
                kernels::prefetch(row.get(range.clone()).unwrap_or_default());
            }
            let line = &mut ring[start..][..line_len];
            kernel.row.run(source, line, samples, range.clone());
            follow(Lines::new(ring, starts, line_len), range);
        }
        self.line += 1;
    }
}

impl<S: Sample, M: Pod, D: Sample> Stream<D> for SeparableStream<S, M, D> {
    fn next(&mut self, window: &Window<'_>, out: &mut RowPair<'_, D>) {
        let (operator, samples) = (Arc::clone(&self.operator), self.samples);
        let column = &operator.kernel.column;
        self.fill(window, |lines, range| {
            out.write(range.clone(), |rows| column.run(&lines, samples, range.start, rows));
        });
    }

    fn bytes(&self) -> u64 {
        held([&self.ring]) + held(&self.pads)
    }

    fn close(self: Box<Self>, scratch: &mut Scratch) {
        let Self { ring, pads: [first, second], .. } = *self;
        scratch.give(second);
        scratch.give(first);
        scratch.give(ring);
    }
}
