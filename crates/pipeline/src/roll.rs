//! Rows of an intermediate image that are at hand: new ones come at the bottom, old ones go at the top.

use raster::{Buffer, Region, Spec, View, ViewMut};

/// Bytes behind the rows, so that vector loads may run past the last.
const SLACK: usize = 256;

/// Consecutive rows of some columns of an image.
pub(crate) struct Roll {
    spec: Spec,
    columns: [u64; 2],
    /// The first row held, and one past the last.
    rows: [u64; 2],
    buffer: Buffer,
    /// The row of the buffer that the first row lies in.
    at: usize,
}

impl Roll {
    /// No rows yet, in memory that is used again.
    pub(crate) const fn new(spec: Spec, left: u64, width: u64, buffer: Buffer) -> Self {
        Self { spec, columns: [left, width], rows: [0, 0], buffer, at: 0 }
    }

    /// Bytes that so many rows of so many columns take.
    pub(crate) const fn footprint(spec: &Spec, width: u64, rows: u64) -> u64 {
        (rows + rows / 2) * width * spec.pixel_bytes() + SLACK as u64
    }

    /// The memory, to be used again.
    pub(crate) fn into_buffer(self) -> Buffer {
        self.buffer
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.buffer.capacity() as u64
    }

    /// Room for rows from `top` to `bottom`, behind those that are held, of which those before `keep`
    /// are let go.
    pub(crate) fn extend(&mut self, keep: u64, top: u64, bottom: u64) -> ViewMut<'_> {
        let stride = self.stride();
        if self.rows[0] == self.rows[1] || keep >= self.rows[1] {
            (self.rows, self.at) = ([top, top], 0);
        }
        debug_assert_eq!(self.rows[1], top);
        let dropped = keep.saturating_sub(self.rows[0]);
        self.rows[0] += dropped;
        self.at += dropped as usize;
        let (held, new) = ((top - self.rows[0]) as usize, (bottom - top) as usize);
        let needed = (self.at + held + new) * stride + SLACK;
        if needed > self.buffer.capacity() {
            self.move_up(held, held + new);
        }
        self.rows[1] = bottom;
        let start = (self.at + held) * stride;
        let bytes = &mut self.buffer.take((self.at + held + new) * stride + SLACK)[start..];
        ViewMut::new(bytes, self.columns[1] as usize, new, &self.spec).expect("a roll is aligned")
    }

    /// A region of the image that is held.
    ///
    /// # Panics
    /// If it is not.
    pub(crate) fn view(&self, region: &Region) -> View<'_> {
        let [left, width] = self.columns;
        let [first, last] = self.rows;
        let held = Region::new(left, first, width, last - first);
        assert!(held.contains(region), "{region:?} is not in {held:?}");
        let stride = self.stride();
        let row = self.at + (region.top - first) as usize;
        let start = row * stride + ((region.left - left) * self.spec.pixel_bytes()) as usize;
        let bytes = &self.buffer.bytes()[start..];
        let (width, height) = (region.width as usize, region.height as usize);
        View::new(bytes, stride, width, height, &self.spec).expect("a roll holds its rows")
    }

    const fn stride(&self) -> usize {
        (self.columns[1] * self.spec.pixel_bytes()) as usize
    }

    /// Moves the rows held to the top of the memory, or to a larger one if `all` rows do not fit well:
    /// rows should move once in many parts, so there is half as much room again.
    fn move_up(&mut self, held: usize, all: usize) {
        let stride = self.stride();
        let from = self.at * stride;
        let wanted = (all + all / 2) * stride + SLACK;
        if wanted <= self.buffer.capacity() {
            let capacity = self.buffer.capacity();
            self.buffer.take(capacity).copy_within(from..from + held * stride, 0);
        } else {
            let mut larger = Buffer::zeroed(wanted);
            let rows = &self.buffer.bytes()[from..from + held * stride];
            larger.take(wanted)[..rows.len()].copy_from_slice(rows);
            self.buffer = larger;
        }
        self.at = 0;
    }
}
