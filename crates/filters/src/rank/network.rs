//! Ranks of small windows, by networks.
//!
//! Rows of levels, split into planes, go round in a ring; a network makes two rows of results, block by block.

use std::sync::Arc;

use kernels::Isa;
use kernels::rank::{Network, Planes, Ranked, interleave, split};
use raster::{Border, Buffer, Region, Spec};

use crate::rows::Rows;
use crate::scratch::held;
use crate::strip::{Operator, Reach, RowPair, Stream};
use crate::{Scratch, Window};

/// Bytes of rows that one strip may take: a quarter of a second-level cache.
const RING_BYTES: usize = 256 * 1024;

pub(super) struct NetworkOperator<S> {
    network: Network<S>,
    /// Where the results of both rows lie: those of the channels beside one another.
    results: [Vec<usize>; 2],
    size: (u32, u32),
    input: Spec,
    border: Border,
    isa: Isa,
}

impl<S: Ranked> NetworkOperator<S> {
    /// Sample `index` of windows of that size.
    pub(super) fn new(
        size: (u32, u32),
        index: usize,
        input: &Spec,
        border: Border,
        isa: Isa,
    ) -> Self {
        let network = Network::new([size.0 as usize, size.1 as usize], index);
        let results = [0, 1].map(|row| {
            let (channels, len) = (input.channels as usize, network.memory_len());
            let of = |&at: &usize| (0..channels).map(move |channel| channel * len + at);
            network.results(row).iter().flat_map(of).collect()
        });
        Self { network, results, size, input: *input, border, isa }
    }

    const fn channels(&self) -> usize {
        self.input.channels as usize
    }

    /// Planes of a row.
    const fn planes(&self) -> usize {
        self.network.columns() * self.channels()
    }

    /// Rows of the ring: those of the windows of two rows.
    const fn rows(&self) -> usize {
        self.size.1 as usize + 1
    }

    /// Levels from one plane to the next, for a strip of so many pixels.
    fn stride(&self, width: usize) -> usize {
        let columns = width + self.size.0 as usize - 1;
        Network::<S>::plane_len(columns.div_ceil(self.network.columns()))
    }

    /// Levels of the ring.
    fn ring_len(&self, width: usize) -> usize {
        self.rows() * self.planes() * self.stride(width)
    }

    /// Levels of the network's memory, for every channel.
    fn memory_len(&self) -> usize {
        self.channels() * self.network.memory_len()
    }
}

impl<S: Ranked> Operator<S> for NetworkOperator<S> {
    fn reach(&self) -> Reach {
        Reach::window(self.size.0.into(), self.size.1.into())
    }

    fn strip_width(&self) -> usize {
        let pixel = self.rows() * self.channels() * size_of::<S>();
        let block = Network::<S>::BLOCK * self.network.columns();
        (RING_BYTES / pixel / block).max(1) * block
    }

    fn scratch_bytes(&self, width: usize) -> u64 {
        let levels = self.ring_len(width) + self.memory_len();
        let pads = 2 * (width + self.size.0 as usize - 1) * self.channels();
        ((levels + pads) * size_of::<S>() + 2 * self.rows() * size_of::<usize>()) as u64
    }

    fn open(
        self: Arc<Self>,
        window: &Window<'_>,
        strip: Region,
        scratch: &mut Scratch,
    ) -> Box<dyn Stream<S>> {
        let [columns, [top, bottom]] = self.reach().extent(&strip);
        let width = strip.width as usize;
        let (count, row) = (self.rows(), self.planes() * self.stride(width));
        let mut ring = scratch.borrow();
        ring.take_samples::<S::Level>(self.ring_len(width));
        let mut stream = NetworkStream {
            columns,
            bottom,
            width,
            starts: (0..2 * count).map(|at| at % count * row).collect(),
            operator: self,
            top,
            next: 0,
            ring,
            memory: scratch.borrow(),
            pads: [scratch.borrow(), scratch.borrow()],
        };
        for _ in 0..count / 2 - 1 {
            stream.fill(window);
        }
        Box::new(stream)
    }
}

struct NetworkStream<S> {
    operator: Arc<NetworkOperator<S>>,
    /// Columns of the input that the strip depends on.
    columns: [i64; 2],
    /// The first row of the input that it depends on, and one past the last.
    top: i64,
    bottom: i64,
    /// Pixels of a row.
    width: usize,
    /// Where each row of the ring starts, twice over, so that any of them begins a window.
    starts: Vec<usize>,
    /// Rows that have entered the ring.
    next: usize,
    ring: Buffer,
    memory: Buffer,
    pads: [Buffer; 2],
}

impl<S: Ranked> NetworkStream<S> {
    /// The next two rows enter the ring.
    fn fill(&mut self, window: &Window<'_>) {
        let Self { ref operator, columns, width, .. } = *self;
        let (count, planes) = (operator.rows(), operator.planes());
        let stride = operator.stride(width);
        let rows = Rows { window, input: &operator.input, border: operator.border };
        let len = (width + operator.size.0 as usize - 1) * operator.channels();
        let levels = self.ring.take_samples::<S::Level>(operator.ring_len(width));
        for pad in &mut self.pads {
            // Below the strip any row will do.
            let y = (self.top + self.next as i64).min(self.bottom - 1);
            let row = rows.row::<S>(y, columns, len, pad);
            let start = self.starts[self.next % count];
            kernels::prefetch(rows.peek::<S>(y + 2, columns[0]).get(..len).unwrap_or_default());
            split(row, planes, &mut levels[start..][..planes * stride], stride, operator.isa);
            self.next += 1;
        }
    }
}

impl<S: Ranked> Stream<S> for NetworkStream<S> {
    fn next(&mut self, window: &Window<'_>, out: &mut RowPair<'_, S>) {
        self.fill(window);
        let operator = &*self.operator;
        let NetworkOperator { ref network, isa, .. } = *operator;
        let (channels, stride) = (operator.channels(), operator.stride(self.width));
        let count = operator.rows();
        let ring = self.ring.take_samples::<S::Level>(operator.ring_len(self.width));
        let memory = self.memory.take_samples::<S::Level>(operator.memory_len());
        let starts = &self.starts[self.next % count..][..count];
        let block = Network::<S>::BLOCK * operator.planes();
        for at in (0..out.len()).step_by(block) {
            let lane = at / operator.planes();
            for (channel, memory) in memory.chunks_mut(network.memory_len()).enumerate() {
                // Of each pixel of a tile, the planes of its channels lie beside one another.
                let planes = Planes {
                    levels: &ring[channel * stride..],
                    rows: starts,
                    stride: channels * stride,
                };
                network.run(planes, lane, memory, isa);
            }
            let end = out.len().min(at + block);
            out.write(at..end, |rows| {
                for (row, out) in rows.into_iter().enumerate() {
                    interleave(memory, &operator.results[row], out, isa);
                }
            });
        }
    }

    fn bytes(&self) -> u64 {
        held([&self.ring, &self.memory]) + held(&self.pads)
    }

    fn close(self: Box<Self>, scratch: &mut Scratch) {
        let Self { ring, memory, pads: [first, second], .. } = *self;
        scratch.give(second);
        scratch.give(first);
        scratch.give(memory);
        scratch.give(ring);
    }
}
