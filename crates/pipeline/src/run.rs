//! Makes the pixels of a region of the results, from top to bottom, as a [`Course`] says.

use std::sync::Arc;

use filters::{Demand, Pass, Window};
use raster::{Buffer, Region, Spec, View, ViewMut};
use store::Source;

use crate::Error;
use crate::course::{Course, Step};
use crate::graph::{Edge, Graph, Operation, Piece};
use crate::parts::{Parts, Way};
use crate::roll::Roll;
use crate::worker::Worker;

/// Bytes behind the pixels of a window that is put together.
const SLACK: usize = 256;

/// A region of the results on its way.
pub(crate) struct Run {
    graph: Arc<Graph>,
    parts: Arc<Parts>,
    course: Course,
    states: Vec<State>,
    steps: Vec<Step>,
    /// Parts whose passes have begun, in that order.
    begun: Vec<usize>,
    /// Pixels that were made of intermediate images and results.
    made: u64,
}

/// What is kept of a part.
struct State {
    roll: Option<Roll>,
    /// The source that lends the part.
    held: Option<Arc<dyn Source>>,
    pass: Option<Box<dyn Pass>>,
}

impl Run {
    /// Begins a region, making `rows` rows at a time.
    pub(crate) fn open(
        graph: &Arc<Graph>,
        region: &Region,
        rows: u64,
        worker: &mut Worker,
    ) -> Self {
        let parts = Arc::new(Parts::new(graph, region));
        let states = parts.list.iter().map(|part| {
            let vertex = &graph.vertices[part.vertex];
            let roll = (part.way == Way::Kept).then(|| {
                let buffer = worker.buffers.pop().unwrap_or_default();
                Roll::new(vertex.spec, part.region.left, part.region.width, buffer)
            });
            let pass = match &vertex.operation {
                Operation::Filter(filter) => Some(Arc::clone(filter).open(&part.region)),
                _ => None,
            };
            State { roll, held: None, pass }
        });
        let states = states.collect();
        let course = Course::new(Arc::clone(graph), Arc::clone(&parts), rows);
        Self {
            graph: Arc::clone(graph),
            parts,
            course,
            states,
            steps: Vec::new(),
            begun: Vec::new(),
            made: 0,
        }
    }

