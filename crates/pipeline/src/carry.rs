//! What of a source's description is so of what is made of it.
//!
//! Pixels that have moved are elsewhere, a colour profile is for as many channels as it names, and what
//! stands for no sample does so at its own depth.

use raster::Spec;
use store::{Geo, Tags, icc_fits};

use crate::Image;
use crate::image::Kind;

/// A part of a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The ICC profile.
    Icc,
    /// Pixels for a length.
    Resolution,
    /// XMP, as it is.
    Xmp,
    /// What people say.
    Description,
    /// What OME-XML says of any image.
    Ome,
    /// Where on earth it is.
    Geo,
    /// Camera or scanner, date, artist and copyright.
    Origin,
}

impl Part {
    /// Every part.
    pub const ALL: [Self; 7] = [
        Self::Icc,
        Self::Resolution,
        Self::Xmp,
        Self::Description,
        Self::Ome,
        Self::Geo,
        Self::Origin,
    ];

    /// The name users see.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Icc => "icc",
            Self::Resolution => "resolution",
            Self::Xmp => "xmp",
            Self::Description => "description",
            Self::Ome => "ome",
            Self::Geo => "geo",
            Self::Origin => "origin",
        }
    }

    /// Whether a description has it.
    pub const fn is_in(self, tags: &Tags) -> bool {
        match self {
            Self::Icc => tags.icc.is_some(),
            Self::Resolution => tags.resolution.is_some(),
            Self::Xmp => tags.xmp.is_some(),
            Self::Description => tags.description.is_some(),
            Self::Ome => tags.ome.is_some(),
            Self::Geo => tags.geo.is_some(),
            Self::Origin => {
                let origin = &tags.origin;
                origin.make.is_some()
                    || origin.model.is_some()
                    || origin.software.is_some()
                    || origin.date.is_some()
                    || origin.artist.is_some()
                    || origin.copyright.is_some()
            }
        }
    }

    fn copy(self, from: &Tags, to: &mut Tags) {
        match self {
            Self::Icc => to.icc.clone_from(&from.icc),
            Self::Resolution => to.resolution = from.resolution,
            Self::Xmp => to.xmp.clone_from(&from.xmp),
            Self::Description => to.description.clone_from(&from.description),
            Self::Ome => to.ome.clone_from(&from.ome),
            Self::Geo => to.geo.clone_from(&from.geo),
            Self::Origin => to.origin.clone_from(&from.origin),
        }
    }
}

impl Image {
    /// What describes the image: all that its [source](Self::source) says and that is so of the image too.
    ///
    /// # Errors
    /// [`store::Error`] if the source's file cannot be read.
    pub fn tags(&self) -> Result<Tags, store::Error> {
        let tags = self.source().tags()?;
        Ok(if self.is_source() { tags } else { self.carried(tags) })
    }

    /// What is `given`, and beside it these parts of what [`tags`](Self::tags) says.
    ///
    /// # Errors
    /// As [`tags`](Self::tags). If `is_strict`, [`store::Error::InvalidArgument`] if the source has one of
    /// the parts, it is not so of the image, and another is not given.
    pub fn described(
        &self,
        parts: &[Part],
        is_strict: bool,
        given: Tags,
    ) -> Result<Tags, store::Error> {
        let is_needed = |part: &Part| *part == Part::Origin || !part.is_in(&given);
        let parts: Vec<Part> = parts.iter().copied().filter(is_needed).collect();
        Ok(self.parts(&parts, is_strict)?.replaced(given))
    }

    /// Of what [`tags`](Self::tags) says, these parts.
    fn parts(&self, parts: &[Part], is_strict: bool) -> Result<Tags, store::Error> {
        if parts.is_empty() {
            return Ok(Tags::default());
        }
        let found = self.source().tags()?;
        let lost = |tags: &Tags| {
            parts.iter().copied().find(|part| part.is_in(&found) && !part.is_in(tags))
        };
        let carried = if self.is_source() {
            fitting(found.clone(), self.spec())
        } else {
            self.carried(found.clone())
        };
        if let Some(part) = lost(&carried).filter(|_| is_strict) {
            return Err(self.refusal(part));
        }
        let mut kept = Tags::default();
        for part in parts {
            part.copy(&carried, &mut kept);
        }
        Ok(kept)
    }

    fn is_source(&self) -> bool {
        matches!(self.node().kind, Kind::Source(_))
    }

