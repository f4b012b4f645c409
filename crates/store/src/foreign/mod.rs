//! Formats that the `image` crate reads.

mod read;

pub(crate) use read::{Container, opened};
