//! What describes an image: read from files of others, and written and read back.

use std::path::Path;

use gigapx_store::{
    Access, ByteOrder, Compression, Durability, Error, Geo, KeyValue, Keys, Model, Ome, Origin,
    PixelSize, Place, Resolution, Tags, TiffChunks, TiffOptions, TiffPyramid, TiffSink,
    TiffVariant, Unit, open,
};
use proptest::prelude::*;
use raster::{Affine, Depth, Spec};

use crate::build::{self, BYTE, DOUBLE, LONG, RATIONAL, SHORT, Tiff};
use crate::write::{fill, picture};

const ASCII: u16 = 2;
const UNDEFINED: u16 = 7;

fn bytes(text: &[u8]) -> Vec<u64> {
    text.iter().map(|&byte| byte.into()).collect()
}

fn doubles(numbers: &[f64]) -> Vec<u64> {
    numbers.iter().map(|number| number.to_bits()).collect()
}

/// An image of 4 x 4 ones, and what describes it is to come.
fn plain(order: ByteOrder, big: bool) -> Tiff {
    Tiff::new(order, big, 4, 4, 8).tag(273, LONG, &[4000]).at(4000, &[1; 16])
}

/// Every byte order, in classic TIFF and `BigTIFF`.
fn kinds() -> impl Iterator<Item = (ByteOrder, bool)> {
    [ByteOrder::Little, ByteOrder::Big]
        .into_iter()
        .flat_map(|order| [false, true].map(|big| (order, big)))
}

#[test]
fn what_others_say_is_understood() {
    for (order, big) in kinds() {
        let tiff = plain(order, big)
            .tag(270, ASCII, &bytes(b"caf\xe9\0and more\0"))
            .tag(271, ASCII, &bytes(b"Maker\0"))
            .tag(282, RATIONAL, &[(3000 << 32) | 7])
            .tag(283, LONG, &[250])
            .tag(296, SHORT, &[3])
            .tag(700, BYTE, &bytes(b"<x/>"))
            .tag(33_550, DOUBLE, &doubles(&[0.5, 0.25, 0.0]))
            .tag(33_922, DOUBLE, &doubles(&[1.0, 2.0, 0.0, 1000.0, 2000.0, 0.0]))
            .tag(34_675, UNDEFINED, &[1, 2, 3, 4, 5])
            .tag(
                34_735,
                SHORT,
                &[1, 1, 1, 4, 1024, 0, 1, 1, 1025, 0, 1, 2, 2057, 34_736, 1, 1, 3072, 0, 1, 25_832],
            )
            .tag(34_736, DOUBLE, &doubles(&[7.0, 6_378_137.0]))
            .tag(42_113, ASCII, &bytes(b"-9999\0"));
        let source = tiff.open().unwrap();
        let tags = source.tags().unwrap();
        assert_eq!(tags.description.as_deref(), Some("café"));
        let unit = Unit::Centimetre;
        assert_eq!(tags.resolution, Some(Resolution { x: 3000.0 / 7.0, y: 250.0, unit }));
        assert_eq!(tags.xmp.as_deref(), Some(&b"<x/>"[..]));
        assert_eq!(tags.icc.as_deref(), Some(&[1, 2, 3, 4, 5][..]));
        assert_eq!(tags.origin.make.as_deref(), Some("Maker"));
        let geo = tags.geo.unwrap();
        assert_eq!((geo.keys.model(), geo.keys.epsg()), (Some(Model::Projected), Some(25_832)));
        assert_eq!(geo.keys.version, [1, 1, 1]);
        assert!(geo.keys.list.contains(&(2057, KeyValue::Doubles(vec![6_378_137.0]))));
        assert_eq!(geo.nodata.as_deref(), Some("-9999"));
        // The centre of the pixel at column 1, row 2 is at 1000, 2000.
        assert_eq!(geo.transform().unwrap().apply((1.5, 2.5)), (1000.0, 2000.0));
        assert_eq!(build::image(&*source), [1; 16]);
    }
}

