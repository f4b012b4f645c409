//! Nothing or everything appears, whatever happens on the way.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};

use gigapx_store::{
    Access, Compression, DeepZoomOptions, DeepZoomSink, Durability, Error, JpegOptions, JpegSink,
    Layout, PngOptions, PngSink, RawLayout, RawSink, Sink, TiffChunks, TiffOptions, TiffPyramid,
    TiffSink, open, open_raw, remove_all_temporaries,
};
use raster::{Depth, Region, Spec, View};

use crate::build;

/// Removing all temporary files removes those of tests beside, so these take turns.
static TURN: Mutex<()> = Mutex::new(());

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn spec(side: u64) -> Spec {
    Spec::new(side, side, 1, Depth::U8).unwrap()
}

fn fill(sink: &dyn Sink, side: u64) -> Result<(), Error> {
    let spec = spec(side);
    let pixels = vec![1; spec.bytes() as usize];
    let view = View::new(&pixels, side as usize, side as usize, side as usize, &spec).unwrap();
    cover(sink, side, &view)
}

/// Writes an image in regions that the sink takes.
fn cover(sink: &dyn Sink, side: u64, image: &View<'_>) -> Result<(), Error> {
    let (width, height) = match sink.layout() {
        Layout::Tiles { width, height } => (width, height),
        _ => (side, side),
    };
    let mut parts = spec(side).region().cells(width, height);
    parts.try_for_each(|part| sink.write(&part, &image.sub(&part)))
}

type Made = Result<Box<dyn Sink>, Error>;

fn raw(path: &Path, side: u64) -> Made {
    Ok(Box::new(RawSink::create(path, spec(side), Durability::Sync)?))
}

fn options(side: u64) -> TiffOptions {
    let tile = side.next_multiple_of(16);
    let chunks = TiffChunks::Tiles { width: tile, height: tile };
    TiffOptions { chunks, ..TiffOptions::new(spec(side)) }
}

fn tiff(path: &Path, side: u64) -> Made {
    Ok(Box::new(TiffSink::create(path, options(side))?))
}

fn packed(path: &Path, side: u64) -> Made {
    let options = TiffOptions { compression: Compression::DEFLATE, ..options(side) };
    Ok(Box::new(TiffSink::create(path, options)?))
}

fn pyramid(path: &Path, side: u64) -> Made {
    let compression = Compression::ZSTD;
    let (pyramid, chunks) = (Some(TiffPyramid::Cog), TiffChunks::Tiles { width: 512, height: 512 });
    let options = TiffOptions { chunks, compression, pyramid, ..options(side) };
    Ok(Box::new(TiffSink::create(path, options)?))
}

fn archive(path: &Path, side: u64) -> Made {
    let options = DeepZoomOptions { is_archive: true, ..DeepZoomOptions::new(spec(side)) };
    Ok(Box::new(DeepZoomSink::create(path, options)?))
}

/// One that writes a directory beside it.
fn directory(path: &Path, side: u64) -> Made {
    let options = DeepZoomOptions::new(spec(side));
    Ok(Box::new(DeepZoomSink::create(path, options)?))
}

fn png(path: &Path, side: u64) -> Made {
    Ok(Box::new(PngSink::create(path, PngOptions::new(spec(side)))?))
}

fn jpeg(path: &Path, side: u64) -> Made {
    Ok(Box::new(JpegSink::create(path, JpegOptions::new(spec(side)))?))
}

/// The sinks that write a file.
const SINKS: [fn(&Path, u64) -> Made; 7] = [raw, tiff, packed, pyramid, archive, png, jpeg];

#[test]
fn the_target_changes_at_the_end_or_never() {
    let _turn = TURN.lock();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a");
    fs::write(&path, "old").unwrap();
    for aborted in [true, false] {
        for make in SINKS {
            let sink = make(&path, 20).unwrap();
            fill(&*sink, 20).unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"old");
            if aborted {
                sink.abort();
            }
            drop(sink);
            assert_eq!(names(directory.path()), ["a"]);
        }
    }
    for make in SINKS {
        let sink = make(&path, 20).unwrap();
        fill(&*sink, 20).unwrap();
        sink.finish().unwrap();
        sink.abort();
        drop(sink);
        assert_ne!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(directory.path()), ["a"]);
    }
}

#[test]
fn a_process_that_exits_can_clean_up() {
    let _turn = TURN.lock();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a");
    let open = SINKS.map(|make| make(&path, 20).unwrap());
    assert_eq!(names(directory.path()).len(), SINKS.len());
    remove_all_temporaries();
    assert_eq!(names(directory.path()).len(), 0);
    for sink in open {
        assert!(matches!(sink.finish(), Err(Error::Io { syscall: "rename", .. })));
    }
    assert_eq!(names(directory.path()).len(), 0);
}

