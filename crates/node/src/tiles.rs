//! Tiles, one at a time.

use std::sync::{Mutex, PoisonError};

use napi::bindgen_prelude::{Env, Object, Result, Uint8Array};
use napi_derive::napi;
use pipeline::{Error, Tile, Tiles};

use crate::error::BindingError;
use crate::promise::Settler;
use crate::types::{BindingNextTile, BindingTile};

/// Hands out the tiles of a job in file order.
#[napi]
pub struct BindingTiles {
    tiles: Mutex<Option<Tiles>>,
}

impl BindingTiles {
    pub(crate) const fn new(tiles: Tiles) -> Self {
        Self { tiles: Mutex::new(Some(tiles)) }
    }
}

#[napi]
impl BindingTiles {
    /// The next tile; neither tile nor error after the last.
    #[napi(ts_return_type = "Promise<BindingNextTile>")]
    pub fn next<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let (settler, promise) = Settler::new(env, end)?;
        if let Some(tiles) = &*self.tiles.lock().unwrap_or_else(PoisonError::into_inner) {
            tiles.next(move |tile| settler.resolve(move || convert(tile)));
        }
        Ok(promise)
    }

    /// Cancels the job and lets its tiles go.
    #[napi]
    pub fn close(&self) {
        drop(self.tiles.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

const fn end() -> BindingNextTile {
    BindingNextTile { tile: None, error: None }
}

fn convert(next: std::result::Result<Option<Tile>, Error>) -> BindingNextTile {
    match next {
        Ok(Some(Tile { region, data })) => {
            let tile = BindingTile {
                data: Uint8Array::new(data),
                left: region.left as f64,
                top: region.top as f64,
                width: region.width as f64,
                height: region.height as f64,
            };
            BindingNextTile { tile: Some(tile), error: None }
        }
        Ok(None) => end(),
        Err(error) => BindingNextTile { tile: None, error: Some(BindingError::from(error)) },
    }
}
