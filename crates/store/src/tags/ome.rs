//! What OME-XML says that is so of other images too.

use raster::Affine;

use super::xml::{attribute, element, elements};

/// What OME-XML says. Its document describes one file, with the shape of its images and where their
/// pixels are, so it is carried nowhere; what else it says of an image is.
#[derive(Clone, Debug, PartialEq)]
pub struct Ome {
    /// The document.
    pub xml: String,
    /// How large pixels of its first image are.
    pub pixel_size: Option<PixelSize>,
    /// The name of the channel, if the image has one only.
    pub channel: Option<String>,
}

/// The sides of a pixel in micrometres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PixelSize {
    /// Across.
    pub x: f64,
    /// Down.
    pub y: f64,
}

impl Ome {
    /// What a text says; `None` if it is no OME-XML.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        element(text, "OME")?;
        let pixels = element(text, "Pixels");
        let mut channels = elements(text, "Channel");
        let channel = match (channels.next(), channels.next()) {
            (Some(channel), None) => attribute(channel, "Name"),
            _ => None,
        };
        Some(Self { xml: text.to_owned(), pixel_size: pixels.and_then(PixelSize::parse), channel })
    }

    pub(super) fn moved(self, affine: &Affine) -> Self {
        Self { pixel_size: self.pixel_size.and_then(|size| size.moved(affine)), ..self }
    }
}

impl PixelSize {
    fn parse(pixels: &str) -> Option<Self> {
        let side = |axis: &str| {
            let number: f64 = attribute(pixels, axis)?.trim().parse().ok()?;
            let unit = attribute(pixels, &format!("{axis}Unit"));
            let side = number * micrometres(unit.as_deref().unwrap_or("µm"))?;
            (side.is_finite() && side > 0.0).then_some(side)
        };
        Some(Self { x: side("PhysicalSizeX")?, y: side("PhysicalSizeY")? })
    }

    fn moved(self, affine: &Affine) -> Option<Self> {
        let (columns, rows, turns) = affine.steps()?;
        let (x, y) = if turns { (self.y, self.x) } else { (self.x, self.y) };
        Some(Self { x: x * columns, y: y * rows })
    }
}

/// The micrometres of a unit of OME's.
fn micrometres(unit: &str) -> Option<f64> {
    Some(match unit {
        "m" => 1e6,
        "dm" => 1e5,
        "cm" => 1e4,
        "mm" => 1e3,
        // The sign for micro, and the letter mu.
        "\u{b5}m" | "\u{3bc}m" => 1.0,
        "nm" => 1e-3,
        "\u{c5}" => 1e-4,
        "pm" => 1e-6,
        "in" => 25_400.0,
        "ft" => 304_800.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pixels: &str) -> Option<PixelSize> {
        Ome::parse(&format!("<OME><Image><Pixels {pixels}/></Image></OME>")).unwrap().pixel_size
    }

    #[test]
    fn pixels_are_measured_in_micrometres() {
        let size = |x, y| Some(PixelSize { x, y });
        assert_eq!(parse("PhysicalSizeX='0.25' PhysicalSizeY='0.5'"), size(0.25, 0.5));
        let units = "PhysicalSizeXUnit='mm' PhysicalSizeYUnit='nm'";
        assert_eq!(
            parse(&format!("PhysicalSizeX='2' PhysicalSizeY='500' {units}")),
            size(2e3, 0.5)
        );
        for broken in [
            "PhysicalSizeX='1'",
            "PhysicalSizeX='1' PhysicalSizeY='0'",
            "PhysicalSizeX='1' PhysicalSizeY='NaN'",
            "PhysicalSizeX='1' PhysicalSizeY='1' PhysicalSizeXUnit='pixel'",
        ] {
            assert_eq!(parse(broken), None, "{broken}");
        }
    }

    #[test]
    fn one_channel_has_a_name_and_several_have_not() {
        let channel = |text: &str| Ome::parse(text).unwrap().channel;
        assert_eq!(channel("<OME><Channel Name='DAPI'/></OME>").as_deref(), Some("DAPI"));
        assert_eq!(channel("<OME><Channel Name='a'/><Channel Name='b'/></OME>"), None);
        assert_eq!(Ome::parse("a <b> c"), None);
    }
}
