//! Strided rectangles of pixels in memory, borrowed.
//!
//! A [`View`] reads, a [`ViewMut`] writes. Both know their depth at run time and hand out rows as
//! slices of it. A `ViewMut` is made of a pointer rather than a slice, because the rectangles that
//! threads fill side by side in one image interleave in memory without overlapping.

use std::marker::PhantomData;

use crate::{Depth, Region, Sample, Spec, stream};

/// A rectangle of pixels to read.
#[derive(Clone, Copy)]
pub struct View<'a> {
    data: &'a [u8],
    stride: usize,
    width: usize,
    height: usize,
    channels: usize,
    depth: Depth,
}

/// A rectangle of pixels to fill.
pub struct ViewMut<'a> {
    data: *mut u8,
    stride: usize,
    width: usize,
    height: usize,
    channels: usize,
    depth: Depth,
    /// Whether rows are written past the caches.
    streamed: bool,
    lifetime: PhantomData<&'a mut [u8]>,
}

// SAFETY: a `ViewMut` is an exclusive borrow of the samples it covers, as `&mut [u8]` would be.
unsafe impl Send for ViewMut<'_> {}

/// Bytes from the first to one past the last of a strided rectangle.
fn extent(row: usize, stride: usize, height: usize) -> Option<usize> {
    let rows = height.checked_sub(1)?;
    stride.checked_mul(rows)?.checked_add(row)
}

impl<'a> View<'a> {
    /// A view of `width` x `height` pixels (the channels and depth of `spec`) whose rows start
    /// `stride` bytes apart in `data`. The data may run on behind the rectangle.
    ///
    /// `None` if the rectangle leaves `data`, is empty, or is not aligned for its depth.
    pub fn new(
        data: &'a [u8],
        stride: usize,
        width: usize,
        height: usize,
        spec: &Spec,
    ) -> Option<Self> {
        let (channels, depth) = (spec.channels as usize, spec.depth);
        let row = width.checked_mul(channels * depth.bytes())?;
        let fits = row > 0 && (height == 1 || stride >= row);
        let inside = extent(row, stride, height).is_some_and(|end| end <= data.len());
        let aligned = (data.as_ptr() as usize).is_multiple_of(depth.bytes())
            && (height == 1 || stride.is_multiple_of(depth.bytes()));
        (fits && inside && aligned).then_some(Self { data, stride, width, height, channels, depth })
    }

    /// Columns.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub const fn height(&self) -> usize {
        self.height
    }

    /// Samples a pixel.
    pub const fn channels(&self) -> usize {
        self.channels
    }

    /// The type of a sample.
    pub const fn depth(&self) -> Depth {
        self.depth
    }

    /// The bytes of row `y`.
    ///
    /// # Panics
    /// If the row is outside.
    pub fn row_bytes(&self, y: usize) -> &'a [u8] {
        assert!(y < self.height, "row {y} of {}", self.height);
        &self.data[y * self.stride..][..self.width * self.channels * self.depth.bytes()]
    }

    /// The samples of row `y`.
    ///
    /// # Panics
    /// If `T` is not the view's depth or the row is outside.
    pub fn row<T: Sample>(&self, y: usize) -> &'a [T] {
        assert_eq!(T::DEPTH, self.depth);
        bytemuck::cast_slice(self.row_bytes(y))
    }

    /// All rows as one slice, if nothing lies between them.
    pub fn dense(&self) -> Option<&'a [u8]> {
        let row = self.width * self.channels * self.depth.bytes();
        (self.height == 1 || self.stride == row).then(|| &self.data[..row * self.height])
    }

    /// `len` samples from column `x` of row `y` on, running into whatever memory follows the row;
    /// `None` if the view's memory ends before. Lets vector loads reach past a row without a copy.
    ///
    /// # Panics
    /// If `T` is not the view's depth or the first sample is outside.
    pub fn samples_from<T: Sample>(&self, y: usize, x: usize, len: usize) -> Option<&'a [T]> {
        assert_eq!(T::DEPTH, self.depth);
        assert!(y < self.height && x < self.width);
        let start = y * self.stride + x * self.channels * size_of::<T>();
        self.data.get(start..start + len * size_of::<T>()).map(bytemuck::cast_slice)
    }

    /// The part of the view that `region` names, in coordinates of the view.
    ///
    /// # Panics
    /// If the region is not inside the view.
    #[must_use]
    pub fn sub(&self, region: &Region) -> Self {
        assert!(Region::new(0, 0, self.width as u64, self.height as u64).contains(region));
        let pixel = self.channels * self.depth.bytes();
        let start = region.top as usize * self.stride + region.left as usize * pixel;
        Self {
            data: &self.data[start..],
            width: region.width as usize,
            height: region.height as usize,
            ..*self
        }
    }
}

