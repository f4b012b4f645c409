//! From a lazy graph to finished pixels.
//!
//! An [`Image`] is a node of an immutable graph: a source, or a filter over another image. Nothing is
//! computed until an [`Engine`] runs a job that pulls regions of an image into a sink. The planner
//! ([`plan`]) cuts the result into units, workers take the units in file order, and each unit asks its
//! node for a region, which asks its input for that region and a halo, down to the source.

mod cache;
mod carry;
mod chunked;
mod control;
mod course;
mod engine;
mod error;
mod explain;
mod fold;
mod graph;
mod image;
mod intake;
mod job;
mod measure;
mod parts;
mod placement;
mod plan;
mod program;
mod roll;
mod run;
mod tiles;
mod unify;
mod unit;
mod worker;

pub use carry::Part;
pub use engine::{Counters, DEFAULT_MEMORY_LIMIT, Engine};
pub use error::Error;
pub use explain::{Explanation, NullSink, Stage};
pub use image::Image;
pub use job::{Handle, OnProgress, Options, Progress};
pub use measure::Measure;
pub use placement::Placement;
pub use plan::{Chunks, Decoding, Plan, Request, plan};
pub use tiles::{Tile, Tiles};