#[test]
fn ome_xml_is_no_description() {
    let xml = "<?xml version='1.0'?><OME><Image><Pixels PhysicalSizeX='2' PhysicalSizeY='3'/></Image></OME>";
    for (order, big) in kinds() {
        let text = bytes(format!("{xml}\0").as_bytes());
        let tags = plain(order, big).tag(270, ASCII, &text).open().unwrap().tags().unwrap();
        let pixel_size = Some(PixelSize { x: 2.0, y: 3.0 });
        assert_eq!(tags.ome, Some(Ome { xml: xml.to_owned(), pixel_size, channel: None }));
        assert_eq!(tags.description, None);
    }
}

#[test]
fn values_that_make_no_sense_are_left_out() {
    let tiff = plain(ByteOrder::Little, false);
    let nan = doubles(&[f64::NAN; 3]);
    for (tag, kind, values) in [
        (282, RATIONAL, vec![0]),
        (282, RATIONAL, vec![1 << 32]),
        (282, ASCII, bytes(b"300\0")),
        (270, SHORT, vec![65, 66]),
        (270, ASCII, vec![0]),
        (33_550, DOUBLE, nan),
        (34_264, DOUBLE, doubles(&[1.0; 15])),
        (33_922, DOUBLE, doubles(&[1.0; 5])),
        (34_735, SHORT, vec![1, 1, 0]),
        (34_735, DOUBLE, doubles(&[1.0, 1.0])),
        (42_113, DOUBLE, doubles(&[1.0])),
        (40_000, 99, vec![1; 100]),
    ] {
        let tags = tiff.clone().tag(tag, kind, &values).open().unwrap().tags().unwrap();
        assert_eq!(tags, Tags::default(), "{tag} of type {kind}");
    }
}

#[test]
fn a_value_that_is_not_there_is_an_error_of_its_own() {
    for (order, big) in kinds() {
        let mut file = plain(order, big).tag(34_675, LONG, &[1; 9]).bytes();
        // The count of the profile, wherever its entry is.
        let entry = file.windows(2).position(|pair| {
            pair == if order == ByteOrder::Little { [0x73, 0x87] } else { [0x87, 0x73] }
        });
        file[entry.unwrap() + 4..][..4].fill(0xff);
        let source = build::open(&file).unwrap();
        assert!(matches!(source.tags(), Err(Error::Corrupt { .. })));
        assert_eq!(build::image(&*source), [1; 16]);
    }
}

#[test]
#[cfg(unix)] // where files are sparse without being asked
fn nobody_is_handed_a_gigabyte_of_description() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.tif");
    let mut file = plain(ByteOrder::Little, false).tag(270, ASCII, &[65; 9]).bytes();
    let entry = file.windows(4).position(|four| four == [14, 1, 2, 0]).unwrap();
    file[entry + 4..][..4].copy_from_slice(&(1u32 << 30).to_le_bytes());
    std::fs::write(&path, &file).unwrap();
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(1 << 31).unwrap();
    let source = open(&path, Access::Auto).unwrap();
    let error = source.tags().unwrap_err();
    assert!(matches!(&error, Error::Corrupt { .. }) && error.to_string().contains("more than"));
}

proptest! {
    #[test]
    fn no_tag_is_too_hostile(
        tag in prop::sample::select(vec![
            270u16, 271, 282, 283, 296, 700, 33_550, 33_922, 34_264, 34_675, 34_735, 34_736,
            34_737, 42_112, 42_113,
        ]),
        kind in 0u16..20,
        count in prop_oneof![0u32..300, any::<u32>()],
        values in prop::collection::vec(any::<u64>(), 1..40),
        order in prop::sample::select(vec![ByteOrder::Little, ByteOrder::Big]),
    ) {
        let tiff = plain(order, false)
            .tag(34_735, SHORT, &[1, 1, 0, 2, 1024, 0, 1, 1, 1026, 34_737, 9, 3])
            .tag(33_550, DOUBLE, &doubles(&[0.5, 0.25, 0.0]))
            .tag(tag, kind, &values);
        let mut file = tiff.bytes();
        let number = if order == ByteOrder::Little { tag.to_le_bytes() } else { tag.to_be_bytes() };
        let entry = (10..).step_by(12).find(|&at| file[at..][..2] == number).unwrap();
        let count = if order == ByteOrder::Little { count.to_le_bytes() } else { count.to_be_bytes() };
        file[entry + 4..][..4].copy_from_slice(&count);
        let source = build::open(&file).unwrap();
        let is_fine = matches!(source.tags(), Ok(_) | Err(Error::Corrupt { .. }));
        prop_assert!(is_fine, "neither tags nor a reason");
        prop_assert_eq!(build::image(&*source), [1; 16]);
    }
}

