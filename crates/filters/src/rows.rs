//! Rows of a window, continued beyond the image by the border's rule.
//!
//! Interior loops know no borders: a row is lent in place where all of it is at hand, and copied into
//! a padded row only at the edges of the window.

use raster::{Border, Buffer, Sample, Spec};

use crate::Window;
use crate::window::locate;

/// The rows of a window of an image, any of them, from any column on.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a> {
    pub(crate) window: &'a Window<'a>,
    /// The shape of the image.
    pub(crate) input: &'a Spec,
    pub(crate) border: Border,
}

impl<'a> Rows<'a> {
    /// Row `y` of the image from column `first` on, both of which may lie outside: `len` samples, of
    /// which those beyond column `last` may hold anything.
    pub(crate) fn row<'b, S: Sample>(
        &self,
        y: i64,
        [first, last]: [i64; 2],
        len: usize,
        pad: &'b mut Buffer,
    ) -> &'b [S]
    where
        'a: 'b,
    {
        let Some(row) = locate(y, &self.window.rows, self.border, self.input.height) else {
            let pad = pad.take_samples(len);
            pad.fill(constant(self.border));
            return pad;
        };
        let span = &self.window.columns;
        if let (Some(start), true) = (span.offset(first), last <= span.end())
            && let Some(source) = self.window.view.samples_from(row, start, len)
        {
            return source;
        }
        let pad = pad.take_samples(len);
        self.pad_row(self.window.view.row(row), first, last, pad);
        pad
    }

    /// What of row `y` the window holds from column `first` on, to be fetched ahead.
    pub(crate) fn peek<S: Sample>(&self, y: i64, first: i64) -> &'a [S] {
        let span = &self.window.columns;
        match (self.window.rows.offset(y), span.offset(first.max(span.start))) {
            (Some(row), Some(at)) => {
                &self.window.view.row(row)[at * self.input.channels as usize..]
            }
            _ => &[],
        }
    }

    /// Writes the samples of pixels `first .. last` of a row, those outside by the border's rule.
    fn pad_row<S: Sample>(&self, row: &[S], first: i64, last: i64, pad: &mut [S]) {
        let channels = self.input.channels as usize;
        let (border, n) = (self.border, self.input.width);
        let span = &self.window.columns;
        let inside = first.max(span.start).min(last)..last.min(span.end()).max(first);
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
        outside(inside.end.max(inside.start)..last);
        if inside.is_empty() {
            return;
        }
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
