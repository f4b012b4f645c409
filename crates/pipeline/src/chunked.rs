//! Sources that come in chunks, which are decoded as a whole: how many bytes of decoded chunks a job
//! keeps.
//!
//! Either all that units share is kept, so that each chunk is decoded once: units are taken in file
//! order, so that is what a row of units across the image touches. Or, where memory does not allow
//! that, only what a band of each unit touches, and chunks at the edges of units are decoded again.
//! Where that would begin at the top of the image, the first way is the only one, and what is kept is
//! enough for as many units at once as a job may begin ([`Chunked::lead`]).

use std::sync::Arc;

use raster::{Region, Spec};
use store::{Chunking, Source};

use crate::graph::{Graph, Operation};
use crate::parts::Parts;
use crate::plan::Decoding;

/// The chunked sources of a graph.
pub(crate) struct Chunked<'a> {
    graph: &'a Graph,
    sources: Vec<(usize, Chunking)>,
}

/// Bytes that sources keep for a job, each its own.
pub(crate) type Keeps = Vec<(Arc<dyn Source>, u64)>;

impl<'a> Chunked<'a> {
    pub(crate) fn new(graph: &'a Graph) -> Self {
        let sources = graph.vertices.iter().enumerate().filter_map(|(vertex, it)| {
            let Operation::Source(source) = &it.operation else { return None };
            source.source().chunks().map(|chunking| (vertex, chunking))
        });
        Self { graph, sources: sources.collect() }
    }

    /// Columns and rows of the chunks that cost most.
    pub(crate) fn grain(&self) -> Option<(u64, u64)> {
        let largest = self.sources.iter().max_by_key(|(_, chunking)| chunking.bytes)?;
        Some((largest.1.width, largest.1.height))
    }

    /// Whether a source is decoded from the top on.
    pub(crate) fn is_sequential(&self) -> bool {
        self.sources.iter().any(|(_, chunking)| chunking.is_sequential)
    }

    /// How many units a job may begin beyond the first that is not done, if that matters.
    pub(crate) fn lead(&self, threads: usize) -> Option<u64> {
        self.is_sequential().then_some(threads as u64)
    }

    /// Bytes that a worker needs while it decodes a chunk, and reads from one that is kept no more.
    pub(crate) fn scratch(&self) -> u64 {
        let of = |&(vertex, chunking): &(usize, Chunking)| {
            if self.is_whole(vertex, &chunking) {
                0
            } else if chunking.is_sequential {
                chunking.bytes
            } else {
                chunking.bytes + chunking.scratch
            }
        };
        self.sources.iter().map(of).max().unwrap_or(0)
    }

    /// Bytes that sources need to decode of which one worker at a time does so, however many there are.
    fn shared_scratch(&self) -> u64 {
        let of = |&(vertex, chunking): &(usize, Chunking)| match chunking.is_sequential {
            _ if self.is_whole(vertex, &chunking) => chunking.scratch,
            true => chunking.scratch + chunking.bytes,
            false => 0,
        };
        self.sources.iter().map(of).sum()
    }

    /// Whether a source is one chunk.
    fn is_whole(&self, vertex: usize, chunking: &Chunking) -> bool {
        let spec = &self.graph.vertices[vertex].spec;
        chunking.width >= spec.width && chunking.height >= spec.height
    }

    /// Bytes that a job keeps, in all.
    pub(crate) fn bytes(
        &self,
        decoding: Decoding,
        spec: &Spec,
        unit: (u64, u64),
        rows: u64,
        threads: usize,
    ) -> u64 {
        if threads == 0 {
            return 0;
        }
        let kept = self.each(decoding, spec, unit, rows, threads);
        kept.iter().sum::<u64>() + self.shared_scratch()
    }

    /// Bytes that each source keeps.
    pub(crate) fn keeps(
        &self,
        decoding: Decoding,
        spec: &Spec,
        unit: (u64, u64),
        rows: u64,
        threads: usize,
    ) -> Keeps {
        let bytes = self.each(decoding, spec, unit, rows, threads);
        let source = |vertex: usize| match &self.graph.vertices[vertex].operation {
            Operation::Source(source) => Arc::clone(source.source()),
            _ => unreachable!("only sources are chunked"),
        };
        self.sources.iter().map(|&(vertex, _)| source(vertex)).zip(bytes).collect()
    }

    fn each(
        &self,
        decoding: Decoding,
        spec: &Spec,
        (width, height): (u64, u64),
        rows: u64,
        threads: usize,
    ) -> Vec<u64> {
        if self.sources.is_empty() || threads == 0 {
            return vec![0; self.sources.len()];
        }
        let threads = threads as u64;
        let whole = self.touched(&spec.region(), u64::MAX);
        match decoding {
            Decoding::Once => {
                // Units beside one another share rows of chunks; where units are rows, those that are in
                // work lie below one another, and one may be done while that above is not.
                let is_rows = width >= spec.width;
                let units = match (is_rows, self.is_sequential()) {
                    (true, false) => threads + u64::from(threads > 1),
                    (false, false) => 1,
                    // What is kept is what was used last, also of units that are done.
                    (true, true) => 2 * threads,
                    (false, true) => 2,
                };
                let all = self.touched(&middle(spec, spec.width, height * units), u64::MAX);
                let ahead = self.touched(&middle(spec, width, height), u64::MAX);
                let ahead = ahead.iter().map(|bytes| if is_rows { 0 } else { bytes * threads });
                all.iter().zip(ahead).zip(whole).map(|((a, b), most)| (a + b).min(most)).collect()
            }
            Decoding::Again => {
                let band = self.touched(&middle(spec, width, height), rows);
                band.iter().zip(whole).map(|(bytes, most)| (bytes * threads).min(most)).collect()
            }
        }
    }

    /// Bytes of the chunks of each source that `region` of the results may touch while at most `rows`
    /// rows of them are looked at.
    fn touched(&self, region: &Region, rows: u64) -> Vec<u64> {
        let parts = Parts::new(self.graph, region);
        let of = |&(vertex, chunking): &(usize, Chunking)| {
            let spec = self.graph.vertices[vertex].spec;
            let most = |side: u64, chunk: u64, all: u64| {
                let touched = side.saturating_sub(1).div_ceil(chunk) + 1;
                touched.min(all.div_ceil(chunk))
            };
            let mine = parts.list.iter().filter(|part| part.vertex == vertex);
            let chunks = mine.map(|part| {
                most(part.region.width, chunking.width, spec.width)
                    * most(part.region.height.min(rows), chunking.height, spec.height)
            });
            chunks.sum::<u64>().saturating_mul(chunking.bytes)
        };
        self.sources.iter().map(of).collect()
    }
}

/// Has sources keep decoded chunks.
pub(crate) fn keep(keeps: &Keeps) {
    for (source, bytes) in keeps {
        source.keep(*bytes);
    }
}

/// Takes a [`keep`] back.
pub(crate) fn release(keeps: &Keeps) {
    for (source, bytes) in keeps {
        source.release(*bytes);
    }
}

/// Bytes of decoded chunks that sources hold.
pub(crate) fn held(keeps: &Keeps) -> u64 {
    keeps.iter().map(|(source, _)| source.held()).sum()
}

/// A region in the middle of an image.
fn middle(spec: &Spec, width: u64, height: u64) -> Region {
    let (width, height) = (width.min(spec.width), height.min(spec.height));
    Region::new((spec.width - width) / 2, (spec.height - height) / 2, width, height)
}
