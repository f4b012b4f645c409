//! The part of an input that a filter reads.

use raster::{Border, Span, View};

/// The columns and rows of an input that a region of the output depends on.
///
/// The spans lie inside the image, except where it wraps around: there they run on through the
/// repeated image, and whoever fetches the window puts its pieces together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// Columns needed.
    pub columns: Span,
    /// Rows needed.
    pub rows: Span,
}

/// Pixels of an input and where they lie in it.
#[derive(Clone, Copy)]
pub struct Window<'a> {
    /// The pixels.
    pub view: View<'a>,
    /// The columns that the view holds.
    pub columns: Span,
    /// The rows that the view holds.
    pub rows: Span,
}

/// Where the sample at `position` of an axis of length `n` lies in a window; `None` if it is the
/// border's constant.
///
/// # Panics
/// If the window does not hold the sample.
pub(crate) fn locate(position: i64, span: &Span, border: Border, n: u64) -> Option<usize> {
    span.offset(position).or_else(|| {
        let inside = border.map(position, n)? as i64;
        Some(span.offset(inside).expect("the window holds what was demanded"))
    })
}
