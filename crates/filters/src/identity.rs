//! What tells operations apart: their kind and their parameters, bit by bit.

use std::any::TypeId;
use std::sync::Arc;

use kernels::extrema::Extremum;
use raster::{Border, Depth};

use crate::point::{ArithmeticKind, BooleanKind, Operand, Relation, ThresholdKind, Value};
use crate::{Index, Operator, Precision};

/// The kind and the parameters of an operation. Operations of one identity make the same bytes of the same
/// inputs, on whatever instruction set.
///
/// Numbers are told apart by their bits: 0 and -0 differ, and so do two kinds of NaN.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    kind: TypeId,
    parameters: Arc<[u8]>,
}

/// Parameters that make an operation.
pub trait Identify {
    /// What tells the operation from others.
    fn identity(&self) -> Identity;
}

impl Identity {
    /// The identity of a `T` with those parameters.
    pub(crate) fn of<T: 'static>(parameters: &[&dyn Parameter]) -> Self {
        let mut bytes = Vec::new();
        for parameter in parameters {
            parameter.write(&mut bytes);
        }
        Self { kind: TypeId::of::<T>(), parameters: bytes.into() }
    }
}

/// Implements [`Identify`] for a struct by all its fields: one that is left out does not compile.
macro_rules! identify {
    ($type:ident { $($field:ident),* }) => {
        impl $crate::Identify for $type {
            fn identity(&self) -> $crate::Identity {
                let Self { $($field),* } = self;
                $crate::Identity::of::<Self>(&[$($field),*])
            }
        }
    };
}
pub(crate) use identify;

/// A parameter, or a part of one.
pub(crate) trait Parameter {
    /// Appends bytes that no other value of the type begins with.
    fn write(&self, to: &mut Vec<u8>);
}

macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl Parameter for $type {
            fn write(&self, to: &mut Vec<u8>) {
                to.extend_from_slice(&self.to_ne_bytes());
            }
        }
    )*};
}

numbers!(u8, u32, u64, i64, f64);

macro_rules! choices {
    ($($type:ty),*) => {$(
        impl Parameter for $type {
            fn write(&self, to: &mut Vec<u8>) {
                to.push(*self as u8);
            }
        }
    )*};
}

choices!(bool, Depth, Extremum, Precision, ArithmeticKind, BooleanKind, Relation, ThresholdKind);

impl<A: Parameter, B: Parameter> Parameter for (A, B) {
    fn write(&self, to: &mut Vec<u8>) {
        self.0.write(to);
        self.1.write(to);
    }
}

impl<T: Parameter> Parameter for Vec<T> {
    fn write(&self, to: &mut Vec<u8>) {
        (self.len() as u64).write(to);
        for part in self {
            part.write(to);
        }
    }
}

impl<T: Parameter> Parameter for Option<T> {
    fn write(&self, to: &mut Vec<u8>) {
        self.is_some().write(to);
        if let Some(part) = self {
            part.write(to);
        }
    }
}

impl Parameter for Border {
    fn write(&self, to: &mut Vec<u8>) {
        let (kind, constant): (u8, _) = match *self {
            Self::Reflect101 => (0, None),
            Self::Replicate => (1, None),
            Self::Reflect => (2, None),
            Self::Wrap => (3, None),
            Self::Constant(value) => (4, Some(value)),
        };
        (kind, constant).write(to);
    }
}

impl Parameter for Index {
    fn write(&self, to: &mut Vec<u8>) {
        let (kind, value): (u8, _) = match *self {
            Self::Median => (0, 0),
            Self::From(index) => (1, index),
            Self::Percentile(part) => (2, part.to_bits()),
        };
        (kind, value).write(to);
    }
}

impl Parameter for Operator {
    fn write(&self, to: &mut Vec<u8>) {
        let size = match *self {
            Self::Sobel(size) => Some(size),
            Self::Scharr => None,
        };
        size.write(to);
    }
}

impl Parameter for Value {
    fn write(&self, to: &mut Vec<u8>) {
        match self {
            Self::All(value) => (false, *value).write(to),
            Self::Each(values) => {
                true.write(to);
                values.write(to);
            }
        }
    }
}

impl Parameter for Operand {
    fn write(&self, to: &mut Vec<u8>) {
        match self {
            Self::Image => false.write(to),
            Self::Constant(value) => {
                true.write(to);
                value.write(to);
            }
        }
    }
}
