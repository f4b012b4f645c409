//! Plain objects that cross the border, one a file.

mod binding_border;
mod binding_box;
mod binding_convolve;
mod binding_convolve_separable;
mod binding_counters;
mod binding_derivative;
mod binding_explanation;
mod binding_gaussian;
mod binding_gradient;
mod binding_join;
mod binding_laplacian;
mod binding_layout;
mod binding_metadata;
mod binding_outcome;
mod binding_pad;
mod binding_point;
mod binding_region;
mod binding_target;
mod binding_tile;
mod binding_unsharp;
mod binding_versions;
mod depth;

pub use binding_border::BindingBorder;
pub use binding_box::BindingBox;
pub use binding_convolve::BindingConvolve;
pub use binding_convolve_separable::BindingConvolveSeparable;
pub use binding_counters::BindingCounters;
pub use binding_derivative::BindingDerivative;
pub use binding_explanation::BindingExplanation;
pub use binding_gaussian::BindingGaussian;
pub use binding_gradient::BindingGradient;
pub use binding_join::BindingJoin;
pub use binding_laplacian::BindingLaplacian;
pub use binding_layout::BindingLayout;
pub use binding_metadata::BindingMetadata;
pub use binding_outcome::{BindingOpened, BindingOutcome, BindingPixels};
pub use binding_pad::BindingPad;
pub use binding_point::BindingPoint;
pub use binding_region::BindingRegion;
pub use binding_target::BindingTarget;
pub use binding_tile::{BindingNextTile, BindingTile};
pub use binding_unsharp::BindingUnsharp;
pub use binding_versions::BindingVersions;

pub(crate) use depth::{parse_depth, parse_output};
