//! Flips and quarter turns.

use std::sync::Arc;

use raster::{Affine, Region, Span, Spec, ViewMut};

use super::{Geometry, GeometryRecipe};
use crate::{Demand, Identify, Identity, Law, ParameterError, Window};

/// One of the eight ways in which a rectangle fits a rectangle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Top to bottom.
    Flip,
    /// Left to right.
    Flop,
    /// A quarter turn clockwise.
    Right,
    /// A half turn.
    Half,
    /// A quarter turn counterclockwise.
    Left,
    /// Rows to columns.
    Transpose,
    /// Rows to columns, both from the other end.
    Transverse,
}

impl Turn {
    /// Every turn.
    pub const ALL: [Self; 7] = [
        Self::Flip,
        Self::Flop,
        Self::Right,
        Self::Half,
        Self::Left,
        Self::Transpose,
        Self::Transverse,
    ];

    /// Whether rows become columns, and whether columns and rows of the input then count from the end.
    const fn parts(self) -> (bool, [bool; 2]) {
        match self {
            Self::Flip => (false, [false, true]),
            Self::Flop => (false, [true, false]),
            Self::Right => (true, [false, true]),
            Self::Half => (false, [true, true]),
            Self::Left => (true, [true, false]),
            Self::Transpose => (true, [false, false]),
            Self::Transverse => (true, [true, true]),
        }
    }

    /// The one turn that this and another in turn are, unless they undo each other.
    #[must_use]
    pub fn then(self, next: Self) -> Option<Self> {
        let (turns, [right, bottom]) = self.parts();
        let (again, [next_right, next_bottom]) = next.parts();
        // The next counts columns and rows of this one's result, which are those of the input or, turned,
        // its rows and columns.
        let [other_right, other_bottom] =
            if turns { [next_bottom, next_right] } else { [next_right, next_bottom] };
        let ends = [right != other_right, bottom != other_bottom];
        Self::ALL.into_iter().find(|turn| turn.parts() == (turns != again, ends))
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Flip => "flip",
            Self::Flop => "flop",
            Self::Right | Self::Half | Self::Left => "rotate",
            Self::Transpose | Self::Transverse => "transpose",
        }
    }
}

impl Identify for Turn {
    fn identity(&self) -> Identity {
        Identity::of::<Self>(&[&(*self as u8)])
    }
}

impl GeometryRecipe for Turn {
    fn make(&self, inputs: &[Spec]) -> Result<Arc<dyn Geometry>, ParameterError> {
        let (turns, [from_right, from_bottom]) = self.parts();
        let input = inputs[0];
        let (width, height) = (input.width, input.height);
        let (width, height) = if turns { (height, width) } else { (width, height) };
        let output = Spec { width, height, ..input };
        Ok(Arc::new(Turned { turn: *self, input, output, turns, from_right, from_bottom }))
    }

    fn law(&self, _: &[Spec]) -> Option<Law> {
        Some(Law::Turn(*self))
    }
}

struct Turned {
    turn: Turn,
    input: Spec,
    output: Spec,
    /// Whether rows become columns.
    turns: bool,
    from_right: bool,
    from_bottom: bool,
}

impl Turned {
    /// The part of the input that a region shows.
    fn source(&self, region: &Region) -> Region {
        let Region { left, top, width, height } = *region;
        let (left, top, width, height) =
            if self.turns { (top, left, height, width) } else { (left, top, width, height) };
        Region {
            left: if self.from_right { self.input.width - left - width } else { left },
            top: if self.from_bottom { self.input.height - top - height } else { top },
            width,
            height,
        }
    }

    fn copy<const N: usize>(&self, window: &Window<'_>, out: &mut ViewMut<'_>) {
        let view = &window.view;
        let (width, height) = (view.width(), view.height());
        let row = |y: usize| {
            let y = if self.from_bottom { height - 1 - y } else { y };
            view.row_bytes(y).as_chunks::<N>().0
        };
        let column = |x: usize| if self.from_right { width - 1 - x } else { x };
        if !self.turns {
            for y in 0..height {
                let (source, target) = (row(y), out.row_bytes(y).as_chunks_mut::<N>().0);
                if self.from_right {
                    target.iter_mut().zip(source.iter().rev()).for_each(|(to, from)| *to = *from);
                } else {
                    target.copy_from_slice(source);
                }
            }
            return;
        }
        // Square by square: a line of the cache that is fetched for one row serves the next ones too.
        for top in (0..width).step_by(SQUARE) {
            for left in (0..height).step_by(SQUARE) {
                for y in top..width.min(top + SQUARE) {
                    let target = out.row_bytes(y).as_chunks_mut::<N>().0;
                    let end = height.min(left + SQUARE);
                    for (x, to) in target[left..end].iter_mut().enumerate() {
                        *to = row(left + x)[column(y)];
                    }
                }
            }
        }
    }

    /// Pixels of a size that has no code of its own.
    fn copy_any(&self, window: &Window<'_>, out: &mut ViewMut<'_>) {
        let pixel = self.input.pixel_bytes() as usize;
        let view = &window.view;
        for y in 0..out.height() {
            for x in 0..out.width() {
                let (column, row) = if self.turns { (y, x) } else { (x, y) };
                let column = if self.from_right { view.width() - 1 - column } else { column };
                let row = if self.from_bottom { view.height() - 1 - row } else { row };
                let from = &view.row_bytes(row)[column * pixel..][..pixel];
                out.row_bytes(y)[x * pixel..][..pixel].copy_from_slice(from);
            }
        }
    }
}

/// Pixels of a side of the squares that are turned at once.
const SQUARE: usize = 32;

impl Geometry for Turned {
    fn name(&self) -> &'static str {
        self.turn.name()
    }

    fn output(&self) -> &Spec {
        &self.output
    }

    fn placement(&self) -> Option<Affine> {
        let axis = |is_first: bool, from_end: bool, length: u64| {
            let (step, start) = if from_end { (-1.0, length as f64) } else { (1.0, 0.0) };
            if is_first { [step, 0.0, start] } else { [0.0, step, start] }
        };
        let [a, b, c] = axis(!self.turns, self.from_right, self.input.width);
        let [d, e, f] = axis(self.turns, self.from_bottom, self.input.height);
        Some(Affine([a, b, c, d, e, f]))
    }

    fn demand(&self, region: &Region) -> Vec<(usize, Demand)> {
        let Region { left, top, width, height } = self.source(region);
        let columns = Span { start: left as i64, len: width };
        let rows = Span { start: top as i64, len: height };
        vec![(0, Demand { columns, rows })]
    }

    fn run(&self, windows: &[Window<'_>], _: &Region, out: &mut ViewMut<'_>) {
        let window = &windows[0];
        match self.input.pixel_bytes() {
            1 => self.copy::<1>(window, out),
            2 => self.copy::<2>(window, out),
            3 => self.copy::<3>(window, out),
            4 => self.copy::<4>(window, out),
            6 => self.copy::<6>(window, out),
            8 => self.copy::<8>(window, out),
            12 => self.copy::<12>(window, out),
            16 => self.copy::<16>(window, out),
            _ => self.copy_any(window, out),
        }
    }
}