fn profile(space: [u8; 4], extra: &[u8]) -> Vec<u8> {
    let mut icc = vec![0; 16];
    icc.extend_from_slice(&space);
    icc.extend_from_slice(extra);
    icc
}

fn text() -> impl Strategy<Value = Option<String>> {
    prop::option::of("[a-zA-Zäµ日<>&\"' ]{1,40}")
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![-1e7f64..1e7, Just(0.0), (-1000i32..1000).prop_map(f64::from)]
}

fn place() -> impl Strategy<Value = Place> {
    let side = || 0.001f64..1000.0;
    prop_oneof![
        (side(), side(), number(), prop::array::uniform6(number()))
            .prop_map(|(x, y, z, tiepoint)| Place::Scale { scale: [x, y, z], tiepoint }),
        prop::collection::vec(prop::array::uniform6(number()), 1..9).prop_map(Place::Points),
        prop::array::uniform16(number()).prop_map(Place::Matrix),
    ]
}

fn geo() -> impl Strategy<Value = Geo> {
    let value = prop_oneof![
        prop::collection::vec(any::<u16>(), 1..4).prop_map(KeyValue::Shorts),
        prop::collection::vec(number(), 1..4).prop_map(KeyValue::Doubles),
        "[a-z /]{0,20}".prop_map(KeyValue::Text),
    ];
    let list = prop::collection::btree_map(any::<u16>(), value, 0..6);
    let keys = list.prop_map(|list| Keys { list: list.into_iter().collect(), ..Keys::default() });
    (place(), keys, text(), text()).prop_map(|(place, keys, nodata, metadata)| Geo {
        place: Some(place),
        keys,
        nodata,
        metadata,
    })
}

fn tags() -> impl Strategy<Value = (Tags, u32)> {
    let colours = prop::sample::select(vec![
        (b"GRAY", 1),
        (b"GRAY", 2),
        (b"RGB ", 3),
        (b"RGB ", 4),
        (b"CMYK", 4),
    ]);
    let extra = prop::collection::vec(any::<u8>(), 0..9000);
    let resolution = (
        1u32..1 << 20,
        1u32..1 << 20,
        prop::sample::select(vec![Unit::None, Unit::Inch, Unit::Centimetre]),
    )
        .prop_map(|(x, y, unit)| Resolution {
            x: f64::from(x) / 7.0,
            y: f64::from(y) / 3.0,
            unit,
        });
    let xmp = prop::option::of(prop::collection::vec(any::<u8>(), 1..100));
    (
        (colours, extra, any::<bool>()),
        prop::option::of(resolution),
        xmp,
        text(),
        prop::option::of(geo()),
        (text(), text(), text(), text(), text()),
    )
        .prop_map(
            |((colours, extra, is_coloured), resolution, xmp, description, geo, origin)| {
                let (make, model, date, artist, copyright) = origin;
                let software = Some("gigapx".to_owned());
                let tags = Tags {
                    icc: is_coloured.then(|| profile(*colours.0, &extra)),
                    xmp,
                    description,
                    resolution,
                    ome: None,
                    geo,
                    origin: Origin { make, model, software, date, artist, copyright },
                };
                (tags, colours.1)
            },
        )
}