#[cfg(unix)]
#[test]
fn what_a_killed_process_left_is_removed() {
    let _turn = TURN.lock();
    let directory = tempfile::tempdir().unwrap();
    let mut child = Command::new("true").spawn().unwrap();
    child.wait().unwrap();
    let left = directory.path().join(format!(".a.gigapx-{}-0.tmp", child.id()));
    fs::write(&left, "x").unwrap();
    drop(RawSink::create(directory.path().join("b"), spec(3), Durability::None).unwrap());
    assert!(left.exists());
    drop(RawSink::create(directory.path().join("a"), spec(3), Durability::None).unwrap());
    assert!(!left.exists());
}

#[test]
fn a_source_that_changed_is_reported() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a");
    fs::write(&path, [0; 100]).unwrap();
    let open = || open_raw(&path, RawLayout::dense(spec(10)), Access::Auto).unwrap();
    let source = open();
    source.verify().unwrap();
    let file = fs::File::options().append(true).open(&path).unwrap();
    file.set_len(200).unwrap();
    assert!(matches!(source.verify(), Err(Error::SourceChanged { path: at }) if at == path));
    let source = open();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    assert!(matches!(source.verify(), Err(Error::SourceChanged { .. })));
}

#[test]
fn a_compressed_source_that_is_cut_is_an_error() {
    let _turn = TURN.lock();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a");
    for make in [packed, pyramid] {
        let sink = make(&path, 500).unwrap();
        fill(&*sink, 500).unwrap();
        sink.finish().unwrap();
        for access in [Access::Auto, Access::Pread] {
            let source = open(&path, access).unwrap();
            // Pages that a mapping would have lost.
            let file = fs::File::options().write(true).open(&path).unwrap();
            let whole = fs::read(&path).unwrap();
            file.set_len(0).unwrap();
            let region = Region::new(0, 0, 500, 3);
            assert!(matches!(build::try_pixels(&*source, &region), Err(Error::Corrupt { .. })));
            assert!(matches!(source.verify(), Err(Error::SourceChanged { .. })));
            fs::write(&path, whole).unwrap();
        }
    }
}

/// A file system of its own, where the test may mount one.
struct Mount(PathBuf);

