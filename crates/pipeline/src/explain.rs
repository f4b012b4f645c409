//! What a plan is, and what it will cost, for people.

use raster::{Region, Spec, View, ViewMut};
use store::{Layout, Sink};

use crate::graph::{Graph, Operation};
use crate::job::Passage;
use crate::parts::Parts;
use crate::{Plan, plan::cells};

/// How some results of one size will be computed in one passage over their sources.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The shape of the first result.
    pub spec: Spec,
    /// Units, blocks, workers and memory.
    pub plan: Plan,
    /// Units in all.
    pub units: u64,
    /// Pixels of intermediate images and results that will be made.
    pub made: u64,
    /// Pixels of them that the results depend on: what would be made if nothing were made twice.
    pub needed: u64,
    /// What is computed, in order.
    pub stages: Vec<Stage>,
}

/// One vertex of the graph.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The operation, or the operations that run as one.
    pub name: String,
    /// The shape of its image.
    pub spec: Spec,
    /// The stages that it is made from.
    pub inputs: Vec<usize>,
    /// Columns and rows of it that a pixel of the results depends on.
    pub window: (u64, u64),
    /// Whether rows of it are kept for others, rather than lent by a source or made where they go.
    pub is_kept: bool,
}

/// Units that are looked at to predict what all will make.
const SAMPLES: u64 = 512;

impl Explanation {
    pub(crate) fn new(passage: &Passage) -> Self {
        let Passage { graph, targets, plan, .. } = passage;
        let spec = targets[0].spec;
        let units = plan.units(&spec);
        // Evenly spread, so that edges have their share.
        let step = units.div_ceil(SAMPLES);
        let looked_at = (0..units).step_by(step as usize).map(|unit| {
            let region = plan.unit_region(&spec, unit);
            let made = cells(&region, plan.block.0).map(|part| area(graph, &part)).sum::<u64>();
            (made, region.pixels())
        });
        let (made, pixels) = looked_at.fold((0, 0), |sum, unit| (sum.0 + unit.0, sum.1 + unit.1));
        let scale = spec.region().pixels() as f64 / pixels as f64;
        Self {
            spec,
            plan: *plan,
            units,
            made: (made as f64 * scale).round() as u64,
            needed: area(graph, &spec.region()),
            stages: stages(graph, &spec),
        }
    }
}

/// Pixels of intermediate images and results that a region depends on.
fn area(graph: &Graph, region: &Region) -> u64 {
    let parts = Parts::new(graph, region).list;
    let is_made = |vertex: usize| {
        !matches!(graph.vertices[vertex].operation, Operation::Source(_) | Operation::Output)
    };
    parts.iter().filter(|part| is_made(part.vertex)).map(|part| part.region.pixels()).sum()
}

fn stages(graph: &Graph, spec: &Spec) -> Vec<Stage> {
    let middle = Region::new(spec.width / 2, spec.height / 2, 1, 1);
    let parts = Parts::new(graph, &middle);
    let stage = |(at, vertex): (usize, &crate::graph::Vertex)| {
        let mut window = (0, 0);
        for part in parts.list.iter().filter(|part| part.vertex == at) {
            window = (part.region.width.max(window.0), part.region.height.max(window.1));
        }
        Stage {
            name: vertex.name(),
            spec: vertex.spec,
            inputs: vertex.inputs.iter().map(|edge| edge.vertex).collect(),
            window,
            is_kept: parts.list.iter().any(|part| part.vertex == at && part.is_kept()),
        }
    };
    graph.vertices.iter().enumerate().map(stage).collect()
}

/// A sink that throws away what it is given, of any layout but [`Layout::Free`]: to learn what a job
/// costs without its output.
pub struct NullSink(pub Layout);

impl Sink for NullSink {
    fn layout(&self) -> Layout {
        self.0
    }

    unsafe fn claim(&self, _: &Region) -> Option<ViewMut<'_>> {
        None
    }

    fn write(&self, _: &Region, _: &View<'_>) -> Result<(), store::Error> {
        Ok(())
    }

    fn finish(&self) -> Result<(), store::Error> {
        Ok(())
    }

    fn abort(&self) {}
}
