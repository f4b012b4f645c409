//! `OpenCV` as the oracle of the filters and as a peer in benchmarks.
//!
//! Development only: the crate links Debian's `OpenCV`, which no user of gigapx needs. It hands
//! `OpenCV` whole images of its own with their halo, never regions of larger ones: a region would make
//! filters read beyond it and take other code paths.

pub mod bench;
pub mod cases;
pub mod harness;
pub mod image;
pub mod naive;
pub mod oracle;
pub mod recipes;
