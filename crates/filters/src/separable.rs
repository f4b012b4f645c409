//! Runs a separable kernel over a region.
//!
//! Rows flow through a ring of intermediate lines: the row pass fills one line (two source rows), the
//! column pass makes two output rows from the ring, and both stay close in cache, because the region
//! is cut into strips narrow enough. Interior loops know no borders: a source row is read
//! in place where its halo is at hand, and copied into a padded row only at the edges of the window.

use bytemuck::Pod;
use kernels::separable::{Lines, Separable};
use raster::{Border, Region, Sample, Spec, ViewMut};

use crate::window::locate;
use crate::{Demand, Scratch, Window};

/// Bytes of intermediate lines that one strip may take. Twice a first-level cache: narrower strips
/// would fit it, but rows of the source shorter than some KiB cost more than they save (measured on
/// Zen 4 for 3 to 31 taps; flat from 24 to 256 KiB within the noise).
const RING_BYTES: usize = 64 * 1024;
/// Samples that a strip has at least, so that the cost of a call stays small beside the work.
const MIN_STRIP: usize = 256;

/// A separable kernel and how far it looks.
pub(crate) struct SeparableFilter<S, M, D> {
    pub(crate) kernel: Box<dyn Separable<S, M, D>>,
    /// The shape of the input.
    pub(crate) input: Spec,
    /// Pixels before a sample that its window covers.
    pub(crate) before: [u64; 2],
    /// Pixels after it.
    pub(crate) after: [u64; 2],
    pub(crate) border: Border,
}

impl<S: Sample, M: Pod, D: Sample> SeparableFilter<S, M, D> {
    pub(crate) fn demand(&self, region: &Region) -> Demand {
        let axis = |i: usize, start, len, n| {
            self.border.demand(start, len, self.before[i], self.after[i], n)
        };
        Demand {
            columns: axis(0, region.left, region.width, self.input.width),
            rows: axis(1, region.top, region.height, self.input.height),
        }
    }

    pub(crate) fn run(
        &self,
        window: &Window<'_>,
        region: &Region,
        out: &mut ViewMut<'_>,
        scratch: &mut Scratch,
    ) {
        let width = self.strip_width() as u64;
        for left in (0..region.width).step_by(width as usize) {
            let strip = Region::new(
                region.left + left,
                region.top,
                width.min(region.width - left),
                region.height,
            );
            let mut out = out.sub(&Region::new(left, 0, strip.width, strip.height));
            Strip { filter: self, window, region: strip }.run(&mut out, scratch);
        }
    }

    pub(crate) fn scratch_bytes(&self, width: u64) -> u64 {
        let samples = width.min(self.strip_width() as u64) as usize * self.channels();
        let pads = 2 * self.kernel.source_len(samples) * size_of::<S>();
        let ring = self.kernel.lines() * self.kernel.line_len(samples) * size_of::<M>();
        (pads + ring + samples * size_of::<D>()) as u64
    }

    /// Pixels of a strip.
    fn strip_width(&self) -> usize {
        let column = self.kernel.lines() * 2 * size_of::<M>();
        let samples = (RING_BYTES / column).max(MIN_STRIP);
        // Whole 64-sample groups, so that strips end where vectors do.
        (samples / 64 * 64 / self.channels()).max(1)
    }

    const fn channels(&self) -> usize {
        self.input.channels as usize
    }
}

/// One strip of a region, top to bottom.
struct Strip<'a, S, M, D> {
    filter: &'a SeparableFilter<S, M, D>,
    window: &'a Window<'a>,
    region: Region,
}

impl<S: Sample, M: Pod, D: Sample> Strip<'_, S, M, D> {
    fn run(&self, out: &mut ViewMut<'_>, scratch: &mut Scratch) {
        let kernel = &*self.filter.kernel;
        let samples = self.region.width as usize * self.filter.channels();
        let (count, len) = (kernel.lines(), kernel.line_len(samples));
        let pads = &mut scratch.pads;
        let ring: &mut [M] = scratch.ring.take_samples(count * len);
        let spare: &mut [D] = scratch.spare.take_samples(samples);

        for line in 0..count - 1 {
            self.fill(line, &mut ring[line * len..][..len], pads);
        }
        for first in 0..self.region.height.div_ceil(2) as usize {
            let last = (first + count - 1) % count;
            self.fill(first + count - 1, &mut ring[last * len..][..len], pads);
            let lines = Lines::new(ring, len, first % count);
            let y = 2 * first;
            if y + 1 < out.height() {
                kernel.column(&lines, out.rows([y, y + 1]));
            } else {
                kernel.column(&lines, [out.row(y), spare]);
            }
        }
    }

    /// Fills the line that holds rows `2 * line` and `2 * line + 1` of the strip's window.
    fn fill(&self, line: usize, out: &mut [M], pads: &mut [raster::Buffer; 2]) {
        let samples = self.region.width as usize * self.filter.channels();
        let len = self.filter.kernel.source_len(samples);
        let [first, second] = pads;
        let top = self.region.top as i64 - self.filter.before[1] as i64 + 2 * line as i64;
        // The last line may hold a row below the last window: any row will do.
        let bottom = (self.region.bottom() + self.filter.after[1]) as i64;
        let rows = [
            self.source_row(top, first.take_samples(len)),
            self.source_row((top + 1).min(bottom - 1), second.take_samples(len)),
        ];
        self.filter.kernel.row(rows, out, samples);
    }

    /// Row `y` of the image from the strip's first window on: in place if memory allows, else padded.
    fn source_row<'b>(&'b self, y: i64, pad: &'b mut [S]) -> &'b [S] {
        let SeparableFilter { border, input, before, after, .. } = self.filter;
        let Some(row) = locate(y, &self.window.rows, *border, input.height) else {
            pad.fill(constant(*border));
            return pad;
        };
        let first = self.region.left as i64 - before[0] as i64;
        let last = (self.region.right() + after[0]) as i64;
        let span = &self.window.columns;
        if let (Some(start), true) = (span.offset(first), last <= span.end())
            && let Some(source) = self.window.view.samples_from(row, start, pad.len())
        {
            return source;
        }
        self.pad_row(self.window.view.row(row), first, last, pad);
        pad
    }

    /// Writes the samples of pixels `first .. last` of a row, those outside by the border's rule.
    fn pad_row(&self, row: &[S], first: i64, last: i64, pad: &mut [S]) {
        let channels = self.filter.channels();
        let (border, n) = (self.filter.border, self.filter.input.width);
        let span = &self.window.columns;
        let inside = first.max(span.start)..last.min(span.end());
        let mut outside = |positions: std::ops::Range<i64>| {
            for position in positions {
                let out = &mut pad[(position - first) as usize * channels..][..channels];
                match locate(position, span, border, n) {
                    Some(at) => out.copy_from_slice(&row[at * channels..][..channels]),
                    None => out.fill(constant(border)),
                }
            }
        };
        outside(first..inside.start);
        outside(inside.end..last);
        let count = (inside.end - inside.start) as usize * channels;
        let from = (inside.start - span.start) as usize * channels;
        let to = (inside.start - first) as usize * channels;
        pad[to..to + count].copy_from_slice(&row[from..from + count]);
    }
}

/// The sample of a constant border.
fn constant<S: Sample>(border: Border) -> S {
    match border {
        Border::Constant(value) => S::from_f64(value),
        _ => S::zeroed(),
    }
}
