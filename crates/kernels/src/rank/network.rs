//! Runs networks: the graph of minima and maxima as a list of steps over a little memory.
//!
//! A step reads two blocks of lanes and writes their minima, their maxima or both. That costs what its
//! loads and stores cost; what a compiler would make of thousands of steps, for each size, costs more.

use std::marker::PhantomData;

use super::Ranked;
use super::builder::{Builder, Node, Value};
use crate::Isa;
use crate::isa::{Vectorized, Vectors};
use crate::vector::{Order, Ordered};

/// Bytes of a block: few enough that all that is at work stays in the first-level cache, and so many that
/// what a step does is more than finding out what to do.
const BLOCK_BYTES: usize = 256;
/// Bytes that are made beyond the block of what lanes further left look at too.
const MORE_BYTES: usize = 64;

/// The rank of an index in windows of one size, for tiles of some columns and two rows.
#[derive(Debug)]
pub struct Network<S> {
    steps: Vec<Step>,
    /// Where each result lies, row by row of the tile.
    results: Vec<usize>,
    columns: usize,
    rows: usize,
    /// Levels of memory.
    len: usize,
    sample: PhantomData<fn(S) -> S>,
}

/// Offsets are in levels.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Fetches samples of a row and a column of the tile.
    Fetch {
        row: u32,
        column: u32,
        to: u32,
        more: bool,
    },
    Exchange {
        from: [u32; 2],
        to: [u32; 2],
        more: bool,
    },
    Least {
        from: [u32; 2],
        to: u32,
        more: bool,
    },
    Most {
        from: [u32; 2],
        to: u32,
        more: bool,
    },
}

/// Rows of samples, split into one plane for each column of a tile.
#[derive(Clone, Copy, Debug)]
pub struct Planes<'a, L> {
    /// All of them.
    pub levels: &'a [L],
    /// Where the first plane of each row of the tile's windows starts.
    pub rows: &'a [usize],
    /// Levels from one plane of a row to the next.
    pub stride: usize,
}

impl<S: Ranked> Network<S> {
    /// Lanes that are worked on at once.
    pub const BLOCK: usize = BLOCK_BYTES / size_of::<S>();
    const MORE: usize = MORE_BYTES / size_of::<S>();

    /// The network for windows of so many columns and rows; `index` counts from the smallest sample.
    ///
    /// # Panics
    /// If a side is even, the index is not within the window, or the window is wider than
    /// [`can`](Self::can) tells.
    pub fn new([width, height]: [usize; 2], index: usize) -> Self {
        assert!(width % 2 == 1 && height % 2 == 1 && index < width * height && Self::can(width));
        let columns = match width {
            1 => 1,
            3 => 2,
            _ => 4,
        };
        let builder = Builder::new([width, height], index, [columns, 2]);
        let mut schedule = Schedule::new(&builder, Self::BLOCK, Self::MORE);
        for result in &builder.results {
            schedule.make(result.node);
        }
        let results = builder.results.iter().map(|result| schedule.place(*result)).collect();
        Self {
            steps: schedule.steps,
            results,
            columns,
            rows: height + 1,
            len: schedule.len,
            sample: PhantomData,
        }
    }

    /// Whether windows may be that wide: lanes look only a register to the right.
    pub const fn can(width: usize) -> bool {
        width.div_ceil(4) < Self::MORE
    }

    /// Windows of a tile along a row.
    pub const fn columns(&self) -> usize {
        self.columns
    }

    /// Levels of memory that it works in.
    pub const fn memory_len(&self) -> usize {
        self.len
    }

    /// Levels of a plane for so many lanes.
    pub const fn plane_len(lanes: usize) -> usize {
        lanes.next_multiple_of(Self::BLOCK) + 2 * Self::MORE
    }

    /// Ranks the windows of a block of lanes. The results are [`results`](Self::results).
    ///
    /// # Panics
    /// If there are fewer rows than the tile's windows have, planes are shorter than
    /// [`plane_len`](Self::plane_len), or the memory than [`memory_len`](Self::memory_len).
    pub fn run(
        &self,
        planes: Planes<'_, S::Level>,
        lane: usize,
        memory: &mut [S::Level],
        isa: Isa,
    ) {
        assert!(memory.len() >= self.len && planes.rows.len() == self.rows);
        let reach = (self.columns - 1) * planes.stride + lane + Self::BLOCK + 2 * Self::MORE;
        assert!(planes.rows.iter().all(|row| row + reach <= planes.levels.len()));
        isa.run(NetworkRun::<S> { steps: &self.steps, planes, lane, memory });
    }

