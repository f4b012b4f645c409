//! Means and sums of rectangles.

use raster::{Border, Depth, Sample};

use super::{Around, each};
use crate::image::Dense;

/// The mean, or the sum, of the samples under a box of `size` (x, y).
pub fn box_filter<S: Sample, D: Sample>(
    image: &Dense<S>,
    size: (u32, u32),
    normalize: bool,
    border: Border,
) -> Vec<D> {
    let around = Around::new(image, border);
    let (columns, rows) = (i64::from(size.0), i64::from(size.1));
    let area = u64::from(size.0) * u64::from(size.1);
    each(&around, |y, x, channel| {
        // Rows ascending, then columns: the order matters for float samples alone.
        let line = |y: i64| -> f64 {
            let row = around.row(y - rows / 2);
            (x..x + columns).map(|x| around.sample(row, x - columns / 2, channel)).sum()
        };
        let sum: f64 = (y..y + rows).map(line).sum();
        let mean = if normalize { mean::<S, D>(sum, area) } else { sum };
        D::from_f64(mean)
    })
}

/// A sum over an area, before it becomes a sample.
fn mean<S: Sample, D: Sample>(sum: f64, area: u64) -> f64 {
    if area == 1 {
        return sum;
    }
    // As far as OpenCV adds in 32 bits it divides in float32.
    let narrow = match S::DEPTH {
        Depth::U8 => area <= 1 << 23,
        Depth::U16 => area <= 1 << 15,
        Depth::I16 => area <= 1 << 16,
        Depth::I32 | Depth::F32 => false,
    };
    if S::DEPTH == Depth::U8 && D::DEPTH == Depth::U8 && area <= 256 {
        f64::from(fixed(sum as u32, area as u32))
    } else if narrow {
        f64::from(sum as f32 * (1.0 / area as f64) as f32)
    } else {
        sum * (1.0 / area as f64)
    }
}

fn fixed(sum: u32, area: u32) -> u32 {
    if area == 2 {
        return (sum + 1) >> 1;
    }
    let exact = f64::from(1 << 23) / f64::from(area);
    let (mut factor, mut half) = (exact.floor() as u64, u64::from(area / 2));
    if exact - exact.floor() < 0.5 {
        half += 1;
    } else {
        factor += 1;
    }
    (((u64::from(sum) + half) * factor) >> 23) as u32
}
