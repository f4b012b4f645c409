//! PNG: rows decoded one after the other, or, where they are interlaced, the image as a whole.

mod read;

pub(crate) use read::opened;
