//! Sample types: the closed set of depths and the Rust types that carry them.

use std::fmt;

use bytemuck::Pod;

/// The type of one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Depth {
    /// Unsigned 8-bit integer.
    U8,
    /// Unsigned 16-bit integer.
    U16,
    /// Signed 16-bit integer.
    I16,
    /// Signed 32-bit integer.
    I32,
    /// IEEE 754 binary32.
    F32,
}

impl Depth {
    /// Every depth, narrowest first.
    pub const ALL: [Self; 5] = [Self::U8, Self::U16, Self::I16, Self::I32, Self::F32];

    /// Bytes of one sample.
    pub const fn bytes(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::I32 | Self::F32 => 4,
        }
    }

    /// The name users write: `uint8`, `uint16`, `int16`, `int32`, `float32`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::U8 => "uint8",
            Self::U16 => "uint16",
            Self::I16 => "int16",
            Self::I32 => "int32",
            Self::F32 => "float32",
        }
    }

    /// The depth of that [name](Self::name), if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|depth| depth.name() == name)
    }
}

impl fmt::Display for Depth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A Rust type that is the sample of some [`Depth`].
pub trait Sample: Pod + PartialOrd + fmt::Debug + Send + Sync {
    /// The depth this type carries.
    const DEPTH: Depth;

    /// The nearest sample to `value`: ties go to even, values outside the range saturate, NaN is 0
    /// (float32 keeps infinities and NaN).
    fn from_f64(value: f64) -> Self;

    /// This sample as a number; exact for every depth.
    fn to_f64(self) -> f64;
}

macro_rules! integer_sample {
    ($($type:ty => $depth:ident),*) => {$(
        impl Sample for $type {
            const DEPTH: Depth = Depth::$depth;

            #[inline]
            fn from_f64(value: f64) -> Self {
                // `as` saturates and maps NaN to zero.
                value.round_ties_even() as Self
            }

            #[inline]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
        }
    )*};
}

integer_sample!(u8 => U8, u16 => U16, i16 => I16, i32 => I32);

impl Sample for f32 {
    const DEPTH: Depth = Depth::F32;

    #[inline]
    fn from_f64(value: f64) -> Self {
        value as Self
    }

    #[inline]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for depth in Depth::ALL {
            assert_eq!(Depth::parse(depth.name()), Some(depth));
        }
        assert_eq!(Depth::parse("double"), None);
    }

    #[test]
    fn conversion_saturates_and_rounds_half_to_even() {
        assert_eq!(u8::from_f64(2.5), 2);
        assert_eq!(u8::from_f64(3.5), 4);
        assert_eq!(u8::from_f64(3e9), 255);
        assert_eq!(i16::from_f64(-1e9), i16::MIN);
        assert_eq!(i32::from_f64(f64::NAN), 0);
        assert_eq!(f32::from_f64(0.1), 0.1);
    }
}
