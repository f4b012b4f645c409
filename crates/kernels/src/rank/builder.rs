//! Builds the graph of minima and maxima that ranks a tile of windows.
//!
//! Windows beside one another share most of their samples. So what all windows of a tile share is sorted
//! once, and the tile is halved until it is one window: each half merges in what its windows share beyond
//! that, and drops what can no longer be of the index wanted. Merges are Batcher's, of sorted columns and
//! rows; equal ones are made once, also for the tiles to the right, which other lanes work on.

use std::collections::HashMap;

/// What a lane computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// The sample of a row of the tile's windows, in a column of the tile.
    Sample { row: usize, column: usize },
    /// The smaller of two.
    Least(Value, Value),
    /// The larger of two.
    Most(Value, Value),
}

/// A node as some lanes to the right compute it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Value {
    pub(super) node: usize,
    pub(super) shift: usize,
}

/// What windows of a tile are made of: a rectangle of samples, counted from the first sample of the first.
#[derive(Clone, Copy)]
struct Tile {
    at: [usize; 2],
    /// Windows along rows and down columns.
    size: [usize; 2],
}

pub(super) struct Builder {
    window: [usize; 2],
    index: usize,
    /// Columns of a tile: lanes are that many pixels apart.
    columns: usize,
    pub(super) nodes: Vec<Node>,
    ids: HashMap<Node, usize>,
    /// The results: row by row of the tile.
    pub(super) results: Vec<Value>,
}

impl Builder {
    /// The graph for tiles of so many columns and rows, powers of two and no larger than the window.
    pub(super) fn new(window: [usize; 2], index: usize, size: [usize; 2]) -> Self {
        let results = vec![Value { node: 0, shift: 0 }; size[0] * size[1]];
        let mut builder = Self {
            window,
            index,
            columns: size[0],
            nodes: Vec::new(),
            ids: HashMap::new(),
            results,
        };
        let tile = Tile { at: [0, 0], size };
        let [columns, rows] = builder.shared(&tile);
        let sorted = builder.columns(columns, rows);
        builder.halve(&tile, &sorted);
        builder
    }

    /// The samples that all windows of a tile share: columns and rows, from and to.
    fn shared(&self, tile: &Tile) -> [[usize; 2]; 2] {
        [0, 1].map(|i| [tile.at[i] + tile.size[i] - 1, tile.at[i] + self.window[i]])
    }

    /// Ranks the windows of a tile. `sorted` are the shared samples, of which the middle is kept: as many
    /// too small ones are gone as too large ones may be.
    fn halve(&mut self, tile: &Tile, sorted: &[Value]) {
        let [columns, rows] = self.shared(tile);
        let area =
            |columns: [usize; 2], rows: [usize; 2]| (columns[1] - columns[0]) * (rows[1] - rows[0]);
        let all = self.window[0] * self.window[1];
        let missing = all - area(columns, rows);
        // What is smaller or larger than all that may come is not of the index.
        let first = self.index.saturating_sub(missing);
        let last = (self.index + 1).min(area(columns, rows));
        let middle = sorted[first..last.max(first)].to_vec();
        if missing == 0 {
            self.results[tile.at[1] * self.columns + tile.at[0]] = middle[0];
            return;
        }
        // Along rows first, unless there is nothing to share down the columns.
        let axis = usize::from(tile.size[0] == 1 || (tile.size[1] > 1 && rows[0] == rows[1]));
        let half = tile.size[axis] / 2;
        let [from, to] = [columns, rows][axis];
        for (offset, more) in [(0, [from - half, from]), (half, [to, to + half])] {
            let (mut at, mut size) = (tile.at, tile.size);
            at[axis] += offset;
            size[axis] = half;
            let more = if axis == 0 { self.columns(more, rows) } else { self.rows(columns, more) };
            // Where the middle lies in all that the half shares is known by what was dropped.
            let mut merged = self.merge(&middle, &more);
            complete(&mut merged, first);
            self.halve(&Tile { at, size }, &merged);
        }
    }

    /// Sorted samples of some columns.
    fn columns(&mut self, [first, end]: [usize; 2], rows: [usize; 2]) -> Vec<Value> {
        let columns = (first..end).map(|column| {
            let samples: Vec<_> = (rows[0]..rows[1]).map(|row| self.sample(row, column)).collect();
            self.sort(&samples)
        });
        let columns = columns.collect();
        self.join(columns)
    }

    /// Sorted samples of some rows.
    fn rows(&mut self, columns: [usize; 2], [first, end]: [usize; 2]) -> Vec<Value> {
        let rows = (first..end).map(|row| {
            let samples: Vec<_> =
                (columns[0]..columns[1]).map(|column| self.sample(row, column)).collect();
            self.sort(&samples)
        });
        let rows = rows.collect();
        self.join(rows)
    }

    /// Merges sorted lists, neighbours first.
    fn join(&mut self, mut lists: Vec<Vec<Value>>) -> Vec<Value> {
        while lists.len() > 1 {
            lists = lists
                .chunks(2)
                .map(|pair| match pair {
                    [first, second] => self.merge(first, second),
                    _ => pair.concat(),
                })
                .collect();
        }
        lists.pop().unwrap_or_default()
    }

    fn sort(&mut self, values: &[Value]) -> Vec<Value> {
        if values.len() < 2 {
            return values.to_vec();
        }
        let (first, second) = values.split_at(values.len() / 2);
        let (first, second) = (self.sort(first), self.sort(second));
        self.merge(&first, &second)
    }

    /// Batcher's merge: the even and the odd values by themselves, then neighbours are exchanged.
    fn merge(&mut self, a: &[Value], b: &[Value]) -> Vec<Value> {
        match (a, b) {
            ([], _) => return b.to_vec(),
            (_, []) => return a.to_vec(),
            ([a], [b]) => return self.exchange(*a, *b).to_vec(),
            _ => {}
        }
        let every = |list: &[Value], first| list.iter().copied().skip(first).step_by(2).collect();
        let [a_even, a_odd, b_even, b_odd]: [Vec<_>; 4] =
            [every(a, 0), every(a, 1), every(b, 0), every(b, 1)];
        let (even, odd) = (self.merge(&a_even, &b_even), self.merge(&a_odd, &b_odd));
        let mut merged = vec![even[0]];
        for i in 0..odd.len().max(even.len() - 1) {
            match (odd.get(i), even.get(i + 1)) {
                (Some(&odd), Some(&even)) => merged.extend(self.exchange(odd, even)),
                (one, other) => merged.extend(one.or(other)),
            }
        }
        merged
    }

    fn exchange(&mut self, a: Value, b: Value) -> [Value; 2] {
        let (a, b) = (a.min(b), a.max(b));
        let shift = a.shift.min(b.shift);
        let [a, b] = [a, b].map(|value| Value { shift: value.shift - shift, ..value });
        [Node::Least(a, b), Node::Most(a, b)].map(|node| Value { node: self.id(node), shift })
    }

    fn sample(&mut self, row: usize, column: usize) -> Value {
        let node = Node::Sample { row, column: column % self.columns };
        Value { node: self.id(node), shift: column / self.columns }
    }

    fn id(&mut self, node: Node) -> usize {
        *self.ids.entry(node).or_insert_with(|| {
            self.nodes.push(node);
            self.nodes.len() - 1
        })
    }
}

/// Puts any values in the place of those that were dropped before the first: nobody will take them.
fn complete(sorted: &mut Vec<Value>, dropped: usize) {
    let Some(&value) = sorted.first() else { return };
    sorted.splice(0..0, std::iter::repeat_n(value, dropped));
}
