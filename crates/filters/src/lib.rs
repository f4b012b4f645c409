//! The filters: one module each.
//!
//! A [`Filter`] is made for the shape of its input, which is when its parameters are checked. From
//! then on it answers two questions: which part of the input a region of the output needs
//! ([`Filter::demand`]), and what that region is ([`Filter::run`]). It knows neither tiles nor threads:
//! whoever asks chooses the region, and the answer is always what the whole image would hold there.

mod error;
mod filter;
mod gaussian;
mod scratch;
mod separable;
mod window;

pub use error::ParameterError;
pub use filter::Filter;
pub use gaussian::{Gaussian, GaussianOptions};
pub use scratch::Scratch;
pub use window::{Demand, Window};
