//! How the bytes of a strip or tile are packed.
//!
//! Each chunk is packed by itself, by whichever thread has its pixels: nothing here is shared, and no
//! lock is held.

mod difference;
mod encode;
mod lossy;
mod packer;

pub(crate) use difference::{Difference, difference};
pub use encode::Compression;
pub(crate) use encode::Encoder;
pub(crate) use packer::Packer;
