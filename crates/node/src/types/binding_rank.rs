use filters::{Index, Rank};
use napi_derive::napi;

use super::BindingBorder;
use crate::error::Thrown;

/// Which sample of a window; the median if neither `index` nor `percentile` is given.
#[napi(object)]
pub struct BindingRank {
    pub size_x: u32,
    pub size_y: u32,
    pub index: Option<u32>,
    pub percentile: Option<f64>,
    pub border: BindingBorder,
}

impl BindingRank {
    pub(crate) fn convert(&self) -> Result<Rank, Thrown> {
        let index = match (self.index, self.percentile) {
            (Some(index), _) => Index::From(index.into()),
            (None, Some(part)) => Index::Percentile(part),
            (None, None) => Index::Median,
        };
        let size = (self.size_x, self.size_y);
        Ok(Rank { size, index, border: self.border.convert()? })
    }
}
