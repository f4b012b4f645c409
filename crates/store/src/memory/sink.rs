//! A sink over memory.

use std::{
    ptr,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicPtr, Ordering},
    },
};

use raster::{Region, Spec, View, ViewMut};

use super::OutputBytes;
use crate::{
    Error, Layout, Sink,
    check::{assert_inside, assert_shape, valid},
};

/// Bytes from which on an image is written past the caches: more than those of most processors hold
/// for one core, so that whoever reads the result would not find it there anyhow.
const STREAMED: u64 = 32 << 20;

/// A dense image in memory, filled in place.
pub struct MemorySink {
    spec: Spec,
    /// The first pixel; null once the memory has been taken.
    pixels: AtomicPtr<u8>,
    /// What keeps the memory alive, if the sink owns it. Also the lock under which
    /// [`write`](Sink::write) copies, so that two calls for one region do not race.
    owned: Mutex<Option<OutputBytes>>,
}

impl MemorySink {
    /// A sink that owns its memory.
    ///
    /// # Errors
    /// [`Error::Io`] if the system has not enough of it, [`Error::InvalidArgument`] if the spec is no
    /// image.
    pub fn new(spec: Spec) -> Result<Self, Error> {
        let spec = valid(spec)?;
        let mut memory = OutputBytes::zeroed(spec.bytes())?;
        Ok(Self {
            spec,
            // The bytes stay where they are when their owner moves.
            pixels: AtomicPtr::new(memory.as_mut_ptr()),
            owned: Mutex::new(Some(memory)),
        })
    }

    /// A sink over memory of the caller. `len` is its size in bytes, which may exceed the image's.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if the memory is too small or not aligned for the depth, or if the
    /// spec is no image.
    ///
    /// # Safety
    /// Until the sink is dropped, `len` bytes from `pixels` on are valid for reads and writes and
    /// nothing else accesses the first [`Spec::bytes`] of them.
    pub unsafe fn over(pixels: *mut u8, len: usize, spec: Spec) -> Result<Self, Error> {
        let spec = valid(spec)?;
        let (needed, alignment) = (spec.bytes(), spec.depth.bytes());
        if (len as u64) < needed {
            let message = format!("the output needs {needed} bytes but received {len}");
            return Err(Error::InvalidArgument(message));
        }
        if !(pixels as usize).is_multiple_of(alignment) {
            let message = format!(
                "memory for {} must start at a multiple of {alignment} bytes but received address {:#x}",
                spec.depth, pixels as usize
            );
            return Err(Error::InvalidArgument(message));
        }
        Ok(Self { spec, pixels: AtomicPtr::new(pixels), owned: Mutex::new(None) })
    }

    /// The shape of the image.
    pub const fn spec(&self) -> &Spec {
        &self.spec
    }

    /// The finished image. `None` if the memory is the caller's or was taken before.
    pub fn into_bytes(self) -> Option<OutputBytes> {
        self.owned.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// The finished image, while others still hold the sink. `None` as in
    /// [`into_bytes`](Self::into_bytes). Later claims get no memory.
    ///
    /// # Safety
    /// No region claimed from the sink is in use any more.
    pub unsafe fn take(&self) -> Option<OutputBytes> {
        let bytes = self.lock().take()?;
        self.pixels.store(ptr::null_mut(), Ordering::Release);
        Some(bytes)
    }

    fn lock(&self) -> MutexGuard<'_, Option<OutputBytes>> {
        // The lock guards pixels, which a panic leaves as valid as before.
        self.owned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for MemorySink {
    fn layout(&self) -> Layout {
        Layout::Free
    }

    unsafe fn claim(&self, region: &Region) -> Option<ViewMut<'_>> {
        assert_inside(&self.spec, region);
        let pixels = self.pixels.load(Ordering::Acquire);
        if pixels.is_null() {
            return None;
        }
        let stride = self.spec.row_bytes() as usize;
        let start =
            region.top as usize * stride + region.left as usize * self.spec.pixel_bytes() as usize;
        let (width, height) = (region.width as usize, region.height as usize);
        // SAFETY: the memory holds the whole dense image, aligned for its depth (`new`, `over`), and
        // lives as long as the sink (`take` says when it does not). The region is inside the image,
        // so its first byte and all of its rows are inside the memory. The caller promises that no
        // other claimed region overlaps it.
        let view =
            unsafe { ViewMut::from_raw(pixels.add(start), stride, width, height, &self.spec) };
        Some(if self.spec.bytes() >= STREAMED { view.streamed() } else { view })
    }

    fn write(&self, region: &Region, pixels: &View<'_>) -> Result<(), Error> {
        assert_shape(&self.spec, region, pixels);
        let _alone = self.lock();
        // SAFETY: the lock keeps other calls of `write` out. Whoever mixes `write` with `claim` has
        // promised not to claim this region.
        let Some(mut out) = (unsafe { self.claim(region) }) else {
            return Err(Error::InvalidArgument("the result has been taken already".into()));
        };
        out.copy_from(pixels);
        Ok(())
    }

    fn finish(&self) -> Result<(), Error> {
        Ok(())
    }

    fn abort(&self) {}
}

#[cfg(test)]
mod tests {
    use raster::Depth;

