//! Smaller copies of an image, made of its tiles as they come.
//!
//! Each level is half as wide and as high as the one before and is cut into tiles, which may overlap.
//! `levels` takes the pixels of the first one, hands out tiles as they become whole, and makes the next
//! level of them. `seams` says which of its pixels a tile suffices for and which look across the edge of
//! one; `mosaic` is where tiles and what is along their edges wait for their pixels. `mean` and
//! `gaussian` halve, with `Decimation` to choose.

mod decimation;
mod gaussian;
mod levels;
mod mean;
mod mosaic;
mod seams;
#[cfg(test)]
mod tests;

pub use decimation::Decimation;
pub(crate) use levels::{Grid, Pyramid, Scratch};
