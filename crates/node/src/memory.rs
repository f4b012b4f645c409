//! Memory that crosses the border without a copy.
//!
//! Inwards, a typed array is held by reference and read in place; the façade has refused views that
//! could move, and documents that they must not be written while a job reads them. Outwards, memory
//! is given to an `ArrayBuffer` whose finalizer frees it; each piece of memory is given once.

use napi::bindgen_prelude::Uint8Array;
use store::OutputBytes;

/// A JavaScript view that a source reads.
pub(crate) struct Borrowed(pub(crate) Uint8Array);

impl AsRef<[u8]> for Borrowed {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Gives a result to JavaScript.
pub(crate) fn give(mut bytes: OutputBytes) -> Uint8Array {
    let (data, len) = (bytes.as_mut_ptr(), bytes.len());
    // SAFETY: the memory is valid for `len` bytes and owned by the finalizer, which runs once, when
    // no view is left. It is not shared: `bytes` was ours alone.
    unsafe { Uint8Array::with_external_data(data, len, move |_, _| drop(bytes)) }
}
