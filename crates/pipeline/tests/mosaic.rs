//! A mosaic of more files than the process may open.

mod noise;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use filters::{GaussianBlur, GeometryRecipe, Join, Recipe};
use gigapx_pipeline::{Engine, Error, Image, Options};
use kernels::Isa;
use noise::{buffer, pixels};
use raster::{Depth, Region, Spec, View, ViewMut};
use store::{
    Access, Durability, Files, Layout, MemorySink, Metadata, RawLayout, Selection, Sink, Source,
    TiffChunks, TiffOptions, TiffSink, from_memory,
};

/// Images of the mosaic, across and down.
const ACROSS: u64 = 60;
const DOWN: u64 = 50;
/// Pixels of each.
const SIDES: (u64, u64) = (40, 24);

fn spec() -> Spec {
    Spec::new(SIDES.0, SIDES.1, 1, Depth::U8).unwrap()
}

fn canvas() -> Spec {
    spec().resized(ACROSS * SIDES.0, DOWN * SIDES.1).unwrap()
}

fn path(folder: &Path, at: u64) -> PathBuf {
    folder.join(at.to_string())
}

/// Some files are bare pixels and some are tiled; some are mapped and some are not.
fn create(folder: &Path, at: u64) {
    let data = pixels(&spec(), at + 1);
    if !at.is_multiple_of(3) {
        fs::write(path(folder, at), data).unwrap();
        return;
    }
    let options = TiffOptions {
        chunks: TiffChunks::Tiles { width: 16, height: 16 },
        durability: Durability::None,
        ..TiffOptions::new(spec())
    };
    let sink = TiffSink::create(path(folder, at), options).unwrap();
    let view = View::new(&data, SIDES.0 as usize, SIDES.0 as usize, SIDES.1 as usize, &spec());
    for tile in spec().region().cells(16, 16) {
        sink.write(&tile, &view.unwrap().sub(&tile)).unwrap();
    }
    sink.finish().unwrap();
}

fn open(files: &Files, folder: &Path, at: u64) -> Image {
    let access = if at.is_multiple_of(5) { Access::Pread } else { Access::Auto };
    let path = path(folder, at);
    Image::new(if at.is_multiple_of(3) {
        files.open(path, access, Selection::default()).unwrap()
    } else {
        files.open_raw(path, RawLayout::dense(spec()), access).unwrap()
    })
}

fn mosaic(images: Vec<Image>) -> Image {
    let Spec { width, height, .. } = canvas();
    let place = |at: u64| ((at % ACROSS * SIDES.0) as i64, (at / ACROSS * SIDES.1) as i64);
    let places = (0..ACROSS * DOWN).map(place).collect();
    let join = Join { width, height, background: vec![0.0], places };
    let specs: Vec<Spec> = images.iter().map(|image| *image.spec()).collect();
    Image::geometry(join.bind(&specs).unwrap(), images)
}

fn blurred(image: &Image) -> Image {
    let blur = GaussianBlur { sigma: (2.0, 2.0), ..Default::default() };
    image.filter(blur.bind(image.spec(), Isa::best()).unwrap())
}

/// The canvas, put together by hand.
fn expected() -> Vec<u8> {
    let row = canvas().row_bytes() as usize;
    let mut all = vec![0; canvas().bytes() as usize];
    for at in 0..ACROSS * DOWN {
        let (left, top) = (at % ACROSS * SIDES.0, at / ACROSS * SIDES.1);
        for (y, source) in pixels(&spec(), at + 1).chunks(SIDES.0 as usize).enumerate() {
            let start = (top as usize + y) * row + left as usize;
            all[start..][..source.len()].copy_from_slice(source);
        }
    }
    all
}

/// Runs the test of that name in a process that may open few files; whether this is that process.
#[cfg(unix)]
fn is_confined(name: &str) -> bool {
    const CONFINED: &str = "GIGAPX_TEST_CONFINED";
    if std::env::var_os(CONFINED).is_some() {
        return true;
    }
    let test = std::env::current_exe().unwrap();
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "ulimit -n 128 && exec \"$0\" --exact \"$1\" --nocapture"]);
    let output = command.arg(test).arg(name).env(CONFINED, "1").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    false
}

/// Files that this process has open.
fn descriptors() -> usize {
    fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

/// The image, and the most files that were open meanwhile.
fn watched(engine: &Engine, image: &Image) -> (Vec<u8>, usize) {
    let most = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&most);
    let look = move |_| {
        seen.fetch_max(descriptors(), Ordering::Relaxed);
    };
    let sink = Arc::new(MemorySink::new(*image.spec()).unwrap());
    let (sender, receiver) = std::sync::mpsc::channel();
    let options = Options { on_progress: Some(Box::new(look)), ..Default::default() };
    engine.start(image, Arc::clone(&sink) as Arc<dyn Sink>, options, move |result| {
        sender.send(result).unwrap();
    });
    receiver.recv().unwrap().unwrap();
    // SAFETY: the job is over.
    let bytes = unsafe { sink.take() }.unwrap().to_vec();
    (bytes, most.load(Ordering::Relaxed))
}

