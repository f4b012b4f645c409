//! Ranks of windows.

use raster::{Border, Sample};

use super::{Around, each};
use crate::image::Dense;

/// Sample `index` of the sorted samples under a window of `size` (x, y). Numbers are ordered, -0 before 0;
/// NaN comes last.
pub fn rank<S: Sample>(image: &Dense<S>, size: (u32, u32), index: usize, border: Border) -> Vec<S> {
    let around = Around::new(image, border);
    let (columns, rows) = (i64::from(size.0), i64::from(size.1));
    each(&around, |y, x, channel| {
        let mut samples: Vec<f64> = (y..y + rows)
            .map(|y| around.row(y - rows / 2))
            .flat_map(|row| (x..x + columns).map(move |x| (row, x - columns / 2)))
            .map(|(row, x)| around.sample(row, x, channel))
            .map(|sample| if sample.is_nan() { f64::NAN } else { sample })
            .collect();
        samples.select_nth_unstable_by(index, f64::total_cmp);
        S::from_f64(samples[index])
    })
}
