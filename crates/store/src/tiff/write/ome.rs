//! What OME-TIFF says of an image, in XML.

use raster::{Depth, Spec};

use crate::{PixelSize, Tags, tags::escaped};

const SCHEMA: &str = "http://www.openmicroscopy.org/Schemas/OME/2016-06";

/// The description of a file with this image: one plane, whose channels are the samples of a pixel. Of
/// what is known beside, it says how large pixels are, what people say of the image and, of one channel,
/// its name.
pub(super) fn description(spec: &Spec, tags: &Tags) -> String {
    let Spec { width, height, channels, depth } = *spec;
    let kind = match depth {
        Depth::U8 => "uint8",
        Depth::U16 => "uint16",
        Depth::I16 => "int16",
        Depth::I32 => "int32",
        Depth::F32 => "float",
    };
    let big_endian = cfg!(target_endian = "big");
    let text = tags.description.as_deref();
    let text =
        text.map_or(String::new(), |text| format!("<Description>{}</Description>", escaped(text)));
    let size = pixel_size(tags).map_or(String::new(), |PixelSize { x, y }| {
        format!(
            r#" PhysicalSizeX="{x}" PhysicalSizeXUnit="µm" PhysicalSizeY="{y}" PhysicalSizeYUnit="µm""#
        )
    });
    let name = tags.ome.as_ref().and_then(|ome| ome.channel.as_deref());
    let name = name.map_or(String::new(), |name| format!(r#" Name="{}""#, escaped(name)));
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><OME xmlns="{SCHEMA}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="{SCHEMA} {SCHEMA}/ome.xsd" Creator="gigapx"><Image ID="Image:0">{text}<Pixels ID="Pixels:0" DimensionOrder="XYCZT" Type="{kind}" SizeX="{width}" SizeY="{height}" SizeC="{channels}" SizeZ="1" SizeT="1"{size} Interleaved="true" BigEndian="{big_endian}"><Channel ID="Channel:0:0"{name} SamplesPerPixel="{channels}"/><TiffData IFD="0" PlaneCount="1"/></Pixels></Image></OME>"#
    )
}

/// The size of a pixel, which OME-XML has said, or the resolution says.
fn pixel_size(tags: &Tags) -> Option<PixelSize> {
    let said = tags.ome.as_ref().and_then(|ome| ome.pixel_size);
    said.or_else(|| {
        let resolution = tags.resolution?;
        let length = resolution.unit.micrometres()?;
        Some(PixelSize { x: length / resolution.x, y: length / resolution.y })
    })
}
