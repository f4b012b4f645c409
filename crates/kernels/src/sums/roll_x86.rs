//! Rolling means for AVX2 and AVX-512.
//!
//! A block is a register of samples of four rows, at both ends of their windows. Even and odd samples
//! become lanes of twice the width, which costs a mask and a shift. Prefix sums run over pairs of
//! samples, an even and the odd one behind it, so that one serves two lanes: they lead to the next even
//! sample. Everything is kept in this order, up to the results, which are put side by side again.

#![expect(clippy::inline_always, reason = "must compile for the caller's instruction set")]

use std::arch::x86_64::{__m256i, __m512i};

use super::Edges;
use super::register_x86::Register;
use super::roll::Form;
use crate::isa::{Vectorized, Vectors};
use crate::vector::Prefix;
use crate::wide::Wide;

/// The lanes that sums along a row are made in: twice as wide as a sample.
///
/// # Safety
/// As [`Wide`].
trait Lane {
    unsafe fn splat<W: Register>(value: i32) -> W;
    unsafe fn even<W: Register>(samples: W) -> W;
    unsafe fn odd<W: Register>(samples: W) -> W;
    unsafe fn plus<W: Register>(a: W, b: W) -> W;
    unsafe fn minus<W: Register>(a: W, b: W) -> W;
    unsafe fn prefix<W: Register>(x: W) -> W;
    unsafe fn last<W: Register>(x: W) -> W;
}

macro_rules! lane {
    ($name:ident: $($function:ident($($arg:ident),*) => $body:expr;)*) => {
        struct $name;

        impl Lane for $name {
            #[inline(always)]
            unsafe fn splat<W: Register>(value: i32) -> W {
                // SAFETY: by the trait's contract.
                unsafe { Self::broadcast(value) }
            }

            $(
                #[inline(always)]
                unsafe fn $function<W: Register>($($arg: W),*) -> W {
                    // SAFETY: by the trait's contract.
                    unsafe { $body }
                }
            )*
        }
    };
}

lane! {
    Lane16:
    even(x) => x.and(W::splat16(0xFF));
    odd(x) => x.upper8();
    plus(a, b) => a.add16(b);
    minus(a, b) => a.sub16(b);
    prefix(x) => x.prefix16();
    last(x) => x.last16();
}

lane! {
    Lane32:
    even(x) => x.and(W::splat32(0xFFFF));
    odd(x) => x.upper();
    plus(a, b) => a.add32(b);
    minus(a, b) => a.sub32(b);
    prefix(x) => Prefix::prefix(x);
    last(x) => Prefix::last(x);
}

impl Lane16 {
    /// # Safety
    /// As [`Wide`].
    #[inline(always)]
    unsafe fn broadcast<W: Register>(value: i32) -> W {
        // SAFETY: by the contract.
        unsafe { W::splat16(value as i16) }
    }
}

impl Lane32 {
    /// # Safety
    /// As [`Wide`].
    #[inline(always)]
    unsafe fn broadcast<W: Register>(value: i32) -> W {
        // SAFETY: by the contract.
        unsafe { W::splat32(value) }
    }
}

/// How a block's sums are held, in `N` registers.
///
/// # Safety
/// As [`Wide`].
trait Sums<W, const N: usize>: Copy {
    type Lane: Lane;

    /// Adds the sums along a row, of even and of odd samples.
    unsafe fn add(self, sums: &mut [W; N], even: W, odd: W);
    /// The means, as samples.
    unsafe fn means(self, sums: &[W; N]) -> W;
}

#[derive(Clone, Copy)]
struct Narrow<W> {
    factor: W,
    shift: u32,
}

impl<W: Register> Sums<W, 2> for Narrow<W> {
    type Lane = Lane16;

    #[inline(always)]
    unsafe fn add(self, sums: &mut [W; 2], even: W, odd: W) {
        // SAFETY: by the trait's contract.
        *sums = unsafe { [sums[0].add16(even), sums[1].add16(odd)] };
    }

    #[inline(always)]
    unsafe fn means(self, sums: &[W; 2]) -> W {
        // SAFETY: by the trait's contract.
        unsafe {
            let even = sums[0].times_upper16(self.factor).right16(self.shift);
            let odd = sums[1].times_upper16(self.factor).right16(self.shift);
            even.lowers8(odd)
        }
    }
}

