//! Means that roll down an image are those of prefix sums, for every size of a window and every depth.

use gigapx_kernels::Isa;
use gigapx_kernels::sums::{self, Across, Edges, Roll, Scale};
use proptest::prelude::*;
use raster::Sample;

/// A window, and rows of samples that it goes down.
struct Case<S> {
    across: Across,
    height: usize,
    rows: Vec<Vec<S>>,
    /// Where the first window starts in each row.
    shift: usize,
    n: usize,
}

impl<S: Sample> Case<S> {
    fn new(
        (width, height): (usize, usize),
        scale: Scale,
        [n, shift, results]: [usize; 3],
        sample: impl Fn(usize, usize) -> S,
    ) -> Self {
        let across = Across { width, channels: 1, scale };
        let len = shift + across.columns(n);
        let row = |y| (0..len).map(|x| sample(y, x)).collect();
        Self { across, height, rows: (0..height + results - 1).map(row).collect(), shift, n }
    }

    fn row(&self, y: usize) -> &[S] {
        &self.rows[y][self.shift..]
    }

    fn area(&self) -> u64 {
        (self.across.width * self.height) as u64
    }

    /// Means of the windows at `top` by sums of columns, one sample at a time.
    fn reference<D: Sample>(&self, top: usize, scale: Scale) -> Vec<D> {
        let across = Across { scale, ..self.across };
        let mut columns = vec![0i32; across.columns(self.n)];
        for y in top..top + self.height {
            sums::enter(&mut columns, self.row(y), Isa::Scalar);
        }
        let mut prefix = vec![0i32; across.prefix_len(self.n)];
        across.prefix(&columns, &mut prefix, Isa::Scalar);
        let mut out = vec![D::zeroed(); self.n];
        across.run(&prefix, &mut out, Isa::Scalar);
        out
    }

    /// The means of a rolling kernel, two rows and a piece of them at a time.
    fn rolled(&self, roll: &Roll) -> Vec<Vec<S>> {
        let mut state = vec![0; roll.state_len(self.n)];
        roll.start(&self.reference::<i32>(0, Scale::One), &mut state);
        let results = self.rows.len() - self.height + 1;
        // From the first row's windows on, so that a row leaves each time.
        let mut out = vec![vec![S::zeroed(); self.n]; results - 1];
        for (i, pair) in out.chunks_exact_mut(2).enumerate() {
            let top = 2 * i;
            let enter = [self.row(top + self.height), self.row(top + self.height + 1)];
            let leave = [self.row(top), self.row(top + 1)];
            let mut edges: Edges = [0, 1].map(|row| roll.edge(enter[row], leave[row]));
            let [first, second] = pair else { unreachable!() };
            let pieces = first.chunks_mut(128).zip(second.chunks_mut(128));
            for (i, (first, second)) in pieces.enumerate() {
                let at = 128 * i;
                let [enter, leave] = [enter, leave].map(|rows| rows.map(|row| &row[at..]));
                let state = &mut state[roll.state_len(at)..];
                roll.run(state, &mut edges, enter, leave, [first, second]);
            }
        }
        out
    }

    /// Whether every kernel's means are those of the reference.
    fn check(&self) {
        for isa in Isa::supported() {
            let Some(roll) = Roll::new::<S, S>(&self.across, self.area(), isa) else {
                continue;
            };
            for (y, row) in self.rolled(&roll).iter().enumerate() {
                let expected = self.reference::<S>(y + 1, self.across.scale);
                let (size, n) = ((self.across.width, self.height), self.n);
                assert!(*row == expected, "row {y} of {size:?}, {n} wide, {}", isa.name());
            }
        }
    }
}

/// Noise in which extremes are as frequent as all else, so that sums reach their limits.
fn noise(seed: u64, y: usize, x: usize) -> u32 {
    let mut h = seed ^ (y as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (x as u64) << 17;
    h = (h ^ (h >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    h = (h ^ (h >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    // Whole rows of extremes, as large sums of differences need.
    match (seed.wrapping_add(y as u64 / 7) % 5, (h >> 60) % 4) {
        (0, _) | (2.., 0) => 0,
        (1, _) | (2.., 1) => u32::MAX,
        _ => (h >> 16) as u32,
    }
}

/// The division of sums of bytes as box means have it, or by a float32 where they do.
fn mean(area: usize, bytes: bool) -> Scale {
    if !bytes || area > 256 {
        return Scale::Single((1.0 / area as f64) as f32);
    }
    let exact = f64::from(1 << 23) / area as f64;
    let (add, factor) = ((area / 2) as u32, exact.floor() as u32);
    if exact.fract() < 0.5 {
        Scale::Fixed { add: add + 1, factor }
    } else {
        Scale::Fixed { add, factor: factor + 1 }
    }
}

/// Windows of all shapes, and of areas around the limits of 16 bits: 256 pixels for sums of bytes, 128
/// columns for sums of their differences.
fn sizes() -> impl Strategy<Value = (usize, usize)> {
    let limits = vec![
        (16, 16),
        (15, 17),
        (17, 15),
        (19, 13),
        (257, 1),
        (256, 1),
        (1, 256),
        (1, 257),
        (127, 3),
        (128, 3),
        (129, 3),
        (128, 2),
        (2, 128),
        (101, 101),
        (181, 181),
    ];
    prop_oneof![
        3 => (1usize..17, 1usize..17),
        1 => (1usize..140, 1usize..40),
        2 => prop::sample::select(limits),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn means_that_roll_are_those_of_sums(
        size in sizes(),
        n in 1usize..200,
        shift in 0usize..33,
        seed: u64,
    ) {
        let area = size.0 * size.1;
        let shape = [n, shift, 9];
        Case::new(size, mean(area, true), shape, |y, x| noise(seed, y, x) as u8).check();
        Case::new(size, mean(area, false), shape, |y, x| noise(seed, y, x) as u16).check();
    }
}

#[test]
fn every_width_of_a_row() {
    for n in 1..=200 {
        for size in [(3, 3), (11, 11), (16, 16), (17, 17), (101, 3)] {
            let area = size.0 * size.1;
            let shape = [n, n % 7, 5];
            Case::new(size, mean(area, true), shape, |y, x| noise(3, y, x) as u8).check();
            Case::new(size, mean(area, false), shape, |y, x| noise(3, y, x) as u16).check();
        }
    }
}

/// Sums of one and the same mean end where that of the next begins.
#[test]
fn every_sum_of_a_small_area() {
    for area in 2..=256 {
        // A column of one value: row after row the window takes up one more of them.
        let sample = |y: usize, x: usize| if y >= area { 255 } else { (x % 2) as u8 };
        let case = Case::new((1, area), mean(area, true), [64, 0, 2 * area + 1], sample);
        case.check();
    }
}
