//! Errors as codes. The façade makes `GigapxError`s of them, with a stack of its own.

use filters::ParameterError;
use napi_derive::napi;
use raster::SpecError;

/// Why a job failed.
#[napi(object)]
#[derive(Clone, Debug)]
pub struct BindingError {
    /// A stable code, `ERR_*`, or `ABORTED` for a cancelled job.
    pub code: String,
    /// For people.
    pub message: String,
    /// The system's number, negative as in Node, for errors of I/O.
    pub errno: Option<i32>,
    /// The system call that failed.
    pub syscall: Option<String>,
    /// The file it failed on.
    pub path: Option<String>,
}

/// An error thrown at the call, with a code.
pub(crate) type Thrown = napi::Error<&'static str>;

pub(crate) fn invalid_argument(message: impl Into<String>) -> Thrown {
    Thrown::new("ERR_INVALID_ARGUMENT", message.into())
}

impl BindingError {
    fn new(code: &str, message: String) -> Self {
        Self { code: code.to_owned(), message, errno: None, syscall: None, path: None }
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new("ERR_INTERNAL", message.into())
    }
}

impl From<&store::Error> for BindingError {
    fn from(error: &store::Error) -> Self {
        let text = |path: &std::path::Path| Some(path.to_string_lossy().into_owned());
        let message = error.to_string();
        match error {
            store::Error::Corrupt { path, .. } => Self {
                path: path.as_deref().and_then(text),
                ..Self::new("ERR_CORRUPT_INPUT", message)
            },
            store::Error::Unsupported(_) => Self::new("ERR_UNSUPPORTED", message),
            store::Error::Io { source, syscall, path } => Self {
                errno: source.raw_os_error().map(|errno| -errno),
                syscall: Some((*syscall).to_owned()),
                path: text(path),
                ..Self::new("ERR_IO", message)
            },
            store::Error::NoSpace { path, syscall } => Self {
                syscall: Some((*syscall).to_owned()),
                path: text(path),
                ..Self::new("ERR_NO_SPACE", message)
            },
            store::Error::SourceChanged { path } => {
                Self { path: text(path), ..Self::new("ERR_SOURCE_CHANGED", message) }
            }
            store::Error::InvalidArgument(_) => Self::new("ERR_INVALID_ARGUMENT", message),
        }
    }
}

impl From<pipeline::Error> for BindingError {
    fn from(error: pipeline::Error) -> Self {
        match &error {
            pipeline::Error::Store(inner) => Self::from(&**inner),
            pipeline::Error::Cancelled => Self::new("ABORTED", error.to_string()),
            pipeline::Error::MemoryLimit { .. } => Self::new("ERR_MEMORY_LIMIT", error.to_string()),
            pipeline::Error::Internal(_) => Self::internal(error.to_string()),
        }
    }
}

impl From<store::Error> for BindingError {
    fn from(error: store::Error) -> Self {
        Self::from(&error)
    }
}

pub(crate) fn thrown_parameter(error: &ParameterError) -> Thrown {
    invalid_argument(error.to_string())
}

pub(crate) fn thrown_spec(error: &SpecError) -> Thrown {
    invalid_argument(error.to_string())
}

pub(crate) fn thrown_store(error: &store::Error) -> Thrown {
    let code = match error {
        store::Error::Corrupt { .. } => "ERR_CORRUPT_INPUT",
        store::Error::Unsupported(_) => "ERR_UNSUPPORTED",
        _ => "ERR_INVALID_ARGUMENT",
    };
    Thrown::new(code, error.to_string())
}
