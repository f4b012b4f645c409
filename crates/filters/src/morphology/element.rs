//! Structuring elements: which pixels around one an operation looks at.

use crate::ParameterError;
use crate::identity::Parameter;
use crate::parameter::MAX_TAPS;

/// The longest side of an element that is no rectangle.
const MAX_SIDE: u32 = 1023;

/// The shapes that have a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// All of the rectangle.
    Rectangle,
    /// The row and the column of the anchor.
    Cross,
    /// What an ellipse that fills the rectangle covers, as `OpenCV` draws it.
    Ellipse,
}

/// A structuring element: pixels of a rectangle, one of which lies on the pixel that is computed. It is
/// not reflected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    size: (u32, u32),
    anchor: (u32, u32),
    /// Row by row; all of the rectangle if `None`.
    mask: Option<Vec<bool>>,
}

/// Pixels beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) start: usize,
    pub(super) len: usize,
}

impl Element {
    /// A shape of so many columns and rows, anchored at a column and row of it, or in the middle: at
    /// half the size, rounded down.
    ///
    /// # Errors
    /// [`ParameterError`] if it is empty or too large, or the anchor is outside.
    pub fn new(
        shape: Shape,
        size: (u32, u32),
        anchor: Option<(u32, u32)>,
    ) -> Result<Self, ParameterError> {
        let most = if shape == Shape::Rectangle { MAX_TAPS } else { MAX_SIDE };
        for side in [size.0, size.1] {
            if side == 0 || side > most {
                let expected = format!("a number from 1 to {most}");
                return Err(ParameterError::new("size", expected, side));
            }
        }
        let anchor = checked(anchor, size)?;
        let mask = match shape {
            Shape::Rectangle => None,
            Shape::Cross => Some(cross(size, anchor)),
            Shape::Ellipse => Some(ellipse(size)),
        };
        Ok(Self::of(size, anchor, mask))
    }

    /// An element of any pixels, row by row, `width` a row.
    ///
    /// # Errors
    /// [`ParameterError`] if these are no rows, too large, or hold no pixel, or the anchor is outside.
    pub fn from_mask(
        mask: Vec<bool>,
        width: u32,
        anchor: Option<(u32, u32)>,
    ) -> Result<Self, ParameterError> {
        let height = mask.len() / (width as usize).max(1);
        let sides = 1..=MAX_SIDE as usize;
        let is_whole = height * width as usize == mask.len();
        if !(is_whole && sides.contains(&height) && sides.contains(&(width as usize))) {
            let expected = format!("1 to {MAX_SIDE} rows of 1 to {MAX_SIDE} numbers");
            return Err(ParameterError::new("kernel", expected, format!("{width} x {height}")));
        }
        if !mask.contains(&true) {
            return Err(ParameterError::new("kernel", "at least one 1", "none"));
        }
        let size = (width, height as u32);
        Ok(Self::of(size, checked(anchor, size)?, Some(mask)))
    }

    /// A mask that leaves nothing out is none.
    fn of(size: (u32, u32), anchor: (u32, u32), mask: Option<Vec<bool>>) -> Self {
        Self { size, anchor, mask: mask.filter(|mask| mask.contains(&false)) }
    }

    /// Columns and rows.
    pub const fn size(&self) -> (u32, u32) {
        self.size
    }

    /// The column and row that lie on the pixel that is computed.
    pub const fn anchor(&self) -> (u32, u32) {
        self.anchor
    }

    /// Whether it is all of its rectangle.
    pub const fn is_rectangle(&self) -> bool {
        self.mask.is_none()
    }

    /// Whether it holds a pixel.
    pub fn contains(&self, column: usize, row: usize) -> bool {
        let at = row * self.size.0 as usize + column;
        self.mask.as_ref().is_none_or(|mask| mask[at])
    }

    /// What does in as many times as the second says what this does in `iterations`: a rectangle grows
    /// instead, as in `OpenCV`.
    ///
    /// # Errors
    /// [`ParameterError`] if it grows too large.
    pub fn iterated(&self, iterations: u32) -> Result<(Self, u32), ParameterError> {
        if !self.is_rectangle() {
            return Ok((self.clone(), iterations));
        }
        let times = u64::from(iterations);
        let side = |side: u32| u64::from(side) + (times - 1) * u64::from(side - 1);
        let (width, height) = (side(self.size.0), side(self.size.1));
        if width.max(height) > u64::from(MAX_TAPS) {
            let expected = format!("so few that a rectangle stays within {MAX_TAPS} pixels");
            return Err(ParameterError::new("iterations", expected, iterations));
        }
        let anchor = (self.anchor.0 * iterations, self.anchor.1 * iterations);
        Ok((Self { size: (width as u32, height as u32), anchor, mask: None }, 1))
    }

