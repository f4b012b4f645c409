//! Box means that roll down the image, where there is a kernel for them.
//!
//! The sums of the first windows are made as everywhere, by columns and along the row; from there on each
//! row of results is the one above it and a sum along one row of differences.

use std::sync::Arc;

use kernels::sums::Roll;
use raster::{Buffer, Region, Sample};

use super::prefix::BoxOperator;
use crate::rows::Rows;
use crate::scratch::held;
use crate::strip::{Operator, Reach, RowPair, Stream, pieces};
use crate::{Scratch, Window};

pub(super) struct RollOperator<S> {
    /// How strips begin.
    pub(super) sums: Arc<BoxOperator<S, i32>>,
    pub(super) roll: Roll,
}

/// Samples of a strip. Rows of the source should be long, while little is kept of a row of results: 300 MP
/// of bytes in memory took a quarter longer in strips of 4096 samples (Zen 4).
const STRIP: usize = 16_384;

impl<S: Sample, D: Sample> Operator<D> for RollOperator<S> {
    fn reach(&self) -> Reach {
        Operator::<D>::reach(&*self.sums)
    }

    fn strip_width(&self) -> usize {
        Operator::<D>::strip_width(&*self.sums).max(STRIP)
    }

    fn scratch_bytes(&self, width: usize) -> u64 {
        let columns = self.sums.across.columns(width);
        let state = self.roll.state_len(width) * size_of::<i32>();
        let sums = Operator::<D>::scratch_bytes(&*self.sums, width);
        sums + (state + 4 * columns * size_of::<S>()) as u64
    }

    fn open(
        self: Arc<Self>,
        window: &Window<'_>,
        strip: Region,
        scratch: &mut Scratch,
    ) -> Box<dyn Stream<D>> {
        let samples = strip.width as usize;
        let mut state = scratch.borrow();
        let pads = [(); 4].map(|()| scratch.borrow());
        let mut sums = Arc::clone(&self.sums).begin(window, strip, scratch);
        let start = state.take_samples(self.roll.state_len(samples));
        self.roll.start(sums.windows(samples), start);
        let [span, [top, bottom]] = Operator::<D>::reach(&*self).extent(&strip);
        let columns = self.sums.across.columns(samples);
        let entered = i64::from(self.sums.size.1) - 1;
        sums.end(scratch);
        Box::new(RollStream { operator: self, span, top, bottom, entered, columns, state, pads })
    }
}

struct RollStream<S> {
    operator: Arc<RollOperator<S>>,
    /// Columns of the input that the strip depends on.
    span: [i64; 2],
    /// The first row of the input that it depends on, and one past the last.
    top: i64,
    bottom: i64,
    /// Rows that have entered the sums.
    entered: i64,
    columns: usize,
    /// The sums of the windows of the last row.
    state: Buffer,
    pads: [Buffer; 4],
}

impl<S: Sample, D: Sample> Stream<D> for RollStream<S> {
    fn next(&mut self, window: &Window<'_>, out: &mut RowPair<'_, D>) {
        let RollOperator { ref sums, roll } = *self.operator;
        let rows = Rows { window, input: &sums.input, border: sums.border };
        let (span, columns, height) = (self.span, self.columns, i64::from(sums.size.1));
        let [first, second, third, fourth] = &mut self.pads;
        // Below the strip any row will do.
        let y = self.top + self.entered;
        let enter = [
            rows.row::<S>(y, span, columns, first),
            rows.row::<S>((y + 1).min(self.bottom - 1), span, columns, second),
        ];
        let none_leaves = self.entered < height;
        let leave = [
            if none_leaves {
                let zeros = third.take_samples::<S>(columns);
                zeros.fill(S::zeroed());
                zeros
            } else {
                rows.row::<S>(y - height, span, columns, third)
            },
            rows.row::<S>(y + 1 - height, span, columns, fourth),
        ];
        let ahead = [y + 2, y + 3].map(|y| rows.peek::<S>(y, span[0]));
        let mut edges = [0, 1].map(|row| roll.edge(enter[row], leave[row]));
        let state = self.state.take_samples::<i32>(roll.state_len(out.len()));
        let behind = columns - out.len();
        for range in pieces(out.len(), size_of::<S>()) {
            let fetch = if range.start == 0 { 0 } else { range.start + behind };
            for row in ahead {
                kernels::prefetch(row.get(fetch..range.end + behind).unwrap_or_default());
            }
            let [enter, leave] = [enter, leave].map(|rows| rows.map(|row| &row[range.start..]));
            let state = &mut state[roll.state_len(range.start)..];
            out.write(range, |out| roll.run(state, &mut edges, enter, leave, out));
        }
        self.entered += 2;
    }

    fn bytes(&self) -> u64 {
        held([&self.state]) + held(&self.pads)
    }

    fn close(self: Box<Self>, scratch: &mut Scratch) {
        let Self { state, pads, .. } = *self;
        pads.into_iter().rev().for_each(|pad| scratch.give(pad));
        scratch.give(state);
    }
}
