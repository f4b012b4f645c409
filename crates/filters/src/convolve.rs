//! Convolution with a kernel of two dimensions.
//!
//! | | |
//! |---|---|
//! | Formula | sum of `kernel[j][i] * scale * p(x + i - w / 2, y + j - h / 2)`, plus an offset |
//! | Halo | `w / 2` before and `(w - 1) / 2` after, in each axis |
//! | Borders | all five |
//! | Arithmetic | as `OpenCV`'s `filter2D`: float32 taps and multiply-adds over those that are not 0, in row-major order; sums in float64 for large kernels, where `OpenCV` multiplies spectra; taps too where int32 is involved |
//! | Cost | proportional to the kernel's area; to the sum of its sides where it is the product of a row and a column, and no sum rounds, so that the result is the same |

use std::sync::Arc;

use kernels::Isa;
use kernels::separable::Kernel2d;
use raster::{Border, Depth, Sample, Spec};

use crate::correlate::{Correlation, dense_operator};
use crate::depths::with_depth;
use crate::identity::identify;
use crate::parameter::{MAX_TAPS, finite};
use crate::strip::{Operator, StripFilter};
use crate::{Filter, ParameterError, Recipe};

/// A kernel of two dimensions. It is not flipped.
#[derive(Clone, Debug, PartialEq)]
pub struct Convolve {
    /// Taps, row by row.
    pub kernel: Vec<f64>,
    /// Taps of a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// What every tap is multiplied by.
    pub scale: f64,
    /// Added to every sum.
    pub offset: f64,
    /// The depth of the result; the input's if `None`.
    pub depth: Option<Depth>,
    /// The samples outside the image.
    pub border: Border,
}

identify!(Convolve { kernel, width, height, scale, offset, depth, border });

impl Recipe for Convolve {
    fn make(&self, input: &Spec, isa: Isa) -> Result<Arc<dyn Filter>, ParameterError> {
        self.check()?;
        let depth = self.depth.unwrap_or(input.depth);
        let taps = self.kernel.iter().map(|tap| tap * self.scale);
        let is_double = input.depth == Depth::I32 || depth == Depth::I32;
        let kernel = Kernel2d {
            taps: taps.map(|tap| if is_double { tap } else { f64::from(tap as f32) }).collect(),
            width: self.width as usize,
            height: self.height as usize,
            offset: self.offset,
            scale: None,
        };
        let border = self.border;
        Ok(with_depth!(depth, D => {
            let operator = operator::<D>(&kernel, input, border, isa);
            StripFilter::bound("convolve", input, border, operator)
        }))
    }
}

impl Convolve {
    fn check(&self) -> Result<(), ParameterError> {
        let (width, height) = (self.width, self.height);
        let sides = 1..=MAX_TAPS;
        let count = u64::from(width) * u64::from(height);
        if !(sides.contains(&width) && sides.contains(&height)) || self.kernel.len() as u64 != count
        {
            let expected = format!("rows of 1 to {MAX_TAPS} taps, all of one length");
            let received = format!("{} taps for {width} x {height}", self.kernel.len());
            return Err(ParameterError::new("kernel", expected, received));
        }
        self.kernel.iter().try_for_each(|&tap| finite("kernel", tap))?;
        finite("scale", self.scale)?;
        finite("offset", self.offset)
    }
}

/// The operator for a kernel: separable where that gives the same result.
pub(crate) fn operator<D: Sample>(
    kernel: &Kernel2d,
    input: &Spec,
    border: Border,
    isa: Isa,
) -> Arc<dyn Operator<D>> {
    let wide = kernel.width * kernel.height >= spectral_area(input.depth, D::DEPTH)
        || input.depth == Depth::I32
        || D::DEPTH == Depth::I32;
    // Sums of whole taps to int16 have their offset rounded by itself (`sepFilter2D`), those of a kernel
    // of two dimensions have not.
    let rounds_twice =
        (input.depth, D::DEPTH) == (Depth::U8, Depth::I16) && kernel.offset.fract() != 0.0;
    match factors(kernel, input.depth, wide).filter(|_| !rounds_twice) {
        Some((x, y)) => {
            let correlation = Correlation { x, y, offset: kernel.offset, wide };
            correlation.operator(input, border, isa)
        }
        None => dense_operator(kernel, wide, input, border, isa),
    }
}

/// The taps from which on `OpenCV` computes by spectra, which round a float64 sum once.
const fn spectral_area(input: Depth, output: Depth) -> usize {
    match (input, output) {
        (Depth::U8, Depth::U8 | Depth::I16) | (Depth::F32, Depth::F32) => 130,
        _ => 50,
    }
}

