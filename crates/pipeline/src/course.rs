//! In which order the rows of all parts are made: the schedule of a unit, without a pixel.
//!
//! Every part is made from top to bottom, a few rows at a time, each row once. It is asked for rows by
//! whatever is made from it, and lets go of those that nobody will ask for again. So the rows of an
//! intermediate image roll through a short piece of memory. What is known here, before anything is
//! computed: how many rows of each part will be held, and how many pixels made.

use std::ops::Range;
use std::sync::Arc;

use filters::Demand;
use raster::Region;

use crate::graph::Graph;
use crate::parts::{Parts, Way};

/// How far the parts of a unit are made.
pub(crate) struct Course {
    graph: Arc<Graph>,
    parts: Arc<Parts>,
    /// The next row of each part.
    next: Vec<u64>,
    /// Rows that are made at a time.
    rows: u64,
}

/// Rows of a part that are to be made now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) part: usize,
    pub(crate) rows: Range<u64>,
    /// Rows of the part before this one are needed no more.
    pub(crate) keep: u64,
}

impl Course {
    pub(crate) fn new(graph: Arc<Graph>, parts: Arc<Parts>, rows: u64) -> Self {
        let next = parts.list.iter().map(|part| part.region.top).collect();
        Self { graph, parts, next, rows: rows.next_multiple_of(2) }
    }

    /// The steps that make the results up to row `bottom`, which is the last or an even number of rows
    /// behind the first.
    pub(crate) fn advance(&mut self, bottom: u64, steps: &mut Vec<Step>) {
        let parts = Arc::clone(&self.parts);
        for &output in &parts.outputs {
            self.make(output, bottom, steps);
        }
    }

    /// What `rows` of a part are made from: the edge, what is needed of its image, and whether rows
    /// around them may be read too.
    pub(crate) fn demands(&self, part: usize, rows: &Range<u64>) -> Vec<(usize, Demand)> {
        let part = &self.parts.list[part];
        let vertex = &self.graph.vertices[part.vertex];
        let [before, after] = vertex.slack();
        let top = rows.start.saturating_sub(before).max(part.region.top);
        let bottom = (rows.end + after).min(part.region.bottom());
        vertex.demands(&Region { top, height: bottom - top, ..part.region })
    }

    /// Makes a part up to row `bottom` or a little further.
    fn make(&mut self, at: usize, bottom: u64, steps: &mut Vec<Step>) {
        let region = self.parts.list[at].region;
        // Filters make rows in pairs.
        let bottom = (region.top + (bottom - region.top).next_multiple_of(2)).min(region.bottom());
        while self.next[at] < bottom {
            let rows = self.next[at]..(self.next[at] + self.rows).min(bottom);
            let parts = Arc::clone(&self.parts);
            let graph = Arc::clone(&self.graph);
            let vertex = &graph.vertices[parts.list[at].vertex];
            for (edge, demand) in self.demands(at, &rows) {
                let edge = &vertex.inputs[edge];
                for piece in edge.pieces(&demand) {
                    let input = parts.find(edge, &piece);
                    if parts.list[input].way != Way::Lent {
                        self.make(input, piece.region.bottom(), steps);
                    }
                }
            }
            let keep = self.keep(at, rows.start);
            self.next[at] = rows.end;
            if parts.list[at].way != Way::Done {
                steps.push(Step { part: at, rows, keep });
            }
        }
    }

    /// The first row of a part that is needed by what is still to be made of its users, and at most
    /// `next`, which is about to be made.
    fn keep(&self, at: usize, next: u64) -> u64 {
        if matches!(self.parts.list[at].way, Way::Given(_) | Way::Copied(_)) {
            return next;
        }
        let users = self.parts.list[at].users.iter();
        users.fold(next, |keep, &user| {
            let region = &self.parts.list[user].region;
            if self.next[user] == region.bottom() {
                return keep;
            }
            let vertex = &self.graph.vertices[self.parts.list[user].vertex];
            let demands = self.demands(user, &(self.next[user]..region.bottom()));
            let pieces = demands.iter().flat_map(|(edge, demand)| {
                let edge = &vertex.inputs[*edge];
                edge.pieces(demand).map(move |piece| (edge, piece))
            });
            let mine = pieces.filter(|(edge, piece)| self.parts.find(edge, piece) == at);
            mine.map(|(_, piece)| piece.region.top).fold(keep, u64::min)
        })
    }
}
