//! Plain objects that cross the border, one a file.

mod binding_border;
mod binding_counters;
mod binding_gaussian;
mod binding_layout;
mod binding_metadata;
mod binding_outcome;
mod binding_region;
mod binding_target;
mod binding_tile;
mod binding_versions;

pub use binding_border::BindingBorder;
pub use binding_counters::BindingCounters;
pub use binding_gaussian::BindingGaussian;
pub use binding_layout::BindingLayout;
pub use binding_metadata::BindingMetadata;
pub use binding_outcome::{BindingOpened, BindingOutcome, BindingPixels};
pub use binding_region::BindingRegion;
pub use binding_target::BindingTarget;
pub use binding_tile::{BindingNextTile, BindingTile};
pub use binding_versions::BindingVersions;