    /// The runs of a row, from the left.
    pub(super) fn runs(&self, row: usize) -> Vec<Run> {
        let width = self.size.0 as usize;
        let Some(mask) = &self.mask else { return vec![Run { start: 0, len: width }] };
        let mut runs: Vec<Run> = Vec::new();
        for (column, _) in
            mask[row * width..][..width].iter().enumerate().filter(|(_, in_it)| **in_it)
        {
            match runs.last_mut() {
                Some(run) if run.start + run.len == column => run.len += 1,
                _ => runs.push(Run { start: column, len: 1 }),
            }
        }
        runs
    }
}

impl Parameter for Element {
    fn write(&self, to: &mut Vec<u8>) {
        (self.size, self.anchor).write(to);
        self.mask.write(to);
    }
}

fn checked(anchor: Option<(u32, u32)>, size: (u32, u32)) -> Result<(u32, u32), ParameterError> {
    let anchor = anchor.unwrap_or((size.0 / 2, size.1 / 2));
    if anchor.0 >= size.0 || anchor.1 >= size.1 {
        let expected = format!("a pixel of {} x {}", size.0, size.1);
        let received = format!("{}, {}", anchor.0, anchor.1);
        return Err(ParameterError::new("anchor", expected, received));
    }
    Ok(anchor)
}

fn cross((width, height): (u32, u32), (x, y): (u32, u32)) -> Vec<bool> {
    (0..height).flat_map(|row| (0..width).map(move |column| row == y || column == x)).collect()
}

/// As `OpenCV` draws it: half-widths are rounded to even, and an even side has its middle at half of it.
fn ellipse((width, height): (u32, u32)) -> Vec<bool> {
    let (radius, centre) = (f64::from(height / 2), i64::from(width / 2));
    let mut mask = Vec::new();
    for row in 0..height {
        let dy = f64::from(row) - radius;
        let part = if radius > 0.0 { 1.0 / (radius * radius) } else { 0.0 };
        let reach = centre as f64 * ((radius * radius - dy * dy) * part).sqrt();
        let reach = reach.round_ties_even() as i64;
        mask.extend((0..i64::from(width)).map(|column| (column - centre).abs() <= reach));
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(element: &Element) -> Vec<String> {
        let (width, height) = element.size();
        let bit = |column, row| if element.contains(column, row) { '1' } else { '0' };
        let row = |row| (0..width as usize).map(|column| bit(column, row)).collect();
        (0..height as usize).map(row).collect()
    }

    #[test]
    fn draws_opencvs_shapes() {
        let element = |shape, size| rows(&Element::new(shape, size, None).unwrap());
        assert_eq!(element(Shape::Ellipse, (5, 5)), ["00100", "11111", "11111", "11111", "00100"]);
        assert_eq!(element(Shape::Ellipse, (3, 1)), ["010"]);
        assert_eq!(element(Shape::Ellipse, (1, 1)), ["1"]);
        assert_eq!(element(Shape::Cross, (4, 3)), ["0010", "1111", "0010"]);
        assert_eq!(element(Shape::Rectangle, (2, 2)), ["11", "11"]);
    }

    #[test]
    fn rectangles_grow_and_others_repeat() {
        let rectangle = Element::new(Shape::Rectangle, (3, 4), Some((0, 2))).unwrap();
        let (grown, times) = rectangle.iterated(3).unwrap();
        assert_eq!((grown.size(), grown.anchor(), times), ((7, 10), (0, 6), 1));
        assert!(rectangle.iterated(20_000).is_err());
        let cross = Element::new(Shape::Cross, (3, 3), None).unwrap();
        assert_eq!(cross.iterated(3).unwrap(), (cross, 3));
        // A cross of one row is a rectangle.
        let line = Element::new(Shape::Cross, (3, 1), None).unwrap();
        assert_eq!(line, Element::new(Shape::Rectangle, (3, 1), None).unwrap());
    }

    #[test]
    fn finds_the_runs_of_a_row() {
        let mask = "110111".chars().map(|bit| bit == '1').collect();
        let element = Element::from_mask(mask, 6, None).unwrap();
        assert_eq!(element.runs(0), [Run { start: 0, len: 2 }, Run { start: 3, len: 3 }]);
    }

    #[test]
    fn refuses_what_is_no_element() {
        let parameter = |element: Result<Element, ParameterError>| element.unwrap_err().parameter;
        assert_eq!(parameter(Element::new(Shape::Rectangle, (0, 3), None)), "size");
        assert_eq!(parameter(Element::new(Shape::Ellipse, (3, 1024), None)), "size");
        assert_eq!(parameter(Element::new(Shape::Cross, (3, 3), Some((0, 3)))), "anchor");
        assert_eq!(parameter(Element::from_mask(vec![true; 5], 2, None)), "kernel");
        assert_eq!(parameter(Element::from_mask(vec![], 0, None)), "kernel");
        assert_eq!(parameter(Element::from_mask(vec![false; 4], 2, None)), "kernel");
    }
}