    use super::*;

    #[test]
    fn regions_fill_one_dense_image() {
        let spec = Spec::new(4, 2, 1, Depth::U16).unwrap();
        let sink = MemorySink::new(spec).unwrap();
        // SAFETY: the two regions do not overlap.
        let (mut left, mut right) = unsafe {
            let claim = |left| sink.claim(&Region::new(left, 0, 2, 2)).unwrap();
            (claim(0), claim(2))
        };
        left.row::<u16>(1)[1] = 5;
        right.row::<u16>(0)[0] = 3;
        drop((left, right));
        let row = [7u16, 8];
        let view = View::new(bytemuck::cast_slice(&row), 4, 2, 1, &spec).unwrap();
        sink.write(&Region::new(2, 1, 2, 1), &view).unwrap();
        sink.finish().unwrap();
        let bytes = sink.into_bytes().unwrap();
        assert_eq!(bytemuck::cast_slice::<u8, u16>(&bytes), [0, 0, 3, 0, 0, 5, 7, 8]);
    }

    #[test]
    fn large_images_are_zero_and_can_be_taken_once() {
        let spec = Spec::new(4096, 1025, 1, Depth::F32).unwrap();
        let sink = MemorySink::new(spec).unwrap();
        // SAFETY: nothing has been claimed.
        let bytes = unsafe { sink.take() }.unwrap();
        assert_eq!(bytes.len() as u64, spec.bytes());
        assert!(bytes.iter().all(|&byte| byte == 0));
        std::thread::spawn(move || drop(bytes)).join().unwrap();
        // SAFETY: as above.
        assert!(unsafe { sink.take() }.is_none());
        // SAFETY: nothing else is claimed.
        assert!(unsafe { sink.claim(&spec.region()) }.is_none());
        assert!(sink.into_bytes().is_none());
    }

    #[test]
    fn memory_of_the_caller_is_checked() {
        let spec = Spec::new(3, 1, 1, Depth::F32).unwrap();
        let mut memory = [0.0f32; 4];
        let pointer = memory.as_mut_ptr().cast::<u8>();
        let over = |skip: usize, len| {
            // SAFETY: at most 16 bytes from the start of the array on, which outlives the sinks.
            unsafe { MemorySink::over(pointer.add(skip), len, spec) }
        };
        assert!(matches!(over(0, 11), Err(Error::InvalidArgument(_))));
        assert!(matches!(over(1, 13), Err(Error::InvalidArgument(_))));
        let sink = over(4, 12).unwrap();
        // SAFETY: the only claim.
        unsafe { sink.claim(&spec.region()) }.unwrap().row::<f32>(0).fill(2.0);
        assert!(sink.into_bytes().is_none());
        assert_eq!(memory, [0.0, 2.0, 2.0, 2.0]);
    }
}
