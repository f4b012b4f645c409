use filters::{Element, Morphology, Shape};
use kernels::extrema::Extremum;
use napi_derive::napi;

use super::BindingBorder;
use crate::error::{Thrown, invalid_argument};

/// An erosion or a dilation.
#[napi(object)]
pub struct BindingMorphology {
    pub dilates: bool,
    /// `rectangle`, `cross` or `ellipse`; that of the mask if not given.
    pub shape: Option<String>,
    pub width: u32,
    pub height: u32,
    /// Row by row.
    pub mask: Vec<bool>,
    /// The middle if not given.
    pub anchor_x: Option<u32>,
    pub anchor_y: Option<u32>,
    pub iterations: u32,
    /// What is outside is ignored if not given.
    pub border: Option<BindingBorder>,
}

impl BindingMorphology {
    /// What to do, and how often.
    pub(crate) fn convert(self) -> Result<(Morphology, u32), Thrown> {
        let anchor = self.anchor_x.zip(self.anchor_y);
        let element = match self.shape.as_deref() {
            Some(shape) => Element::new(parse(shape)?, (self.width, self.height), anchor),
            None => Element::from_mask(self.mask, self.width, anchor),
        };
        let element = element.and_then(|element| element.iterated(self.iterations));
        let (element, times) = element.map_err(invalid_argument)?;
        let extremum = if self.dilates { Extremum::Greatest } else { Extremum::Least };
        let border = self.border.map(|border| border.convert()).transpose()?;
        Ok((Morphology { extremum, element, border }, times))
    }
}

fn parse(shape: &str) -> Result<Shape, Thrown> {
    match shape {
        "rectangle" => Ok(Shape::Rectangle),
        "cross" => Ok(Shape::Cross),
        "ellipse" => Ok(Shape::Ellipse),
        _ => Err(invalid_argument(format!("expected a shape but received {shape}"))),
    }
}
