//! Chains of fused multiply-adds, in float32 or float64.
//!
//! The order of the operations is the definition of the result and is `OpenCV`'s
//! (`docs/design/exactness.md`): a row is summed in ascending order, a symmetric or antisymmetric
//! column from its centre outwards, any other column in ascending order; float32 rows of 3 and 5
//! taps that mirror each other have shorter forms.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use std::marker::PhantomData;

use bytemuck::Pod;
use raster::Sample;

use super::Separable;
use super::plane::{ColumnLoop, PlaneColumn, PlaneRow, RowLoop, Rows, lanes};
use crate::Isa;

/// How the taps of an axis mirror each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symmetry {
    /// k\[c + i\] = k\[c - i\].
    Even,
    /// k\[c + i\] = -k\[c - i\].
    Odd,
    /// Neither, or no tap in the middle.
    None,
}

impl Symmetry {
    /// That of `taps`.
    pub fn of(taps: &[f64]) -> Self {
        let mirrored = |sign: f64| taps.iter().rev().zip(taps).all(|(a, b)| *a == sign * b);
        if taps.len().is_multiple_of(2) {
            Self::None
        } else if mirrored(1.0) {
            Self::Even
        } else if mirrored(-1.0) {
            Self::Odd
        } else {
            Self::None
        }
    }
}

/// The taps of a column and what becomes of their sum.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnTaps {
    /// First tap first.
    pub taps: Vec<f64>,
    /// Decides the order of the sum.
    pub symmetry: Symmetry,
    /// What the sum starts with.
    pub offset: f64,
    /// What the sum is multiplied by in the end, if anything.
    pub scale: Option<f64>,
}

impl ColumnTaps {
    /// Taps with the symmetry that they have.
    pub fn new(taps: &[f64], offset: f64) -> Self {
        Self { taps: taps.to_vec(), symmetry: Symmetry::of(taps), offset, scale: None }
    }
}

/// What chains are computed in: `f32` or `f64`, from samples `S`.
pub trait Float<S>: Real {
    /// The sample as a float.
    fn from_sample(sample: S) -> Self;

    /// Whether short mirrored rows of `S` take the short forms.
    const SHORT_ROWS: bool;
}

/// `f32` or `f64`.
pub trait Real: Pod + Send + Sync + PartialOrd {
    /// Rounded to this type.
    fn from_f64(value: f64) -> Self;
    /// self * a + b, rounded once.
    fn fma(self, a: Self, b: Self) -> Self;
    /// self + other.
    fn plus(self, other: Self) -> Self;
    /// self - other.
    fn minus(self, other: Self) -> Self;
    /// self * other.
    fn times(self, other: Self) -> Self;
    /// The square root.
    fn root(self) -> Self;
    /// Rounded half to even and saturated where `D` is an integer.
    fn to_sample<D: Sample>(self) -> D;
}

macro_rules! real {
    ($($float:ident, $convert:ident;)*) => {$(
        impl Real for $float {
            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $float
            }

            #[inline(always)]
            fn fma(self, a: Self, b: Self) -> Self {
                self.mul_add(a, b)
            }

            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self + other
            }

            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                self - other
            }

            #[inline(always)]
            fn times(self, other: Self) -> Self {
                self * other
            }

            #[inline(always)]
            fn root(self) -> Self {
                self.sqrt()
            }

            #[inline(always)]
            fn to_sample<D: Sample>(self) -> D {
                D::$convert(self)
            }
        }
    )*};
}

real! { f32, from_f32; f64, from_f64; }

macro_rules! float {
    ($($sample:ty => $float:ty, $short:literal;)*) => {$(
        impl Float<$sample> for $float {
            const SHORT_ROWS: bool = $short;

            #[inline(always)]
            fn from_sample(sample: $sample) -> Self {
                sample.into()
            }
        }
    )*};
}

float! {
    u8 => f32, false;
    u16 => f32, false;
    i16 => f32, false;
    f32 => f32, true;
    u8 => f64, false;
    u16 => f64, false;
    i16 => f64, false;
    i32 => f64, false;
    f32 => f64, false;
}

pub(super) fn chain<S, M, D>(
    x: &[f64],
    y: &ColumnTaps,
    channels: usize,
    isa: Isa,
) -> Separable<S, M, D>
where
    S: Sample,
    M: Float<S>,
    D: Sample,
{
    let form = match (M::SHORT_ROWS, Symmetry::of(x), x.len()) {
        (true, Symmetry::Even, 3) => Form::Even3,
        (true, Symmetry::Even, 5) => Form::Even5,
        (true, Symmetry::Odd, 3) => Form::Odd3,
        (true, Symmetry::Odd, 5) => Form::Odd5,
        _ => Form::Chain,
    };
    let real = |taps: &[f64]| taps.iter().map(|&tap| M::from_f64(tap)).collect();
    let row = ChainRow { taps: real(x), form, source: PhantomData };
    let column = ChainColumn {
        taps: real(&y.taps),
        symmetry: y.symmetry,
        offset: M::from_f64(y.offset),
        scale: y.scale.map(M::from_f64),
        out: PhantomData,
    };
    Separable {
        row: Box::new(PlaneRow { arithmetic: row, channels, isa }),
        column: Box::new(PlaneColumn { arithmetic: column, isa }),
    }
}

