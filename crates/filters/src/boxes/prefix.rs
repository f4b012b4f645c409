//! Box sums by prefix sums: of all depths and numbers of channels, on every processor.

use std::marker::PhantomData;
use std::sync::Arc;

use kernels::Isa;
use kernels::sums::{self, Across, Scale, Sum};
use raster::{Border, Buffer, Region, Sample, Spec};

use crate::rows::Rows;
use crate::scratch::held;
use crate::strip::{Operator, Reach, RowPair, Stream, pieces};
use crate::{Scratch, Window};

pub(super) struct BoxOperator<S, A> {
    pub(super) across: Across,
    pub(super) size: (u32, u32),
    pub(super) input: Spec,
    pub(super) border: Border,
    pub(super) isa: Isa,
    pub(super) types: PhantomData<(S, A)>,
}

/// Pixels of a strip: its sums and prefixes fit a second-level cache many times.
const STRIP: usize = 4096;

impl<S: Sample, A: Sum, D: Sample> Operator<D> for BoxOperator<S, A> {
    fn reach(&self) -> Reach {
        Reach::window(u64::from(self.size.0), u64::from(self.size.1))
    }

    fn strip_width(&self) -> usize {
        // A wide window is summed again in each strip, so strips are much wider than it.
        (STRIP / self.across.channels).max(8 * self.size.0 as usize)
    }

    fn scratch_bytes(&self, width: usize) -> u64 {
        let samples = width * self.across.channels;
        let columns = self.across.columns(samples);
        let sums = (columns + 2 * self.across.prefix_len(samples)) * size_of::<A>();
        (sums + 2 * columns * size_of::<S>()) as u64
    }

    fn open(
        self: Arc<Self>,
        window: &Window<'_>,
        strip: Region,
        scratch: &mut Scratch,
    ) -> Box<dyn Stream<D>> {
        Box::new(self.begin(window, strip, scratch))
    }
}

impl<S: Sample, A: Sum> BoxOperator<S, A> {
    /// Begins a strip: all rows of its first windows but the last have entered the sums.
    pub(super) fn begin(
        self: Arc<Self>,
        window: &Window<'_>,
        strip: Region,
        scratch: &mut Scratch,
    ) -> BoxStream<S, A> {
        let samples = strip.width as usize * self.across.channels;
        let columns = self.across.columns(samples);
        let mut sums = scratch.borrow();
        sums.take_samples::<A>(columns).fill(A::zeroed());
        let (width, height) = self.size;
        let [span, [top, bottom]] = Reach::window(width.into(), height.into()).extent(&strip);
        let mut stream = BoxStream {
            operator: self,
            span,
            top,
            bottom,
            entered: 0,
            columns,
            sums,
            prefix: scratch.borrow(),
            pads: [scratch.borrow(), scratch.borrow()],
        };
        for _ in 1..height {
            stream.enter(window);
        }
        stream
    }
}

pub(super) struct BoxStream<S, A> {
    operator: Arc<BoxOperator<S, A>>,
    /// Columns of the input that the strip depends on.
    pub(super) span: [i64; 2],
    /// The first row of the input that it depends on, and one past the last.
    pub(super) top: i64,
    pub(super) bottom: i64,
    /// Rows that have entered the sums.
    pub(super) entered: i64,
    pub(super) columns: usize,
    sums: Buffer,
    prefix: Buffer,
    pads: [Buffer; 2],
}

impl<S: Sample, A: Sum> BoxStream<S, A> {
    /// The next row enters the sums, and the one that is now above the window leaves them.
    fn enter(&mut self, window: &Window<'_>) {
        let (span, columns) = (self.span, self.columns);
        let BoxOperator { ref input, border, size, isa, .. } = *self.operator;
        let rows = Rows { window, input, border };
        let height = i64::from(size.1);
        let [first, second] = &mut self.pads;
        let sums = self.sums.take_samples::<A>(columns);
        // Below the strip any row will do.
        let y = (self.top + self.entered).min(self.bottom - 1);
        let enter = rows.row::<S>(y, span, columns, first);
        let leave = (self.entered >= height)
            .then(|| rows.row::<S>(self.top + self.entered - height, span, columns, second));
        let ahead = rows.peek::<S>(y + 2, span[0]);
        for range in pieces(columns, size_of::<S>()) {
            kernels::prefetch(ahead.get(range.clone()).unwrap_or_default());
            let (sums, enter) = (&mut sums[range.clone()], &enter[range.clone()]);
            match leave {
                Some(leave) => sums::slide(sums, enter, &leave[range], isa),
                None => sums::enter(sums, enter, isa),
            }
        }
        self.entered += 1;
    }
}

impl<S: Sample> BoxStream<S, i32> {
    /// The sums of the first `n` windows over the rows that have entered.
    pub(super) fn windows(&mut self, n: usize) -> &[i32] {
        let BoxOperator { across, isa, .. } = *self.operator;
        let across = Across { scale: Scale::One, ..across };
        let prefix_len = across.prefix_len(n);
        let both = self.prefix.take_samples::<i32>(prefix_len + n);
        let (prefix, windows) = both.split_at_mut(prefix_len);
        across.prefix(self.sums.take_samples::<i32>(self.columns), prefix, isa);
        across.run(prefix, windows, isa);
        windows
    }
}

impl<S: Sample, A: Sum, D: Sample> Stream<D> for BoxStream<S, A> {
    fn next(&mut self, window: &Window<'_>, out: &mut RowPair<'_, D>) {
        let (across, isa) = (self.operator.across, self.operator.isa);
        let len = out.len();
        let prefix_len = across.prefix_len(len);
        for prefix in 0..2 {
            self.enter(window);
            let sums = self.sums.take_samples::<A>(self.columns);
            let all = self.prefix.take_samples::<A>(2 * prefix_len);
            across.prefix(sums, &mut all[prefix * prefix_len..][..prefix_len], isa);
        }
        let (first, second) = self.prefix.take_samples::<A>(2 * prefix_len).split_at(prefix_len);
        for range in pieces(len, size_of::<D>()) {
            out.write(range.clone(), |[a, b]| {
                across.run(&first[range.start..], a, isa);
                across.run(&second[range.start..], b, isa);
            });
        }
    }

    fn bytes(&self) -> u64 {
        held([&self.sums, &self.prefix]) + held(&self.pads)
    }

    fn close(self: Box<Self>, scratch: &mut Scratch) {
        self.end(scratch);
    }
}

impl<S, A> BoxStream<S, A> {
    /// Gives back what it has borrowed.
    pub(super) fn end(self, scratch: &mut Scratch) {
        let Self { sums, prefix, pads: [first, second], .. } = self;
        scratch.give(second);
        scratch.give(first);
        scratch.give(prefix);
        scratch.give(sums);
    }
}
