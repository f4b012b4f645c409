use filters::Join;
use napi_derive::napi;

/// A canvas, and where images lie on it.
#[napi(object)]
pub struct BindingJoin {
    pub width: f64,
    pub height: f64,
    pub background: Vec<f64>,
    /// The first column of each image.
    pub left: Vec<f64>,
    /// The first row of each image.
    pub top: Vec<f64>,
}

impl BindingJoin {
    pub(crate) fn convert(self) -> Join {
        let places = self.left.iter().zip(&self.top).map(|(&left, &top)| (left as i64, top as i64));
        Join {
            width: self.width as u64,
            height: self.height as u64,
            places: places.collect(),
            background: self.background,
        }
    }
}
