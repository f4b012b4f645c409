//! Writing NPY: a header, and rows at their places.

use raster::{Depth, Spec};

use crate::{ByteOrder, Destination, Durability, Error, RawSink, check::valid, raw::Form};

/// Samples start at a multiple of this.
const ALIGNMENT: usize = 64;

impl RawSink {
    /// Starts an NPY file: an array of rows, columns and, if there are several, channels, in the byte
    /// order of this machine.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn npy(
        destination: impl Into<Destination>,
        spec: Spec,
        durability: Durability,
    ) -> Result<Self, Error> {
        let spec = valid(spec)?;
        let form = Form { order: ByteOrder::NATIVE, is_bottom_up: false };
        Self::behind(&head(&spec), form, destination, spec, durability)
    }
}

fn head(spec: &Spec) -> Vec<u8> {
    let Spec { width, height, channels, depth } = spec;
    let order = match (depth, ByteOrder::NATIVE) {
        (Depth::U8, _) => '|',
        (_, ByteOrder::Little) => '<',
        (_, ByteOrder::Big) => '>',
    };
    let kind = match depth {
        Depth::U8 | Depth::U16 => 'u',
        Depth::I16 | Depth::I32 => 'i',
        Depth::F32 => 'f',
    };
    let shape = match channels {
        1 => format!("{height}, {width}"),
        _ => format!("{height}, {width}, {channels}"),
    };
    let mut text = format!(
        "{{'descr': '{order}{kind}{}', 'fortran_order': False, 'shape': ({shape}), }}",
        depth.bytes()
    );
    // The magic bytes and the version, and the length of the text.
    let before = 8 + size_of::<u16>();
    while !(before + text.len() + 1).is_multiple_of(ALIGNMENT) {
        text.push(' ');
    }
    text.push('\n');
    // Three numbers of at most 20 digits each.
    let len = (text.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00".as_slice(), &len, text.as_bytes()].concat()
}
