//! The one engine of the process, shared by all environments.

use std::sync::LazyLock;

use pipeline::Engine;

/// The engine. Its threads start with the first job; as many as the environment variable
/// `GIGAPX_THREADS` says, or as the system grants this process.
pub(crate) fn engine() -> &'static Engine {
    static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new(default_threads()));
    &ENGINE
}

fn default_threads() -> usize {
    let asked = std::env::var("GIGAPX_THREADS").ok().and_then(|value| value.parse().ok());
    asked
        .filter(|&threads| threads > 0)
        .or_else(|| std::thread::available_parallelism().ok().map(Into::into))
        .unwrap_or(1)
}
