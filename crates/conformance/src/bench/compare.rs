//! Whether two results are the same: no speed is quoted before that is known.

use raster::{Depth, Sample, Spec};
use rayon::prelude::*;
use serde::Serialize;

/// How far two images are apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Difference {
    /// Samples whose bytes differ.
    pub differing: u64,
    /// The largest difference of two samples.
    pub largest: f64,
}

/// Compares two images of shape `spec`, sample by sample, but for `margin` pixels along each edge.
///
/// # Panics
/// If one of them has another size or is not aligned for its depth, or if all of it is margin.
pub fn compare(a: &[u8], b: &[u8], spec: &Spec, margin: usize) -> Difference {
    assert_eq!((a.len() as u64, b.len() as u64), (spec.bytes(), spec.bytes()));
    let row = spec.row_bytes() as usize;
    let (rows, edge) = (spec.height as usize - 2 * margin, margin * spec.pixel_bytes() as usize);
    let inside = |row: &[u8]| edge..row.len() - edge;
    let pairs = a.par_chunks(row).zip(b.par_chunks(row)).skip(margin).take(rows);
    pairs
        .map(|(a, b)| (&a[inside(a)], &b[inside(b)]))
        .filter(|(a, b)| a != b)
        .map(|(a, b)| match spec.depth {
            Depth::U8 => samples::<u8>(a, b),
            Depth::U16 => samples::<u16>(a, b),
            Depth::I16 => samples::<i16>(a, b),
            Depth::I32 => samples::<i32>(a, b),
            Depth::F32 => samples::<f32>(a, b),
        })
        .reduce(Difference::default, |a, b| Difference {
            differing: a.differing + b.differing,
            largest: a.largest.max(b.largest),
        })
}

fn samples<T: Sample>(a: &[u8], b: &[u8]) -> Difference {
    let pairs = bytemuck::cast_slice::<u8, T>(a).iter().zip(bytemuck::cast_slice::<u8, T>(b));
    pairs.fold(Difference::default(), |sum, (a, b)| {
        if bytemuck::bytes_of(a) == bytemuck::bytes_of(b) {
            return sum;
        }
        let difference = (a.to_f64() - b.to_f64()).abs();
        Difference { differing: sum.differing + 1, largest: sum.largest.max(difference) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_samples_not_bytes() {
        let spec = Spec::new(3, 1, 1, Depth::U16).unwrap();
        let (a, b) = ([1u16, 2, 3], [1u16, 515, 3]);
        let difference = compare(bytemuck::cast_slice(&a), bytemuck::cast_slice(&b), &spec, 0);
        assert_eq!(difference, Difference { differing: 1, largest: 513.0 });
    }

    #[test]
    fn leaves_the_margin_out() {
        let spec = Spec::new(3, 3, 1, Depth::U8).unwrap();
        let differing = |margin| compare(&[0; 9], &[1; 9], &spec, margin).differing;
        assert_eq!((differing(0), differing(1)), (9, 1));
    }
}
