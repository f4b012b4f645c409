//! Writing PNM: a header, and rows at their places.

use raster::{Depth, Spec};

use crate::{
    ByteOrder, Destination, Durability, Error, RawSink,
    check::{refuse, valid},
    raw::Form,
};

impl RawSink {
    /// Starts a PNM file: PGM of one channel, PPM of three, PAM of others.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if samples are neither uint8 nor uint16; else as
    /// [`create`](Self::create).
    pub fn pnm(
        destination: impl Into<Destination>,
        spec: Spec,
        durability: Durability,
    ) -> Result<Self, Error> {
        let spec = valid(spec)?;
        let most = match spec.depth {
            Depth::U8 => u32::from(u8::MAX),
            Depth::U16 => u32::from(u16::MAX),
            _ => return Err(refuse("PNM", "uint8 or uint16", &spec)),
        };
        let form = Form { order: ByteOrder::Big, is_bottom_up: false };
        Self::behind(head(&spec, most).as_bytes(), form, destination, spec, durability)
    }
}

fn head(spec: &Spec, most: u32) -> String {
    let Spec { width, height, channels, .. } = spec;
    let kind = match channels {
        1 => return format!("P5\n{width} {height}\n{most}\n"),
        3 => return format!("P6\n{width} {height}\n{most}\n"),
        2 => "TUPLTYPE GRAYSCALE_ALPHA\n",
        4 => "TUPLTYPE RGB_ALPHA\n",
        _ => "",
    };
    format!("P7\nWIDTH {width}\nHEIGHT {height}\nDEPTH {channels}\nMAXVAL {most}\n{kind}ENDHDR\n")
}
