//! Arrays as `NumPy` stores them.

mod read;

pub(crate) use read::opened;