impl<'a> ViewMut<'a> {
    /// A dense view of `width` x `height` pixels over the start of `data`.
    ///
    /// `None` if the rectangle leaves `data`, is empty, or is not aligned for its depth.
    pub fn new(data: &'a mut [u8], width: usize, height: usize, spec: &Spec) -> Option<Self> {
        let stride = width.checked_mul(spec.pixel_bytes() as usize)?;
        View::new(data, stride, width, height, spec)?;
        // SAFETY: `View::new` has checked that the rectangle lies in `data` and is aligned, and
        // `data` is borrowed exclusively for the view's lifetime.
        Some(unsafe { Self::from_raw(data.as_mut_ptr(), stride, width, height, spec) })
    }

    /// A view whose rows start `stride` bytes apart from `data` on.
    ///
    /// # Safety
    /// For the lifetime `'a` the samples of the rectangle must be valid for writes, aligned for the
    /// depth of `spec`, and accessed through this view alone. The bytes between rows are not touched.
    pub const unsafe fn from_raw(
        data: *mut u8,
        stride: usize,
        width: usize,
        height: usize,
        spec: &Spec,
    ) -> Self {
        Self {
            data,
            stride,
            width,
            height,
            channels: spec.channels as usize,
            depth: spec.depth,
            streamed: false,
            lifetime: PhantomData,
        }
    }

    /// The same view, of memory that nobody reads before it has left the caches: so large, that is.
    /// [`stream_copy`](crate::stream_copy) is then the faster way to fill its rows.
    #[must_use]
    pub const fn streamed(mut self) -> Self {
        self.streamed = true;
        self
    }

    /// Whether the view was said to be [streamed](Self::streamed).
    pub const fn is_streamed(&self) -> bool {
        self.streamed
    }

    /// Columns.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub const fn height(&self) -> usize {
        self.height
    }

    /// Samples a pixel.
    pub const fn channels(&self) -> usize {
        self.channels
    }

    /// The type of a sample.
    pub const fn depth(&self) -> Depth {
        self.depth
    }

    /// The bytes of row `y`.
    ///
    /// # Panics
    /// If the row is outside.
    pub fn row_bytes(&mut self, y: usize) -> &mut [u8] {
        let len = self.width * self.channels * self.depth.bytes();
        // SAFETY: `row_pointer` checks the row; its samples are valid and exclusive (`from_raw`).
        unsafe { std::slice::from_raw_parts_mut(self.row_pointer(y), len) }
    }

    /// The samples of row `y`.
    ///
    /// # Panics
    /// If `T` is not the view's depth or the row is outside.
    pub fn row<T: Sample>(&mut self, y: usize) -> &mut [T] {
        let [row] = self.rows([y]);
        row
    }

    /// The samples of several different rows.
    ///
    /// # Panics
    /// If `T` is not the view's depth, a row is outside, or two are the same.
    pub fn rows<T: Sample, const N: usize>(&mut self, ys: [usize; N]) -> [&mut [T]; N] {
        assert_eq!(T::DEPTH, self.depth);
        assert!((1..N).all(|i| !ys[..i].contains(&ys[i])), "rows {ys:?} repeat");
        let len = self.width * self.channels;
        ys.map(|y| {
            // SAFETY: `row_pointer` checks the row; its samples are valid, aligned for `T` and
            // exclusive (`from_raw`), and no two of the rows are the same.
            unsafe { std::slice::from_raw_parts_mut(self.row_pointer(y).cast::<T>(), len) }
        })
    }

    /// The part of the view that `region` names, in coordinates of the view.
    ///
    /// # Panics
    /// If the region is not inside the view.
    #[must_use]
    pub fn sub(&mut self, region: &Region) -> ViewMut<'_> {
        assert!(Region::new(0, 0, self.width as u64, self.height as u64).contains(region));
        let pixel = self.channels * self.depth.bytes();
        let start = region.top as usize * self.stride + region.left as usize * pixel;
        ViewMut {
            // SAFETY: the region is inside the view, so its first byte is too.
            data: unsafe { self.data.add(start) },
            width: region.width as usize,
            height: region.height as usize,
            lifetime: PhantomData,
            ..*self
        }
    }

    /// Copies the pixels of `source`, which has the same shape.
    ///
    /// # Panics
    /// If the shapes differ.
    pub fn copy_from(&mut self, source: &View<'_>) {
        assert_eq!((self.width, self.height), (source.width, source.height));
        for y in 0..self.height {
            self.row_bytes(y).copy_from_slice(source.row_bytes(y));
        }
    }

    fn row_pointer(&self, y: usize) -> *mut u8 {
        assert!(y < self.height, "row {y} of {}", self.height);
        // SAFETY: the row is inside the rectangle, which is valid memory (`from_raw`).
        unsafe { self.data.add(y * self.stride) }
    }
}

