//! The samples outside an image.
//!
//! A border rule maps a position outside `[0, n)` to one inside, or to a constant. Rows and columns
//! map independently. The rules are `OpenCV`'s, with reflection iterated, so kernels may be larger
//! than the image.

/// How samples outside the image are defined. `n` is the length of the axis.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum Border {
    /// `3 2 1 [0 1 2 3] 2 1 0`: reflection that does not repeat the edge. The default.
    #[default]
    Reflect101,
    /// `0 0 0 [0 1 2 3] 3 3 3`: the edge sample repeated.
    Replicate,
    /// `2 1 0 [0 1 2 3] 3 2 1`: reflection that repeats the edge.
    Reflect,
    /// `1 2 3 [0 1 2 3] 0 1 2`: the image repeated.
    Wrap,
    /// `v v v [0 1 2 3] v v v`: one value, in every channel.
    Constant(f64),
}

/// The positions of one axis that a computation needs, as `start .. start + len`.
///
/// Only [`Border::Wrap`] makes a span that leaves the image: it then runs on through the repeated
/// image, so that a window assembled for it is one piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First position; negative or beyond the image only where the image wraps.
    pub start: i64,
    /// Number of positions.
    pub len: u64,
}

impl Span {
    /// One past the last position.
    pub const fn end(&self) -> i64 {
        self.start + self.len as i64
    }

    /// Where `position` lies in the span, if it does.
    pub const fn offset(&self, position: i64) -> Option<usize> {
        if position >= self.start && position < self.end() {
            Some((position - self.start) as usize)
        } else {
            None
        }
    }
}

impl Border {
    /// The position inside `[0, n)` whose sample stands at `position`, or `None` where the border is
    /// the constant.
    pub fn map(self, position: i64, n: u64) -> Option<u64> {
        let len = n as i64;
        if (0..len).contains(&position) {
            return Some(position as u64);
        }
        let inside = match self {
            Self::Constant(_) => return None,
            Self::Replicate => position.clamp(0, len - 1),
            Self::Wrap => position.rem_euclid(len),
            Self::Reflect => {
                let phase = position.rem_euclid(2 * len);
                phase.min(2 * len - 1 - phase)
            }
            Self::Reflect101 if len == 1 => 0,
            Self::Reflect101 => {
                let phase = position.rem_euclid(2 * len - 2);
                phase.min(2 * len - 2 - phase)
            }
        };
        Some(inside as u64)
    }

    /// The samples of an axis of length `n` that outputs `start .. start + len` need when each looks
    /// `before` back and `after` ahead. Every mapped position lies inside the span.
    pub fn demand(self, start: u64, len: u64, before: u64, after: u64, n: u64) -> Span {
        let n = n as i64;
        let (first, last) = (start as i64 - before as i64, (start + len + after) as i64);
        if first >= 0 && last <= n {
            return Span { start: first, len: (last - first) as u64 };
        }
        let (low, high) = match self {
            Self::Wrap if last - first < n => (first, last),
            Self::Wrap => (0, n),
            Self::Constant(_) | Self::Replicate => (first.max(0), last.min(n)),
            // A position beyond one edge lands as far inside it, which may be beyond what the window
            // itself covers when it looks further one way than the other.
            Self::Reflect | Self::Reflect101 => {
                let (left, right) = ((-first).max(0), (last - n).max(0));
                let low = if right > 0 { first.min(n - 1 - right) } else { first };
                let high = if left > 0 { last.max(left + 1) } else { last };
                (low.max(0), high.min(n))
            }
        };
        Span { start: low, len: (high - low) as u64 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row(border: Border, n: u64, reach: i64) -> Vec<i64> {
        (-reach..n as i64 + reach)
            .map(|p| border.map(p, n).map_or(-1, |inside| inside as i64))
            .collect()
    }

    #[test]
    fn maps_as_documented() {
        assert_eq!(row(Border::Reflect101, 4, 3), [3, 2, 1, 0, 1, 2, 3, 2, 1, 0]);
        assert_eq!(row(Border::Reflect, 4, 3), [2, 1, 0, 0, 1, 2, 3, 3, 2, 1]);
        assert_eq!(row(Border::Replicate, 4, 3), [0, 0, 0, 0, 1, 2, 3, 3, 3, 3]);
        assert_eq!(row(Border::Wrap, 4, 3), [1, 2, 3, 0, 1, 2, 3, 0, 1, 2]);
        assert_eq!(row(Border::Constant(9.0), 2, 1), [-1, 0, 1, -1]);
        assert_eq!(row(Border::Reflect101, 1, 2), [0; 5]);
        assert_eq!(row(Border::Reflect101, 2, 3), [1, 0, 1, 0, 1, 0, 1, 0]);
    }

    proptest! {
        #[test]
        fn demand_covers_every_mapped_position(
            n in 1u64..50, a in 0u64..50, b in 1u64..50, before in 0u64..120, after in 0u64..120,
            which in 0usize..5,
        ) {
            let border = [Border::Reflect101, Border::Replicate, Border::Reflect, Border::Wrap,
                Border::Constant(1.0)][which];
            let start = a % n;
            let len = 1 + b % (n - start);
            let span = border.demand(start, len, before, after, n);
            prop_assert!(span.len <= n);
            for position in start as i64 - before as i64..(start + len + after) as i64 {
                let direct = span.offset(position).is_some();
                let mapped = border.map(position, n).map(|p| span.offset(p as i64).is_some());
                prop_assert!(direct || mapped.unwrap_or(true), "{position} not in {span:?}");
            }
        }
    }
}
