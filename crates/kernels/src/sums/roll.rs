//! Means of windows that roll down an image, by two rows at once.
//!
//! The sum of a window is the one above it, and the sum along one row of what enters less what leaves.
//! Such a sum of differences is short: for bytes it fits 16 bits, whatever the height of the window, so
//! that the work along the row takes half of the registers that sums of columns do. Along the row it
//! rolls too: the next one differs by a sample at either end.

use raster::{Depth, Sample};

use super::{Across, Scale};
use crate::Isa;
use crate::isa::{Vectorized, Vectors};

/// A kernel of registers for means of one channel: of bytes to bytes or of 16 bits to 16 bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Roll {
    pub(super) form: Form,
    /// Pixels of a window along the row.
    width: usize,
    isa: Isa,
}

/// How sums are held and scaled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Form {
    /// Sums of bytes in 16 bits: `((sum + add) * factor) >> (16 + shift)`, of which the state holds
    /// `sum + add`.
    Narrow { add: u16, factor: u16, shift: u32 },
    /// Sums of bytes in 32 bits, times a float32.
    Bytes(f32),
    /// Sums of 16 bits in 32 bits, times a float32.
    Words(f32),
}

/// For two rows: the sum along the row of what enters less what leaves, over the next window.
pub type Edges = [i32; 2];

/// Samples that rows of the state are padded to.
const PAD: usize = 64;

impl Roll {
    /// The kernel for windows of `area` pixels, if there is one.
    pub fn new<S: Sample, D: Sample>(across: &Across, area: u64, isa: Isa) -> Option<Self> {
        let has_kernel = matches!(isa, Isa::Avx2 | Isa::Avx512) && isa.is_supported();
        if !has_kernel || across.channels != 1 {
            return None;
        }
        let form = match (S::DEPTH, D::DEPTH, across.scale) {
            (Depth::U8, Depth::U8, Scale::Fixed { add, factor }) => narrow(area, add, factor)?,
            // A sum along a row of differences of bytes fits 16 bits, and all sums fit 32.
            (Depth::U8, Depth::U8, Scale::Single(scale)) if across.width <= 128 => {
                is_within(area, 255, scale).then_some(Form::Bytes(scale))?
            }
            (Depth::U16, Depth::U16, Scale::Single(scale)) => {
                is_within(area, 65535, scale).then_some(Form::Words(scale))?
            }
            _ => return None,
        };
        Some(Self { form, width: across.width, isa })
    }

    /// The length of the state for rows of `n` samples.
    pub const fn state_len(&self, n: usize) -> usize {
        let bytes = match self.form {
            Form::Narrow { .. } => 2,
            Form::Bytes(_) | Form::Words(_) => 4,
        };
        n.next_multiple_of(PAD) * bytes / 4
    }

    /// Begins with the sums of the windows above the first row.
    ///
    /// # Panics
    /// If the state is shorter than that of so many samples.
    pub fn start(&self, sums: &[i32], state: &mut [i32]) {
        let registers = match self.isa {
            Isa::Avx512 => 64,
            _ => 32,
        };
        let state = &mut state[..self.state_len(sums.len())];
        // A block is a register of samples; a register of the state holds every other sample of it, or
        // every fourth.
        let place = |i: usize, samples: usize, order: &[usize]| {
            let (block, i) = (i / samples * samples, i % samples);
            block + order[i % order.len()] * (samples / order.len()) + i / order.len()
        };
        match self.form {
            Form::Narrow { add, .. } => {
                let state = bytemuck::cast_slice_mut::<i32, u16>(state);
                for (i, &sum) in sums.iter().enumerate() {
                    state[place(i, registers, &[0, 1])] = add + sum as u16;
                }
            }
            Form::Bytes(_) => {
                for (i, &sum) in sums.iter().enumerate() {
                    state[place(i, registers, &[0, 2, 1, 3])] = sum;
                }
            }
            Form::Words(_) => {
                for (i, &sum) in sums.iter().enumerate() {
                    state[place(i, registers / 2, &[0, 1])] = sum;
                }
            }
        }
    }

