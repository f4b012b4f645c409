//! A bound operation and what is known of it.

use std::sync::Arc;

use raster::{Affine, Region, Spec, ViewMut};

use crate::{Demand, Filter, Geometry, Identify, Identity, Law, Pass, Point, Window};

/// An operation that knows what tells it from others, and what it obeys.
pub(crate) struct Identified<T: ?Sized> {
    operation: Arc<T>,
    /// That of the operation, at hand because it is asked for with every few pixels.
    output: Spec,
    identity: Identity,
    law: Option<Law>,
}

impl<T: ?Sized> Identified<T> {
    /// The operation that parameters make, whose result has the shape `output`.
    pub(crate) fn of(
        operation: Arc<T>,
        output: Spec,
        parameters: &(impl Identify + ?Sized),
        law: Option<Law>,
    ) -> Arc<Self> {
        Arc::new(Self { operation, output, identity: parameters.identity(), law })
    }
}

/// What is known of any operation.
macro_rules! known {
    () => {
        fn name(&self) -> &'static str {
            self.operation.name()
        }

        fn output(&self) -> &Spec {
            &self.output
        }

        fn identity(&self) -> Option<&Identity> {
            Some(&self.identity)
        }
    };
}

impl Filter for Identified<dyn Filter> {
    known!();

    fn demand(&self, region: &Region) -> Demand {
        self.operation.demand(region)
    }

    fn open(self: Arc<Self>, region: &Region) -> Box<dyn Pass> {
        Arc::clone(&self.operation).open(region)
    }

    fn slack(&self) -> [u64; 2] {
        self.operation.slack()
    }

    fn scratch_bytes(&self, width: u64) -> u64 {
        self.operation.scratch_bytes(width)
    }
}

impl Point for Identified<dyn Point> {
    known!();

    fn law(&self) -> Option<&Law> {
        self.law.as_ref()
    }

    fn run(&self, inputs: &[&[u8]], out: &mut [u8]) {
        self.operation.run(inputs, out);
    }
}

impl Geometry for Identified<dyn Geometry> {
    known!();

    fn law(&self) -> Option<&Law> {
        self.law.as_ref()
    }

    fn placement(&self) -> Option<Affine> {
        self.operation.placement()
    }

    fn demand(&self, region: &Region) -> Vec<(usize, Demand)> {
        self.operation.demand(region)
    }

    fn run(&self, windows: &[Window<'_>], region: &Region, out: &mut ViewMut<'_>) {
        self.operation.run(windows, region, out);
    }
}
