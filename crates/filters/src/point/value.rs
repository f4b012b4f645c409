//! Numbers of point operations.

use crate::ParameterError;

/// A number for all channels, or one for each.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// The same for all.
    All(f64),
    /// As many as there are channels.
    Each(Vec<f64>),
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::All(value)
    }
}

/// What an image is combined with.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// The second input.
    Image,
    /// Numbers.
    Constant(Value),
}

impl Value {
    /// Its numbers: one, or one for each channel.
    pub(super) fn numbers(&self) -> &[f64] {
        match self {
            Self::All(value) => std::slice::from_ref(value),
            Self::Each(values) => values,
        }
    }

    /// What a function makes of these numbers and others.
    pub(super) fn with(&self, other: &Self, function: impl Fn(f64, f64) -> f64) -> Self {
        let (a, b) = (self.numbers(), other.numbers());
        if let (Self::All(a), Self::All(b)) = (self, other) {
            return Self::All(function(*a, *b));
        }
        let at = |index: usize| function(a[index % a.len()], b[index % b.len()]);
        Self::Each((0..a.len().max(b.len())).map(at).collect())
    }

    /// Whether it is that number for every channel.
    pub(super) fn is(&self, number: f64) -> bool {
        self.numbers().iter().all(|&value| value == number)
    }

    /// Its numbers, if they are numbers of that kind for that many channels.
    pub(super) fn check(
        &self,
        parameter: &'static str,
        channels: u32,
        kind: &str,
        fits: impl Fn(f64) -> bool,
    ) -> Result<&[f64], ParameterError> {
        let numbers = self.numbers();
        if let Self::Each(values) = self
            && values.len() != channels as usize
        {
            let expected = format!("a number, or one for each of {channels} channels,");
            let received = format!("{} numbers", values.len());
            return Err(ParameterError::new(parameter, expected, received));
        }
        match numbers.iter().find(|&&value| !fits(value)) {
            Some(value) => Err(ParameterError::new(parameter, kind, value)),
            None => Ok(numbers),
        }
    }

    /// Its numbers, if they are finite and for that many channels.
    pub(super) fn finite(
        &self,
        parameter: &'static str,
        channels: u32,
    ) -> Result<&[f64], ParameterError> {
        self.check(parameter, channels, "a finite number", f64::is_finite)
    }
}
