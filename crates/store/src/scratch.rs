//! A block of memory a thread, reused by every read and write that must copy.

use std::cell::RefCell;

use raster::Buffer;

/// Bytes of the block: several rows of a tile, yet little enough to stay in a core's own cache
/// between the copy into it and the system call that empties it.
pub(crate) const SCRATCH: usize = 512 << 10;

thread_local! {
    static BLOCK: RefCell<Buffer> = const { RefCell::new(Buffer::new()) };
}

/// Runs `work` with the thread's block, which holds whatever was left in it. Calls do not nest.
pub(crate) fn with_scratch<R>(work: impl FnOnce(&mut [u8]) -> R) -> R {
    BLOCK.with_borrow_mut(|block| work(block.take(SCRATCH)))
}