/// A row of integers and a column of multiples of a power of two whose product is the kernel, if all
/// sums under them are exact: then their order does not matter.
fn factors(kernel: &Kernel2d, input: Depth, wide: bool) -> Option<(Vec<f64>, Vec<f64>)> {
    let largest_sample = match input {
        Depth::U8 => 255.0,
        Depth::U16 => 65_535.0,
        Depth::I16 => 32_768.0,
        Depth::I32 => 2_147_483_648.0,
        Depth::F32 => return None,
    };
    let exact = if wide { 2f64.powi(53) } else { 2f64.powi(24) };
    let (pivot, _) = pivot(kernel)?;
    let unit = (0..=24).map(|bits| 0.5f64.powi(bits)).find(|unit| {
        kernel.taps.iter().all(|tap| (tap / unit).fract() == 0.0)
            && (kernel.offset / unit).fract() == 0.0
    })?;
    let (row, column) = (pivot / kernel.width, pivot % kernel.width);
    let whole = |tap: f64| (tap / unit).abs() as u64;
    let x = &kernel.taps[row * kernel.width..][..kernel.width];
    let divisor = x.iter().fold(0, |divisor, &tap| gcd(divisor, whole(tap))) as f64 * unit;
    let x: Vec<f64> = x.iter().map(|tap| tap / divisor).collect();
    let centre = x[column];
    let y: Vec<f64> =
        kernel.taps.iter().skip(column).step_by(kernel.width).map(|tap| tap / centre).collect();
    let sum: f64 = kernel.taps.iter().map(|tap| tap.abs()).sum();
    let most = (sum * largest_sample + kernel.offset.abs()) / unit;
    let whole_column = y.iter().all(|tap| (tap / unit).fract() == 0.0);
    (most < exact && whole_column && is_product(kernel, &x, &y)).then_some((x, y))
}

/// Where the largest tap stands, and that tap; `None` if all are 0.
fn pivot(kernel: &Kernel2d) -> Option<(usize, f64)> {
    let taps = kernel.taps.iter().copied().enumerate();
    taps.max_by(|(_, a), (_, b)| a.abs().total_cmp(&b.abs())).filter(|&(_, tap)| tap != 0.0)
}

fn is_product(kernel: &Kernel2d, x: &[f64], y: &[f64]) -> bool {
    let mut rows = kernel.taps.chunks(kernel.width).zip(y);
    rows.all(|(taps, y)| taps.iter().zip(x).all(|(tap, x)| *tap == x * y))
}

const fn gcd(a: u64, b: u64) -> u64 {
    let (mut a, mut b) = (a, b);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kernel(width: usize, taps: &[f64]) -> Kernel2d {
        Kernel2d {
            taps: taps.to_vec(),
            width,
            height: taps.len() / width,
            offset: 0.0,
            scale: None,
        }
    }

    #[test]
    fn finds_the_factors_of_products_alone() {
        let smooth = [1.0, 2.0, 1.0, 2.0, 4.0, 2.0, 1.0, 2.0, 1.0].map(|tap| tap / 16.0);
        let (x, y) = factors(&kernel(3, &smooth), Depth::U8, false).unwrap();
        assert_eq!((x, y), (vec![1.0, 2.0, 1.0], vec![0.0625, 0.125, 0.0625]));
        let sobel = [-1.0, 0.0, 1.0, -2.0, 0.0, 2.0, -1.0, 0.0, 1.0];
        let (x, y) = factors(&kernel(3, &sobel), Depth::U8, false).unwrap();
        assert_eq!((x, y), (vec![-1.0, 0.0, 1.0], vec![1.0, 2.0, 1.0]));
        let laplace = [0.0, 1.0, 0.0, 1.0, -4.0, 1.0, 0.0, 1.0, 0.0];
        assert_eq!(factors(&kernel(3, &laplace), Depth::U8, false), None);
        assert_eq!(factors(&kernel(3, &[0.0; 9]), Depth::U8, true), None);
    }

    #[test]
    fn keeps_to_the_defined_order_where_sums_round() {
        let gauss = [0.1, 0.2, 0.1, 0.2, 0.4, 0.2, 0.1, 0.2, 0.1];
        assert_eq!(factors(&kernel(3, &gauss), Depth::U8, true), None);
        let steep = [1024.0, 1.0, 1024.0, 1.0];
        assert_eq!(factors(&kernel(2, &steep), Depth::U16, false), None);
        assert!(factors(&kernel(2, &steep), Depth::U8, false).is_some());
        assert!(factors(&kernel(2, &steep), Depth::U16, true).is_some());
    }
}
