//! The memory of decoded chunks.

use raster::{Buffer, Region, Spec, View, ViewMut};

use crate::Error;

/// `bytes` bytes of a buffer. Fails where there is not enough memory for it to grow, which would end
/// the process otherwise.
pub(crate) fn room(buffer: &mut Buffer, bytes: u64) -> Result<&mut [u8], Error> {
    let len = usize::try_from(bytes).map_err(|_| out_of_memory())?;
    if buffer.capacity() < len {
        Vec::<u8>::new().try_reserve_exact(len).map_err(|_| out_of_memory())?;
    }
    Ok(buffer.take(len))
}

/// Copies a part of a chunk of shape `spec`.
pub(crate) fn copy(chunk: &Buffer, spec: &Spec, part: &Region, out: &mut ViewMut<'_>) {
    let (width, height) = (spec.width as usize, spec.height as usize);
    let view = View::new(chunk.bytes(), spec.row_bytes() as usize, width, height, spec)
        .expect("a chunk was decoded there");
    out.copy_from(&view.sub(part));
}

pub(crate) fn out_of_memory() -> Error {
    Error::from_io(std::io::ErrorKind::OutOfMemory.into(), "mmap", "")
}