fn fails(engine: &Engine, image: &Image) -> Arc<store::Error> {
    let sink = Arc::new(MemorySink::new(*image.spec()).unwrap());
    match engine.run(image, sink, Options::default()) {
        Err(Error::Store(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[cfg(unix)]
#[test]
fn thousands_of_files_are_joined() {
    if !is_confined("thousands_of_files_are_joined") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let files = Files::default();
    let open_before = descriptors();
    let images = (0..ACROSS * DOWN).map(|at| {
        create(folder.path(), at);
        open(&files, folder.path(), at)
    });
    let mosaic = mosaic(images.collect());
    let (threads, engine) = (3, Engine::new(3));
    let expected = expected();
    // A quarter of 128 stay open; each worker has one open for the time of a call.
    let bound = open_before + 32 + 2 * threads;
    let (bytes, most) = watched(&engine, &mosaic);
    assert!(bytes == expected);
    assert!(most <= bound, "{most} files were open");
    let plain = Image::new(from_memory(Arc::new(expected), RawLayout::dense(canvas())).unwrap());
    let (bytes, most) = watched(&engine, &blurred(&mosaic));
    assert!(bytes == buffer(&engine, &blurred(&plain)));
    assert!(most <= bound, "{most} files were open");
}

#[cfg(unix)]
#[test]
fn only_images_that_show_are_asked() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::new(8);
    for at in 0..ACROSS * DOWN {
        create(folder.path(), at);
    }
    let images = (0..ACROSS * DOWN).map(|at| open(&files, folder.path(), at));
    let mosaic = mosaic(images.collect());
    let engine = Engine::new(2);
    let [changed, removed] = [ACROSS + 4, 2 * ACROSS];
    fs::write(path(folder.path(), changed), [0; 7]).unwrap();
    fs::remove_file(path(folder.path(), removed)).unwrap();
    // Around the middle of an image, and of those below; the blur needs 8 pixels more.
    let near = |at: u64| {
        let (left, top) = (at % ACROSS * SIDES.0, at / ACROSS * SIDES.1);
        blurred(&mosaic).crop(Region::new(left + 10, top + 10, 20, 20)).unwrap()
    };
    let expected = expected();
    let plain = Image::new(from_memory(Arc::new(expected), RawLayout::dense(canvas())).unwrap());
    let fine = Region::new(3 * SIDES.0, 6 * SIDES.1, 300, 200);
    let image = blurred(&mosaic).crop(fine).unwrap();
    assert!(buffer(&engine, &image) == buffer(&engine, &blurred(&plain).crop(fine).unwrap()));
    let error = fails(&engine, &near(changed));
    assert!(
        matches!(&*error, store::Error::SourceChanged { path } if path.ends_with("64")),
        "{error}"
    );
    let error = fails(&engine, &near(removed));
    let missing = |source: &std::io::Error| source.kind() == std::io::ErrorKind::NotFound;
    assert!(matches!(&*error, store::Error::Io { source, .. } if missing(source)), "{error}");
}

/// A source that is there to be planned with.
struct Absent(Spec, bool);

impl Source for Absent {
    fn spec(&self) -> &Spec {
        &self.0
    }

    fn metadata(&self) -> &Metadata {
        panic!("nobody asks for it")
    }

    fn lends(&self, _: &Region) -> bool {
        self.1
    }

    fn hold(&self) -> Result<Option<Arc<dyn Source>>, store::Error> {
        panic!("a plan opens no file")
    }

    fn view(&self, _: &Region) -> Option<View<'_>> {
        panic!("a plan sees no pixel")
    }

    fn read(&self, _: &Region, _: &mut ViewMut<'_>) -> Result<(), store::Error> {
        panic!("a plan reads no pixel")
    }

    fn advise(&self, _: &Region) {
        panic!("a plan needs nothing ahead")
    }

    fn verify(&self) -> Result<(), store::Error> {
        panic!("nothing was read")
    }
}

#[test]
fn planning_opens_nothing() {
    let spec = Spec::new(4000, 3000, 1, Depth::U8).unwrap();
    let engine = Engine::new(2);
    for is_lent in [true, false] {
        let image = || Image::new(Arc::new(Absent(spec, is_lent)));
        let images: Vec<Image> = (0..10_000).map(|_| image()).collect();
        let places = (0..10_000).map(|at| (at % 100 * 4000, at / 100 * 3000)).collect();
        let join = Join { width: 400_000, height: 300_000, background: vec![0.0], places };
        let geometry = join.bind(&vec![spec; 10_000]).unwrap();
        let mosaic = blurred(&Image::geometry(geometry, images));
        for layout in [Layout::Rows, Layout::Tiles { width: 256, height: 256 }] {
            let explained = engine.explain(&[(mosaic.clone(), layout)], 0).unwrap();
            assert!(explained[0].plan.worker_bytes * 2 <= engine.memory_limit());
        }
    }
}
