//! float32 and float64 under one name.

/// A float that rounds once an operation.
pub trait Real: Copy {
    /// Whether this is float32.
    const SINGLE: bool;

    /// The nearest to a number.
    fn of(value: f64) -> Self;

    /// This as float64, exactly.
    fn to_f64(self) -> f64;

    /// `self * b + c`, rounded once.
    #[must_use]
    fn fma(self, b: Self, c: Self) -> Self;

    /// `self + b`.
    #[must_use]
    fn plus(self, b: Self) -> Self;

    /// `self - b`.
    #[must_use]
    fn minus(self, b: Self) -> Self;

    /// `self * b`.
    #[must_use]
    fn times(self, b: Self) -> Self;

    /// The square root.
    #[must_use]
    fn root(self) -> Self;
}

macro_rules! real {
    ($($type:ty: $single:literal),*) => {$(
        impl Real for $type {
            const SINGLE: bool = $single;

            fn of(value: f64) -> Self {
                value as Self
            }

            fn to_f64(self) -> f64 {
                f64::from(self)
            }

            fn fma(self, b: Self, c: Self) -> Self {
                self.mul_add(b, c)
            }

            fn plus(self, b: Self) -> Self {
                self + b
            }

            fn minus(self, b: Self) -> Self {
                self - b
            }

            fn times(self, b: Self) -> Self {
                self * b
            }

            fn root(self) -> Self {
                self.sqrt()
            }
        }
    )*};
}

real!(f32: true, f64: false);
