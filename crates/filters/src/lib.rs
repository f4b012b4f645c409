//! The filters: one module each.
//!
//! A [`Recipe`] holds a filter's parameters. Bound to the shape of an input, which is when they are
//! checked, it makes a [`Filter`]. From then on that answers two questions: which part of the input a
//! region of the output needs ([`Filter::demand`]), and what that region is ([`Filter::open`]). It
//! knows neither tiles nor threads: whoever asks chooses the region, and the answer is always what the
//! whole image would hold there.

mod boxes;
mod convolve;
mod convolve_separable;
mod correlate;
mod depths;
mod derivative;
mod error;
mod filter;
mod gaussian;
mod geometry;
mod gradient;
mod identified;
mod identity;
mod laplacian;
mod law;
mod morphology;
mod pair;
mod parameter;
pub mod point;
mod rank;
mod rows;
mod scratch;
mod separable;
mod statistics;
mod strip;
mod unsharp;
mod window;

pub use boxes::BoxBlur;
pub use convolve::Convolve;
pub use convolve_separable::ConvolveSeparable;
pub use derivative::{Derivative, Operator, gradient_depth};
pub use error::ParameterError;
pub use filter::{Filter, Pass, Recipe, run};
pub use gaussian::{GaussianBlur, Precision};
pub use geometry::{Geometry, GeometryRecipe, Join, Pad, Turn};
pub use gradient::GradientMagnitude;
pub use identity::{Identify, Identity};
pub use laplacian::Laplacian;
pub use law::Law;
pub use morphology::{Element, Morphology, Shape};
pub use point::{Point, PointRecipe};
pub use rank::{Index, Rank};
pub use scratch::Scratch;
pub use statistics::{
    Accumulator, Bins, ChannelStats, Extreme, Histogram, Levels, PartialError, Stats, Stretch,
};
pub use unsharp::UnsharpMask;
pub use window::{Demand, Window};
