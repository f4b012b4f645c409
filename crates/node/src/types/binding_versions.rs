use napi_derive::napi;

/// Versions of the native binary.
#[napi(object)]
pub struct BindingVersions {
    pub gigapx: String,
    /// The least Rust that builds it.
    pub rust: String,
}