/// How a row is summed.
#[derive(Clone, Copy)]
enum Form {
    Chain,
    Even3,
    Even5,
    Odd3,
    Odd5,
}

struct ChainRow<S, M> {
    taps: Vec<M>,
    form: Form,
    source: PhantomData<S>,
}

impl<S: Sample, M: Float<S>> RowLoop for ChainRow<S, M> {
    type Source = S;
    type Mid = M;

    fn taps(&self) -> usize {
        self.taps.len()
    }

    #[inline(always)]
    fn filter<const L: usize>(&self, source: &[S], channels: usize) -> [M; L] {
        let k = |j: usize| self.taps[j];
        let mut sum = [M::zeroed(); L];
        macro_rules! each {
            (|$i:ident| $sum:expr; $($x:ident = $at:expr),*) => {{
                $(let $x = lanes::<S, L>(source, $at * channels);)*
                for $i in 0..L {
                    $(let $x = M::from_sample($x[$i]);)*
                    sum[$i] = $sum;
                }
            }};
        }
        match self.form {
            Form::Chain => {
                for (j, &tap) in self.taps.iter().enumerate() {
                    each!(|i| x.fma(tap, sum[i]); x = j);
                }
            }
            Form::Even3 => {
                let (k1, k2) = (k(1), k(2));
                each!(|i| b.fma(k1, a.plus(c).times(k2)); a = 0, b = 1, c = 2);
            }
            Form::Even5 => {
                let (k2, k3, k4) = (k(2), k(3), k(4));
                each!(|i| a.plus(e).fma(k4, c.fma(k2, b.plus(d).times(k3)));
                    a = 0, b = 1, c = 2, d = 3, e = 4);
            }
            Form::Odd3 => {
                let k2 = k(2);
                each!(|i| c.minus(a).times(k2); a = 0, c = 2);
            }
            Form::Odd5 => {
                let (k3, k4) = (k(3), k(4));
                each!(|i| e.minus(a).fma(k4, d.minus(b).times(k3)); a = 0, b = 1, d = 3, e = 4);
            }
        }
        sum
    }
}

struct ChainColumn<M, D> {
    taps: Vec<M>,
    symmetry: Symmetry,
    offset: M,
    scale: Option<M>,
    out: PhantomData<D>,
}

impl<M: Real, D: Sample> ColumnLoop for ChainColumn<M, D> {
    type Mid = M;
    type Out = D;

    fn taps(&self) -> usize {
        self.taps.len()
    }

    #[inline(always)]
    fn filter<const L: usize>(&self, rows: &Rows<'_, M>) -> [[D; L]; 2] {
        let sums = match self.symmetry {
            Symmetry::Even => self.mirrored(rows, true),
            Symmetry::Odd => self.mirrored(rows, false),
            Symmetry::None => self.ascending(rows),
        };
        [self.finish(&sums[0]), self.finish(&sums[1])]
    }
}

impl<M: Real, D: Sample> ChainColumn<M, D> {
    /// From the centre outwards. A step looks at two rows for each output, of which one was read in
    /// the step before, for the other output.
    #[inline(always)]
    fn mirrored<const L: usize>(&self, rows: &Rows<'_, M>, even: bool) -> [[M; L]; 2] {
        let c = self.taps.len() / 2;
        let (mut above, mut below) = (*rows.get::<L>(c), *rows.get::<L>(c + 1));
        let mut sums = [[self.offset; L]; 2];
        if even {
            let tap = self.taps[c];
            for i in 0..L {
                sums[0][i] = above[i].fma(tap, self.offset);
                sums[1][i] = below[i].fma(tap, self.offset);
            }
        }
        for j in 1..=c {
            let tap = self.taps[c + j];
            let (higher, lower) = (rows.get::<L>(c - j), rows.get::<L>(c + 1 + j));
            for i in 0..L {
                let pairs = if even {
                    [below[i].plus(higher[i]), lower[i].plus(above[i])]
                } else {
                    [below[i].minus(higher[i]), lower[i].minus(above[i])]
                };
                sums[0][i] = pairs[0].fma(tap, sums[0][i]);
                sums[1][i] = pairs[1].fma(tap, sums[1][i]);
                (above[i], below[i]) = (higher[i], lower[i]);
            }
        }
        sums
    }

    #[inline(always)]
    fn ascending<const L: usize>(&self, rows: &Rows<'_, M>) -> [[M; L]; 2] {
        let mut sums = [[self.offset; L]; 2];
        let mut row = *rows.get::<L>(0);
        for (j, &tap) in self.taps.iter().enumerate() {
            let next = rows.get::<L>(j + 1);
            for i in 0..L {
                sums[0][i] = row[i].fma(tap, sums[0][i]);
                sums[1][i] = next[i].fma(tap, sums[1][i]);
                row[i] = next[i];
            }
        }
        sums
    }

    #[inline(always)]
    fn finish<const L: usize>(&self, sum: &[M; L]) -> [D; L] {
        let mut out = [D::zeroed(); L];
        if let Some(scale) = self.scale {
            for i in 0..L {
                out[i] = sum[i].times(scale).to_sample();
            }
        } else {
            for i in 0..L {
                out[i] = sum[i].to_sample();
            }
        }
        out
    }
}
