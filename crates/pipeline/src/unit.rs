//! What a worker takes: a region of the results, made band by band, and handed to the sinks.
//!
//! A unit is as wide as the sinks like their writes, and made in columns side by side that are as wide
//! as the caches like. It can be put aside after any band.

use std::sync::Arc;

use raster::{Buffer, Region, Spec, View, ViewMut};
use store::{Layout, Sink};

use crate::Error;
use crate::graph::Graph;
use crate::plan::cells;
use crate::run::{Estimate, Run};
use crate::worker::Worker;

/// A result and where it goes.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) spec: Spec,
    pub(crate) sink: Arc<dyn Sink>,
}

/// A unit on its way.
pub(crate) struct Unit {
    region: Region,
    /// The next row.
    y: u64,
    columns: Vec<(Region, Run)>,
    /// Rows that wait until their sink takes them; none for sinks that lend their memory.
    shelves: Vec<Option<Shelf>>,
    /// Rows of a band.
    rows: u64,
}

struct Shelf {
    rows: u64,
    /// The first row on it.
    top: u64,
    buffer: Buffer,
}

impl Unit {
    pub(crate) fn open(
        graph: &Arc<Graph>,
        targets: &[Target],
        region: Region,
        (width, rows): (u64, u64),
        worker: &mut Worker,
    ) -> Self {
        let columns = cells(&region, width)
            .map(|part| (part, Run::open(graph, &part, rows, worker)))
            .collect();
        let shelves = targets.iter().map(|target| {
            shelf_rows(target.sink.layout(), rows).map(|rows| {
                let buffer = worker.shelves.pop().unwrap_or_default();
                Shelf { rows, top: region.top, buffer }
            })
        });
        Self { region, y: region.top, columns, shelves: shelves.collect(), rows }
    }

    pub(crate) const fn is_done(&self) -> bool {
        self.y == self.region.bottom()
    }

    /// Makes the next band, and writes what is then complete. Returns its pixels.
    pub(crate) fn band(&mut self, targets: &[Target], worker: &mut Worker) -> Result<u64, Error> {
        let ends = self.shelves.iter().flatten().map(|shelf| shelf.top + shelf.rows);
        let bottom = ends.fold((self.y + self.rows).min(self.region.bottom()), u64::min);
        let band = Region { top: self.y, height: bottom - self.y, ..self.region };
        self.make(targets, &band, worker)?;
        self.y = bottom;
        for (shelf, target) in self.shelves.iter_mut().zip(targets) {
            let Some(shelf) = shelf else { continue };
            if shelf.top + shelf.rows == bottom || bottom == self.region.bottom() {
                let region = Region { top: shelf.top, height: bottom - shelf.top, ..self.region };
                shelf.write(target, &region)?;
                shelf.top = bottom;
            }
        }
        Ok(band.pixels() * targets.len() as u64)
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> u64 {
        let shelves = self.shelves.iter().flatten().map(|shelf| shelf.buffer.capacity() as u64);
        self.columns.iter().map(|(_, run)| run.bytes()).sum::<u64>() + shelves.sum::<u64>()
    }

    /// Gives the memory back. Returns how many pixels of intermediate images and results were made.
    pub(crate) fn close(self, worker: &mut Worker) -> u64 {
        worker.shelves.extend(self.shelves.into_iter().flatten().rev().map(|shelf| shelf.buffer));
        self.columns.into_iter().rev().map(|(_, run)| run.close(worker)).sum()
    }

    fn make(
        &mut self,
        targets: &[Target],
        band: &Region,
        worker: &mut Worker,
    ) -> Result<(), Error> {
        let mut outs = Vec::with_capacity(targets.len());
        for (shelf, target) in self.shelves.iter_mut().zip(targets) {
            outs.push(match shelf {
                Some(shelf) => shelf.room(target, band),
                // SAFETY: each unit is handed out once, units do not overlap, and neither do the
                // bands of one.
                None => unsafe { target.sink.claim(band) }
                    .ok_or_else(|| Error::Internal("a sink without memory".into()))?,
            });
        }
        for (column, run) in &mut self.columns {
            let part = Region::new(column.left - band.left, 0, column.width, band.height);
            let mut parts: Vec<ViewMut<'_>> = outs.iter_mut().map(|out| out.sub(&part)).collect();
            run.advance(band.top, band.bottom(), &mut parts, worker)?;
        }
        Ok(())
    }
}

impl Shelf {
    /// The memory of a band.
    fn room(&mut self, target: &Target, band: &Region) -> ViewMut<'_> {
        let row = (band.width * target.spec.pixel_bytes()) as usize;
        let memory = self.buffer.take(self.rows as usize * row);
        let memory = &mut memory[(band.top - self.top) as usize * row..];
        ViewMut::new(memory, band.width as usize, band.height as usize, &target.spec)
            .expect("a shelf is aligned")
    }

    fn write(&self, target: &Target, region: &Region) -> Result<(), Error> {
        let row = (region.width * target.spec.pixel_bytes()) as usize;
        let (width, height) = (region.width as usize, region.height as usize);
        let bytes = &self.buffer.bytes()[..row * height];
        let view = View::new(bytes, row, width, height, &target.spec);
        Ok(target.sink.write(region, &view.expect("the rows were just made there"))?)
    }
}

/// Bytes that a unit needs at most, and pixels that it makes.
pub(crate) fn estimate(
    graph: &Arc<Graph>,
    targets: &[(Spec, Layout)],
    region: &Region,
    (width, rows): (u64, u64),
) -> Estimate {
    let shelves = targets.iter().map(|(spec, layout)| {
        shelf_rows(*layout, rows).map_or(0, |rows| rows * region.width * spec.pixel_bytes())
    });
    let mut sum = Estimate { bytes: shelves.sum(), made: 0 };
    let all: Vec<Region> = cells(region, width).collect();
    // Those in the middle are alike.
    let (first, last) = (all[0], all[all.len() - 1]);
    let mut add = |part: &Region, count: u64| {
        let one = Estimate::new(graph, part, rows);
        sum.bytes += one.bytes * count;
        sum.made += one.made * count;
    };
    add(&first, 1);
    if all.len() > 1 {
        add(&last, 1);
    }
    if all.len() > 2 {
        add(&all[all.len() / 2], all.len() as u64 - 2);
    }
    // Units at the edges are cut otherwise, and leave memory of other sizes to the next.
    sum.bytes += sum.bytes / 8;
    sum
}

/// Rows that a sink takes at once, if it does not lend its memory.
fn shelf_rows(layout: Layout, rows: u64) -> Option<u64> {
    match layout {
        Layout::Free => None,
        Layout::Any | Layout::Rows => Some(rows),
        Layout::Tiles { height, .. } => Some(height),
    }
}
