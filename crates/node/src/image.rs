//! Images as JavaScript holds them.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use filters::Recipe;
use kernels::Isa;
use napi::bindgen_prelude::{Env, Object, Uint8Array};
use napi_derive::napi;
use pipeline::Image;
use raster::{Region, Spec};
use store::{Access, MemorySink, Selection, Source};

use crate::engine::{engine, files};
use crate::environment;
use crate::error::{BindingError, Thrown, invalid_argument, thrown_pipeline, thrown_store};
use crate::job::BindingJob;
use crate::memory::{Borrowed, give};
use crate::promise::Settler;
use crate::target::create;
use crate::tiles::BindingTiles;
use crate::types::{
    BindingLayout, BindingMetadata, BindingOpened, BindingOutcome, BindingPixels, BindingRegion,
    BindingTarget,
};

type Result<T, E = Thrown> = std::result::Result<T, E>;

/// An image that is computed on demand.
#[napi]
pub struct BindingImage {
    /// Gone once closed, and with it the file, unless other images or jobs use it.
    image: Mutex<Option<Image>>,
    spec: Spec,
}

#[napi]
impl BindingImage {
    /// Opens an image of a file; only its header is read. `access` is `auto`, `mmap` or `pread`.
    #[napi(ts_return_type = "Promise<BindingOpened>")]
    pub fn open<'env>(
        env: &'env Env,
        path: String,
        access: String,
        page: f64,
        level: f64,
    ) -> Result<Object<'env>> {
        let access = parse_access(&access)?;
        let selection = Selection { page: page as u64, level: level as u64 };
        opening(env, move || files().open(Path::new(&path), access, selection))
    }

    /// Opens bare pixels.
    #[napi(ts_return_type = "Promise<BindingOpened>")]
    pub fn open_raw<'env>(
        env: &'env Env,
        path: String,
        layout: BindingLayout,
        access: String,
    ) -> Result<Object<'env>> {
        let (layout, access) = (layout.convert()?, parse_access(&access)?);
        opening(env, move || files().open_raw(Path::new(&path), layout, access))
    }

    /// An image over the memory of a view, which it keeps.
    #[napi(factory)]
    pub fn from_buffer(data: Uint8Array, layout: BindingLayout) -> Result<Self> {
        let source = store::from_memory(Arc::new(Borrowed(data)), layout.convert()?);
        Ok(Self::new(Image::new(source.map_err(|error| thrown_store(&error))?)))
    }

    /// Columns.
    #[napi(getter)]
    pub fn width(&self) -> f64 {
        self.spec.width as f64
    }

    /// Rows.
    #[napi(getter)]
    pub fn height(&self) -> f64 {
        self.spec.height as f64
    }

    /// Interleaved samples a pixel.
    #[napi(getter)]
    pub fn channels(&self) -> u32 {
        self.spec.channels
    }

    /// The type of a sample.
    #[napi(getter)]
    pub fn depth(&self) -> &'static str {
        self.spec.depth.name()
    }

    /// What the source's container says.
    #[napi]
    pub fn metadata(&self) -> Result<BindingMetadata> {
        Ok(BindingMetadata::new(self.image()?.source().metadata(), &self.spec))
    }

    /// Lets go of the source now rather than when this object is collected.
    #[napi]
    pub fn close(&self) {
        drop(self.image.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// A part of this image.
    #[napi]
    pub fn crop(&self, region: BindingRegion) -> Result<Self> {
        let image = self.image()?;
        let part = Region::try_from(region).ok().and_then(|region| image.crop(region));
        part.map(Self::new).ok_or_else(|| {
            let Spec { width, height, .. } = self.spec;
            invalid_argument(format!("expected a region inside {width} x {height} pixels for crop"))
        })
    }

    /// Computes the image into a file.
    #[napi(ts_return_type = "Promise<BindingOutcome>")]
    pub fn to_file<'env>(
        &self,
        env: &'env Env,
        job: &BindingJob,
        target: BindingTarget,
    ) -> Result<Object<'env>> {
        let image = self.image()?;
        let (settler, promise) = settler(env, BindingOutcome::lost)?;
        let starter = job.starter();
        let environment = environment::current(env);
        let ticket = environment.enter();
        // Creating the file may wait for the disk, so that too happens on a worker.
        engine().spawn(move || match create(&target, target.destination(), &image) {
            Ok(sink) => starter.start(&image, sink, ticket, move |result, ticket| {
                settler.resolve(|| BindingOutcome::from(result));
                drop(ticket);
            }),
            Err(error) => {
                let error = BindingError::from(error);
                settler.resolve(|| BindingOutcome { error: Some(error) });
                drop(ticket);
            }
        });
        Ok(promise)
    }

    /// Computes the image into new memory.
    #[napi(ts_return_type = "Promise<BindingPixels>")]
    pub fn to_buffer<'env>(&self, env: &'env Env, job: &BindingJob) -> Result<Object<'env>> {
        let image = self.image()?;
        let (settler, promise) = settler(env, BindingPixels::lost)?;
        let sink = match MemorySink::new(self.spec) {
            Ok(sink) => Arc::new(sink),
            Err(error) => {
                let error = BindingError::from(error);
                settler.resolve(|| BindingPixels { data: None, error: Some(error) });
                return Ok(promise);
            }
        };
        let ticket = environment::current(env).enter();
        let filled = Arc::clone(&sink);
        job.starter().start(&image, sink, ticket, move |result, ticket| {
            // SAFETY: the job is over, so no claimed region is in use.
            let bytes = unsafe { filled.take() };
            settler.resolve(move || match (result, bytes) {
                (Ok(()), Some(bytes)) => BindingPixels { data: Some(give(bytes)), error: None },
                (Ok(()), None) => BindingPixels::lost(),
                (Err(error), _) => BindingPixels { data: None, error: Some(error.into()) },
            });
            drop(ticket);
        });
        Ok(promise)
    }

    /// Computes the image into memory of the caller, dense.
    #[napi(ts_return_type = "Promise<BindingOutcome>")]
    pub fn to_memory<'env>(
        &self,
        env: &'env Env,
        job: &BindingJob,
        mut into: Uint8Array,
    ) -> Result<Object<'env>> {
        let image = self.image()?;
        // SAFETY: the façade has refused views that overlap a source, and the caller leaves the
        // memory alone until the promise settles; it is kept alive by `into`, which the job's end
        // owns.
        let sink = unsafe {
            let memory = into.as_mut();
            MemorySink::over(memory.as_mut_ptr(), memory.len(), self.spec)
        };
        let sink = sink.map_err(|error| thrown_store(&error))?;
        let (settler, promise) = settler(env, BindingOutcome::lost)?;
        let ticket = environment::current(env).enter();
        job.starter().start(&image, Arc::new(sink), ticket, move |result, ticket| {
            drop(into);
            settler.resolve(|| BindingOutcome::from(result));
            drop(ticket);
        });
        Ok(promise)
    }

    /// Starts to compute the image tile by tile.
    #[napi]
    pub fn tiles(
        &self,
        env: Env,
        job: &BindingJob,
        width: f64,
        height: f64,
    ) -> Result<BindingTiles> {
        let image = self.image()?;
        let environment = environment::current(&env);
        let ticket = environment.enter();
        let id = ticket.id();
        let size = (width as u64, height as u64);
        let tiles = engine().tiles(&image, size, job.options(), move |_| drop(ticket));
        let tiles = tiles.map_err(|error| thrown_pipeline(&error))?;
        job.attach(&tiles.handle());
        environment.attach(id, tiles.handle());
        Ok(BindingTiles::new(tiles))
    }
}

