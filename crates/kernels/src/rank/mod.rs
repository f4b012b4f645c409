//! Ranks: the sample of some index among the sorted samples of a window.
//!
//! Samples are compared as *levels*, integers of the same order. A [`Network`] is a program of minima and
//! maxima for one size of window and one index: it needs no branches, so every lane of a register works on a
//! tile of windows of its own; [`median3`] and [`median5`] keep the smallest in registers. Large windows are ranked by
//! [`Histograms`] of bytes, which [`order`] makes of the samples of any depth.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

mod builder;
mod histogram;
mod median3;
mod median5;
mod network;
mod planes;
mod ranking;
mod sixteen;

pub use crate::ranked::Ranked;
pub use histogram::{Bins, Histograms, Rank};
pub use median3::{Level, median3};
pub use median5::{median5, median5_memory};
pub use network::{Network, Planes};
pub use planes::{interleave, split};
pub use ranking::{Entry, Ordering, Rectangle, entry, order};
