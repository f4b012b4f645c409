//! A promise that a worker settles.

use napi::JsDeferred;
use napi::bindgen_prelude::{Env, Object, Result, ToNapiValue};

type Resolver<T> = Box<dyn FnOnce(Env) -> Result<T>>;

/// Settles a promise, once. A settler dropped unused resolves with its fallback, because a deferred
/// dropped unsettled would leave the promise pending and the event loop alive for ever.
pub(crate) struct Settler<T: ToNapiValue + 'static> {
    deferred: Option<JsDeferred<T, Resolver<T>>>,
    fallback: fn() -> T,
}

impl<T: ToNapiValue + 'static> Settler<T> {
    /// A promise and what settles it.
    pub(crate) fn new<'env>(env: &'env Env, fallback: fn() -> T) -> Result<(Self, Object<'env>)> {
        let (deferred, promise) = env.create_deferred()?;
        Ok((Self { deferred: Some(deferred), fallback }, promise))
    }

    /// Resolves with what `make` makes on the JavaScript thread.
    pub(crate) fn resolve(mut self, make: impl FnOnce() -> T + Send + 'static) {
        self.settle(make);
    }

    fn settle(&mut self, make: impl FnOnce() -> T + Send + 'static) {
        if let Some(deferred) = self.deferred.take() {
            deferred.resolve(Box::new(move |_| Ok(make())));
        }
    }
}

impl<T: ToNapiValue + 'static> Drop for Settler<T> {
    fn drop(&mut self) {
        let fallback = self.fallback;
        self.settle(fallback);
    }
}
