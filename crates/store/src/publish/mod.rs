//! Files, and directories of files, that appear whole or not at all.
//!
//! Output goes to a temporary file beside the target and takes its name when it is complete. What a
//! killed process leaves behind is removed by the next one that writes the same target.

mod draft;
mod fate;
mod folder;
mod gaps;
mod name;
mod output;
mod registry;
mod stale;

pub(crate) use draft::Draft;
pub use draft::Durability;
pub(crate) use folder::Folder;
pub use output::Destination;
pub(crate) use output::Output;
pub use registry::remove_all_temporaries;