    /// Makes the rows of every result from `top` to `bottom`; `outs` are where they go.
    pub(crate) fn advance(
        &mut self,
        top: u64,
        bottom: u64,
        outs: &mut [ViewMut<'_>],
        worker: &mut Worker,
    ) -> Result<(), Error> {
        let mut steps = std::mem::take(&mut self.steps);
        self.course.advance(bottom, &mut steps);
        let result = steps.drain(..).try_for_each(|step| self.step(&step, top, outs, worker));
        self.steps = steps;
        result
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> u64 {
        let of = |state: &State| {
            state.roll.as_ref().map_or(0, Roll::bytes)
                + state.pass.as_ref().map_or(0, |it| it.bytes())
        };
        self.states.iter().map(of).sum()
    }

    /// Gives the memory back. Returns how many pixels were made.
    pub(crate) fn close(self, worker: &mut Worker) -> u64 {
        let Self { mut states, begun, made, .. } = self;
        for part in begun.into_iter().rev() {
            if let Some(pass) = states[part].pass.take() {
                pass.close(&mut worker.scratch);
            }
        }
        let rolls = states.into_iter().rev().filter_map(|state| state.roll);
        worker.buffers.extend(rolls.map(Roll::into_buffer));
        made
    }

    fn step(
        &mut self,
        step: &Step,
        top: u64,
        outs: &mut [ViewMut<'_>],
        worker: &mut Worker,
    ) -> Result<(), Error> {
        let demands = self.course.demands(step.part, &step.rows);
        self.hold(step.part, &demands)?;
        let part = &self.parts.list[step.part];
        let rows =
            Region { top: step.rows.start, height: step.rows.end - step.rows.start, ..part.region };
        let mut state = State { roll: self.states[step.part].roll.take(), held: None, pass: None };
        state.pass = self.states[step.part].pass.take();
        let result = match part.way {
            Way::Kept => {
                let roll = state.roll.as_mut().expect("a part that is kept has a roll");
                let mut out = roll.extend(step.keep, step.rows.start, step.rows.end);
                self.fill(step.part, &demands, &rows, &mut state.pass, &mut out, worker)
            }
            Way::Given(output) | Way::Copied(output) => {
                let result = &self.parts.list[self.parts.outputs[output]].region;
                // A crop lies elsewhere in the image that it is a part of.
                let y = step.rows.start - part.region.top + result.top - top;
                let band = Region::new(0, y, rows.width, rows.height);
                self.fill(
                    step.part,
                    &demands,
                    &rows,
                    &mut state.pass,
                    &mut outs[output].sub(&band),
                    worker,
                )
            }
            Way::Lent | Way::Done => Ok(()),
        };
        if step.rows.start == part.region.top {
            self.begun.push(step.part);
        }
        if !matches!(part.way, Way::Copied(_)) && !self.is_source(part.vertex) {
            self.made += rows.pixels();
        }
        self.states[step.part] = state;
        result
    }

    /// Holds the sources that lend what a part is made from.
    fn hold(&mut self, part: usize, demands: &[(usize, Demand)]) -> Result<(), Error> {
        let vertex = &self.graph.vertices[self.parts.list[part].vertex];
        for (edge, demand) in demands {
            let edge = &vertex.inputs[*edge];
            let Operation::Source(source) = &self.graph.vertices[edge.vertex].operation else {
                continue;
            };
            for piece in edge.pieces(demand) {
                let part = self.parts.find(edge, &piece);
                if self.parts.list[part].way == Way::Lent && self.states[part].held.is_none() {
                    self.states[part].held = Some(source.hold()?);
                }
            }
        }
        Ok(())
    }

    fn is_source(&self, vertex: usize) -> bool {
        matches!(self.graph.vertices[vertex].operation, Operation::Source(_))
    }

    /// Computes rows of a part into `out`.
    fn fill(
        &self,
        part: usize,
        demands: &[(usize, Demand)],
        rows: &Region,
        pass: &mut Option<Box<dyn Pass>>,
        out: &mut ViewMut<'_>,
        worker: &mut Worker,
    ) -> Result<(), Error> {
        let vertex = &self.graph.vertices[self.parts.list[part].vertex];
        if let Operation::Source(source) = &vertex.operation {
            return source.read(rows, out);
        }
        let mut spare: Vec<Buffer> = Vec::new();
        for (edge, demand) in demands {
            let edge = &vertex.inputs[*edge];
            if edge.pieces(demand).count() > 1 {
                let mut buffer = worker.buffers.pop().unwrap_or_default();
                self.assemble(edge, demand, &mut buffer);
                spare.push(buffer);
            }
        }
        let mut assembled = spare.iter();
        let windows: Vec<Window<'_>> = demands
            .iter()
            .map(|(edge, demand)| {
                let edge = &vertex.inputs[*edge];
                let mut pieces = edge.pieces(demand);
                let view = if let (Some(piece), None) = (pieces.next(), pieces.next()) {
                    self.view(edge, &piece)
                } else {
                    let buffer = assembled.next().expect("put together above");
                    dense(buffer, demand, &edge.spec)
                };
                Window { view, columns: demand.columns, rows: demand.rows }
            })
            .collect();
        match &vertex.operation {
            Operation::Filter(_) => {
                let pass = pass.as_mut().expect("a filter's part has a pass");
                pass.next(&windows[0], rows, out, &mut worker.scratch);
            }
            Operation::Program(program) => {
                program.run(&windows, rows, out, &mut worker.buffers);
            }
            Operation::Geometry(geometry) => geometry.run(&windows, rows, out),
            Operation::Output => out.copy_from(&windows[0].view),
            Operation::Source(_) => unreachable!("read above"),
        }
        drop(windows);
        worker.buffers.extend(spare.into_iter().rev());
        Ok(())
    }

    /// A piece of an edge's image, where it lies.
    fn view(&self, edge: &Edge, piece: &Piece) -> View<'_> {
        let part = self.parts.find(edge, piece);
        if let Some(source) = &self.states[part].held {
            return source.view(&piece.region).expect("a part of what is lent is lent");
        }
        let roll = self.states[part].roll.as_ref();
        roll.expect("what others are made from is kept").view(&piece.region)
    }

    /// Puts a window together that wraps around the image.
    fn assemble(&self, edge: &Edge, demand: &Demand, buffer: &mut Buffer) {
        let (width, height) = (demand.columns.len as usize, demand.rows.len as usize);
        let bytes = width * height * edge.spec.pixel_bytes() as usize;
        let memory = buffer.take(bytes + SLACK);
        let mut out = ViewMut::new(memory, width, height, &edge.spec).expect("a buffer is aligned");
        for piece in edge.pieces(demand) {
            let place = Region { left: piece.x, top: piece.y, ..piece.region };
            out.sub(&place).copy_from(&self.view(edge, &piece));
        }
    }
}

fn dense<'a>(buffer: &'a Buffer, demand: &Demand, spec: &Spec) -> View<'a> {
    let (width, height) = (demand.columns.len as usize, demand.rows.len as usize);
    let stride = width * spec.pixel_bytes() as usize;
    View::new(buffer.bytes(), stride, width, height, spec).expect("the buffer was made for it")
}

