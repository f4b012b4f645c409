//! What one worker keeps between units.

use filters::Scratch;
use raster::Buffer;

/// The memory of one worker, reused from unit to unit.
#[derive(Default)]
pub(crate) struct Worker {
    /// The filters' own.
    pub(crate) scratch: Scratch,
    /// Rows of intermediate images that are not in use.
    pub(crate) buffers: Vec<Buffer>,
    /// Rows of results for sinks that do not lend their memory.
    pub(crate) shelves: Vec<Buffer>,
}

impl Worker {
    /// Bytes held.
    pub(crate) fn bytes(&self) -> u64 {
        let buffers = self.buffers.iter().chain(&self.shelves);
        self.scratch.bytes() + buffers.map(|buffer| buffer.capacity() as u64).sum::<u64>()
    }

    /// Lets everything go if it is more than `bytes`.
    pub(crate) fn trim(&mut self, bytes: u64) {
        if self.bytes() > bytes {
            *self = Self::default();
        }
    }
}
