//! What JavaScript can make of several images, or of one image pixel by pixel.

use std::sync::Arc;

use filters::{GeometryRecipe, Turn};
use kernels::Isa;
use napi::bindgen_prelude::ClassInstance;
use napi_derive::napi;
use pipeline::Image;
use raster::Spec;

use crate::error::{Thrown, invalid_argument};
use crate::image::BindingImage;
use crate::types::{BindingJoin, BindingPad, BindingPoint};

type Result<T> = std::result::Result<T, Thrown>;

#[napi]
impl BindingImage {
    /// A point operation on this image, and on others if it takes several.
    #[napi]
    pub fn point(
        &self,
        options: BindingPoint,
        others: Vec<ClassInstance<'_, BindingImage>>,
    ) -> Result<Self> {
        let mut images = vec![self.image()?];
        for other in &others {
            images.push(other.image()?);
        }
        let specs: Vec<Spec> = images.iter().map(|image| *image.spec()).collect();
        let point = options.convert()?.bind(&specs, Isa::best()).map_err(invalid_argument)?;
        Ok(Self::new(Image::point(point, images)))
    }

    /// This image turned: `flip`, `flop`, `right`, `half`, `left` or `transpose`.
    #[napi]
    pub fn turn(&self, name: String) -> Result<Self> {
        let turn = match name.as_str() {
            "flip" => Turn::Flip,
            "flop" => Turn::Flop,
            "right" => Turn::Right,
            "half" => Turn::Half,
            "left" => Turn::Left,
            "transpose" => Turn::Transpose,
            _ => return Err(invalid_argument(format!("expected a turn but received {name}"))),
        };
        arrange(&turn, vec![self.image()?])
    }

    /// This image with more around it.
    #[napi]
    pub fn pad(&self, options: BindingPad) -> Result<Self> {
        arrange(&options.convert()?, vec![self.image()?])
    }

    /// Images on one canvas.
    #[napi(factory)]
    pub fn join(
        images: Vec<ClassInstance<'_, BindingImage>>,
        options: BindingJoin,
    ) -> Result<Self> {
        let images = images.iter().map(|image| image.image()).collect::<Result<Vec<_>>>()?;
        arrange(&options.convert(), images)
    }
}

fn arrange(recipe: &impl GeometryRecipe, images: Vec<Image>) -> Result<BindingImage> {
    let specs: Vec<Spec> = images.iter().map(|image| *image.spec()).collect();
    let geometry = recipe.bind(&specs).map_err(invalid_argument)?;
    Ok(BindingImage::new(Image::geometry(Arc::clone(&geometry), images)))
}
