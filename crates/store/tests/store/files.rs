//! Images whose files are open now and then.

use std::{fs, path::Path, sync::Arc};

use gigapx_store::{
    Access, Durability, Error, Files, RawLayout, Selection, Sink, Source, TiffChunks, TiffOptions,
    TiffSink, open, open_raw,
};
use proptest::prelude::*;
use raster::{Depth, Region, Spec, View};

use crate::build;

/// What `view` of what is held shows, or nothing.
fn lent(source: &dyn Source, region: &Region) -> Option<Vec<u8>> {
    let held = source.hold().unwrap();
    let view = held.as_deref().unwrap_or(source).view(region)?;
    Some((0..view.height()).flat_map(|y| view.row_bytes(y).to_vec()).collect())
}

/// That an image is the same, however its file is opened.
fn check(always: &dyn Source, on_demand: &dyn Source, region: &Region) {
    assert_eq!(on_demand.spec(), always.spec());
    assert_eq!(on_demand.metadata(), always.metadata());
    assert!(on_demand.view(region).is_none(), "nobody holds the file");
    let expected = lent(always, region);
    assert_eq!(on_demand.lends(region), expected.is_some());
    assert_eq!(always.lends(region), expected.is_some());
    assert_eq!(lent(on_demand, region), expected);
    assert_eq!(build::pixels(on_demand, region), build::pixels(always, region));
    on_demand.verify().unwrap();
}

fn tiff(path: &Path, spec: Spec, image: &[u8]) {
    let options = TiffOptions {
        chunks: TiffChunks::Tiles { width: 16, height: 32 },
        durability: Durability::None,
        ..TiffOptions::new(spec)
    };
    let sink = TiffSink::create(path, options).unwrap();
    let stride = spec.row_bytes() as usize;
    let view = View::new(image, stride, spec.width as usize, spec.height as usize, &spec).unwrap();
    for tile in spec.region().cells(16, 32) {
        sink.write(&tile, &view.sub(&tile)).unwrap();
    }
    sink.finish().unwrap();
}

proptest! {
    #[test]
    fn files_that_are_closed_meanwhile_give_the_same(
        (width, height) in (1u64..60, 1u64..60),
        channels in 1u32..5,
        depth in prop::sample::select(Depth::ALL.to_vec()),
        offset in 0u64..20,
        gap in 0u64..40,
        access in prop::sample::select(vec![Access::Auto, Access::Mmap, Access::Pread]),
        corners in prop::collection::vec((0u64..60, 0u64..60, 1u64..60, 1u64..60), 4),
    ) {
        let spec = Spec::new(width, height, channels, depth).unwrap();
        let row_stride = Some(spec.row_bytes() + gap);
        let layout = RawLayout { spec, offset, row_stride };
        let size = offset + height * (spec.row_bytes() + gap);
        let file: Vec<u8> = (0..size).map(|at| (at * 7) as u8).collect();
        let folder = tempfile::tempdir().unwrap();
        let (raw, tiled) = (folder.path().join("a.raw"), folder.path().join("a.tif"));
        fs::write(&raw, &file).unwrap();
        // Rows of a view must be aligned, which a vector of bytes is not sure to be.
        let image: Vec<i32> = (0..spec.bytes().div_ceil(4)).map(|at| (at * 7_654_321) as i32).collect();
        tiff(&tiled, spec, bytemuck::cast_slice(&image));
        let files = Files::new(1);
        let raws = (
            open_raw(&raw, layout, access).unwrap(),
            files.open_raw(&raw, layout, access).unwrap(),
        );
        let tiffs = (open(&tiled, access).unwrap(), files.open(&tiled, access, Selection::default()).unwrap());
        for (left, top, columns, rows) in corners {
            let (left, top) = (left % width, top % height);
            let region = Region::new(left, top, columns.min(width - left), rows.min(height - top));
            check(&*raws.0, &*raws.1, &region);
            check(&*tiffs.0, &*tiffs.1, &region);
        }
    }
}

