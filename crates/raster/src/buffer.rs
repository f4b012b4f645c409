//! Scratch memory for pixels, aligned for every depth and for whole cache lines.

use bytemuck::{Pod, Zeroable};

#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// A zeroed byte buffer that starts on a cache line and can only grow.
#[derive(Default)]
pub struct Buffer {
    lines: Vec<Line>,
}

impl Buffer {
    /// An empty buffer.
    pub const fn new() -> Self {
        Self { lines: Vec::new() }
    }

    /// A buffer of at least `bytes` zeros.
    pub fn zeroed(bytes: usize) -> Self {
        Self { lines: vec![Line::zeroed(); bytes.div_ceil(64)] }
    }

    /// Bytes held.
    pub fn capacity(&self) -> usize {
        self.lines.len() * 64
    }

    /// The first `bytes` bytes, growing the buffer if it is smaller. What they hold is what was last
    /// written there.
    pub fn take(&mut self, bytes: usize) -> &mut [u8] {
        let lines = bytes.div_ceil(64);
        if lines > self.lines.len() {
            // Nothing is kept: free first, so that growing never holds both.
            self.lines = Vec::new();
            self.lines = vec![Line::zeroed(); lines];
        }
        &mut bytemuck::cast_slice_mut(&mut self.lines)[..bytes]
    }

    /// The first `len` samples, growing the buffer if it is smaller.
    pub fn take_samples<T: Pod>(&mut self, len: usize) -> &mut [T] {
        bytemuck::cast_slice_mut(self.take(len * size_of::<T>()))
    }

    /// Everything held.
    pub fn bytes(&self) -> &[u8] {
        bytemuck::cast_slice(&self.lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_and_stays_aligned() {
        let mut buffer = Buffer::new();
        assert_eq!(buffer.take(0).len(), 0);
        let samples: &mut [f32] = buffer.take_samples(100);
        samples[99] = 1.0;
        assert_eq!(samples.as_ptr() as usize % 64, 0);
        assert_eq!(buffer.capacity(), 448);
        assert_eq!(buffer.take_samples::<f32>(100)[99], 1.0);
    }
}
