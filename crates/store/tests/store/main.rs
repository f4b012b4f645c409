//! Tests of sources and sinks through their public surface.

mod atomic; // nothing or everything appears, whatever happens
mod build; // TIFF files made by hand
mod coded; // compressed TIFF files, and samples of all kinds
mod corpus; // a small file of each kind
mod deepzoom; // tiles for viewers
mod encode; // what is written in other formats, read by others
mod files; // more of them than may be open
mod foreign; // formats of the image crate, JPEG and WebP
#[cfg(unix)] // where files are sparse without being asked
mod giant; // 4.8 gigapixels
mod hostile; // headers that lie
mod hostile_formats; // files of other formats that are cut or changed
mod maps; // portable maps and NumPy arrays
mod pages; // files of several images
mod png; // PNG files, also interlaced ones
mod pyramid; // smaller copies in TIFF files of ours
mod raw; // bare pixels
mod read; // TIFF files of others
mod tags; // what describes an image
mod write; // TIFF files of ours, read by others
