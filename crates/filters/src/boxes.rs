//! Box blur: the mean, or the sum, of a rectangle.
//!
//! | | |
//! |---|---|
//! | Formula | the sum over `w` x `h` pixels, divided by `w * h` unless it shall not be |
//! | Halo | `w / 2` before and `(w - 1) / 2` after, in each axis |
//! | Borders | all five |
//! | uint8, uint16, int16, int32 | exact sums, divided as `OpenCV` does: in fixed point for bytes and areas of up to 256, else by a float32 or float64 reciprocal |
//! | float32 | sums in float64: along rows, then down columns |
//! | Cost | the same for every size; for float32 proportional to the sum of the sides |

use std::sync::Arc;

use kernels::Isa;
use kernels::separable::{ColumnTaps, Symmetry};
use kernels::sums::{self, Across, Scale, Sum};
use raster::{Border, Buffer, Depth, Region, Sample, Spec};

use crate::correlate::Correlation;
use crate::depths::with_depth;
use crate::identity::identify;
use crate::parameter::MAX_TAPS;
use crate::rows::Rows;
use crate::scratch::held;
use crate::strip::{Operator, Reach, RowPair, Stream, StripFilter, pieces};
use crate::{Filter, ParameterError, Recipe, Scratch, Window};

/// A rectangle to sum over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoxBlur {
    /// Columns and rows.
    pub size: (u32, u32),
    /// Whether sums are divided by the area.
    pub normalize: bool,
    /// The depth of the result; the input's if `None`.
    pub depth: Option<Depth>,
    /// The samples outside the image.
    pub border: Border,
}

impl BoxBlur {
    /// The mean over so many columns and rows.
    pub const fn new(size: (u32, u32)) -> Self {
        Self { size, normalize: true, depth: None, border: Border::Reflect101 }
    }

    fn area(&self) -> u64 {
        u64::from(self.size.0) * u64::from(self.size.1)
    }

    fn operator<D: Sample>(&self, input: &Spec, isa: Isa) -> Arc<dyn Operator<D>> {
        // What the largest sums of 16-bit samples leave 32 bits with.
        let narrow = self.area() <= 1 << 15;
        match (input.depth, narrow) {
            (Depth::U8, _) if self.area() <= 1 << 23 => self.sums::<u8, i32, D>(input, isa),
            (Depth::U8, _) => self.sums::<u8, i64, D>(input, isa),
            (Depth::U16, true) => self.sums::<u16, i32, D>(input, isa),
            (Depth::U16, false) => self.sums::<u16, i64, D>(input, isa),
            (Depth::I16, true) => self.sums::<i16, i32, D>(input, isa),
            (Depth::I16, false) => self.sums::<i16, i64, D>(input, isa),
            (Depth::I32, _) => self.sums::<i32, i64, D>(input, isa),
            (Depth::F32, _) => self.floats(input, isa),
        }
    }

    fn sums<S: Sample, A: Sum, D: Sample>(&self, input: &Spec, isa: Isa) -> Arc<dyn Operator<D>> {
        let scale =
            if self.normalize { mean(input.depth, D::DEPTH, self.area()) } else { Scale::One };
        let (width, channels) = (self.size.0 as usize, input.channels as usize);
        let across = Across { width, channels, scale };
        Arc::new(BoxOperator::<S, A> {
            across,
            size: self.size,
            input: *input,
            border: self.border,
            isa,
            types: std::marker::PhantomData,
        })
    }

    /// Sums of float32 round, so they are made in one order: that of a chain whose taps are all 1.
    fn floats<D: Sample>(&self, input: &Spec, isa: Isa) -> Arc<dyn Operator<D>> {
        let ones = |len: u32| vec![1.0; len as usize];
        let y = ColumnTaps {
            taps: ones(self.size.1),
            symmetry: Symmetry::None,
            offset: 0.0,
            scale: self.normalize.then(|| 1.0 / self.area() as f64),
        };
        let (x, taps) = (ones(self.size.0), y.taps.clone());
        let correlation = Correlation { x, y: taps, offset: 0.0, wide: true };
        correlation.chain(input, self.border, &y, true, isa)
    }
}

identify!(BoxBlur { size, normalize, depth, border });

impl Recipe for BoxBlur {
    fn make(&self, input: &Spec, isa: Isa) -> Result<Arc<dyn Filter>, ParameterError> {
        for side in [self.size.0, self.size.1] {
            if side == 0 || side > MAX_TAPS {
                let expected = format!("a number from 1 to {MAX_TAPS}");
                return Err(ParameterError::new("size", expected, side));
            }
        }
        let border = self.border;
        Ok(with_depth!(self.depth.unwrap_or(input.depth), D => {
            StripFilter::bound("box-blur", input, border, self.operator::<D>(input, isa))
        }))
    }
}

/// How `OpenCV` divides by an area.
fn mean(input: Depth, output: Depth, area: u64) -> Scale {
    let reciprocal = 1.0 / area as f64;
    match input {
        _ if area == 1 => Scale::One,
        Depth::U8 if output == Depth::U8 && area <= 256 => fixed_mean(area as u32),
        Depth::U8 => Scale::Single(reciprocal as f32),
        Depth::U16 if area <= 1 << 15 => Scale::Single(reciprocal as f32),
        Depth::I16 if area <= 1 << 16 => Scale::Single(reciprocal as f32),
        _ => Scale::Double(reciprocal),
    }
}