impl BindingImage {
    pub(crate) fn new(image: Image) -> Self {
        let spec = *image.spec();
        Self { image: Mutex::new(Some(image)), spec }
    }

    /// This image under a filter.
    pub(crate) fn filtered(&self, recipe: &impl Recipe) -> Result<Self> {
        let filter = recipe.bind(&self.spec, Isa::best()).map_err(invalid_argument)?;
        Ok(Self::new(self.image()?.filter(filter)))
    }

    pub(crate) fn image(&self) -> Result<Image> {
        let image = self.image.lock().unwrap_or_else(PoisonError::into_inner).clone();
        image.ok_or_else(|| Thrown::new("ERR_CLOSED", "the image was closed".to_owned()))
    }
}

pub(crate) fn settler<'env, T: napi::bindgen_prelude::ToNapiValue + 'static>(
    env: &'env Env,
    fallback: fn() -> T,
) -> Result<(Settler<T>, Object<'env>)> {
    Settler::new(env, fallback).map_err(|error| Thrown::new("ERR_INTERNAL", error.reason.clone()))
}

/// Opens a source on a worker.
fn opening<'env>(
    env: &'env Env,
    open: impl FnOnce() -> std::result::Result<Arc<dyn Source>, store::Error> + Send + 'static,
) -> Result<Object<'env>> {
    let (settler, promise) = settler(env, BindingOpened::lost)?;
    let ticket = environment::current(env).enter();
    engine().spawn(move || {
        let opened = open();
        settler.resolve(|| match opened {
            Ok(source) => BindingOpened::new(BindingImage::new(Image::new(source))),
            Err(error) => BindingOpened::failed(error.into()),
        });
        drop(ticket);
    });
    Ok(promise)
}

fn parse_access(access: &str) -> Result<Access> {
    match access {
        "auto" => Ok(Access::Auto),
        "mmap" => Ok(Access::Mmap),
        "pread" => Ok(Access::Pread),
        _ => Err(invalid_argument(format!(
            "expected 'auto', 'mmap' or 'pread' for access but received {access}"
        ))),
    }
}