    /// Where the results of a row of the tile lie in memory, for each of its columns: a level for each lane.
    pub fn results(&self, row: usize) -> &[usize] {
        &self.results[row * self.columns..][..self.columns]
    }
}

/// Puts a graph in order and its values in memory.
struct Schedule<'a> {
    builder: &'a Builder,
    /// Lanes of each node beyond the block that others look at, plus one; 0 for what nobody needs.
    reach: Vec<usize>,
    /// How often what has been made will still be read.
    uses: Vec<usize>,
    places: Vec<Option<usize>>,
    /// Places that are free, those for lanes beyond the block by themselves.
    free: [Vec<usize>; 2],
    sizes: [usize; 2],
    steps: Vec<Step>,
    len: usize,
}

impl<'a> Schedule<'a> {
    fn new(builder: &'a Builder, block: usize, more: usize) -> Self {
        let count = builder.nodes.len();
        let (mut reach, mut uses) = (vec![0; count], vec![0; count]);
        for result in &builder.results {
            reach[result.node] = reach[result.node].max(result.shift + 1);
            // Results stay.
            uses[result.node] += 1;
        }
        // What a node is made of comes before it.
        for (node, kind) in builder.nodes.iter().enumerate().rev() {
            let (Node::Least(a, b) | Node::Most(a, b), 1..) = (kind, reach[node]) else { continue };
            for value in [a, b] {
                reach[value.node] = reach[value.node].max(reach[node] + value.shift);
                uses[value.node] += 1;
            }
        }
        Self {
            builder,
            reach,
            uses,
            places: vec![None; count],
            free: [Vec::new(), Vec::new()],
            sizes: [block, block + 2 * more],
            steps: Vec::new(),
            len: 0,
        }
    }

    /// Adds the steps that make a node, and its twin if somebody needs it.
    fn make(&mut self, node: usize) {
        if self.places[node].is_some() {
            return;
        }
        let kind = self.builder.nodes[node];
        let (a, b) = match kind {
            Node::Sample { row, column } => {
                let to = self.take(node);
                let [row, column] = [row, column].map(|at| at as u32);
                let more = self.reach[node] > 1;
                self.steps.push(Step::Fetch { row, column, to, more });
                return;
            }
            Node::Least(a, b) | Node::Most(a, b) => (a, b),
        };
        self.make(a.node);
        self.make(b.node);
        let from = [a, b].map(|value| self.place(value) as u32);
        // The twins are made one after the other.
        let twins = match kind {
            Node::Least(..) => [node, node + 1],
            _ => [node - 1, node],
        };
        let made = twins.map(|twin| self.reach[twin] > 0);
        let more = twins.iter().any(|&twin| self.reach[twin] > 1);
        for value in [a, b] {
            self.let_go(value.node, made.iter().filter(|&&made| made).count());
        }
        let step = match made {
            [true, true] => {
                let both = usize::from(more);
                let to = twins.map(|twin| self.take_of(twin, both));
                Step::Exchange { from, to, more }
            }
            [true, false] => Step::Least { from, to: self.take(node), more },
            _ => Step::Most { from, to: self.take(node), more },
        };
        self.steps.push(step);
    }

    /// Where a value lies.
    fn place(&self, value: Value) -> usize {
        self.places[value.node].expect("it was made") + value.shift
    }

    fn take(&mut self, node: usize) -> u32 {
        self.take_of(node, usize::from(self.reach[node] > 1))
    }

    /// A place for a node, of one of the sizes.
    fn take_of(&mut self, node: usize, size: usize) -> u32 {
        let place = self.free[size].pop().unwrap_or_else(|| {
            self.len += self.sizes[size];
            self.len - self.sizes[size]
        });
        self.places[node] = Some(place);
        // Which of them it is, is told by what it is given back to.
        self.reach[node] = self.reach[node].max(1 + size);
        place as u32
    }

