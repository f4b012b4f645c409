//! Reading portable maps: those in bytes at any place, those in text as a whole.

use raster::Depth;

use super::{
    header::{Header, Samples},
    text::Text,
};
use crate::{
    ByteOrder, Bytes, Error, Format, Metadata,
    dense::Dense,
    form::{Form, Kind, Meaning},
    reader::Opened,
    whole::Whole,
};

pub(crate) fn opened(bytes: Bytes) -> Result<Opened, Error> {
    let Header { spec, samples, offset } = Header::read(&bytes)?;
    let (format, order) = match samples {
        Samples::Floats { is_big: false } => (Format::Pfm, ByteOrder::Little),
        Samples::Floats { is_big: true } => (Format::Pfm, ByteOrder::Big),
        _ => (Format::Pnm, ByteOrder::Big),
    };
    let metadata = Metadata { byte_order: order, ..Metadata::single(format, &bytes, &spec) };
    let (bits, kind, meaning) = match samples {
        Samples::Digits | Samples::Numbers { .. } => {
            let text = Text::new(spec, samples, offset).checked(&bytes)?;
            return Ok(Opened::new(bytes, Whole::new(spec, metadata, 0, text)));
        }
        Samples::Bits => (1, Kind::Unsigned, Meaning::WhiteIsZero),
        Samples::Bytes if spec.depth == Depth::U8 => (8, Kind::Unsigned, Meaning::Plain),
        Samples::Bytes => (16, Kind::Unsigned, Meaning::Plain),
        Samples::Floats { .. } => (32, Kind::Float, Meaning::Plain),
    };
    let channels = spec.channels as usize;
    let form = Form { bits, kind, meaning, samples: channels, planes: 1, order, depth: spec.depth };
    let is_bottom_up = matches!(samples, Samples::Floats { .. });
    let image = Dense { spec, metadata, form, offset, is_bottom_up }.checked(&bytes)?;
    Ok(Opened::new(bytes, image))
}
