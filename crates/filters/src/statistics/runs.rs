//! The pixels of a view as runs that are long enough for a kernel to be worth its start.

use raster::{Buffer, Sample, View};

/// Bytes of a run: some of what the cache next to a core holds.
pub(super) const RUN: usize = 1 << 14;

/// Pixels of a run at most.
fn run_len<T: Sample>(view: &View<'_>) -> usize {
    (RUN / size_of::<T>() / view.channels()).max(1)
}

/// Hands out the samples of a view in runs of whole pixels, in row-major order, each with the number of
/// pixels before it. Short rows are copied together.
pub(super) fn each_run<T: Sample>(
    view: &View<'_>,
    buffer: &mut Buffer,
    mut visit: impl FnMut(usize, &[T]),
) {
    let (width, height, channels) = (view.width(), view.height(), view.channels());
    let most = run_len::<T>(view);
    let mut slices = |first: usize, samples: &[T]| {
        for (i, run) in samples.chunks(most * channels).enumerate() {
            visit(first + i * most, run);
        }
    };
    if let Some(bytes) = view.dense() {
        slices(0, bytemuck::cast_slice(bytes));
    } else if width > most / 2 {
        (0..height).for_each(|y| slices(y * width, view.row(y)));
    } else {
        let (row, rows) = (width * channels, most / width);
        for top in (0..height).step_by(rows) {
            let rows = rows.min(height - top);
            let samples = buffer.take_samples::<T>(rows * row);
            for (y, copy) in samples.chunks_exact_mut(row).enumerate() {
                copy.copy_from_slice(view.row(top + y));
            }
            slices(top * width, samples);
        }
    }
}

/// The number of pixels before the first sample of a channel that has `value`, from the one with `first`
/// pixels before it on.
pub(super) fn find<T: Sample>(
    view: &View<'_>,
    first: usize,
    channel: usize,
    value: f64,
) -> Option<usize> {
    let (width, channels) = (view.width(), view.channels());
    let mut skip = first % width;
    for y in first / width..view.height() {
        let mut row = view.row::<T>(y)[channel..].iter().step_by(channels).skip(skip);
        if let Some(x) = row.position(|sample| sample.to_f64() == value) {
            return Some(y * width + skip + x);
        }
        skip = 0;
    }
    None
}

/// The rows of a view, or all of it as one row.
pub(super) fn rows<'a, T: Sample>(view: &View<'a>) -> impl Iterator<Item = &'a [T]> {
    let (view, dense) = (*view, view.dense());
    let count = if dense.is_some() { 1 } else { view.height() };
    (0..count).map(move |y| bytemuck::cast_slice(dense.unwrap_or_else(|| view.row_bytes(y))))
}
