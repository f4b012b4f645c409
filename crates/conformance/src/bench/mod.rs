//! The peers that gigapx is measured against: what a person can do with `OpenCV`, and memcpy.
//!
//! Everything here runs in a process of its own, which `scripts/bench.mjs` starts and asks over
//! standard input and output; see `bin/peer.rs`.

mod clock;
mod compare;
mod files;
mod operation;
mod stripes;
mod tune;
mod vips;

pub use clock::{Cost, measure};
pub use compare::{Difference, compare};
pub use files::{call_file, stripe_file};
pub use operation::{ElementShape, Operation};
pub use stripes::{Plan, Stripes, Write};
pub use tune::tune;
pub use vips::Vips;