#[derive(Clone, Copy)]
struct Bytes(f32);

impl<W: Register> Sums<W, 4> for Bytes {
    type Lane = Lane16;

    #[inline(always)]
    unsafe fn add(self, sums: &mut [W; 4], even: W, odd: W) {
        // SAFETY: by the trait's contract.
        unsafe {
            // A multiply-add widens what it adds.
            let (low, high) = (W::splat32(1), W::splat32(1 << 16));
            *sums = [
                sums[0].dot16(even, low),
                sums[1].dot16(even, high),
                sums[2].dot16(odd, low),
                sums[3].dot16(odd, high),
            ];
        }
    }

    #[inline(always)]
    unsafe fn means(self, sums: &[W; 4]) -> W {
        // SAFETY: by the trait's contract.
        unsafe {
            let even = sums[0].scale32(self.0).lowers(sums[1].scale32(self.0));
            let odd = sums[2].scale32(self.0).lowers(sums[3].scale32(self.0));
            even.lowers8(odd)
        }
    }
}

#[derive(Clone, Copy)]
struct Words(f32);

impl<W: Register> Sums<W, 2> for Words {
    type Lane = Lane32;

    #[inline(always)]
    unsafe fn add(self, sums: &mut [W; 2], even: W, odd: W) {
        // SAFETY: by the trait's contract.
        *sums = unsafe { [sums[0].add32(even), sums[1].add32(odd)] };
    }

    #[inline(always)]
    unsafe fn means(self, sums: &[W; 2]) -> W {
        // SAFETY: by the trait's contract.
        unsafe { sums[0].scale32(self.0).lowers(sums[1].scale32(self.0)) }
    }
}

/// Two rows of results. All rows are as long as the windows reach, and of one length.
pub(super) struct RollRun<'a> {
    pub(super) form: Form,
    /// Bytes from a window's first sample to the one behind its last.
    pub(super) distance: usize,
    pub(super) state: &'a mut [i32],
    pub(super) edges: &'a mut Edges,
    /// Enters, leaves, for the first row; then for the second.
    pub(super) rows: [&'a [u8]; 4],
    pub(super) out: [&'a mut [u8]; 2],
}

impl Vectorized for RollRun<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vectors>(self) {
        // SAFETY: `Isa::run` compiles this for registers that the processor has.
        unsafe {
            match V::BYTES {
                64 => self.forms::<__m512i>(),
                _ => self.forms::<__m256i>(),
            }
        }
    }
}

/// Bytes of the widest register.
const MOST: usize = 64;

impl RollRun<'_> {
    /// # Safety
    /// The processor has `W`.
    #[inline(always)]
    unsafe fn forms<W: Register>(self) {
        // SAFETY: by the contract.
        unsafe {
            match self.form {
                Form::Narrow { factor, shift, .. } => {
                    self.blocks::<W, 2, _>(Narrow { factor: W::splat16(factor as i16), shift });
                }
                Form::Bytes(scale) => self.blocks::<W, 4, _>(Bytes(scale)),
                Form::Words(scale) => self.blocks::<W, 2, _>(Words(scale)),
            }
        }
    }

    /// # Safety
    /// The processor has `W`.
    #[inline(always)]
    unsafe fn blocks<W: Register, const N: usize, F: Sums<W, N>>(self, form: F) {
        let Self { distance, state, edges, rows, out: [first, second], .. } = self;
        let (n, len) = (first.len(), rows[0].len());
        let mut state = state.chunks_exact_mut(N * W::BYTES / 4);
        // SAFETY: by the contract.
        let mut carry = unsafe { [F::Lane::splat::<W>(edges[0]), F::Lane::splat(edges[1])] };
        for at in (0..n).step_by(W::BYTES) {
            let sums = state.next().expect("a state of whole blocks").as_mut_ptr();
            // SAFETY: by the contract; a block is all within the rows or made of copies.
            unsafe {
                if at + W::BYTES <= n && at + distance + W::BYTES <= len {
                    let ends = [0, 1, 2, 3].map(|i| {
                        let row = rows[i].as_ptr().add(at);
                        [row, row.add(distance)]
                    });
                    let out = [first.as_mut_ptr().add(at), second.as_mut_ptr().add(at)];
                    block(form, ends, &mut carry, sums, out);
                } else {
                    let out = [&mut first[at..], &mut second[at..]];
                    last_block(form, rows.map(|row| &row[at..]), distance, &mut carry, sums, out);
                }
            }
        }
        for (edge, carry) in edges.iter_mut().zip(carry) {
            let mut lanes = [0i32; MOST / 4];
            // SAFETY: an array of the most bytes of a register.
            unsafe { Wide::store(carry, lanes.as_mut_ptr()) };
            *edge = lanes[0];
        }
    }
}

