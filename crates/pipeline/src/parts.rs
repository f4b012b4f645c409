//! Which part of each vertex a region of the results depends on.
//!
//! Usually that is one rectangle a vertex; where an image wraps around, or its crops lie far apart,
//! there are several. A part is made from top to bottom ([`Course`](crate::course::Course)).

use std::collections::BTreeMap;

use raster::Region;

use crate::graph::{Edge, Graph, Operation, Piece, Vertex};

/// The parts that one region of the results is made of.
pub(crate) struct Parts {
    /// In the order of their vertices, so those of a vertex come after those of its inputs. Vertices that
    /// are not needed, which in a mosaic are nearly all, have none and cost nothing.
    pub(crate) list: Vec<Part>,
    /// The part of each result.
    pub(crate) outputs: Vec<usize>,
}

/// A rectangle of a vertex.
pub(crate) struct Part {
    pub(crate) vertex: usize,
    pub(crate) region: Region,
    /// The parts that are made from it.
    pub(crate) users: Vec<usize>,
    pub(crate) way: Way,
}

/// How the pixels of a part come to whoever reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// They lie in a source's memory.
    Lent,
    /// They are made, and kept as long as they are needed.
    Kept,
    /// They are made right where the result of that number wants them.
    Given(usize),
    /// They are copied there.
    Copied(usize),
    /// They are there already: the part before was [given](Self::Given).
    Done,
}

impl Part {
    pub(crate) fn is_kept(&self) -> bool {
        self.way == Way::Kept
    }
}

impl Parts {
    /// The parts for `region` of every result.
    pub(crate) fn new(graph: &Graph, region: &Region) -> Self {
        let mut wanted: BTreeMap<usize, Vec<Region>> = BTreeMap::new();
        for &vertex in &graph.outputs {
            wanted.entry(vertex).or_default().push(*region);
        }
        let mut list = Vec::new();
        while let Some((at, mut regions)) = wanted.pop_last() {
            let vertex = &graph.vertices[at];
            join(&mut regions);
            for region in &regions {
                for (edge, demand) in vertex.demands(region) {
                    let edge = &vertex.inputs[edge];
                    let pieces = edge.pieces(&demand).map(|piece| piece.region);
                    wanted.entry(edge.vertex).or_default().extend(pieces);
                }
            }
            list.extend(regions.into_iter().rev().map(|region| Part {
                vertex: at,
                region,
                users: Vec::new(),
                way: way(vertex, &region),
            }));
        }
        list.reverse();
        let mut parts = Self { list, outputs: Vec::new() };
        parts.outputs = graph.outputs.iter().map(|&vertex| parts.first(vertex)).collect();
        parts.link(graph);
        parts
    }

    /// The part that holds a piece of an edge's image.
    pub(crate) fn find(&self, edge: &Edge, piece: &Piece) -> usize {
        let first = self.first(edge.vertex);
        let parts = self.list[first..].iter().take_while(|part| part.vertex == edge.vertex);
        let at = parts.map(|part| &part.region).position(|region| region.contains(&piece.region));
        first + at.expect("parts hold what they were made for")
    }

    /// The first part of a vertex.
    fn first(&self, vertex: usize) -> usize {
        self.list.partition_point(|part| part.vertex < vertex)
    }

    /// Notes who is made from what, and which results need no copy.
    fn link(&mut self, graph: &Graph) {
        for at in 0..self.list.len() {
            let vertex = &graph.vertices[self.list[at].vertex];
            for (edge, demand) in vertex.demands(&self.list[at].region) {
                let edge = &vertex.inputs[edge];
                for piece in edge.pieces(&demand) {
                    let input = self.find(edge, &piece);
                    if !self.list[input].users.contains(&at) {
                        self.list[input].users.push(at);
                    }
                }
            }
        }
        for output in 0..self.outputs.len() {
            let at = self.outputs[output];
            self.list[at].way = Way::Copied(output);
            let edge = &graph.vertices[self.list[at].vertex].inputs[0];
            let region = self.list[at].region.translate(edge.left, edge.top);
            let input = self.find(edge, &Piece { region, x: 0, y: 0 });
            let part = &mut self.list[input];
            if part.way == Way::Kept && part.users == [at] && part.region == region {
                part.way = Way::Given(output);
                self.list[at].way = Way::Done;
            }
        }
    }
}

fn way(vertex: &Vertex, region: &Region) -> Way {
    match &vertex.operation {
        Operation::Source(source) if source.lends(region) => Way::Lent,
        _ => Way::Kept,
    }
}

/// Joins rectangles that touch: pixels in both are made once.
fn join(regions: &mut Vec<Region>) {
    let mut at = 0;
    while at < regions.len() {
        let other = (at + 1..regions.len()).find(|&other| touch(&regions[at], &regions[other]));
        let Some(other) = other else {
            at += 1;
            continue;
        };
        let joined = regions.swap_remove(other);
        regions[at] = cover(&regions[at], &joined);
        // It may now touch one that came before.
        at = 0;
    }
}

fn touch(a: &Region, b: &Region) -> bool {
    a.left <= b.right() && b.left <= a.right() && a.top <= b.bottom() && b.top <= a.bottom()
}

fn cover(a: &Region, b: &Region) -> Region {
    let (left, top) = (a.left.min(b.left), a.top.min(b.top));
    let (right, bottom) = (a.right().max(b.right()), a.bottom().max(b.bottom()));
    Region::new(left, top, right - left, bottom - top)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn touching_regions_become_one() {
        let mut regions = vec![
            Region::new(0, 0, 10, 10),
            Region::new(50, 0, 5, 10),
            Region::new(10, 5, 10, 10),
            Region::new(20, 0, 30, 1),
        ];
        join(&mut regions);
        assert_eq!(regions, [Region::new(0, 0, 55, 15)]);
        let mut regions = vec![Region::new(0, 0, 10, 10), Region::new(90, 0, 10, 10)];
        join(&mut regions);
        assert_eq!(regions.len(), 2);
    }
}
