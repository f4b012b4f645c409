//! The least and the greatest sample under an element.

use filters::Morphology;
use kernels::extrema::Extremum;
use raster::{Border, Sample};

use super::{Around, each};
use crate::image::Dense;

/// Erodes or dilates once. Numbers are ordered as they are, -0 below 0, and NaN is the greatest.
pub fn morphology<S: Sample>(image: &Dense<S>, work: &Morphology) -> Vec<S> {
    let around = Around::new(image, work.border.unwrap_or(Border::Replicate));
    let ((width, height), (x0, y0)) = (work.element.size(), work.element.anchor());
    let pixels: Vec<(i64, i64)> = (0..height as usize)
        .flat_map(|row| (0..width as usize).map(move |column| (column, row)))
        .filter(|&(column, row)| work.element.contains(column, row))
        .map(|(column, row)| (column as i64 - i64::from(x0), row as i64 - i64::from(y0)))
        .collect();
    let is_inside = |x, y| (0..around.width()).contains(&x) && (0..around.height()).contains(&y);
    each(&around, |y, x, channel| {
        let places = pixels.iter().map(|(dx, dy)| (x + dx, y + dy));
        let seen = places.filter(|&(x, y)| work.border.is_some() || is_inside(x, y));
        let numbers = seen.map(|(x, y)| around.sample(around.row(y), x, channel));
        let numbers = numbers.map(|number| if number.is_nan() { f64::NAN } else { number });
        let extreme = match work.extremum {
            Extremum::Least => numbers.min_by(f64::total_cmp),
            Extremum::Greatest => numbers.max_by(f64::total_cmp),
        };
        extreme.map_or_else(|| nothing(work.extremum), S::from_f64)
    })
}

/// The extremum of no samples: what changes no other.
fn nothing<S: Sample>(extremum: Extremum) -> S {
    match extremum {
        Extremum::Least if S::from_f64(0.5).to_f64() == 0.5 => S::from_f64(f64::NAN),
        Extremum::Least => S::from_f64(f64::INFINITY),
        Extremum::Greatest => S::from_f64(f64::NEG_INFINITY),
    }
}
