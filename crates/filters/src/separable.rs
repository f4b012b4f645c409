//! The operator of separable kernels.
//!
//! Rows flow through a ring of intermediate lines: the row pass fills one line (two source rows), the
//! column pass makes two output rows from the ring, and both stay close in cache.

use bytemuck::Pod;
use kernels::separable::{Lines, Separable};
use raster::{Border, Buffer, Region, Sample, Spec};

use crate::rows::Rows;
use crate::strip::{Operator, Reach, Stream};
use crate::{Scratch, Window};

/// Bytes of intermediate lines that one strip may take. Twice a first-level cache: narrower strips
/// would fit it, but rows of the source shorter than some KiB cost more than they save (measured on
/// Zen 4 for 3 to 31 taps; flat from 24 to 256 KiB within the noise).
const RING_BYTES: usize = 64 * 1024;
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

    /// Samples of the ring for a strip of so many samples.
    fn ring_len(&self, samples: usize) -> usize {
        self.kernel.column.lines() * self.kernel.row.line_len(samples)
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

    fn open<'a>(
        &'a self,
        window: &'a Window<'a>,
        strip: Region,
        scratch: &mut Scratch,
    ) -> Box<dyn Stream<D> + 'a> {
        let samples = strip.width as usize * self.channels();
        let count = self.kernel.column.lines();
        let line_len = self.kernel.row.line_len(samples);
        let mut ring = scratch.borrow();
        ring.take_samples::<M>(self.ring_len(samples));
        let mut stream = SeparableStream {
            operator: self,
            rows: Rows { window, input: &self.input, border: self.border },
            columns: [
                strip.left as i64 - self.reach.before[0] as i64,
                (strip.right() + self.reach.after[0]) as i64,
            ],
            top: strip.top as i64 - self.reach.before[1] as i64,
            bottom: (strip.bottom() + self.reach.after[1]) as i64,
            samples,
            line_len,
            starts: (0..2 * count).map(|line| line % count * line_len).collect(),
            line: 0,
            ring,
            pads: [scratch.borrow(), scratch.borrow()],
        };
        for _ in 0..count - 1 {
            stream.fill();
        }
        Box::new(stream)
    }
}

struct SeparableStream<'a, S, M, D> {
    operator: &'a SeparableOperator<S, M, D>,
    rows: Rows<'a>,
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

impl<S: Sample, M: Pod, D: Sample> SeparableStream<'_, S, M, D> {
    /// Filters the next two source rows into the ring.
    fn fill(&mut self) {
        let kernel = &self.operator.kernel;
        let len = kernel.row.source_len(self.samples);
        let top = self.top + 2 * self.line as i64;
        // The last line may hold a row below the last window: any row will do.
        let bottom = (top + 1).min(self.bottom - 1);
        let [first, second] = &mut self.pads;
        let source = [
            self.rows.row(top.min(self.bottom - 1), self.columns, len, first),
            self.rows.row(bottom, self.columns, len, second),
        ];
        let start = self.starts[self.line % kernel.column.lines()];
        let ring = self.ring.take_samples::<M>(self.operator.ring_len(self.samples));
        kernel.row.run(source, &mut ring[start..][..self.line_len], self.samples);
        self.line += 1;
    }
}

impl<S: Sample, M: Pod, D: Sample> Stream<D> for SeparableStream<'_, S, M, D> {
    fn next(&mut self, out: [&mut [D]; 2]) {
        let count = self.operator.kernel.column.lines();
        // The oldest line begins the window; the line about to be filled ends it.
        let first = (self.line + 1 - count) % count;
        self.fill();
        let len = self.operator.ring_len(self.samples);
        let ring = self.ring.take_samples::<M>(len);
        let lines = Lines::new(ring, &self.starts[first..first + count], self.line_len);
        self.operator.kernel.column.run(&lines, out);
    }

    fn close(self: Box<Self>, scratch: &mut Scratch) {
        let Self { ring, pads: [first, second], .. } = *self;
        scratch.give(second);
        scratch.give(first);
        scratch.give(ring);
    }
}
