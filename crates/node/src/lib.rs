//! The binding to Node. It converts, and never computes.
//!
//! - `engine`: the process-wide engine.
//! - `environment`: which jobs belong to which Node environment (the main thread, or a worker
//!   thread), so that each environment ends its own jobs and no others.
//! - `image`, `job`, `tiles`: the classes that JavaScript holds.
//! - `filtering`: the methods of an image that filter it.
//! - `operating`: point operations, and images from several.
//! - `measuring`: what images add up to.
//! - `tagging`: what describes an image.
//! - `writing`: several results at once, and what a plan is worth.
//! - `memory`: memory that crosses the border without a copy, in both directions.
//! - `error`: errors as codes; a failed job resolves with one, and the façade throws it.
//! - `types`: plain objects, one a file.
//!
//! Everything is named `Binding*`: users see the façade in `src-ts` alone.

mod engine;
mod environment;
mod error;
mod filtering;
mod image;
mod job;
mod measuring;
mod memory;
mod operating;
mod promise;
mod tagging;
mod target;
mod tiles;
mod types;
mod writing;

use kernels::Isa;
use napi::bindgen_prelude::{Env, Object, Result, Uint8Array};
use napi_derive::napi;

use types::{BindingCounters, BindingVersions};

/// Registers an environment; runs once in each.
#[napi(module_exports)]
pub fn register(_exports: Object, env: Env) -> Result<()> {
    environment::register(&env)
}

/// Threads of the engine.
#[napi]
pub fn concurrency() -> u32 {
    engine::engine().concurrency() as u32
}

/// Sets the threads of the engine.
#[napi]
pub fn set_concurrency(threads: u32) {
    engine::engine().set_concurrency(threads as usize);
}

/// Bytes of working memory that all jobs may use together.
#[napi]
pub fn memory_limit() -> f64 {
    engine::engine().memory_limit() as f64
}

/// Sets the memory limit.
#[napi]
pub fn set_memory_limit(bytes: f64) {
    engine::engine().set_memory_limit(bytes as u64);
}

/// What the engine is doing.
#[napi]
pub fn counters() -> BindingCounters {
    engine::engine().counters().into()
}

/// The instruction set in use.
#[napi]
pub fn simd() -> &'static str {
    Isa::best().name()
}

/// Versions of this binary.
#[napi]
pub fn versions() -> BindingVersions {
    BindingVersions {
        gigapx: env!("CARGO_PKG_VERSION").to_owned(),
        rust: env!("CARGO_PKG_RUST_VERSION").to_owned(),
    }
}

/// Ends the calling environment's jobs and removes their temporary files.
#[napi]
pub fn shutdown(env: Env) {
    environment::shutdown(&env);
}

/// The address of a view's first byte, to prove that memory was not copied.
#[napi]
pub fn address_of(view: Uint8Array) -> f64 {
    view.as_ptr() as usize as f64
}
