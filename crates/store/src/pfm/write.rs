//! Writing PFM: a header, and rows at their places.

use raster::{Depth, Spec};

use crate::{
    ByteOrder, Destination, Durability, Error, RawSink,
    check::{refuse, valid},
    raw::Form,
};

impl RawSink {
    /// Starts a PFM file, in the byte order of this machine.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if the image has not one or three channels of float32; else as
    /// [`create`](Self::create).
    pub fn pfm(
        destination: impl Into<Destination>,
        spec: Spec,
        durability: Durability,
    ) -> Result<Self, Error> {
        let spec = valid(spec)?;
        let kind = match (spec.depth, spec.channels) {
            (Depth::F32, 1) => "Pf",
            (Depth::F32, 3) => "PF",
            _ => return Err(refuse("PFM", "1 or 3 channels of float32", &spec)),
        };
        let form = Form { order: ByteOrder::NATIVE, is_bottom_up: true };
        Self::behind(head(kind, &spec).as_bytes(), form, destination, spec, durability)
    }
}

/// The header. The sign of the number is the byte order, and its zeros have samples start at a multiple
/// of their size, where a mapping of the file can lend them.
fn head(kind: &str, spec: &Spec) -> String {
    let sign = match ByteOrder::NATIVE {
        ByteOrder::Little => "-",
        ByteOrder::Big => "",
    };
    let mut head = format!("{kind}\n{} {}\n{sign}1.0", spec.width, spec.height);
    while !(head.len() + 1).is_multiple_of(size_of::<f32>()) {
        head.push('0');
    }
    head + "\n"
}
