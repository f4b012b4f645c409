use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;

use crate::error::BindingError;
use crate::image::BindingImage;

/// How a job ended.
#[napi(object, object_from_js = false)]
pub struct BindingOutcome {
    pub error: Option<BindingError>,
}

/// The pixels of a job, or why there are none.
#[napi(object, object_from_js = false)]
pub struct BindingPixels {
    pub data: Option<Uint8Array>,
    pub error: Option<BindingError>,
}

/// An opened image, or why it is none.
#[napi(object, object_from_js = false)]
pub struct BindingOpened {
    pub image: Option<BindingImage>,
    pub error: Option<BindingError>,
}

fn lost() -> Option<BindingError> {
    Some(BindingError::internal("the job ended without a result"))
}

impl BindingOutcome {
    pub(crate) fn lost() -> Self {
        Self { error: lost() }
    }
}

impl From<Result<(), pipeline::Error>> for BindingOutcome {
    fn from(result: Result<(), pipeline::Error>) -> Self {
        Self { error: result.err().map(BindingError::from) }
    }
}

impl BindingPixels {
    pub(crate) fn lost() -> Self {
        Self { data: None, error: lost() }
    }
}

impl BindingOpened {
    pub(crate) fn new(image: BindingImage) -> Self {
        Self { image: Some(image), error: None }
    }

    pub(crate) fn failed(error: BindingError) -> Self {
        Self { image: None, error: Some(error) }
    }

    pub(crate) fn lost() -> Self {
        Self { image: None, error: lost() }
    }
}
