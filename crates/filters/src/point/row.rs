//! Points made of a function from rows to a row.

use std::sync::Arc;

use bytemuck::{Pod, cast_slice, cast_slice_mut};
use kernels::Isa;
use kernels::point::{self, Constants, Map};
use raster::{Sample, Spec};

use super::Point;

/// An operation's name and result, and where it runs.
#[derive(Clone, Copy)]
pub(super) struct Bound {
    pub(super) name: &'static str,
    pub(super) output: Spec,
    pub(super) isa: Isa,
}

impl Bound {
    /// The operation that computes rows of bytes by a function.
    pub(super) fn bytes<F>(self, run: F) -> Arc<dyn Point>
    where
        F: Fn(&[&[u8]], &mut [u8], Isa) + Send + Sync + 'static,
    {
        Arc::new(Row { bound: self, run })
    }

    /// The operation on one input that computes rows of samples by a function.
    pub(super) fn samples<S, D, F>(self, run: F) -> Arc<dyn Point>
    where
        S: Pod,
        D: Pod,
        F: Fn(&[S], &mut [D], Isa) + Send + Sync + 'static,
    {
        self.bytes(move |inputs, out, isa| run(cast_slice(inputs[0]), cast_slice_mut(out), isa))
    }

    /// The operation that a formula makes with constants, each one for all channels or one for each.
    pub(super) fn map<M, S, C, D, const K: usize, const N: usize>(
        self,
        map: M,
        constants: [&[C]; N],
    ) -> Arc<dyn Point>
    where
        M: Map<S, C, D, K, N> + 'static,
        S: Sample,
        C: Pod + Send + Sync,
        D: Sample,
    {
        debug_assert_eq!(self.output.depth, D::DEPTH);
        let constants = Constants::new(constants, self.output.channels as usize);
        self.bytes(move |inputs, out, isa| {
            let mut sources: [&[S]; K] = [&[]; K];
            for (source, input) in sources.iter_mut().zip(inputs) {
                *source = cast_slice(input);
            }
            point::map(map, sources, &constants, cast_slice_mut(out), isa);
        })
    }
}

struct Row<F> {
    bound: Bound,
    run: F,
}

impl<F: Fn(&[&[u8]], &mut [u8], Isa) + Send + Sync> Point for Row<F> {
    fn name(&self) -> &'static str {
        self.bound.name
    }

    fn output(&self) -> &Spec {
        &self.bound.output
    }

    fn run(&self, inputs: &[&[u8]], out: &mut [u8]) {
        (self.run)(inputs, out, self.bound.isa);
    }
}

/// Numbers as samples or floats.
pub(super) fn rounded<T>(numbers: &[f64], round: impl Fn(f64) -> T) -> Vec<T> {
    numbers.iter().map(|&number| round(number)).collect()
}