    /// What a source says, as far as it is so of this image.
    fn carried(&self, tags: Tags) -> Tags {
        let tags = if let Some(placement) = self.placement() {
            let moved = tags.moved(&placement.affine);
            if placement.is_joined { Tags { geo: None, ..moved } } else { moved }
        } else {
            let ome = tags.ome.map(|ome| store::Ome { pixel_size: None, ..ome });
            Tags { resolution: None, geo: None, ome, ..tags }
        };
        let (source, spec) = (self.source().spec(), self.spec());
        let is_deep = source.depth == spec.depth;
        let has_all = source.channels == spec.channels;
        let geo = tags.geo.map(|geo| Geo {
            nodata: geo.nodata.filter(|_| is_deep),
            metadata: geo.metadata.filter(|_| is_deep && has_all).and_then(|xml| unmeasured(&xml)),
            ..geo
        });
        let ome = tags.ome.map(|ome| {
            let channel = ome.channel.clone().filter(|_| has_all);
            store::Ome { channel, ..ome }
        });
        fitting(Tags { geo, ome, ..tags }, spec)
    }

    fn refusal(&self, part: Part) -> store::Error {
        let reason = match part {
            Part::Icc => {
                format!("the profile is not for images of {} channels", self.spec().channels)
            }
            _ => "pixels are not where the source has them".to_owned(),
        };
        let name = part.name();
        store::Error::InvalidArgument(format!(
            "'{name}' cannot be kept: {reason}; leave it out, or give it in tags"
        ))
    }
}

/// Tags without a profile that is for other channels.
fn fitting(tags: Tags, spec: &Spec) -> Tags {
    Tags { icc: tags.icc.filter(|icc| icc_fits(icc, spec.channels)), ..tags }
}

