//! `OpenCV` in stripes cut by hand, on all cores: the best that a person can do with it.
//!
//! `OpenCV` runs with one thread; each stripe with its halo is a task. The halo is read in place, since
//! stripes are of whole rows. What `OpenCV` computes for the halo rows is wrong and must not reach the
//! result, for which a person has two ways, see [`Write`].

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use raster::{Buffer, Spec};
use rayon::prelude::*;

use super::Operation;

/// How a stripe reaches the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// Filter the stripe with its halo into scratch, and copy it without.
    Copy,
    /// Filter the stripe without a halo into the result, then repair the rows next to its seams.
    Patch,
}

/// How an image is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Rows of a stripe.
    pub rows: usize,
    /// How it is written.
    pub write: Write,
}

/// The scratch of each worker, kept from run to run so that nobody pays for fresh memory.
pub struct Stripes {
    scratch: Vec<Mutex<Buffer>>,
}

impl Default for Stripes {
    fn default() -> Self {
        let threads = rayon::current_num_threads();
        Self { scratch: (0..threads).map(|_| Mutex::default()).collect() }
    }
}

impl Stripes {
    /// Filters an image of shape `spec` in memory.
    pub fn run(&self, work: Operation, plan: Plan, input: &[u8], output: &mut [u8], spec: &Spec) {
        let (row, wide) = (spec.row_bytes() as usize, work.output(spec).row_bytes() as usize);
        let height = spec.height as usize;
        let radius = work.radius();
        // A stripe that is all seam has nothing to gain from being written in place.
        let patch = plan.write == Write::Patch && plan.rows > 4 * radius;
        output.par_chunks_mut(plan.rows * wide).enumerate().with_max_len(1).for_each(
            |(index, output)| {
                let top = index * plan.rows;
                let bottom = top + output.len() / wide;
                let copy = |rows: Range<usize>, output: &mut [u8]| {
                    let target = (rows.start - top) * wide..(rows.end - top) * wide;
                    self.stripe(work, rows, input, spec, |stripe| {
                        output[target].copy_from_slice(stripe);
                    });
                };
                if !patch || bottom - top <= 2 * radius {
                    copy(top..bottom, output);
                    return;
                }
                work.run(&input[top * row..bottom * row], output, spec);
                if top > 0 {
                    copy(top..top + radius, output);
                }
                if bottom < height {
                    copy(bottom - radius..bottom, output);
                }
            },
        );
    }

    /// Filters some rows of an image in scratch, and hands the result to `done`.
    pub fn stripe(
        &self,
        work: Operation,
        rows: Range<usize>,
        input: &[u8],
        spec: &Spec,
        done: impl FnOnce(&[u8]),
    ) {
        let (row, wide) = (spec.row_bytes() as usize, work.output(spec).row_bytes() as usize);
        let first = rows.start.saturating_sub(work.radius());
        let last = (rows.end + work.radius()).min(spec.height as usize);
        let worker = rayon::current_thread_index().unwrap_or(0);
        let mut scratch = self.scratch[worker].lock().unwrap_or_else(PoisonError::into_inner);
        let scratch = scratch.take((last - first) * wide);
        work.run(&input[first * row..last * row], scratch, spec);
        done(&scratch[(rows.start - first) * wide..(rows.end - first) * wide]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::ElementShape;
    use crate::image::{Dense, noise};
    use crate::oracle;

    #[test]
    fn seams_do_not_show() {
        oracle::prepare();
        let image = Dense::generate(65, 203, 1, |y, x| (noise(1, y, x) >> 24) as u8);
        for work in [
            Operation::Gaussian { size: 11, sigma: 2.2 },
            Operation::Box { size: 9 },
            Operation::Sobel { size: 3 },
            Operation::Median { size: 5 },
            Operation::Erode { size: 31, shape: ElementShape::Rectangle },
            Operation::Erode { size: 15, shape: ElementShape::Ellipse },
            Operation::Unsharp { size: 13, sigma: 2.0, amount: 1.0 },
        ] {
            let mut whole = vec![0; work.output(&image.spec).bytes() as usize];
            work.run(&image.samples, &mut whole, &image.spec);
            for write in [Write::Copy, Write::Patch] {
                // 40 leaves a last stripe of 3 rows, 300 a single one.
                for rows in [21, 40, 101, 300] {
                    let mut cut = vec![0; whole.len()];
                    let plan = Plan { rows, write };
                    Stripes::default().run(work, plan, &image.samples, &mut cut, &image.spec);
                    assert!(cut == whole, "{work:?} {plan:?}");
                }
            }
        }
    }
}
