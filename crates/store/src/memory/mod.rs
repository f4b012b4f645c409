//! Images written to memory.

mod output;
mod sink;

pub use output::OutputBytes;
pub use sink::MemorySink;
