//! What is wrong with a filter's parameters.

use thiserror::Error;

/// A parameter that the filter cannot take.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("expected {expected} for {parameter} but received {received}")]
pub struct ParameterError {
    /// The parameter, as users write it.
    pub parameter: &'static str,
    /// What it may be.
    pub expected: String,
    /// What it was.
    pub received: String,
}

impl ParameterError {
    pub(crate) fn new(
        parameter: &'static str,
        expected: impl Into<String>,
        received: impl std::fmt::Display,
    ) -> Self {
        Self { parameter, expected: expected.into(), received: received.to_string() }
    }
}
