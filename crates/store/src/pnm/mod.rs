//! Portable anymaps: PBM, PGM, PPM in bytes and in text, PAM, and float maps.

mod header;
mod read;
mod text;
mod write;

pub(crate) use read::opened;
