//! Errors as codes. The façade makes `GigapxError`s of them, with a stack of its own.

use std::path::Path;

use napi_derive::napi;

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

pub(crate) fn invalid_argument(message: impl ToString) -> Thrown {
    Thrown::new("ERR_INVALID_ARGUMENT", message.to_string())
}

pub(crate) fn thrown_store(error: &store::Error) -> Thrown {
    Thrown::new(store_code(error), error.to_string())
}

pub(crate) fn thrown_pipeline(error: &pipeline::Error) -> Thrown {
    Thrown::new(pipeline_code(error), error.to_string())
}

const fn store_code(error: &store::Error) -> &'static str {
    match error {
        store::Error::Corrupt { .. } => "ERR_CORRUPT_INPUT",
        store::Error::Unsupported(_) => "ERR_UNSUPPORTED",
        store::Error::Io { .. } => "ERR_IO",
        store::Error::NoSpace { .. } => "ERR_NO_SPACE",
        store::Error::SourceChanged { .. } => "ERR_SOURCE_CHANGED",
        store::Error::TooLarge { .. } => "ERR_BUFFER_TOO_LARGE",
        store::Error::InvalidArgument(_) => "ERR_INVALID_ARGUMENT",
    }
}

fn pipeline_code(error: &pipeline::Error) -> &'static str {
    match error {
        pipeline::Error::Store(inner) => store_code(inner),
        pipeline::Error::Cancelled => "ABORTED",
        pipeline::Error::MemoryLimit { .. } => "ERR_MEMORY_LIMIT",
        pipeline::Error::Internal(_) => "ERR_INTERNAL",
    }
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
        let text = |path: &Path| Some(path.to_string_lossy().into_owned());
        let plain = Self::new(store_code(error), error.to_string());
        match error {
            store::Error::Corrupt { path, .. } => {
                Self { path: path.as_deref().and_then(text), ..plain }
            }
            store::Error::Io { source, syscall, path } => Self {
                errno: source.raw_os_error().map(|errno| -errno),
                syscall: Some((*syscall).to_owned()),
                path: text(path),
                ..plain
            },
            store::Error::NoSpace { path, syscall } => {
                Self { syscall: Some((*syscall).to_owned()), path: text(path), ..plain }
            }
            store::Error::SourceChanged { path } => Self { path: text(path), ..plain },
            store::Error::Unsupported(_)
            | store::Error::TooLarge { .. }
            | store::Error::InvalidArgument(_) => plain,
        }
    }
}

impl From<store::Error> for BindingError {
    fn from(error: store::Error) -> Self {
        Self::from(&error)
    }
}

impl From<pipeline::Error> for BindingError {
    fn from(error: pipeline::Error) -> Self {
        match &error {
            pipeline::Error::Store(inner) => Self::from(&**inner),
            other => Self::new(pipeline_code(other), other.to_string()),
        }
    }
}