/// The division of a sum of bytes by an area of up to 256, in 23 fraction bits.
fn fixed_mean(area: u32) -> Scale {
    let exact = f64::from(1 << 23) / f64::from(area);
    let (mut add, mut factor) = (area / 2, exact.floor() as u32);
    if area == 2 {
        // OpenCV's formula adds one to every constant image here.
        return Scale::Fixed { add: 1, factor: 1 << 22 };
    }
    if exact - f64::from(factor) < 0.5 {
        add += 1;
    } else {
        factor += 1;
    }
    Scale::Fixed { add, factor }
}

struct BoxOperator<S, A> {
    across: Across,
    size: (u32, u32),
    input: Spec,
    border: Border,
    isa: Isa,
    types: std::marker::PhantomData<(S, A)>,
}

/// Pixels of a strip: its sums and prefixes fit a second-level cache many times.
const STRIP: usize = 4096;

impl<S: Sample, A: Sum, D: Sample> Operator<D> for BoxOperator<S, A> {
    fn reach(&self) -> Reach {
        Reach::window(u64::from(self.size.0), u64::from(self.size.1))
    }

    fn strip_width(&self) -> usize {
        // A wide window is summed again in each strip, so strips are much wider than it.
        (STRIP / self.across.channels).max(8 * self.size.0 as usize)
    }

    fn scratch_bytes(&self, width: usize) -> u64 {
        let samples = width * self.across.channels;
        let columns = self.across.columns(samples);
        let sums = (columns + 2 * self.across.prefix_len(samples)) * size_of::<A>();
        (sums + 2 * columns * size_of::<S>()) as u64
    }

    fn open(
        self: Arc<Self>,
        window: &Window<'_>,
        strip: Region,
        scratch: &mut Scratch,
    ) -> Box<dyn Stream<D>> {
        let samples = strip.width as usize * self.across.channels;
        let columns = self.across.columns(samples);
        let mut sums = scratch.borrow();
        sums.take_samples::<A>(columns).fill(A::zeroed());
        let [span, [top, bottom]] = Operator::<D>::reach(&*self).extent(&strip);
        let height = self.size.1;
        let mut stream = BoxStream {
            operator: self,
            span,
            top,
            bottom,
            entered: 0,
            columns,
            sums,
            prefix: scratch.borrow(),
            pads: [scratch.borrow(), scratch.borrow()],
        };
        for _ in 1..height {
            stream.enter(window);
        }
        Box::new(stream)
    }
}

struct BoxStream<S, A> {
    operator: Arc<BoxOperator<S, A>>,
    /// Columns of the input that the strip depends on.
    span: [i64; 2],
    /// The first row of the input that it depends on, and one past the last.
    top: i64,
    bottom: i64,
    /// Rows that have entered the sums.
    entered: i64,
    columns: usize,
    sums: Buffer,
    prefix: Buffer,
    pads: [Buffer; 2],
}

impl<S: Sample, A: Sum> BoxStream<S, A> {
    /// The next row enters the sums, and the one that is now above the window leaves them.
    fn enter(&mut self, window: &Window<'_>) {
        let (span, columns) = (self.span, self.columns);
        let BoxOperator { ref input, border, size, isa, .. } = *self.operator;
        let rows = Rows { window, input, border };
        let height = i64::from(size.1);
        let [first, second] = &mut self.pads;
        let sums = self.sums.take_samples::<A>(columns);
        // Below the strip any row will do.
        let y = (self.top + self.entered).min(self.bottom - 1);
        let enter = rows.row::<S>(y, span, columns, first);
        let leave = (self.entered >= height)
            .then(|| rows.row::<S>(self.top + self.entered - height, span, columns, second));
        let ahead = rows.peek::<S>(y + 2, span[0]);
        for range in pieces(columns, size_of::<S>()) {
            kernels::prefetch(ahead.get(range.clone()).unwrap_or_default());
            let (sums, enter) = (&mut sums[range.clone()], &enter[range.clone()]);
            match leave {
                Some(leave) => sums::slide(sums, enter, &leave[range], isa),
                None => sums::enter(sums, enter, isa),
            }
        }
        self.entered += 1;
    }
}

impl<S: Sample, A: Sum, D: Sample> Stream<D> for BoxStream<S, A> {
    fn next(&mut self, window: &Window<'_>, out: &mut RowPair<'_, D>) {
        let (across, isa) = (self.operator.across, self.operator.isa);
        let len = out.len();
        let prefix_len = across.prefix_len(len);
        for prefix in 0..2 {
            self.enter(window);
            let sums = self.sums.take_samples::<A>(self.columns);
            let all = self.prefix.take_samples::<A>(2 * prefix_len);
            across.prefix(sums, &mut all[prefix * prefix_len..][..prefix_len], isa);
        }
        let (first, second) = self.prefix.take_samples::<A>(2 * prefix_len).split_at(prefix_len);
        for range in pieces(len, size_of::<D>()) {
            out.write(range.clone(), |[a, b]| {
                across.run(&first[range.start..], a, isa);
                across.run(&second[range.start..], b, isa);
            });
        }
    }

    fn bytes(&self) -> u64 {
        held([&self.sums, &self.prefix]) + held(&self.pads)
    }

    fn close(self: Box<Self>, scratch: &mut Scratch) {
        let Self { sums, prefix, pads: [first, second], .. } = *self;
        scratch.give(second);
        scratch.give(first);
        scratch.give(prefix);
        scratch.give(sums);
    }
}