/// A [`block`] at the end of the rows: of copies, padded to whole registers.
///
/// # Safety
/// As [`block`], but for the rows.
#[inline(always)]
unsafe fn last_block<W: Register, const N: usize, F: Sums<W, N>>(
    form: F,
    rows: [&[u8]; 4],
    distance: usize,
    carry: &mut [W; 2],
    state: *mut i32,
    out: [&mut [u8]; 2],
) {
    let mut ends = [[[0u8; MOST]; 2]; 4];
    for (row, ends) in rows.into_iter().zip(&mut ends) {
        for (at, end) in [0, distance].into_iter().zip(ends) {
            let rest = row.get(at..).unwrap_or_default();
            let count = MOST.min(rest.len());
            end[..count].copy_from_slice(&rest[..count]);
        }
    }
    let mut means = [[0u8; MOST]; 2];
    let [first, second] = &mut means;
    let ends = [0, 1, 2, 3].map(|i| [ends[i][0].as_ptr(), ends[i][1].as_ptr()]);
    // SAFETY: by the contract; the arrays have the most bytes of a register.
    unsafe { block(form, ends, carry, state, [first.as_mut_ptr(), second.as_mut_ptr()]) };
    for (out, means) in out.into_iter().zip(&means) {
        let count = W::BYTES.min(out.len());
        out[..count].copy_from_slice(&means[..count]);
    }
}

/// Makes a block of both rows, and moves `carry`, the sums along the rows, on to the next.
///
/// # Safety
/// The processor has `W`; `W::BYTES` are readable from each of `ends` on and writable to both of `out`;
/// from `state` on there are `N` registers.
#[inline(always)]
unsafe fn block<W: Register, const N: usize, F: Sums<W, N>>(
    form: F,
    ends: [[*const u8; 2]; 4],
    carry: &mut [W; 2],
    state: *mut i32,
    out: [*mut u8; 2],
) {
    // SAFETY: by the contract.
    unsafe {
        let mut sums = [W::splat32(0); N];
        for (i, sum) in sums.iter_mut().enumerate() {
            *sum = Wide::load(state.add(i * W::BYTES / 4));
        }
        for row in 0..2 {
            let [even, odd] =
                along::<W, F::Lane>([ends[2 * row], ends[2 * row + 1]], &mut carry[row]);
            form.add(&mut sums, even, odd);
            Wide::store(form.means(&sums), out[row]);
        }
        for (i, sum) in sums.into_iter().enumerate() {
            Wide::store(sum, state.add(i * W::BYTES / 4));
        }
    }
}

/// The sums along a row of what enters less what leaves, of even and of odd samples.
///
/// # Safety
/// As [`block`].
#[inline(always)]
unsafe fn along<W: Register, L: Lane>(ends: [[*const u8; 2]; 2], carry: &mut W) -> [W; 2] {
    // SAFETY: by the contract.
    unsafe {
        let [[a, b], [c, d]] = ends;
        let (a, b): (W, W) = (Wide::load(a), Wide::load(b));
        let (c, d): (W, W) = (Wide::load(c), Wide::load(d));
        // By how much each window's sum differs from the next one's.
        let even = L::minus(L::minus(L::even(b), L::even(a)), L::minus(L::even(d), L::even(c)));
        let odd = L::minus(L::minus(L::odd(b), L::odd(a)), L::minus(L::odd(d), L::odd(c)));
        let prefix = L::prefix(L::plus(even, odd));
        let odds = L::minus(L::plus(prefix, *carry), odd);
        // Off the path of the results: a chain of one addition a block.
        *carry = L::plus(*carry, L::last(prefix));
        [L::minus(odds, even), odds]
    }
}