    /// The edge of a row's first window.
    ///
    /// # Panics
    /// If a row is shorter than the window.
    pub fn edge<S: Sample>(&self, enter: &[S], leave: &[S]) -> i32 {
        let (enter, leave) = (&enter[..self.width], &leave[..self.width]);
        self.isa.run(Difference { enter, leave })
    }

    /// Makes the next samples of two rows, of as many as `out` has. The first sample of the state is
    /// the first of a multiple of 64.
    ///
    /// Rows enter and leave from the first column of the first window on, to the end of the last piece's
    /// last window.
    ///
    /// # Panics
    /// If rows or the state are too short, rows differ in length, or samples are not of the depth that
    /// the kernel was made for.
    #[cfg_attr(
        not(target_arch = "x86_64"),
        expect(clippy::needless_pass_by_value, reason = "no other processor has a kernel")
    )]
    pub fn run<S: Sample, D: Sample>(
        &self,
        state: &mut [i32],
        edges: &mut Edges,
        enter: [&[S]; 2],
        leave: [&[S]; 2],
        out: [&mut [D]; 2],
    ) {
        let depth = if matches!(self.form, Form::Words(_)) { Depth::U16 } else { Depth::U8 };
        let n = out[0].len();
        let columns = n + self.width - 1;
        let rows = [enter[0], leave[0], enter[1], leave[1]];
        assert!(rows.iter().all(|row| row.len() >= columns && row.len() == rows[0].len()));
        assert!(
            [S::DEPTH, D::DEPTH] == [depth; 2]
                && out[1].len() == n
                && state.len() >= self.state_len(n)
        );
        #[cfg(target_arch = "x86_64")]
        {
            let run = super::roll_x86::RollRun {
                form: self.form,
                distance: self.width * size_of::<S>(),
                state,
                edges,
                rows: rows.map(bytemuck::cast_slice),
                out: out.map(bytemuck::cast_slice_mut),
            };
            self.isa.run(run);
        }
        #[cfg(not(target_arch = "x86_64"))]
        unreachable!("no kernel for {edges:?}");
    }
}

/// The sum of differences.
struct Difference<'a, S> {
    enter: &'a [S],
    leave: &'a [S],
}

impl<S: Sample> Vectorized for Difference<'_, S> {
    type Output = i32;

    #[inline(always)]
    fn run<V: Vectors>(self) -> i32 {
        let mut sum = 0;
        for i in 0..self.enter.len() {
            sum += self.enter[i].to_i32() - self.leave[i].to_i32();
        }
        sum
    }
}

/// The division by an area of up to 256 with a factor of 16 bits, found by trying: the same results for
/// every sum.
fn narrow(area: u64, add: u32, factor: u32) -> Option<Form> {
    let (area, largest) = (area as u32, 255 * area as u32);
    if (largest + add).wrapping_mul(factor) >> 23 > 255 {
        // It would have to be saturated.
        return None;
    }
    let shift = area.next_power_of_two().ilog2().checked_sub(1)?;
    let floor = (1 << (16 + shift)) / area;
    let tries = [(add, floor), (add + 1, floor), (add, floor + 1)];
    let exact = |&(narrow_add, narrow_factor): &(u32, u32)| {
        let fits = largest + narrow_add <= 0xFFFF && narrow_factor <= 0xFFFF;
        fits && (0..=largest).all(|sum| {
            let expected = (sum + add).wrapping_mul(factor) >> 23;
            ((sum + narrow_add) * narrow_factor) >> (16 + shift) == expected
        })
    };
    let (add, factor) = tries.into_iter().find(exact)?;
    Some(Form::Narrow { add: add as u16, factor: factor as u16, shift })
}

/// Whether means stay within the depth by themselves, without saturating.
fn is_within(area: u64, largest: u64, scale: f32) -> bool {
    let sum = area * largest;
    i32::try_from(sum).is_ok_and(|sum| (sum as f32 * scale).round_ties_even() <= largest as f32)
}
