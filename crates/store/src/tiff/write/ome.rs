//! What OME-TIFF says of an image, in XML.

use raster::{Depth, Spec};

const SCHEMA: &str = "http://www.openmicroscopy.org/Schemas/OME/2016-06";

/// The description of a file with this image: one plane, whose channels are the samples of a pixel.
pub(super) fn description(spec: &Spec) -> String {
    let Spec { width, height, channels, depth } = *spec;
    let kind = match depth {
        Depth::U8 => "uint8",
        Depth::U16 => "uint16",
        Depth::I16 => "int16",
        Depth::I32 => "int32",
        Depth::F32 => "float",
    };
    let big_endian = cfg!(target_endian = "big");
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><OME xmlns="{SCHEMA}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="{SCHEMA} {SCHEMA}/ome.xsd" Creator="gigapx"><Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYCZT" Type="{kind}" SizeX="{width}" SizeY="{height}" SizeC="{channels}" SizeZ="1" SizeT="1" Interleaved="true" BigEndian="{big_endian}"><Channel ID="Channel:0:0" SamplesPerPixel="{channels}"/><TiffData IFD="0" PlaneCount="1"/></Pixels></Image></OME>"#
    )
}
