use napi_derive::napi;
use pipeline::Counters;

/// What the engine is doing.
#[napi(object)]
pub struct BindingCounters {
    /// Jobs not yet over.
    pub jobs: u32,
    /// Units being computed.
    pub active: u32,
    /// Bytes of working memory that the units being computed may use.
    pub reserved: f64,
    /// Bytes of working memory held by workers.
    pub held: f64,
    /// The most bytes that were ever held.
    pub peak: f64,
}

impl From<Counters> for BindingCounters {
    fn from(counters: Counters) -> Self {
        Self {
            jobs: counters.jobs as u32,
            active: counters.active as u32,
            reserved: counters.reserved as f64,
            held: counters.held as f64,
            peak: counters.peak as f64,
        }
    }
}
