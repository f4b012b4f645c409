//! What a job computes: the nodes that its results depend on, each once, in the order of their making.
//!
//! Images name nodes by reference, so a node that several lead to is one vertex; so are nodes that do
//! [the same](crate::unify). Crops become offsets of edges, and point operations with one consumer that
//! is a point operation too are merged into it.

use std::collections::HashMap;
use std::sync::Arc;

use filters::{Demand, Filter, Geometry};
use raster::{Region, Span, Spec};

use crate::image::{Kind, Node, in_order};
use crate::intake::Intake;
use crate::program::Program;
use crate::unify::unified;
use crate::{Error, Image};

/// The vertices of a job; what a vertex is made from comes before it.
pub(crate) struct Graph {
    pub(crate) vertices: Vec<Vertex>,
    /// The vertices of the results, in the order that they were asked for.
    pub(crate) outputs: Vec<usize>,
}

pub(crate) struct Vertex {
    pub(crate) operation: Operation,
    pub(crate) spec: Spec,
    pub(crate) inputs: Vec<Edge>,
}

pub(crate) enum Operation {
    Source(Intake),
    Filter(Arc<dyn Filter>),
    Program(Program),
    Geometry(Arc<dyn Geometry>),
    /// A result: the pixels of its input.
    Output,
}

/// What a vertex is made from: the image of another, or a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) vertex: usize,
    /// The shape of the part, which is an image of its own to whoever reads it.
    pub(crate) spec: Spec,
    /// Its corner.
    pub(crate) left: u64,
    pub(crate) top: u64,
}

impl Graph {
    /// The graph of some results.
    pub(crate) fn new(outputs: &[Image]) -> Self {
        let outputs = unified(outputs);
        let order = in_order(&outputs);
        let mut builder = Builder::default();
        for image in order.iter().flat_map(|image| &image.node().inputs).chain(&outputs) {
            *builder.uses.entry(image.id()).or_insert(0) += 1;
        }
        for image in &order {
            builder.add(image);
        }
        let outputs = outputs.iter().map(|image| builder.output(image)).collect();
        Self { vertices: builder.vertices, outputs }
    }

    /// Checks that the sources that were read have not changed.
    pub(crate) fn verify(&self) -> Result<(), Error> {
        self.vertices.iter().try_for_each(|vertex| match &vertex.operation {
            Operation::Source(source) => source.verify(),
            _ => Ok(()),
        })
    }
}

impl Vertex {
    /// What `region` of the vertex is made from: the edge, and what is needed of its image.
    pub(crate) fn demands(&self, region: &Region) -> Vec<(usize, Demand)> {
        match &self.operation {
            Operation::Source(_) => Vec::new(),
            Operation::Filter(filter) => vec![(0, filter.demand(region))],
            Operation::Geometry(geometry) => geometry.demand(region),
            Operation::Program(_) | Operation::Output => {
                (0..self.inputs.len()).map(|edge| (edge, demand_of(region))).collect()
            }
        }
    }

    /// Rows before and behind those that are made whose demand may be read too.
    pub(crate) fn slack(&self) -> [u64; 2] {
        match &self.operation {
            Operation::Filter(filter) => filter.slack(),
            _ => [0, 0],
        }
    }

    /// What is done there, for people.
    pub(crate) fn name(&self) -> String {
        match &self.operation {
            Operation::Source(_) => "source".to_owned(),
            Operation::Filter(filter) => filter.name().to_owned(),
            Operation::Program(program) => program.name(),
            Operation::Geometry(geometry) => geometry.name().to_owned(),
            Operation::Output => "output".to_owned(),
        }
    }
}

impl Edge {
    /// The regions of the vertex that a demand names: one, or up to four where the image wraps around,
    /// each with its place in the demand.
    pub(crate) fn pieces(&self, demand: &Demand) -> impl Iterator<Item = Piece> {
        let columns = pieces(demand.columns, self.spec.width);
        let (left, top) = (self.left, self.top);
        pieces(demand.rows, self.spec.height).into_iter().flatten().flat_map(
            move |(y, row, rows)| {
                columns.into_iter().flatten().map(move |(x, column, columns)| Piece {
                    region: Region::new(column + left, row + top, columns, rows),
                    x,
                    y,
                })
            },
        )
    }
}

/// A part of a demand that is one region of the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) region: Region,
    /// Where it lies in the demand.
    pub(crate) x: u64,
    pub(crate) y: u64,
}

