//! Several results at once, and what a plan is worth.

use std::sync::Arc;

use napi::bindgen_prelude::{ClassInstance, Env, Object};
use napi_derive::napi;
use pipeline::NullSink;
use store::{Encoded, Layout, Sink};

use crate::engine::engine;
use crate::environment;
use crate::error::{BindingError, Thrown, thrown_pipeline};
use crate::image::{BindingImage, settler};
use crate::job::BindingJob;
use crate::measuring::BindingMeasure;
use crate::memory::give;
use crate::target::create;
use crate::types::{BindingExplanation, BindingOutcome, BindingPixels, BindingTarget};

type Result<T> = std::result::Result<T, Thrown>;

#[napi]
impl BindingImage {
    /// Computes images into a file each, and others into what they add up to, in one pass over what
    /// they share.
    #[napi(ts_return_type = "Promise<BindingOutcome>")]
    pub fn write<'env>(
        env: &'env Env,
        job: &BindingJob,
        images: Vec<ClassInstance<'_, BindingImage>>,
        targets: Vec<BindingTarget>,
        measures: Vec<ClassInstance<'_, BindingMeasure>>,
    ) -> Result<Object<'env>> {
        let images = images.iter().map(|image| image.image()).collect::<Result<Vec<_>>>()?;
        let mut results: Vec<(_, Arc<dyn Sink>)> =
            measures.iter().map(|measure| measure.result()).collect();
        let (settler, promise) = settler(env, BindingOutcome::lost)?;
        let starter = job.starter();
        let ticket = environment::current(env).enter();
        // Creating the files may wait for the disk, so that too happens on a worker.
        engine().spawn(move || {
            for (image, target) in images.iter().zip(&targets) {
                match create(target, target.destination(), image) {
                    Ok(sink) => results.push((image.clone(), sink)),
                    Err(error) => {
                        for (_, sink) in results {
                            sink.abort();
                        }
                        let error = BindingError::from(error);
                        settler.resolve(|| BindingOutcome { error: Some(error) });
                        return drop(ticket);
                    }
                }
            }
            starter.write(&results, ticket, move |result, ticket| {
                settler.resolve(|| BindingOutcome::from(result));
                drop(ticket);
            });
        });
        Ok(promise)
    }

    /// Computes the image into memory, encoded, of `limit` bytes at most.
    #[napi(ts_return_type = "Promise<BindingPixels>")]
    pub fn encode<'env>(
        &self,
        env: &'env Env,
        job: &BindingJob,
        target: BindingTarget,
        limit: f64,
    ) -> Result<Object<'env>> {
        let image = self.image()?;
        let (settler, promise) = settler(env, BindingPixels::lost)?;
        let starter = job.starter();
        let ticket = environment::current(env).enter();
        // Making room may wait for the system, so that too happens on a worker.
        engine().spawn(move || {
            let fail = |error: BindingError| BindingPixels { data: None, error: Some(error) };
            let made = Encoded::new(limit as u64)
                .and_then(|memory| Ok((create(&target, memory.clone().into(), &image)?, memory)));
            let (sink, memory) = match made {
                Ok(made) => made,
                Err(error) => {
                    settler.resolve(move || fail(error.into()));
                    return drop(ticket);
                }
            };
            starter.start(&image, sink, ticket, move |result, ticket| {
                let bytes = memory.take();
                settler.resolve(move || match (result, bytes) {
                    (Ok(()), Some(bytes)) => BindingPixels { data: Some(give(bytes)), error: None },
                    (Ok(()), None) => BindingPixels::lost(),
                    (Err(error), _) => fail(error.into()),
                });
                drop(ticket);
            });
        });
        Ok(promise)
    }

    /// How this image would be computed: into memory (`free`), a raw file (`rows`), or a file of
    /// tiles.
    #[napi]
    pub fn explain(
        &self,
        layout: String,
        tile_width: u32,
        tile_height: u32,
        threads: u32,
    ) -> Result<BindingExplanation> {
        let layout = parse_layout(&layout, tile_width, tile_height);
        let explained = engine().explain(&[(self.image()?, layout)], threads as usize);
        let explained = explained.map_err(|error| thrown_pipeline(&error))?;
        Ok(BindingExplanation::from(&explained[0]))
    }

    /// Computes the image and throws it away; the job then knows how many pixels were made.
    #[napi(ts_return_type = "Promise<BindingOutcome>")]
    pub fn rehearse<'env>(
        &self,
        env: &'env Env,
        job: &BindingJob,
        layout: String,
        tile_width: u32,
        tile_height: u32,
    ) -> Result<Object<'env>> {
        let layout = match parse_layout(&layout, tile_width, tile_height) {
            // No memory is there to be filled.
            Layout::Free => Layout::Any,
            layout => layout,
        };
        let image = self.image()?;
        let (settler, promise) = settler(env, BindingOutcome::lost)?;
        let ticket = environment::current(env).enter();
        let sink = Arc::new(NullSink(layout)) as Arc<dyn Sink>;
        job.starter().start(&image, sink, ticket, move |result, ticket| {
            settler.resolve(|| BindingOutcome::from(result));
            drop(ticket);
        });
        Ok(promise)
    }
}

fn parse_layout(name: &str, width: u32, height: u32) -> Layout {
    match name {
        "rows" => Layout::Rows,
        "tiles" => Layout::Tiles { width: width.into(), height: height.into() },
        _ => Layout::Free,
    }
}
