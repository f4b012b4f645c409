//! Tables that users bring.

use std::sync::Arc;

use kernels::Isa;
use kernels::point::{self, Index};
use raster::{Depth, Sample, Spec};

use super::inputs::one;
use super::row::{Bound, rounded};
use super::{Point, PointRecipe};
use crate::ParameterError;
use crate::depths::with_depth;
use crate::identity::identify;

/// A result for each value of uint8 or uint16.
#[derive(Clone, Debug, PartialEq)]
pub struct Lut {
    /// 256 or 65,536 results, rounded to the depth: one table for all channels, or one for each.
    pub table: Vec<Vec<f64>>,
    /// The depth of the result; that of the input if there is none.
    pub depth: Option<Depth>,
}

identify!(Lut { table, depth });

impl PointRecipe for Lut {
    fn make(&self, inputs: &[Spec], isa: Isa) -> Result<Arc<dyn Point>, ParameterError> {
        let input = one(inputs)?;
        let depth = self.depth.unwrap_or(input.depth);
        let bound = Bound { name: "lut", output: Spec { depth, ..*input }, isa };
        match input.depth {
            Depth::U8 => self.of::<u8>(bound),
            Depth::U16 => self.of::<u16>(bound),
            depth => Err(ParameterError::new("depth", "uint8 or uint16 (see cast)", depth)),
        }
    }
}

impl Lut {
    fn of<S: Index>(&self, bound: Bound) -> Result<Arc<dyn Point>, ParameterError> {
        let channels = bound.output.channels as usize;
        if self.table.len() != 1 && self.table.len() != channels {
            let expected = format!("one table, or one for each of {channels} channels,");
            return Err(ParameterError::new("table", expected, self.table.len()));
        }
        if let Some(table) = self.table.iter().find(|table| table.len() != S::COUNT) {
            let expected = format!("{} results", S::COUNT);
            return Err(ParameterError::new("table", expected, table.len()));
        }
        Ok(with_depth!(bound.output.depth, D => {
            row::<S, D>(rounded(&self.table.concat(), D::from_f64), bound)
        }))
    }
}

/// The operation of tables, one behind the other.
pub(super) fn row<S: Index, D: Sample>(tables: Vec<D>, bound: Bound) -> Arc<dyn Point> {
    bound.samples::<S, D, _>(move |source, out, _| point::lookup(&tables, source, out))
}
