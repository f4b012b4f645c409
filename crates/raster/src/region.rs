//! Rectangles of pixels, in 64-bit image coordinates.

/// A rectangle of pixels. Its right and bottom edges are exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Region {
    /// First column.
    pub left: u64,
    /// First row.
    pub top: u64,
    /// Columns.
    pub width: u64,
    /// Rows.
    pub height: u64,
}

impl Region {
    /// A region from its corner and size, in pixels.
    pub const fn new(left: u64, top: u64, width: u64, height: u64) -> Self {
        Self { left, top, width, height }
    }

    /// One past the last column.
    pub const fn right(&self) -> u64 {
        self.left + self.width
    }

    /// One past the last row.
    pub const fn bottom(&self) -> u64 {
        self.top + self.height
    }

    /// The number of pixels.
    pub const fn pixels(&self) -> u64 {
        self.width * self.height
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(&self, other: &Self) -> bool {
        // A region from a caller may overflow; then it is certainly not inside.
        let ends = |start: u64, len: u64, limit: u64| {
            start.checked_add(len).is_some_and(|end| end <= limit)
        };
        other.left >= self.left
            && other.top >= self.top
            && ends(other.left, other.width, self.right())
            && ends(other.top, other.height, self.bottom())
    }

    /// The part shared with `other`, if any pixel is.
    pub fn intersect(&self, other: &Self) -> Option<Self> {
        let (left, top) = (self.left.max(other.left), self.top.max(other.top));
        let (right, bottom) = (self.right().min(other.right()), self.bottom().min(other.bottom()));
        (left < right && top < bottom).then(|| Self::new(left, top, right - left, bottom - top))
    }

    /// The same rectangle, moved right and down.
    #[must_use]
    pub const fn translate(&self, right: u64, down: u64) -> Self {
        Self::new(self.left + right, self.top + down, self.width, self.height)
    }

    /// Cuts the region into a grid of cells anchored at `(0, 0)` of the image, row by row.
    pub fn cells(self, width: u64, height: u64) -> impl Iterator<Item = Self> {
        let start = |from: u64, step: u64| from - from % step;
        let (right, bottom) = (self.right(), self.bottom());
        (start(self.top, height)..bottom).step_by(height as usize).flat_map(move |top| {
            (start(self.left, width)..right)
                .step_by(width as usize)
                .filter_map(move |left| Self::new(left, top, width, height).intersect(&self))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contains_survives_overflow() {
        let image = Region::new(0, 0, 10, 10);
        assert!(image.contains(&Region::new(0, 0, 10, 10)));
        assert!(!image.contains(&Region::new(1, 0, u64::MAX, 1)));
    }

    #[test]
    fn cells_cover_the_region_once() {
        let region = Region::new(5, 7, 20, 11);
        let cells: Vec<_> = region.cells(8, 4).collect();
        assert_eq!(cells.iter().map(Region::pixels).sum::<u64>(), region.pixels());
        assert_eq!(cells[0], Region::new(5, 7, 3, 1));
        assert!(cells.iter().all(|cell| region.contains(cell)));
    }
}
