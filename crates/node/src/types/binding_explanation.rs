use napi_derive::napi;
use pipeline::{Explanation, Stage};

/// How results of one size will be computed.
#[napi(object)]
pub struct BindingExplanation {
    pub width: f64,
    pub height: f64,
    pub units: f64,
    pub unit_width: f64,
    pub unit_height: f64,
    pub block_width: f64,
    pub block_height: f64,
    pub threads: u32,
    /// Bytes that one thread may use.
    pub thread_bytes: f64,
    /// Pixels that will be made.
    pub made: f64,
    /// Pixels that would be, if none were made twice.
    pub needed: f64,
    pub stages: Vec<BindingStage>,
}

/// One operation, or several that run as one.
#[napi(object)]
pub struct BindingStage {
    pub name: String,
    pub width: f64,
    pub height: f64,
    pub channels: u32,
    pub depth: String,
    pub inputs: Vec<u32>,
    /// Columns and rows of it that one pixel of the results depends on.
    pub window_width: f64,
    pub window_height: f64,
    pub is_kept: bool,
}

impl From<&Explanation> for BindingExplanation {
    fn from(explanation: &Explanation) -> Self {
        let Explanation { spec, plan, units, made, needed, stages } = explanation;
        Self {
            width: spec.width as f64,
            height: spec.height as f64,
            units: *units as f64,
            unit_width: plan.unit.0 as f64,
            unit_height: plan.unit.1 as f64,
            block_width: plan.block.0 as f64,
            block_height: plan.block.1 as f64,
            threads: plan.threads as u32,
            thread_bytes: plan.worker_bytes as f64,
            made: *made as f64,
            needed: *needed as f64,
            stages: stages.iter().map(BindingStage::from).collect(),
        }
    }
}

impl From<&Stage> for BindingStage {
    fn from(stage: &Stage) -> Self {
        Self {
            name: stage.name.clone(),
            width: stage.spec.width as f64,
            height: stage.spec.height as f64,
            channels: stage.spec.channels,
            depth: stage.spec.depth.name().to_owned(),
            inputs: stage.inputs.iter().map(|&input| input as u32).collect(),
            window_width: stage.window.0 as f64,
            window_height: stage.window.1 as f64,
            is_kept: stage.is_kept,
        }
    }
}
