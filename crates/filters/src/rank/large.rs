//! Ranks of large windows, patch by patch, by histograms of columns.
//!
//! Bytes are counted as they are. Samples of other depths are ordered within a patch first, and a byte stands
//! for a run of that order. Results do not depend on where patches lie.

use std::marker::PhantomData;
use std::sync::Arc;

use kernels::Isa;
use kernels::rank::{self, Bins, Entry, Histograms, Ordering, Ranked, Rectangle};
use raster::{Border, Buffer, Depth, Region, Spec, ViewMut};

use crate::rows::Rows;
use crate::scratch::held;
use crate::strip::Reach;
use crate::{Demand, Filter, Pass, Scratch, Window};

/// Rows of windows that a patch has at most.
const ROWS: usize = 256;
/// Columns of windows of a patch of bytes: their histograms, of 544 bytes each, fit the second-level cache.
const COLUMNS: usize = 512;
/// Samples of a patch that is ordered, and its side. Windows of more than half of it have larger ones.
const SAMPLES: usize = 1 << 16;
const SIDE: usize = 1 << 8;

pub(super) struct LargeFilter<S> {
    pub(super) name: &'static str,
    pub(super) size: (u32, u32),
    pub(super) index: usize,
    pub(super) input: Spec,
    pub(super) border: Border,
    pub(super) isa: Isa,
    pub(super) sample: PhantomData<fn() -> S>,
}

/// Columns and rows of a patch: of the windows in it, and of the samples that they cover.
#[derive(Clone, Copy)]
struct Patch {
    windows: [usize; 2],
    samples: [usize; 2],
}

impl Patch {
    const fn area(&self) -> usize {
        self.samples[0] * self.samples[1]
    }
}

impl<S: Ranked> LargeFilter<S> {
    const IS_BYTES: bool = matches!(S::DEPTH, Depth::U8);

    fn reach(&self) -> Reach {
        Reach::window(self.size.0.into(), self.size.1.into())
    }

    /// The patch for so many columns and rows of windows, or of as many of them as it should have.
    fn patch(&self, [columns, rows]: [usize; 2]) -> Patch {
        let [width, height] = [self.size.0, self.size.1].map(|side| side as usize);
        let (most_columns, most_rows) = if Self::IS_BYTES {
            (COLUMNS, ROWS)
        } else {
            let most_rows = (SIDE + 1).saturating_sub(height).max(height);
            let samples = most_rows.min(rows) + height - 1;
            ((SAMPLES / samples + 1).saturating_sub(width).max(width), most_rows)
        };
        let windows = [columns.min(most_columns), rows.min(most_rows)];
        Patch { windows, samples: [windows[0] + width - 1, windows[1] + height - 1] }
    }

    /// Bytes that a patch takes, with a row of the source.
    fn patch_bytes(&self, patch: &Patch) -> u64 {
        let histograms = patch.samples[0] * 17 * size_of::<Bins>();
        let order = if Self::IS_BYTES { 0 } else { 2 * size_of::<Entry>() + 2 * size_of::<u16>() };
        let rows = patch.windows[0] * (1 + size_of::<u16>());
        let pad = patch.samples[0] * self.input.pixel_bytes() as usize;
        // Each of the buffers ends with a line of the cache.
        (histograms + patch.area() * (1 + order) + rows + pad + 7 * 64) as u64
    }
}

impl<S: Ranked> Filter for LargeFilter<S> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn output(&self) -> &Spec {
        &self.input
    }

    fn demand(&self, region: &Region) -> Demand {
        self.reach().demand(region, &self.input, self.border)
    }

    fn open(self: Arc<Self>, region: &Region) -> Box<dyn Pass> {
        Box::new(LargePass { filter: self, region: *region, memory: None })
    }

    fn slack(&self) -> [u64; 2] {
        [0, 0]
    }

    fn scratch_bytes(&self, width: u64) -> u64 {
        let bytes = |rows| self.patch_bytes(&self.patch([width as usize, rows]));
        (1..=ROWS).map(bytes).max().unwrap_or(0)
    }
}

struct LargePass<S> {
    filter: Arc<LargeFilter<S>>,
    region: Region,
    memory: Option<Memory>,
}

/// What a patch takes.
struct Memory {
    coarse: Buffer,
    fine: Buffer,
    bytes: Buffer,
    entries: Buffer,
    coordinates: Buffer,
    row: Buffer,
    pad: Buffer,
}

impl Memory {
    fn borrow(scratch: &mut Scratch) -> Self {
        let [coarse, fine, bytes, entries, coordinates, row, pad] =
            [(); 7].map(|()| scratch.borrow());
        Self { coarse, fine, bytes, entries, coordinates, row, pad }
    }

    const fn all(&self) -> [&Buffer; 7] {
        let Self { coarse, fine, bytes, entries, coordinates, row, pad } = self;
        [coarse, fine, bytes, entries, coordinates, row, pad]
    }

    fn give(self, scratch: &mut Scratch) {
        let Self { coarse, fine, bytes, entries, coordinates, row, pad } = self;
        for buffer in [pad, row, coordinates, entries, bytes, fine, coarse] {
            scratch.give(buffer);
        }
    }
}

