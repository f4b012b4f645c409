//! The one engine of the process and its files, shared by all environments.

use std::sync::LazyLock;

use pipeline::Engine;
use store::Files;

/// The engine. Its threads start with the first job; as many as the environment variable
/// `GIGAPX_THREADS` says, or as the system grants this process.
pub(crate) fn engine() -> &'static Engine {
    static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new(default_threads()));
    &ENGINE
}

/// The files of all images, of which some are open.
pub(crate) fn files() -> &'static Files {
    static FILES: LazyLock<Files> = LazyLock::new(Files::default);
    &FILES
}

fn default_threads() -> usize {
    let asked = std::env::var("GIGAPX_THREADS").ok().and_then(|value| value.parse().ok());
    asked
        .filter(|&threads| threads > 0)
        .or_else(|| std::thread::available_parallelism().ok().map(Into::into))
        .unwrap_or(1)
}
