//! Tests of sources and sinks through their public surface.

mod atomic; // nothing or everything appears, whatever happens
mod build; // TIFF files made by hand
mod coded; // compressed TIFF files, and samples of all kinds
mod corpus; // a small file of each kind
mod encode; // what is written in other formats, read by others
mod files; // more of them than may be open
#[cfg(unix)] // where files are sparse without being asked
mod giant; // 4.8 gigapixels
mod hostile; // headers that lie
mod pages; // files of several images
mod pyramid; // smaller copies in TIFF files of ours
mod raw; // bare pixels
mod read; // TIFF files of others
mod write; // TIFF files of ours, read by others