/// What a region needs at most, found by following its course.
pub(crate) struct Estimate {
    /// Bytes of rolls, passes and windows.
    pub(crate) bytes: u64,
    /// Pixels made of intermediate images and results.
    pub(crate) made: u64,
}

impl Estimate {
    pub(crate) fn new(graph: &Arc<Graph>, region: &Region, rows: u64) -> Self {
        let parts = Arc::new(Parts::new(graph, region));
        let mut held = vec![0; parts.list.len()];
        let mut course = Course::new(Arc::clone(graph), Arc::clone(&parts), rows);
        let (mut steps, mut made, mut windows) = (Vec::new(), 0, 0);
        course.advance(region.bottom(), &mut steps);
        for step in &steps {
            let part = &parts.list[step.part];
            let vertex = &graph.vertices[part.vertex];
            held[step.part] = held[step.part].max(step.rows.end - step.keep.max(part.region.top));
            if !matches!(vertex.operation, Operation::Source(_) | Operation::Output) {
                made += (step.rows.end - step.rows.start) * part.region.width;
            }
            let split = |(edge, demand): &(usize, Demand)| {
                let edge = &vertex.inputs[*edge];
                let bytes = demand.columns.len * demand.rows.len * edge.spec.pixel_bytes();
                if edge.pieces(demand).count() > 1 { bytes + SLACK as u64 } else { 0 }
            };
            windows =
                course.demands(step.part, &step.rows).iter().map(split).sum::<u64>().max(windows);
        }
        let bytes = parts.list.iter().zip(&held).map(|(part, &held)| {
            let vertex = &graph.vertices[part.vertex];
            let roll = match part.way {
                Way::Kept => Roll::footprint(&vertex.spec, part.region.width, held),
                _ => 0,
            };
            roll + scratch(&vertex.operation, part.region.width)
        });
        Self { bytes: bytes.sum::<u64>() + windows, made }
    }
}

fn scratch(operation: &Operation, width: u64) -> u64 {
    match operation {
        Operation::Filter(filter) => filter.scratch_bytes(width),
        Operation::Program(program) => program.scratch_bytes(width),
        Operation::Source(_) | Operation::Geometry(_) | Operation::Output => 0,
    }
}
