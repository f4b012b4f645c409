//! Bare pixels, in files and in memory.

mod sink;
mod source;

pub(crate) use sink::Form;
pub use sink::RawSink;
pub(crate) use source::opened;
pub use source::{RawLayout, from_memory, open_raw};
