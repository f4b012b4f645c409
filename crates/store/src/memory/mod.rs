//! Images written to memory, bare or encoded.

mod encoded;
mod output;
mod sink;

pub use encoded::Encoded;
pub use output::OutputBytes;
pub use sink::MemorySink;