/// GDAL's items but those that were measured on the pixels, which may be others now; `None` if none is
/// left.
fn unmeasured(xml: &str) -> Option<String> {
    const ITEM: &str = "<Item ";
    let mut parts = xml.split(ITEM);
    let mut kept = parts.next().unwrap_or_default().to_owned();
    let mut count = 0;
    for part in parts {
        let end = part.find("</Item>").map_or(part.len(), |end| end + "</Item>".len());
        let is_measured = part[..end].contains("\"STATISTICS_");
        if !is_measured {
            count += 1;
            kept.push_str(ITEM);
        }
        kept.push_str(if is_measured { &part[end..] } else { part });
    }
    (count > 0).then_some(kept)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use filters::point::{Cast, ExtractChannel};
    use filters::{GeometryRecipe, Join, PointRecipe, Turn};
    use kernels::Isa;
    use raster::{Depth, Region, View, ViewMut};
    use store::{
        Error, Keys, Metadata, Model, Ome, Origin, PixelSize, Place, RawLayout, Resolution, Source,
        Unit, from_memory,
    };

    use super::*;

    /// Zeros that are described.
    struct Described {
        pixels: Arc<dyn Source>,
        tags: Tags,
    }

    impl Source for Described {
        fn spec(&self) -> &Spec {
            self.pixels.spec()
        }
        fn metadata(&self) -> &Metadata {
            self.pixels.metadata()
        }
        fn tags(&self) -> Result<Tags, Error> {
            Ok(self.tags.clone())
        }
        fn view(&self, region: &Region) -> Option<View<'_>> {
            self.pixels.view(region)
        }
        fn read(&self, region: &Region, out: &mut ViewMut<'_>) -> Result<(), Error> {
            self.pixels.read(region, out)
        }
        fn advise(&self, _: &Region) {}
        fn verify(&self) -> Result<(), Error> {
            Ok(())
        }
    }

    fn tags() -> Tags {
        let mut icc = vec![0; 128];
        icc[16..20].copy_from_slice(b"RGB ");
        Tags {
            icc: Some(icc),
            xmp: Some(b"<x/>".to_vec()),
            description: Some("a thing".to_owned()),
            resolution: Some(Resolution { x: 300.0, y: 150.0, unit: Unit::Inch }),
            ome: Some(Ome {
                xml: "<OME/>".to_owned(),
                pixel_size: Some(PixelSize { x: 0.5, y: 0.25 }),
                channel: Some("DAPI".to_owned()),
            }),
            geo: Some(Geo {
                place: Some(Place::Scale { scale: [2.0, 2.0, 0.0], tiepoint: [0.0; 6] }),
                keys: Keys::of_epsg(Model::Projected, 25_832),
                nodata: Some("0".to_owned()),
                metadata: Some(
                    "<GDALMetadata>\n  <Item name=\"a\">1</Item>\n  <Item \
                     name=\"STATISTICS_MEAN\" sample=\"0\">2</Item>\n</GDALMetadata>"
                        .to_owned(),
                ),
            }),
            origin: Origin { artist: Some("me".to_owned()), ..Origin::default() },
        }
    }

    fn image() -> Image {
        let spec = Spec::new(6, 4, 3, Depth::U8).unwrap();
        let pixels = from_memory(Arc::new(vec![0u8; 72]), RawLayout::dense(spec)).unwrap();
        Image::new(Arc::new(Described { pixels, tags: tags() }))
    }

    fn point(image: &Image, recipe: &impl PointRecipe) -> Image {
        let point = recipe.bind(&[*image.spec()], Isa::best()).unwrap();
        Image::point(point, vec![image.clone()])
    }

    fn arranged(images: Vec<Image>, recipe: &impl GeometryRecipe) -> Image {
        let specs: Vec<Spec> = images.iter().map(|image| *image.spec()).collect();
        Image::geometry(recipe.bind(&specs).unwrap(), images)
    }

    fn all(image: &Image) -> Tags {
        let all = image.parts(&Part::ALL, false).unwrap();
        assert_eq!(all, image.tags().unwrap());
        all
    }

    #[test]
    fn a_source_is_as_it_says() {
        assert_eq!(all(&image()), tags());
        assert_eq!(image().parts(&[], true).unwrap(), Tags::default());
        let one = image().parts(&[Part::Xmp], true).unwrap();
        assert_eq!(one, Tags { xmp: tags().xmp, ..Tags::default() });
    }

    #[test]
    fn a_crop_is_elsewhere_and_a_turn_is_turned() {
        let crop = image().crop(Region::new(1, 2, 3, 2)).unwrap();
        let found = all(&crop);
        let geo = found.geo.unwrap();
        assert_eq!(geo.transform().unwrap().0, [2.0, 0.0, 2.0, 0.0, -2.0, -4.0]);
        assert_eq!(geo.nodata.as_deref(), Some("0"));
        let metadata = "<GDALMetadata>\n  <Item name=\"a\">1</Item>\n  \n</GDALMetadata>";
        assert_eq!(geo.metadata.as_deref(), Some(metadata));
        assert_eq!((found.icc, found.resolution), (tags().icc, tags().resolution));
        let turned = all(&arranged(vec![crop], &Turn::Right));
        let resolution = turned.resolution.unwrap();
        assert_eq!((resolution.x, resolution.y), (150.0, 300.0));
        assert_eq!(turned.ome.unwrap().pixel_size, Some(PixelSize { x: 0.25, y: 0.5 }));
        // The first column is the last row of the crop, whose bottom is at row 4.
        assert_eq!(turned.geo.unwrap().transform().unwrap().0, [0.0, 2.0, 2.0, 2.0, 0.0, -8.0]);
    }

    #[test]
    fn what_is_not_so_is_left_out_or_refused() {
        let image = image();
        let grey = point(&image, &ExtractChannel { channel: 1 });
        let found = all(&grey);
        assert_eq!((found.icc, found.ome.unwrap().channel), (None, None));
        assert!(found.geo.unwrap().metadata.is_none());
        let error = grey.parts(&[Part::Xmp, Part::Icc], true).unwrap_err();
        assert!(error.to_string().contains("'icc' cannot be kept: the profile"), "{error}");

        let deep = point(&image, &Cast(Depth::F32));
        assert_eq!(all(&deep).geo.unwrap().nodata, None);

        let places = vec![(0, 0), (6, 0)];
        let join = Join { width: 12, height: 4, background: vec![0.0], places };
        let joined = arranged(vec![image.clone(), image], &join);
        let found = all(&joined);
        assert_eq!((found.geo, found.resolution), (None, tags().resolution));
        let error = joined.parts(&[Part::Geo], true).unwrap_err();
        assert!(
            matches!(&error, Error::InvalidArgument(text) if text.contains("'geo'")),
            "{error}"
        );
        assert!(joined.parts(&[Part::Icc, Part::Resolution], true).is_ok());
        let given = Tags { geo: tags().geo, ..Tags::default() };
        let described = joined.described(&[Part::Geo, Part::Xmp], true, given).unwrap();
        assert_eq!((described.geo, described.xmp), (tags().geo, tags().xmp));
    }
}