    /// A node has been read so many times: after the last its place is free.
    fn let_go(&mut self, node: usize, times: usize) {
        self.uses[node] -= times;
        if self.uses[node] == 0 {
            let size = usize::from(self.reach[node] > 1);
            self.free[size].extend(self.places[node]);
        }
    }
}

struct NetworkRun<'a, S: Ranked> {
    steps: &'a [Step],
    planes: Planes<'a, S::Level>,
    lane: usize,
    memory: &'a mut [S::Level],
}

impl<S: Ranked> Vectorized for NetworkRun<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        let Self { steps, planes, lane, memory } = self;
        let memory = memory.as_mut_ptr();
        for step in steps {
            // SAFETY: `Isa::run` compiles this for registers that the processor has. The schedule lays out
            // places within the memory, whose length the entry has checked, and those that are written or
            // read beyond the block with two registers' room; the entry has found rows long enough. A
            // step may write where it reads: it loads before it stores, register by register, and reads
            // no further left than it writes.
            unsafe {
                match *step {
                    Step::Fetch { row, column, to, more } => {
                        let at = planes.rows[row as usize] + column as usize * planes.stride + lane;
                        let from = planes.levels.as_ptr().add(at);
                        fetch::<S, V>(from, memory.add(to as usize), more);
                    }
                    Step::Exchange { from, to, more } => {
                        exchange::<S, V>(memory, from, to, more);
                    }
                    Step::Least { from, to, more } => {
                        single::<S, V, false>(memory, from, to, more);
                    }
                    Step::Most { from, to, more } => {
                        single::<S, V, true>(memory, from, to, more);
                    }
                }
            }
        }
    }
}

/// Does something to every register of a block, and of the lanes beyond it if they count.
macro_rules! each_register {
    ($S:ident, $V:ident, $more:ident, $i:ident => $body:block) => {{
        let lanes = <<$S::Level as Ordered>::In<$V> as Order<$S::Level>>::LANES;
        for $i in (0..Network::<$S>::BLOCK).step_by(lanes) $body
        if $more {
            let end = Network::<$S>::BLOCK + Network::<$S>::MORE;
            for $i in (Network::<$S>::BLOCK..end).step_by(lanes) $body
        }
    }};
}

/// # Safety
/// The processor has `V`; a block and more is readable and writable.
#[inline(always)]
unsafe fn fetch<S: Ranked, V: Vectors>(from: *const S::Level, to: *mut S::Level, more: bool) {
    each_register!(S, V, more, i => {
        // SAFETY: by the contract.
        unsafe { <S::Level as Ordered>::In::<V>::load(from.add(i)).store(to.add(i)) };
    });
}

/// # Safety
/// The processor has `V`; at the offsets a block and more is readable and writable.
#[inline(always)]
unsafe fn exchange<S: Ranked, V: Vectors>(
    memory: *mut S::Level,
    from: [u32; 2],
    to: [u32; 2],
    more: bool,
) {
    // SAFETY: by the contract.
    let ([a, b], [least, most]) =
        unsafe { (from.map(|at| memory.add(at as usize)), to.map(|at| memory.add(at as usize))) };
    each_register!(S, V, more, i => {
        // SAFETY: by the contract.
        unsafe {
            let x = <S::Level as Ordered>::In::<V>::load(a.add(i));
            let y = <S::Level as Ordered>::In::<V>::load(b.add(i));
            x.least(y).store(least.add(i));
            x.most(y).store(most.add(i));
        }
    });
}

/// # Safety
/// The processor has `V`; at the offsets a block and more is readable and writable.
#[inline(always)]
unsafe fn single<S: Ranked, V: Vectors, const MOST: bool>(
    memory: *mut S::Level,
    from: [u32; 2],
    to: u32,
    more: bool,
) {
    // SAFETY: by the contract.
    let ([a, b], to) = unsafe { (from.map(|at| memory.add(at as usize)), memory.add(to as usize)) };
    each_register!(S, V, more, i => {
        // SAFETY: by the contract.
        unsafe {
            let x = <S::Level as Ordered>::In::<V>::load(a.add(i));
            let y = <S::Level as Ordered>::In::<V>::load(b.add(i));
            let one = if MOST { x.most(y) } else { x.least(y) };
            one.store(to.add(i));
        }
    });
}
