//! The operator: rows become lines, and the lines of a window two rows of results.

use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

use kernels::extrema::{self, Extremum};
use kernels::{Isa, Ranked};
use raster::{Border, Buffer, Region, Spec};

use super::Morphology;
use super::columns::{Columns, Found};
use super::lines::{Lines, Memory, is_converted};
use crate::rows::Rows;
use crate::scratch::held;
use crate::strip::{Operator, Reach, RowPair, Stream, pieces};
use crate::{Scratch, Window};

/// Bytes of lines that one strip may take: a quarter of a second-level cache.
const LINE_BYTES: usize = 256 * 1024;
/// Samples of a strip, at least and at most. Rows of the source should be long.
const STRIP: [usize; 2] = [256, 16_384];

pub(super) struct MorphologyOperator<S> {
    lines: Lines,
    columns: Columns,
    reach: Reach,
    size: [usize; 2],
    which: Extremum,
    input: Spec,
    border: Border,
    isa: Isa,
    sample: PhantomData<S>,
}

impl<S: Ranked> MorphologyOperator<S> {
    pub(super) fn new(work: &Morphology, input: &Spec, border: Border, isa: Isa) -> Self {
        let element = &work.element;
        let ((width, height), (x, y)) = (element.size(), element.anchor());
        let channels = input.channels as usize;
        let runs = (0..if element.is_rectangle() { 1 } else { height as usize })
            .flat_map(|row| element.runs(row));
        let lines = Lines::new::<S>(runs.map(|run| run.len).collect(), width as usize, channels);
        let columns = Columns::new(element, &lines, channels);
        Self {
            lines,
            columns,
            reach: Reach {
                before: [x, y].map(u64::from),
                after: [width - 1 - x, height - 1 - y].map(u64::from),
            },
            size: [width as usize, height as usize],
            which: work.extremum,
            input: *input,
            border,
            isa,
            sample: PhantomData,
        }
    }

    const fn memory(&self, samples: usize) -> Memory {
        self.lines.memory::<S>(samples, self.size[1])
    }
}

impl<S: Ranked> Operator<S> for MorphologyOperator<S> {
    fn reach(&self) -> Reach {
        self.reach
    }

    fn strip_width(&self) -> usize {
        let channels = self.input.channels as usize;
        let column = (self.size[1] + 1) * self.lines.lengths.len() * size_of::<S>();
        let samples = (LINE_BYTES / column).clamp(STRIP[0], STRIP[1]);
        // Rows are made into lines again where strips overlap, so strips are much wider than windows.
        (samples / 64 * 64 / channels).max(8 * self.size[0])
    }

    fn scratch_bytes(&self, width: usize) -> u64 {
        let samples = width * self.input.channels as usize;
        let pads = 2 * self.lines.columns(samples);
        ((self.memory(samples).len() + pads) * size_of::<S>()) as u64
    }

    fn open(
        self: Arc<Self>,
        window: &Window<'_>,
        strip: Region,
        scratch: &mut Scratch,
    ) -> Box<dyn Stream<S>> {
        let samples = strip.width as usize * self.input.channels as usize;
        let memory = self.memory(samples);
        let [span, [top, bottom]] = self.reach.extent(&strip);
        let mut levels = scratch.borrow();
        levels.take_samples::<S::Level>(memory.len());
        let pads = [scratch.borrow(), scratch.borrow()];
        let height = self.size[1];
        let mut stream = MorphologyStream {
            operator: self,
            memory,
            span,
            top,
            bottom,
            samples,
            entered: 0,
            levels,
            pads,
            found: Found::default(),
            limits: <[Vec<usize>; 2]>::default(),
        };
        for _ in 1..height {
            stream.enter::<1>(window, |_, _| ());
        }
        Box::new(stream)
    }
}

struct MorphologyStream<S> {
    operator: Arc<MorphologyOperator<S>>,
    memory: Memory,
    /// Columns of the input that the strip depends on.
    span: [i64; 2],
    /// The first row of the input that it depends on, and one past the last.
    top: i64,
    bottom: i64,
    samples: usize,
    /// Rows that have become lines.
    entered: usize,
    levels: Buffer,
    pads: [Buffer; 2],
    found: Found,
    /// How far the steps along the rows in work have come, and how far they go.
    limits: [Vec<usize>; 2],
}

impl<S: Ranked> MorphologyStream<S> {
    /// Makes lines of the next rows of the source, one or two, piece by piece; what is to be done with
    /// those of the windows follows each piece.
    fn enter<const ROWS: usize>(
        &mut self,
        window: &Window<'_>,
        mut follow: impl FnMut(&mut [S::Level], Range<usize>),
    ) {
        let MorphologyOperator { ref lines, ref input, border, which, isa, .. } = *self.operator;
        let Self { span, samples, memory, .. } = *self;
        let rows = Rows { window, input, border };
        let columns = lines.columns(samples);
        let behind = columns - samples;
        let y = self.top + self.entered as i64;
        let mut pads = self.pads.iter_mut();
        let sources: [&[S]; ROWS] = std::array::from_fn(|row| {
            // Below the strip any row will do.
            let y = (y + row as i64).min(self.bottom - 1);
            rows.row(y, span, columns, pads.next().expect("a pad for each row"))
        });
        let ahead: [&[S]; ROWS] =
            std::array::from_fn(|row| rows.peek(y + (ROWS + row) as i64, span[0]));
        let levels = self.levels.take_samples::<S::Level>(memory.len());
        let [done, limits] = &mut self.limits;
        lines.limits(0, samples, done);
        done.fill(0);
        for range in pieces(samples, size_of::<S>()) {
            let fetch = if range.start == 0 { 0 } else { range.start + behind };
            for row in ahead {
                kernels::prefetch(row.get(fetch..range.end + behind).unwrap_or_default());
            }
            lines.limits(range.end, samples, limits);
            for (row, source) in sources.iter().enumerate() {
                let to = (&mut *levels, &memory);
                lines.run(source, to, self.entered + row, [done, limits], (which, isa));
            }
            std::mem::swap(done, limits);
            follow(levels, range);
        }
        self.entered += ROWS;
    }
}

impl<S: Ranked> Stream<S> for MorphologyStream<S> {
    fn next(&mut self, window: &Window<'_>, out: &mut RowPair<'_, S>) {
        let operator = Arc::clone(&self.operator);
        let MorphologyOperator { ref columns, size, which, isa, .. } = *operator;
        let memory = self.memory;
        let first = self.entered + 1 - size[1];
        let mut found = std::mem::take(&mut self.found);
        columns.locate(&memory, first, &mut found);
        let mut piece = 0;
        self.enter::<2>(window, |levels, range| {
            out.write(range.clone(), |rows| {
                let [a, b] = rows.map(bytemuck::cast_slice_mut::<S, S::Level>);
                let at = (first / 2, piece, range);
                columns.run::<S>((levels, &memory), &found, at, [&mut *a, &mut *b], (which, isa));
                if is_converted::<S>() {
                    extrema::samples::<S>(a, isa);
                    extrema::samples::<S>(b, isa);
                }
            });
            piece += 1;
        });
        self.found = found;
    }

    fn bytes(&self) -> u64 {
        held([&self.levels]) + held(&self.pads)
    }

    fn close(self: Box<Self>, scratch: &mut Scratch) {
        let Self { levels, pads: [first, second], .. } = *self;
        scratch.give(second);
        scratch.give(first);
        scratch.give(levels);
    }
}
