//! The working memory of one worker.

use raster::Buffer;

/// Bytes that buffers hold.
pub(crate) fn held<'a>(buffers: impl IntoIterator<Item = &'a Buffer>) -> u64 {
    buffers.into_iter().map(|buffer| buffer.capacity() as u64).sum()
}

/// Buffers that filters borrow and give back, so that nothing is allocated a row or a region.
#[derive(Default)]
pub struct Scratch {
    free: Vec<Buffer>,
}

impl Scratch {
    /// Empty working memory.
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes held by buffers that nobody borrows.
    pub fn bytes(&self) -> u64 {
        held(&self.free)
    }

    /// A buffer to work with; what it holds does not matter. It comes back by [`give`](Self::give),
    /// last borrowed first, so that each borrower finds a buffer of the size that it needs.
    pub(crate) fn borrow(&mut self) -> Buffer {
        self.free.pop().unwrap_or_default()
    }

    /// Takes a buffer back.
    pub(crate) fn give(&mut self, buffer: Buffer) {
        self.free.push(buffer);
    }
}
