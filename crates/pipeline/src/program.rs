//! Point operations that run one after the other on pieces of rows, so that what lies between them
//! never leaves the first-level cache.

use std::sync::Arc;

use filters::{Point, Window};
use raster::{Buffer, Region, ViewMut, stream_copy};

use crate::graph::Edge;

/// A tree of point operations. The last step makes the result.
#[derive(Default)]
pub(crate) struct Program {
    steps: Vec<Step>,
    leaves: Vec<Edge>,
    /// Bytes that a piece takes in each slot.
    slots: Vec<usize>,
    /// Pixels of a piece.
    piece: usize,
}

struct Step {
    point: Arc<dyn Point>,
    operands: Vec<Operand>,
    /// Where its result goes, unless it is the last.
    slot: usize,
}

/// What a step reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    Leaf(usize),
    Step(usize),
}

/// Bytes of a piece of the widest pixels.
const PIECE_BYTES: usize = 4096;

impl Program {
    /// Adds a step; it becomes the last.
    pub(crate) fn push(&mut self, point: Arc<dyn Point>, operands: Vec<Operand>) {
        self.steps.push(Step { point, operands, slot: 0 });
    }

    /// An image that is read, each once.
    pub(crate) fn leaf(&mut self, edge: Edge) -> Operand {
        let at = self.leaves.iter().position(|leaf| *leaf == edge).unwrap_or_else(|| {
            self.leaves.push(edge);
            self.leaves.len() - 1
        });
        Operand::Leaf(at)
    }

    /// Takes in the steps of another program; its result is an operand of what comes next.
    pub(crate) fn merge(&mut self, other: Self) -> Operand {
        let leaves: Vec<Operand> = other.leaves.into_iter().map(|edge| self.leaf(edge)).collect();
        let first = self.steps.len();
        for mut step in other.steps {
            for operand in &mut step.operands {
                *operand = match *operand {
                    Operand::Leaf(leaf) => leaves[leaf],
                    Operand::Step(step) => Operand::Step(first + step),
                };
            }
            self.steps.push(step);
        }
        Operand::Step(self.steps.len() - 1)
    }

    /// Assigns memory: a step's is free again once its one consumer has run.
    pub(crate) fn seal(&mut self) {
        let pixel = |point: &Arc<dyn Point>| point.output().pixel_bytes() as usize;
        let leaves = self.leaves.iter().map(|leaf| leaf.spec.pixel_bytes() as usize);
        let widest = self.steps.iter().map(|step| pixel(&step.point)).chain(leaves).max();
        self.piece = (PIECE_BYTES / widest.unwrap_or(1)).max(64);
        let mut free: Vec<usize> = Vec::new();
        for at in 0..self.steps.len() {
            let slot = free.pop().unwrap_or_else(|| {
                self.slots.push(0);
                self.slots.len() - 1
            });
            self.slots[slot] = self.slots[slot].max(self.piece * pixel(&self.steps[at].point));
            self.steps[at].slot = slot;
            for operand in &self.steps[at].operands {
                if let Operand::Step(step) = *operand {
                    free.push(self.steps[step].slot);
                }
            }
        }
    }

    pub(crate) fn take_leaves(&mut self) -> Vec<Edge> {
        std::mem::take(&mut self.leaves)
    }

    /// The steps' names.
    pub(crate) fn name(&self) -> String {
        let names: Vec<_> = self.steps.iter().map(|step| step.point.name()).collect();
        names.join(" + ")
    }

    /// The most bytes of buffers that [`run`](Self::run) takes for regions of that width.
    pub(crate) fn scratch_bytes(&self, width: u64) -> u64 {
        let row = self.steps.last().map_or(0, |step| step.point.output().pixel_bytes() * width);
        self.slots.iter().map(|&bytes| bytes as u64 + 64).sum::<u64>() + row
    }

    /// Computes a region, row by row. `windows` are those of the leaves and hold just the region.
    pub(crate) fn run(
        &self,
        windows: &[Window<'_>],
        region: &Region,
        out: &mut ViewMut<'_>,
        buffers: &mut Vec<Buffer>,
    ) {
        let mut slots: Vec<Buffer> =
            self.slots.iter().map(|_| buffers.pop().unwrap_or_default()).collect();
        let mut stage = buffers.pop().unwrap_or_default();
        for y in 0..region.height as usize {
            if out.is_streamed() {
                let row = out.row_bytes(y);
                let whole = stage.take(row.len());
                self.row(windows, y, whole, &mut slots);
                stream_copy(row, whole);
            } else {
                self.row(windows, y, out.row_bytes(y), &mut slots);
            }
        }
        buffers.push(stage);
        buffers.extend(slots.into_iter().rev());
    }

    fn row(&self, windows: &[Window<'_>], y: usize, out: &mut [u8], slots: &mut [Buffer]) {
        let Some((last, before)) = self.steps.split_last() else { return };
        let pixel = |step: &Step| step.point.output().pixel_bytes() as usize;
        let width = out.len() / pixel(last);
        for start in (0..width).step_by(self.piece) {
            let count = self.piece.min(width - start);
            for step in before {
                let mut result = std::mem::take(&mut slots[step.slot]);
                let bytes = result.take(count * pixel(step));
                self.step(step, windows, y, [start, count], slots, bytes);
                slots[step.slot] = result;
            }
            let bytes = &mut out[start * pixel(last)..][..count * pixel(last)];
            self.step(last, windows, y, [start, count], slots, bytes);
        }
    }

    fn step(
        &self,
        step: &Step,
        windows: &[Window<'_>],
        y: usize,
        [start, count]: [usize; 2],
        slots: &[Buffer],
        out: &mut [u8],
    ) {
        const MOST: usize = 8;
        let operand = |operand: &Operand| match *operand {
            Operand::Leaf(leaf) => {
                let view = &windows[leaf].view;
                let pixel = view.channels() * view.depth().bytes();
                &view.row_bytes(y)[start * pixel..][..count * pixel]
            }
            Operand::Step(at) => {
                let made = &self.steps[at];
                &slots[made.slot].bytes()[..count * made.point.output().pixel_bytes() as usize]
            }
        };
        if step.operands.len() <= MOST {
            let mut inputs: [&[u8]; MOST] = [&[]; MOST];
            for (input, read) in inputs.iter_mut().zip(&step.operands) {
                *input = operand(read);
            }
            step.point.run(&inputs[..step.operands.len()], out);
        } else {
            let inputs: Vec<&[u8]> = step.operands.iter().map(operand).collect();
            step.point.run(&inputs, out);
        }
    }
}
