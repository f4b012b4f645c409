//! What describes an image.

use napi::bindgen_prelude::{Env, Object};
use napi_derive::napi;

use crate::engine::engine;
use crate::environment;
use crate::error::Thrown;
use crate::image::{BindingImage, settler};
use crate::types::BindingDescribed;

#[napi]
impl BindingImage {
    /// What describes the image, read from the source's file.
    #[napi(ts_return_type = "Promise<BindingDescribed>")]
    pub fn tags<'env>(&self, env: &'env Env) -> Result<Object<'env>, Thrown> {
        let image = self.image()?;
        let (settler, promise) = settler(env, BindingDescribed::lost)?;
        let ticket = environment::current(env).enter();
        engine().spawn(move || {
            let tags = image.tags();
            settler.resolve(|| BindingDescribed::from(tags));
            drop(ticket);
        });
        Ok(promise)
    }
}
