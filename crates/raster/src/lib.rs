//! What an image is in memory.
//!
//! This crate holds the words that every other crate speaks: the [`Depth`] of a sample, the [`Spec`]
//! of an image (its size, channels and depth, checked once so that later products cannot overflow),
//! a [`Region`] of it, strided [`View`]s of pixels, and the [`Border`] rules that define the samples
//! outside. It does no I/O and knows no threads.
//!
//! ```
//! use gigapx_raster::{Border, Depth, Spec};
//!
//! let spec = Spec::new(80_000, 60_000, 1, Depth::U8)?;
//! assert_eq!(spec.bytes(), 4_800_000_000);
//! assert_eq!(Border::Reflect101.map(-2, spec.width), Some(2));
//! # Ok::<(), gigapx_raster::SpecError>(())
//! ```

mod affine;
mod border;
mod buffer;
mod depth;
mod region;
mod spec;
mod stream;
mod view;

pub use affine::Affine;
pub use border::{Border, Span};
pub use buffer::Buffer;
pub use depth::{Depth, Sample};
pub use region::Region;
pub use spec::{Spec, SpecError};
pub use stream::stream_copy;
pub use view::{View, ViewMut};