/// A file of 8 x 8 such samples, and its image in a pool that closes it for the next.
fn small(files: &Files, path: &Path, sample: u8) -> Arc<dyn Source> {
    let spec = Spec::new(8, 8, 1, Depth::U8).unwrap();
    fs::write(path, [sample; 64]).unwrap();
    files.open_raw(path, RawLayout::dense(spec), Access::Auto).unwrap()
}

/// Windows lets nobody replace or remove a mapped file.
#[cfg(unix)]
#[test]
fn a_file_that_is_open_stays_what_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let [path, other] = ["a", "b"].map(|name| folder.path().join(name));
    let files = Files::new(2);
    let source = small(&files, &path, 1);
    fs::write(&other, [9; 64]).unwrap();
    fs::rename(&other, &path).unwrap();
    assert_eq!(build::image(&*source), [1; 64]);
    source.verify().unwrap();
    fs::remove_file(&path).unwrap();
    assert_eq!(build::image(&*source), [1; 64]);
    source.verify().unwrap();
}

#[test]
fn a_file_that_was_closed_must_be_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| folder.path().join(name));
    let files = Files::new(1);
    let sources = [(&a, 1), (&b, 2), (&c, 3)].map(|(path, sample)| small(&files, path, sample));
    let last = small(&files, &d, 4);
    // Written, replaced, removed.
    fs::write(&a, [9; 65]).unwrap();
    fs::remove_file(&b).unwrap();
    fs::write(&b, [2; 64]).unwrap();
    fs::File::options().write(true).open(&b).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
    fs::remove_file(&c).unwrap();
    let region = Region::new(0, 0, 8, 8);
    let mut memory = [0; 64];
    let spec = *last.spec();
    for (at, source) in sources.iter().enumerate() {
        let mut out = raster::ViewMut::new(&mut memory, 8, 8, &spec).unwrap();
        let read = source.read(&region, &mut out);
        for error in [source.hold().err().unwrap(), read.err().unwrap()] {
            match error {
                Error::SourceChanged { path } => assert_eq!(&path, [&a, &b][at]),
                Error::Io { syscall: "open", path, .. } => assert_eq!((at, &path), (2, &c)),
                other => panic!("{other}"),
            }
        }
        assert!(matches!(source.verify(), Err(Error::SourceChanged { .. })));
    }
    assert_eq!(build::image(&*last), [4; 64]);
    last.verify().unwrap();
}

#[test]
fn what_is_held_outlives_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::new(1);
    let source = small(&files, &folder.path().join("a"), 1);
    let held = source.hold().unwrap().unwrap();
    let other = small(&files, &folder.path().join("b"), 2);
    assert_eq!(build::image(&*other), [2; 64]);
    drop(source);
    assert_eq!(held.view(&Region::new(0, 0, 8, 8)).unwrap().row_bytes(7), [1; 8]);
    drop(files);
    assert_eq!(build::image(&*held), [1; 64]);
}

/// How many files this process has open below a folder.
#[cfg(target_os = "linux")]
fn open_below(folder: &Path) -> usize {
    let links = fs::read_dir("/proc/self/fd").unwrap();
    let targets = links.filter_map(|link| fs::read_link(link.unwrap().path()).ok());
    targets.filter(|target| target.starts_with(folder)).count()
}

#[cfg(target_os = "linux")]
#[test]
fn few_files_are_open_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().canonicalize().unwrap();
    let files = Files::new(5);
    let sources: Vec<_> =
        (0..40).map(|at| small(&files, &place.join(at.to_string()), at)).collect();
    let mut held = Vec::new();
    for (at, source) in sources.iter().enumerate() {
        assert_eq!(build::image(&**source), [at as u8; 64]);
        held.push(source.hold().unwrap().unwrap());
        assert!(open_below(&place) <= 5);
    }
    assert_eq!(open_below(&place), 5);
    drop(sources);
    assert_eq!(open_below(&place), 0);
    assert_eq!(build::image(&*held[3]), [3; 64]);
}
