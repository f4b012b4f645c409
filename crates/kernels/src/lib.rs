//! Row kernels: slices of samples in, slices of samples out.
//!
//! A kernel knows no images, borders or threads. Each has a scalar version that defines its result
//! and versions for wider instruction sets that reproduce it bit for bit; [`Isa`] names them and is
//! chosen once. Bounds are asserted at the safe entry of each kernel, so that the loops inside need
//! no checks.

pub mod combine;
pub mod extrema;
mod isa;
pub mod point;
mod prefetch;
pub mod rank;
mod ranked;
pub mod resample;
pub mod separable;
pub mod statistics;
pub mod sums;
mod vector;
#[cfg(target_arch = "x86_64")]
mod wide;

pub use isa::Isa;
pub use prefetch::prefetch;
pub use ranked::Ranked;
