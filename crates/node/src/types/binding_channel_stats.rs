use filters::{ChannelStats, Extreme};
use napi_derive::napi;

/// What a channel adds up to. What there is none of is NaN.
#[napi(object, object_from_js = false)]
pub struct BindingChannelStats {
    pub count: f64,
    pub nan: f64,
    pub min: f64,
    pub min_x: f64,
    pub min_y: f64,
    pub max: f64,
    pub max_x: f64,
    pub max_y: f64,
    pub sum: f64,
    pub squares_sum: f64,
    pub mean: f64,
    pub deviation: f64,
}

impl From<ChannelStats> for BindingChannelStats {
    fn from(stats: ChannelStats) -> Self {
        let [min, min_x, min_y] = place(stats.min);
        let [max, max_x, max_y] = place(stats.max);
        Self {
            count: stats.count as f64,
            nan: stats.nan as f64,
            min,
            min_x,
            min_y,
            max,
            max_x,
            max_y,
            sum: stats.sum,
            squares_sum: stats.squares,
            mean: stats.mean,
            deviation: stats.deviation,
        }
    }
}

fn place(extreme: Option<Extreme>) -> [f64; 3] {
    extreme.map_or([f64::NAN; 3], |Extreme { value, x, y }| [value, x as f64, y as f64])
}