impl Mount {
    #[expect(clippy::print_stderr, reason = "a skipped test says why")]
    fn new(directory: &Path, options: &str) -> Option<Self> {
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(directory)
            .output()
            .is_ok_and(|output| output.status.success());
        if !mounted {
            eprintln!("skipped: mounting a tmpfs needs root and was refused");
        }
        mounted.then(|| Self(directory.to_path_buf()))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_is_no_space() {
    let _turn = TURN.lock();
    let directory = tempfile::tempdir().unwrap();
    let Some(_mount) = Mount::new(directory.path(), "size=1m") else { return };
    let path = directory.path().join("a");
    for make in [raw, tiff] {
        let Err(Error::NoSpace { path: at, syscall: "fallocate" }) = make(&path, 2000).map(drop)
        else {
            panic!("there was space");
        };
        assert_eq!(at, path);
        assert_eq!(names(directory.path()).len(), 0);
    }
    // What is packed may fit, until it does not.
    let compression = Compression::Zstd { level: 1 };
    let zstd = TiffOptions { compression, ..options(2000) };
    let jpeg = JpegOptions { quality: 100, ..JpegOptions::new(spec(2000)) };
    let mut state = 1u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let noise: Vec<u8> = (0..4_000_000).map(|_| noise()).collect();
    let view = View::new(&noise, 2000, 2000, 2000, &spec(2000)).unwrap();
    let sinks: [Box<dyn Sink>; 3] = [
        Box::new(TiffSink::create(&path, zstd).unwrap()),
        Box::new(PngSink::create(&path, PngOptions::new(spec(2000))).unwrap()),
        Box::new(JpegSink::create(&path, jpeg).unwrap()),
    ];
    for sink in sinks {
        let Err(Error::NoSpace { path: at, syscall: "pwrite" }) = cover(&*sink, 2000, &view) else {
            panic!("there was space");
        };
        assert_eq!(at, path);
        sink.abort();
    }
    assert_eq!(names(directory.path()).len(), 0);
    // And what fits is written there.
    for make in SINKS {
        let sink = make(&path, 500).unwrap();
        fill(&*sink, 500).unwrap();
        sink.finish().unwrap();
    }
}

#[test]
fn a_directory_that_cannot_be_written_is_an_error_of_open() {
    let _turn = TURN.lock();
    let directory = tempfile::tempdir().unwrap();
    let Some(_mount) = Mount::new(directory.path(), "size=1m,ro") else { return };
    let path = directory.path().join("a");
    for make in SINKS {
        let Err(Error::Io { syscall: "open", path: at, source }) = make(&path, 20).map(drop) else {
            panic!("the file was made");
        };
        assert_eq!(at, path);
        assert_eq!(source.kind(), std::io::ErrorKind::ReadOnlyFilesystem);
    }
}

/// Writes an image, a row of tiles at a time.
fn fill_rows(sink: &dyn Sink, side: u64) -> Result<(), Error> {
    let (spec, row) = (spec(side), vec![1; (254 * side) as usize]);
    (0..side).step_by(254).try_for_each(|top| {
        let region = Region::new(0, top, side, 254.min(side - top));
        let height = region.height as usize;
        let view = View::new(&row, side as usize, side as usize, height, &spec).unwrap();
        sink.write(&region, &view)
    })
}

#[test]
fn a_directory_and_its_descriptor_change_at_the_end_or_never() {
    let _turn = TURN.lock();
    let folder = tempfile::tempdir().unwrap();
    let (path, tiles) = (folder.path().join("a.dzi"), folder.path().join("a_files"));
    fs::write(&path, "old").unwrap();
    fs::create_dir_all(tiles.join("99")).unwrap();
    let sorted = || {
        let mut names = names(folder.path());
        names.sort();
        names
    };
    for aborted in [true, false] {
        let sink = directory(&path, 600).unwrap();
        fill_rows(&*sink, 600).unwrap();
        if aborted {
            sink.abort();
        }
        drop(sink);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(
            (sorted(), names(&tiles)),
            (vec!["a.dzi".into(), "a_files".into()], vec!["99".into()])
        );
    }
    let sink = directory(&path, 600).unwrap();
    fill_rows(&*sink, 600).unwrap();
    sink.finish().unwrap();
    sink.abort();
    drop(sink);
    assert_eq!(sorted(), ["a.dzi", "a_files"]);
    assert!(fs::read_to_string(&path).unwrap().contains("600"));
    assert_eq!(names(&tiles).len(), 11);
    assert_eq!(names(&tiles.join("10")).len(), 9);
}

#[test]
fn a_process_that_exits_removes_directories() {
    let _turn = TURN.lock();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.dzi");
    let sink = directory(&path, 600).unwrap();
    // While another thread still writes.
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| fill_rows(&*sink, 600));
        while fs::read_dir(folder.path()).unwrap().count() > 0 {
            remove_all_temporaries();
        }
        let _ = writing.join().unwrap();
    });
    assert!(matches!(sink.finish(), Err(Error::Io { syscall: "rename", .. })));
    drop(sink);
    assert_eq!(names(folder.path()).len(), 0);
}

#[cfg(unix)]
#[test]
fn a_directory_that_a_killed_process_left_is_removed() {
    let _turn = TURN.lock();
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new("true").spawn().unwrap();
    child.wait().unwrap();
    let left = folder.path().join(format!(".a_files.gigapx-{}-0.tmp", child.id()));
    fs::create_dir_all(left.join("0")).unwrap();
    fs::write(left.join("0/0_0.jpeg"), "x").unwrap();
    drop(directory(&folder.path().join("a.dzi"), 600).unwrap());
    assert_eq!(names(folder.path()).len(), 0);
}

#[test]
fn tiles_on_a_full_disk_are_no_space() {
    let _turn = TURN.lock();
    let folder = tempfile::tempdir().unwrap();
    let Some(_mount) = Mount::new(folder.path(), "size=200k") else { return };
    for (make, name) in [(directory as fn(&Path, u64) -> Made, "a.dzi"), (archive, "a.szi")] {
        let sink = make(&folder.path().join(name), 12_000).unwrap();
        let error = fill_rows(&*sink, 12_000).unwrap_err();
        assert!(matches!(error, Error::NoSpace { .. }), "{error}");
        drop(sink);
        assert_eq!(names(folder.path()).len(), 0);
    }
}

#[test]
fn tiles_in_a_directory_that_cannot_be_written_are_an_error_of_open() {
    let _turn = TURN.lock();
    let folder = tempfile::tempdir().unwrap();
    let Some(_mount) = Mount::new(folder.path(), "size=1m,ro") else { return };
    let made = directory(&folder.path().join("a.dzi"), 20);
    assert!(matches!(made.map(drop), Err(Error::Io { syscall: "open", .. })));
}
