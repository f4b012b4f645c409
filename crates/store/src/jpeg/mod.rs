//! JPEG files.

mod read;

pub(crate) use read::opened;
