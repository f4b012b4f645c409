//! Median and rank: the sample of some index among the sorted samples of a window.
//!
//! | | |
//! |---|---|
//! | Formula | sample `index` of the window's samples, sorted; `round(percentile / 100 * (n - 1))`, half to even; the median's is `(n - 1) / 2` of `n` |
//! | Halo | half the window |
//! | Borders | all five; replicated by default, as in `OpenCV` |
//! | float32 | ordered as numbers, -0 below 0, and every NaN, as one, above infinity |
//! | Cost | small windows proportional to `w * log(w)` and a little more; large ones of bytes the same for every size, of other depths nearly so |

use std::marker::PhantomData;
use std::sync::Arc;

use kernels::Isa;
use kernels::rank::{Network, Ranked};
use raster::{Border, Depth, Spec};

use crate::depths::with_depth;
use crate::identity::identify;
use crate::strip::StripFilter;
use crate::{Filter, ParameterError, Recipe};

use self::large::LargeFilter;
use self::network::NetworkOperator;
use self::small::SmallOperator;

mod large;
mod network;
mod small;

/// The longest side of a window.
const MAX_SIDE: u32 = 255;
/// Pixels of the largest windows that networks rank faster than histograms, of bytes and of wider samples
/// (measured on Zen 4, two threads of one core).
const MOST_BYTES: u32 = 11 * 13;
const MOST_WIDER: u32 = 19 * 19;

/// Which sample of a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Index {
    /// The one in the middle.
    Median,
    /// Counted from the smallest.
    From(u64),
    /// That part, in hundredths, of the way from the smallest to the largest.
    Percentile(f64),
}

/// A rank filter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rank {
    /// Columns and rows: odd.
    pub size: (u32, u32),
    /// Which sample.
    pub index: Index,
    /// The samples outside the image.
    pub border: Border,
}

impl Rank {
    /// The median of so many columns and rows.
    pub const fn median(size: (u32, u32)) -> Self {
        Self { size, index: Index::Median, border: Border::Replicate }
    }

    /// Where the sample stands among those of the window.
    fn position(&self) -> Result<usize, ParameterError> {
        let count = u64::from(self.size.0) * u64::from(self.size.1);
        match self.index {
            Index::Median => Ok((count as usize - 1) / 2),
            Index::From(index) if index < count => Ok(index as usize),
            Index::From(index) => {
                let expected = format!("an integer from 0 to {}", count - 1);
                Err(ParameterError::new("index", expected, index))
            }
            Index::Percentile(part) if (0.0..=100.0).contains(&part) => {
                Ok((part / 100.0 * (count - 1) as f64).round_ties_even() as usize)
            }
            Index::Percentile(part) => {
                Err(ParameterError::new("percentile", "a number from 0 to 100", part))
            }
        }
    }
}

identify!(Rank { size, index, border });

impl Recipe for Rank {
    fn make(&self, input: &Spec, isa: Isa) -> Result<Arc<dyn Filter>, ParameterError> {
        for side in [self.size.0, self.size.1] {
            if side % 2 == 0 || side > MAX_SIDE {
                let expected = format!("an odd integer from 1 to {MAX_SIDE}");
                return Err(ParameterError::new("size", expected, side));
            }
        }
        let index = self.position()?;
        let side = self.size.0;
        let name = if self.index == Index::Median { "median" } else { "rank" };
        if [(3, 3), (5, 5)].contains(&self.size) && index == (side * side) as usize / 2 {
            let (border, side) = (self.border, side as usize);
            macro_rules! small {
                ($type:ty) => {{
                    let operator = SmallOperator { side, input: *input, border, isa };
                    return Ok(StripFilter::<$type>::bound(
                        name,
                        input,
                        border,
                        Arc::new(operator),
                    ));
                }};
            }
            match input.depth {
                Depth::U8 => small!(u8),
                Depth::U16 => small!(u16),
                Depth::I16 => small!(i16),
                Depth::I32 => small!(i32),
                Depth::F32 => {}
            }
        }
        Ok(with_depth!(input.depth, S => self.filter::<S>(name, index, input, isa)))
    }
}

impl Rank {
    fn filter<S: Ranked>(
        &self,
        name: &'static str,
        index: usize,
        input: &Spec,
        isa: Isa,
    ) -> Arc<dyn Filter> {
        let Self { size, border, .. } = *self;
        let most = if input.depth == Depth::U8 { MOST_BYTES } else { MOST_WIDER };
        if size.0 * size.1 <= most && Network::<S>::can(size.0 as usize) {
            let operator = NetworkOperator::<S>::new(size, index, input, border, isa);
            return StripFilter::bound(name, input, border, Arc::new(operator));
        }
        let sample = PhantomData;
        Arc::new(LargeFilter::<S> { name, size, index, input: *input, border, isa, sample })
    }
}
