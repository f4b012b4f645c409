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

    /// As [`from_f64`](Self::from_f64), in a form that compilers turn into vectors.
    fn from_f32(value: f32) -> Self;

    /// The nearest sample to `value`: saturates, where the depth is narrower.
    fn from_i16(value: i16) -> Self;

    /// This sample as a number; exact for every depth.
    fn to_f64(self) -> f64;

    /// This sample as a float32: exact for depths of up to 16 bits and float32.
    fn to_f32(self) -> f32;

    /// This sample as an integer: exact for integers, the nearest for float32.
    fn to_i32(self) -> i32;
}

/// The nearest integer within bounds that the float type holds exactly, NaN as 0. Written as a chain
/// of selections and one conversion, where `as` would test each of its special cases.
macro_rules! round_within {
    ($value:expr, $low:expr, $high:expr, $integer:ty) => {{
        let value = if $value == $value { $value } else { 0.0 };
        let value = if value > $low { value } else { $low };
        let value = if value < $high { value } else { $high };
        // SAFETY: the value is not NaN and lies within the integer's range.
        unsafe { value.round_ties_even().to_int_unchecked::<$integer>() }
    }};
}

macro_rules! integer_sample {
    ($($type:ty => $depth:ident),*) => {$(
        impl Sample for $type {
            const DEPTH: Depth = Depth::$depth;

            #[inline]
            fn from_f64(value: f64) -> Self {
                const LOW: f64 = <$type>::MIN as f64;
                const HIGH: f64 = <$type>::MAX as f64;
                round_within!(value, LOW, HIGH, i32) as Self
            }

            #[inline]
            fn from_f32(value: f32) -> Self {
                const LOW: f32 = <$type>::MIN as f32;
                const HIGH: f32 = <$type>::MAX as f32;
                if size_of::<$type>() == 4 {
                    // The largest int32 is no float32.
                    return value.round_ties_even() as Self;
                }
                round_within!(value, LOW, HIGH, i32) as Self
            }

            #[inline]
            fn from_i16(value: i16) -> Self {
                const LOW: i16 = if <$type>::MIN == 0 { 0 } else { i16::MIN };
                const HIGH: i16 = if size_of::<$type>() == 1 { u8::MAX as i16 } else { i16::MAX };
                value.clamp(LOW, HIGH) as Self
            }

            #[inline]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }

            #[inline]
            fn to_f32(self) -> f32 {
                self as f32
            }

            #[inline]
            fn to_i32(self) -> i32 {
                i32::from(self)
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
    fn from_f32(value: f32) -> Self {
        value
    }

    #[inline]
    fn from_i16(value: i16) -> Self {
        value.into()
    }

    #[inline]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }

    #[inline]
    fn to_f32(self) -> f32 {
        self
    }

    #[inline]
    fn to_i32(self) -> i32 {
        i32::from_f32(self)
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

    #[test]
    fn both_conversions_agree() {
        let values =
            [0.5f32, 1.5, -0.5, 254.5, 255.5, 65_534.5, -32_768.5, 32_766.5, 1e9, -1e9, 3e9];
        for value in values.into_iter().chain([-3e9, f32::NAN, f32::INFINITY, f32::NEG_INFINITY]) {
            let wide = f64::from(value);
            assert_eq!(u8::from_f32(value), u8::from_f64(wide));
            assert_eq!(u16::from_f32(value), u16::from_f64(wide));
            assert_eq!(i16::from_f32(value), i16::from_f64(wide));
            assert_eq!(i32::from_f32(value), i32::from_f64(wide));
            assert_eq!(i16::from_f64(wide), wide.round_ties_even() as i16);
        }
        for value in [i16::MIN, -1, 0, 255, 256, i16::MAX] {
            let wide = f64::from(value);
            assert_eq!(u8::from_i16(value), u8::from_f64(wide));
            assert_eq!(u16::from_i16(value), u16::from_f64(wide));
            assert_eq!(i16::from_i16(value), value);
            assert_eq!(f32::from_i16(value), f32::from_f64(wide));
        }
    }
}
