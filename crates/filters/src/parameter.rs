//! Checks of parameters that several filters share.

use crate::ParameterError;

/// The most taps that a kernel may have along an axis.
pub(crate) const MAX_TAPS: u32 = 32_767;

/// A finite number.
pub(crate) fn finite(parameter: &'static str, value: f64) -> Result<(), ParameterError> {
    if value.is_finite() {
        Ok(())
    } else {
        Err(ParameterError::new(parameter, "a finite number", value))
    }
}

/// One to [`MAX_TAPS`] finite taps.
pub(crate) fn taps(parameter: &'static str, taps: &[f64]) -> Result<(), ParameterError> {
    if taps.is_empty() || taps.len() > MAX_TAPS as usize {
        let expected = format!("1 to {MAX_TAPS} taps");
        return Err(ParameterError::new(parameter, expected, taps.len()));
    }
    taps.iter().try_for_each(|&tap| finite(parameter, tap))
}
