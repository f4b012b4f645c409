//! Operators of any taps, by whichever arithmetic gives the defined result fastest.
//!
//! The definition is that of `docs/design/exactness.md`: chains of float32 multiply-adds, in float64
//! where int32 is involved or a sum needs it. Where all sums are small integers, 16-bit arithmetic
//! gives the same result.

use std::sync::Arc;

use kernels::Isa;
use kernels::separable::{self, ColumnTaps, Float, Kernel2d, Separable, Symmetry, Taps};
use raster::{Border, Depth, Sample, Spec};

use crate::separable::SeparableOperator;
use crate::strip::{Operator, Reach};

/// The taps of both axes, and what is added to each sum.
#[derive(Clone, Debug)]
pub(crate) struct Correlation {
    pub(crate) x: Vec<f64>,
    pub(crate) y: Vec<f64>,
    pub(crate) offset: f64,
    /// Sums in float64 whatever the depths.
    pub(crate) wide: bool,
}

impl Correlation {
    /// The operator for an input.
    pub(crate) fn operator<D: Sample>(
        &self,
        input: &Spec,
        border: Border,
        isa: Isa,
    ) -> Arc<dyn Operator<D>> {
        let depths = (input.depth, D::DEPTH);
        let mirrored =
            Symmetry::of(&self.x) != Symmetry::None && Symmetry::of(&self.y) != Symmetry::None;
        let integers = mirrored && self.x.iter().chain(&self.y).all(|tap| tap.fract() == 0.0);
        // OpenCV rounds the offset first where it computes in integers.
        let rounds = depths == (Depth::U8, Depth::I16) && integers;
        let offset = if rounds { self.offset.round_ties_even() } else { self.offset };
        if input.depth == Depth::U8
            && let Some((taps, offset)) = self.small(offset)
        {
            let kernel = separable::small8::<D>(&taps, offset, input.channels as usize, isa);
            return self.bind(kernel, input, border);
        }
        let wide = self.wide || depths.1 == Depth::I32 || self.needs_double(depths, rounds);
        let y = ColumnTaps::new(&self.y, offset);
        self.chain(input, border, &y, wide, isa)
    }

    /// As float chains, whatever the taps.
    pub(crate) fn chain<D: Sample>(
        &self,
        input: &Spec,
        border: Border,
        y: &ColumnTaps,
        wide: bool,
        isa: Isa,
    ) -> Arc<dyn Operator<D>> {
        macro_rules! bind {
            ($source:ty, $mid:ty) => {{
                let channels = input.channels as usize;
                let kernel = separable::chain::<$source, $mid, D>(&self.x, y, channels, isa);
                self.bind(kernel, input, border)
            }};
        }
        match (input.depth, wide) {
            (Depth::U8, false) => bind!(u8, f32),
            (Depth::U16, false) => bind!(u16, f32),
            (Depth::I16, false) => bind!(i16, f32),
            (Depth::F32, false) => bind!(f32, f32),
            (Depth::U8, true) => bind!(u8, f64),
            (Depth::U16, true) => bind!(u16, f64),
            (Depth::I16, true) => bind!(i16, f64),
            (Depth::F32, true) => bind!(f32, f64),
            (Depth::I32, _) => bind!(i32, f64),
        }
    }

    fn bind<S: Sample, M: bytemuck::Pod + Send + Sync, D: Sample>(
        &self,
        kernel: Separable<S, M, D>,
        input: &Spec,
        border: Border,
    ) -> Arc<dyn Operator<D>> {
        let reach = Reach::window(self.x.len() as u64, self.y.len() as u64);
        Arc::new(SeparableOperator { kernel, input: *input, border, reach })
    }

    /// The taps as small integers, if all sums of bytes under them fit 16 bits.
    fn small(&self, offset: f64) -> Option<(Taps<i16>, i16)> {
        let axis = |taps: &[f64]| taps.iter().map(|&tap| whole(tap)).collect::<Option<Vec<_>>>();
        let taps = Taps { x: axis(&self.x)?, y: axis(&self.y)? };
        let offset = whole(offset)?;
        separable::fits_small(&taps, offset).then_some((taps, offset))
    }

    /// Whether `OpenCV` sums exactly, in integers, what float32 could not hold: bytes under taps of 8
    /// fraction bits with an offset, or under large integers.
    fn needs_double(&self, depths: (Depth, Depth), integers: bool) -> bool {
        let sum = |taps: &[f64]| taps.iter().map(|tap| tap.abs()).sum::<f64>();
        let blends = |taps: &[f64]| {
            let total: f64 = taps.iter().sum();
            Symmetry::of(taps) == Symmetry::Even
                && taps.iter().all(|&tap| tap >= 0.0 && is_near_whole(tap * 256.0))
                && (total - 1.0).abs() <= f64::from(f32::EPSILON) * (total + 1.0)
        };
        match depths {
            (Depth::U8, Depth::U8) => self.offset != 0.0 && blends(&self.x) && blends(&self.y),
            _ => integers && 255.0 * sum(&self.x) * sum(&self.y) >= 16_777_216.0,
        }
    }
}

fn whole(value: f64) -> Option<i16> {
    (value.fract() == 0.0 && value.abs() <= 32_767.0).then_some(value as i16)
}

/// `OpenCV`'s tolerance for taps of 8 fraction bits.
fn is_near_whole(value: f64) -> bool {
    (value - value.round_ties_even()).abs() <= 3.05e-4
}

/// A kernel of two dimensions that is summed as it is.
pub(crate) fn dense_operator<D: Sample>(
    kernel: &Kernel2d,
    wide: bool,
    input: &Spec,
    border: Border,
    isa: Isa,
) -> Arc<dyn Operator<D>> {
    fn bind<S: Sample, M: Float<S>, D: Sample>(
        kernel: &Kernel2d,
        input: &Spec,
        border: Border,
        isa: Isa,
    ) -> Arc<dyn Operator<D>> {
        let reach = Reach::window(kernel.width as u64, kernel.height as u64);
        let kernel = separable::dense::<S, M, D>(kernel, input.channels as usize, isa);
        Arc::new(SeparableOperator { kernel, input: *input, border, reach })
    }
    match (input.depth, wide || D::DEPTH == Depth::I32) {
        (Depth::U8, false) => bind::<u8, f32, D>(kernel, input, border, isa),
        (Depth::U16, false) => bind::<u16, f32, D>(kernel, input, border, isa),
        (Depth::I16, false) => bind::<i16, f32, D>(kernel, input, border, isa),
        (Depth::F32, false) => bind::<f32, f32, D>(kernel, input, border, isa),
        (Depth::U8, true) => bind::<u8, f64, D>(kernel, input, border, isa),
        (Depth::U16, true) => bind::<u16, f64, D>(kernel, input, border, isa),
        (Depth::I16, true) => bind::<i16, f64, D>(kernel, input, border, isa),
        (Depth::F32, true) => bind::<f32, f64, D>(kernel, input, border, isa),
        (Depth::I32, _) => bind::<i32, f64, D>(kernel, input, border, isa),
    }
}