/// Writes an image that is described, of pixels that do not matter.
fn write(path: &Path, options: TiffOptions, tags: &Tags) {
    let sink = TiffSink::describing(path, options, tags).unwrap();
    fill(&sink, &options.spec, &picture(&options.spec, 1), 0, 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]
    #[test]
    fn what_is_written_is_read_back(
        (tags, channels) in tags(),
        big: bool,
        layout in 0usize..5,
        is_packed: bool,
    ) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.tif");
        let tiles = TiffChunks::Tiles { width: 16, height: 16 };
        let (chunks, pyramid) = match layout {
            0 => (TiffChunks::Strips { rows: 7 }, None),
            1 => (tiles, None),
            2 => (tiles, Some(TiffPyramid::Chain)),
            3 => (tiles, Some(TiffPyramid::Cog)),
            _ => (tiles, Some(TiffPyramid::Ome)),
        };
        let options = TiffOptions {
            chunks,
            pyramid,
            compression: if is_packed { Compression::Lzw } else { Compression::None },
            variant: if big { TiffVariant::Big } else { TiffVariant::Classic },
            durability: Durability::None,
            ..TiffOptions::new(Spec::new(40, 30, channels, Depth::U8).unwrap())
        };
        write(&path, options, &tags);
        let source = open(&path, Access::Auto).unwrap();
        prop_assert!(build::image(&*source) == picture(&options.spec, 1));
        let found = source.tags().unwrap();
        if pyramid == Some(TiffPyramid::Ome) {
            let ome = found.ome.clone().unwrap();
            prop_assert_eq!(ome.pixel_size.is_some(), tags.resolution.is_some_and(|r| r.unit != Unit::None));
            prop_assert_eq!(Tags { ome: None, ..found }, Tags { description: None, ..tags });
        } else {
            prop_assert_eq!(found, tags);
        }
    }
}

#[test]
fn ome_xml_says_what_is_known() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.tif");
    let spec = Spec::new(40, 30, 1, Depth::U16).unwrap();
    let pixel_size = Some(PixelSize { x: 0.25, y: 0.5 });
    let ome = Ome {
        xml: "<OME><foreign/></OME>".to_owned(),
        pixel_size,
        channel: Some("<DAPI>".to_owned()),
    };
    let resolution = Some(Resolution { x: 1.0, y: 1.0, unit: Unit::Inch });
    let tags = Tags {
        ome: Some(ome.clone()),
        resolution,
        description: Some("a & b".to_owned()),
        ..Tags::default()
    };
    write(&path, TiffOptions { durability: Durability::None, ..TiffOptions::new(spec) }, &tags);
    let found = open(&path, Access::Auto).unwrap().tags().unwrap().ome.unwrap();
    assert_eq!((found.pixel_size, &found.channel), (pixel_size, &ome.channel));
    assert!(!found.xml.contains("foreign"), "what is said of another file");
    assert!(found.xml.contains("<Description>a &amp; b</Description>"));
}

#[test]
fn a_profile_for_other_channels_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.tif");
    for (space, channels) in [(b"RGB ", 1), (b"RGB ", 5), (b"GRAY", 3), (b"CMYK", 3), (b"Lab ", 3)]
    {
        let options = TiffOptions::new(Spec::new(4, 4, channels, Depth::U8).unwrap());
        let tags = Tags { icc: Some(profile(*space, &[])), ..Tags::default() };
        let error = TiffSink::describing(&path, options, &tags).err().unwrap();
        let space = String::from_utf8_lossy(space);
        assert!(
            matches!(&error, Error::InvalidArgument(text) if text.contains(space.trim_end())),
            "{error}"
        );
    }
    let options = TiffOptions::new(Spec::new(4, 4, 1, Depth::U8).unwrap());
    let tags = Tags { icc: Some(vec![1, 2]), ..Tags::default() };
    assert!(TiffSink::describing(&path, options, &tags).is_err());
}

#[test]
fn tags_that_replace_others_leave_the_rest() {
    let one = Tags { description: Some("one".to_owned()), xmp: Some(vec![1]), ..Tags::default() };
    let artist = Origin { artist: Some("me".to_owned()), ..Origin::default() };
    let two = Tags { description: Some("two".to_owned()), origin: artist, ..Tags::default() };
    let both = one.replaced(two.clone());
    assert_eq!(both, Tags { xmp: Some(vec![1]), ..two });
    assert_eq!(both.clone().moved(&Affine::translation(1.0, 1.0)), both);
}
