//! The taps of a separable kernel.

/// The taps of both axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Taps<T> {
    /// Along a row, first tap first.
    pub x: Vec<T>,
    /// Down a column.
    pub y: Vec<T>,
}

impl<T> Taps<T> {
    /// The taps of both axes, converted alike.
    pub fn map<U>(&self, convert: impl Fn(&[T]) -> Vec<U>) -> Taps<U> {
        Taps { x: convert(&self.x), y: convert(&self.y) }
    }
}