impl Drop for ViewMut<'_> {
    fn drop(&mut self) {
        if self.streamed {
            // Whoever gets the memory next must see what was written past the caches.
            stream::fence();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(width: u64, height: u64) -> Spec {
        Spec::new(width, height, 1, Depth::U16).unwrap()
    }

    #[test]
    fn a_view_stays_inside_its_memory() {
        let data = [0u16; 12];
        let bytes = bytemuck::cast_slice(&data);
        assert!(View::new(bytes, 8, 4, 3, &spec(4, 3)).is_some());
        assert!(View::new(bytes, 8, 4, 4, &spec(4, 4)).is_none());
        assert!(View::new(bytes, 7, 3, 2, &spec(3, 2)).is_none());
        assert!(View::new(&bytes[1..], 8, 4, 1, &spec(4, 1)).is_none());
        assert!(View::new(bytes, usize::MAX - 1, 4, 3, &spec(4, 3)).is_none());
    }

    #[test]
    fn sub_views_address_the_same_pixels() {
        let data: Vec<u16> = (0..12).collect();
        let view = View::new(bytemuck::cast_slice(&data), 8, 4, 3, &spec(4, 3)).unwrap();
        let sub = view.sub(&Region::new(1, 1, 2, 2));
        assert_eq!(sub.row::<u16>(1), [9, 10]);
        assert_eq!(sub.samples_from::<u16>(1, 1, 2), Some(&[10, 11][..]));
        assert_eq!(sub.samples_from::<u16>(1, 1, 3), None);
    }

    #[test]
    fn only_adjacent_rows_are_dense() {
        let data: Vec<u16> = (0..12).collect();
        let bytes: &[u8] = bytemuck::cast_slice(&data);
        let view = View::new(bytes, 8, 4, 3, &spec(4, 3)).unwrap();
        assert_eq!(view.dense(), Some(bytes));
        assert_eq!(view.sub(&Region::new(0, 1, 4, 2)).dense(), Some(&bytes[8..]));
        assert_eq!(view.sub(&Region::new(1, 1, 2, 2)).dense(), None);
        assert_eq!(view.sub(&Region::new(1, 2, 2, 1)).dense(), Some(&bytes[18..22]));
    }

    #[test]
    fn writes_land_where_they_should() {
        let mut data = [0u16; 12];
        let bytes = bytemuck::cast_slice_mut(&mut data);
        {
            let mut view = ViewMut::new(bytes, 4, 3, &spec(4, 3)).unwrap();
            let mut sub = view.sub(&Region::new(1, 1, 2, 2));
            let [first, second] = sub.rows::<u16, 2>([1, 0]);
            (first[0], second[1]) = (7, 8);
        }
        assert_eq!(data, [0, 0, 0, 0, 0, 0, 8, 0, 0, 7, 0, 0]);
    }

    #[test]
    #[should_panic(expected = "repeat")]
    fn rows_do_not_alias() {
        let mut data = [0u16; 12];
        let mut view =
            ViewMut::new(bytemuck::cast_slice_mut(&mut data), 4, 3, &spec(4, 3)).unwrap();
        let _ = view.rows::<u16, 2>([1, 1]);
    }
}