/// A region as a demand.
pub(crate) const fn demand_of(region: &Region) -> Demand {
    Demand {
        columns: Span { start: region.left as i64, len: region.width },
        rows: Span { start: region.top as i64, len: region.height },
    }
}

/// Cuts a span that may wrap around an axis of length `n` into pieces of the image: offset in the
/// span, first position in the image, length. A span is never longer than the image, so there are at
/// most two.
fn pieces(span: Span, n: u64) -> [Option<(u64, u64, u64)>; 2] {
    let start = span.start.rem_euclid(n as i64) as u64;
    let first = span.len.min(n - start);
    let rest = span.len - first;
    [Some((0, start, first)), (rest > 0).then_some((first, 0, rest))]
}

/// Where the image of a node is found.
#[derive(Clone)]
enum Place {
    At(Edge),
    /// A point operation that is still to be merged into its consumer, or made a vertex.
    Pending(usize),
}

#[derive(Default)]
struct Builder {
    /// How often each node is an input or a result.
    uses: HashMap<*const Node, usize>,
    vertices: Vec<Vertex>,
    places: HashMap<*const Node, Place>,
    pending: Vec<Option<Program>>,
}

impl Builder {
    /// Adds a node whose inputs have been added.
    fn add(&mut self, image: &Image) {
        let (spec, inputs) = (*image.spec(), &image.node().inputs);
        let place = match &image.node().kind {
            Kind::Crop { region, spec } => {
                let edge = self.edge(&inputs[0]);
                let (left, top) = (edge.left + region.left, edge.top + region.top);
                Place::At(Edge { spec: *spec, left, top, ..edge })
            }
            Kind::Point(point) => {
                let mut program = Program::default();
                let operands = inputs.iter().map(|input| self.operand(input, &mut program));
                let operands = operands.collect();
                program.push(Arc::clone(point), operands);
                self.pending.push(Some(program));
                Place::Pending(self.pending.len() - 1)
            }
            kind => {
                let inputs = inputs.iter().map(|input| self.edge(input)).collect();
                let operation = match kind {
                    Kind::Source(source) => Operation::Source(Intake::new(source)),
                    Kind::Filter(filter) => Operation::Filter(Arc::clone(filter)),
                    Kind::Geometry(geometry) => Operation::Geometry(Arc::clone(geometry)),
                    Kind::Point(_) | Kind::Crop { .. } => unreachable!("matched above"),
                };
                Place::At(self.push(Vertex { operation, spec, inputs }))
            }
        };
        self.places.insert(image.id(), place);
    }

    /// An input of a point operation: a step of the same program if nobody else needs it.
    fn operand(&mut self, image: &Image, program: &mut Program) -> crate::program::Operand {
        if let Place::Pending(index) = self.places[&image.id()]
            && self.uses[&image.id()] == 1
            && let Some(other) = self.pending[index].take()
        {
            return program.merge(other);
        }
        program.leaf(self.edge(image))
    }

    fn edge(&mut self, image: &Image) -> Edge {
        let index = match self.places[&image.id()] {
            Place::At(edge) => return edge,
            Place::Pending(index) => index,
        };
        let mut program = self.pending[index].take().expect("a node with one consumer has one");
        program.seal();
        let inputs = program.take_leaves();
        let operation = Operation::Program(program);
        let edge = self.push(Vertex { operation, spec: *image.spec(), inputs });
        self.places.insert(image.id(), Place::At(edge));
        edge
    }

    fn output(&mut self, image: &Image) -> usize {
        let edge = self.edge(image);
        let (operation, spec) = (Operation::Output, edge.spec);
        self.push(Vertex { operation, spec, inputs: vec![edge] }).vertex
    }

    fn push(&mut self, vertex: Vertex) -> Edge {
        let edge = Edge { vertex: self.vertices.len(), spec: vertex.spec, left: 0, top: 0 };
        self.vertices.push(vertex);
        edge
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_spans_have_two_pieces() {
        let of =
            |start, len| pieces(Span { start, len }, 10).into_iter().flatten().collect::<Vec<_>>();
        assert_eq!(of(2, 5), [(0, 2, 5)]);
        assert_eq!(of(-2, 5), [(0, 8, 2), (2, 0, 3)]);
        assert_eq!(of(8, 5), [(0, 8, 2), (2, 0, 3)]);
        assert_eq!(of(0, 10), [(0, 0, 10)]);
    }
}