impl<S: Ranked> Pass for LargePass<S> {
    fn next(
        &mut self,
        window: &Window<'_>,
        rows: &Region,
        out: &mut ViewMut<'_>,
        scratch: &mut Scratch,
    ) {
        let memory = self.memory.get_or_insert_with(|| Memory::borrow(scratch));
        let filter = &*self.filter;
        let [columns, height] = [self.region.width as usize, rows.height as usize];
        let mut top = 0;
        while top < height {
            let [_, most] = filter.patch([columns, height - top]).windows;
            let mut left = 0;
            while left < columns {
                let patch = filter.patch([columns - left, most]);
                let place = Region::new(
                    left as u64,
                    top as u64,
                    patch.windows[0] as u64,
                    patch.windows[1] as u64,
                );
                let source = place.translate(rows.left, rows.top);
                for channel in 0..filter.input.channels as usize {
                    filter.gather(window, &patch, &source, channel, memory);
                    filter.rank(&patch, channel, memory, &mut out.sub(&place));
                }
                left += patch.windows[0];
            }
            top += most;
        }
    }

    fn bytes(&self) -> u64 {
        held(self.memory.iter().flat_map(Memory::all))
    }

    fn close(self: Box<Self>, scratch: &mut Scratch) {
        if let Some(memory) = self.memory {
            memory.give(scratch);
        }
    }
}

impl<S: Ranked> LargeFilter<S> {
    /// Fetches the samples of a patch, whose windows lie at `place`, and makes bytes of them.
    fn gather(
        &self,
        window: &Window<'_>,
        patch: &Patch,
        place: &Region,
        channel: usize,
        memory: &mut Memory,
    ) {
        let rows = Rows { window, input: &self.input, border: self.border };
        let [span, [top, _]] = self.reach().extent(place);
        let (channels, columns) = (self.input.channels as usize, patch.samples[0]);
        let bytes = memory.bytes.take(patch.area());
        let entry_count = if Self::IS_BYTES { 0 } else { patch.area() };
        let (entries, work) =
            memory.entries.take_samples::<Entry>(2 * entry_count).split_at_mut(entry_count);
        for y in 0..patch.samples[1] {
            let row = rows.row::<S>(top + y as i64, span, columns * channels, &mut memory.pad);
            let samples = row[channel..].iter().step_by(channels);
            let first = y * columns;
            if Self::IS_BYTES {
                for (byte, sample) in bytes[first..][..columns].iter_mut().zip(samples) {
                    *byte = sample.key() as u8;
                }
            } else {
                let entries = entries[first..][..columns].iter_mut().zip(samples);
                for (x, (entry, &sample)) in entries.enumerate() {
                    *entry = rank::entry(sample, first + x);
                }
            }
        }
        if !Self::IS_BYTES {
            let coordinates = memory.coordinates.take_samples::<u16>(2 * patch.area());
            let coordinates = coordinates.split_at_mut(patch.area()).into();
            rank::order::<S>(entries, work, coordinates, bytes, columns);
        }
    }

    /// Ranks the windows of a patch.
    fn rank(&self, patch: &Patch, channel: usize, memory: &mut Memory, out: &mut ViewMut<'_>) {
        let (area, [columns, _], [width, height]) = (patch.area(), patch.samples, patch.windows);
        let mut histograms = Histograms {
            coarse: memory.coarse.take_samples(columns),
            fine: memory.fine.take_samples(columns),
        };
        let bytes = memory.bytes.take(area);
        let (places, found) = memory.row.take(3 * width).split_at_mut(2 * width);
        let places = bytemuck::cast_slice_mut::<u8, u16>(places);
        let rank = rank::Rank { width: self.size.0 as usize, index: self.index as u16 };
        let (high, size) = (self.size.1 as usize, [self.size.0 as u16, self.size.1 as u16]);
        let ordering = (!Self::IS_BYTES).then(|| {
            let coordinates = &*memory.coordinates.take_samples::<u16>(2 * area);
            let entries = &memory.entries.take_samples::<Entry>(2 * area)[..area];
            Ordering { entries, coordinates: coordinates.split_at(area).into() }
        });
        histograms.clear();
        for y in 0..high - 1 {
            histograms.enter(&bytes[y * columns..][..columns], self.isa);
        }
        for y in 0..height {
            let row = |y: usize| &bytes[y * columns..][..columns];
            match y.checked_sub(1) {
                Some(above) => histograms.slide(row(y + high - 1), row(above), self.isa),
                None => histograms.enter(row(high - 1), self.isa),
            }
            histograms.sweep(rank, found, places, self.isa);
            let channels = self.input.channels as usize;
            let samples = &mut out.row::<S>(y)[channel..];
            if let Some(ordering) = &ordering {
                let first = Rectangle { at: [0, y as u16], size };
                ordering.find((found, places), &first, (samples, channels), self.isa);
            } else {
                let samples = samples.iter_mut().step_by(channels);
                for (sample, &byte) in samples.zip(&*found) {
                    *sample = S::from_key(byte.into());
                }
            }
        }
    }
}
