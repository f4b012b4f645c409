//! The working memory of one worker.

use raster::Buffer;

/// Buffers that filters reuse from region to region, so that nothing is allocated a row.
#[derive(Default)]
pub struct Scratch {
    /// Two source rows with their halo, where they cannot be read in place.
    pub(crate) pads: [Buffer; 2],
    /// Intermediate lines.
    pub(crate) ring: Buffer,
    /// A row for results that nobody wants.
    pub(crate) spare: Buffer,
}

impl Scratch {
    /// Empty working memory.
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes held.
    pub fn bytes(&self) -> u64 {
        let pads: usize = self.pads.iter().map(Buffer::capacity).sum();
        (pads + self.ring.capacity() + self.spare.capacity()) as u64
    }
}
