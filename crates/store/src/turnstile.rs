//! Pieces of a file that come in any order, and whose places depend on the sizes of all before them.
//!
//! Whoever brings the next piece gives it and those that follow their places, and writes them, at the
//! same time as others write theirs. A piece that comes early waits; nobody waits for it. What waits is
//! held in memory up to a limit, and beyond that in a file beside the output.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    Error,
    publish::{Draft, Output},
};

/// Bytes that may wait in memory.
const ROOM: u64 = 16 << 20;

/// Puts pieces into an output in their order.
pub(crate) struct Turnstile {
    output: Output,
    state: Mutex<State>,
}

struct State {
    /// The number of the next piece.
    next: u64,
    /// Where it goes.
    offset: u64,
    early: BTreeMap<u64, Early>,
    /// Bytes of those in memory.
    held: u64,
    spill: Spill,
}

/// A piece that came before its turn.
enum Early {
    Held(Vec<u8>),
    Spilled { offset: u64, len: u64 },
}

/// The file of pieces that found no room in memory.
#[derive(Default)]
struct Spill {
    draft: Option<Arc<Draft>>,
    /// Where what is in it ends.
    end: u64,
    /// Pieces in it, and on their way into it or out of it.
    pieces: u64,
}

impl Turnstile {
    /// Begins with `head`.
    pub(crate) fn new(output: Output, head: &[u8]) -> Result<Self, Error> {
        output.write_at(0, head)?;
        let (early, spill) = (BTreeMap::new(), Spill::default());
        let state = State { next: 0, offset: head.len() as u64, early, held: 0, spill };
        Ok(Self { output, state: Mutex::new(state) })
    }

    /// Bytes that may wait in memory, where they are not the result's own.
    pub(crate) const fn bytes(&self) -> u64 {
        match self.output {
            Output::File(_) => ROOM,
            Output::Memory(_) => 0,
        }
    }

    /// Brings piece `index`, which nobody brings twice.
    pub(crate) fn put(&self, index: u64, piece: &[u8]) -> Result<(), Error> {
        let len = piece.len() as u64;
        let mut state = self.state();
        if state.next != index {
            let early = match &self.output {
                Output::File(draft) if state.held + len > ROOM => {
                    let (offset, spill) = state.spill.reserve(len, draft)?;
                    drop(state);
                    spill.write_at(offset, piece)?;
                    state = self.state();
                    Early::Spilled { offset, len }
                }
                _ => {
                    state.held += len;
                    Early::Held(piece.to_vec())
                }
            };
            // Its turn may have come meanwhile; then it goes with those that waited.
            state.early.insert(index, early);
            let turn = state.turn();
            drop(state);
            return self.write(turn);
        }
        let offset = state.advance(len);
        let turn = state.turn();
        drop(state);
        self.output.write_at(offset, piece)?;
        self.write(turn)
    }

    /// Appends `tail` behind all pieces, and publishes.
    pub(crate) fn finish(&self, tail: &[u8]) -> Result<(), Error> {
        let state = self.state();
        let offset = state.offset;
        assert!(state.early.is_empty(), "piece {} is missing", state.next);
        drop(state);
        self.output.write_at(offset, tail)?;
        self.output.publish()
    }

    /// Gives up.
    pub(crate) fn discard(&self) {
        self.output.discard();
        let mut state = self.state();
        state.early.clear();
        state.spill.draft = None;
    }

    /// Writes pieces whose turn it is.
    fn write(&self, turn: Vec<(u64, Early)>) -> Result<(), Error> {
        turn.into_iter().try_for_each(|(offset, early)| match early {
            Early::Held(piece) => {
                self.output.write_at(offset, &piece)?;
                self.state().held -= piece.len() as u64;
                Ok(())
            }
            Early::Spilled { offset: from, len } => {
                let draft = self.state().spill.draft.clone();
                let mut piece = vec![0; len as usize];
                // Gone only if all was given up.
                if let Some(draft) = draft {
                    draft.read_at(from, &mut piece)?;
                }
                self.state().spill.release();
                self.output.write_at(offset, &piece)
            }
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing under the lock panics half way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Gives the next piece its place.
    const fn advance(&mut self, len: u64) -> u64 {
        let offset = self.offset;
        self.offset += len;
        self.next += 1;
        offset
    }

    /// Takes the pieces whose turn it is now, with their places.
    fn turn(&mut self) -> Vec<(u64, Early)> {
        let mut turn = Vec::new();
        while let Some(early) = self.early.remove(&self.next) {
            let len = match &early {
                Early::Held(piece) => piece.len() as u64,
                Early::Spilled { len, .. } => *len,
            };
            turn.push((self.advance(len), early));
        }
        turn
    }
}

impl Spill {
    /// A place for a piece.
    fn reserve(&mut self, len: u64, output: &Draft) -> Result<(u64, Arc<Draft>), Error> {
        let draft = match &self.draft {
            Some(draft) => Arc::clone(draft),
            None => Arc::clone(self.draft.insert(Arc::new(output.beside()?))),
        };
        let offset = self.end;
        self.end += len;
        self.pieces += 1;
        Ok((offset, draft))
    }

    /// Says that a piece has been read. When the last one has, the file is filled from its start again.
    const fn release(&mut self) {
        self.pieces -= 1;
        if self.pieces == 0 {
            self.end = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Durability, Encoded};

    fn piece(index: u64, len: usize) -> Vec<u8> {
        (0..len).map(|at| (at as u64 * 7 + index) as u8).collect()
    }

    proptest! {
        #[test]
        fn pieces_end_up_in_order(
            lens in prop::collection::vec(0usize..2000, 0..40),
            seed: u64,
            threads in 1usize..4,
        ) {
            let mut order: Vec<usize> = (0..lens.len()).collect();
            let mut state = seed;
            for i in (1..order.len()).rev() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                order.swap(i, (state >> 33) as usize % (i + 1));
            }
            let encoded = Encoded::new(1 << 30).unwrap();
            let output = Output::create(encoded.clone(), 0, Durability::None).unwrap();
            let turnstile = Turnstile::new(output, b"head").unwrap();
            std::thread::scope(|scope| {
                for part in order.chunks(order.len().div_ceil(threads).max(1)) {
                    let (turnstile, lens) = (&turnstile, &lens);
                    scope.spawn(move || for &at in part {
                        turnstile.put(at as u64, &piece(at as u64, lens[at])).unwrap();
                    });
                }
            });
            turnstile.finish(b"tail").unwrap();
            let pieces = lens.iter().enumerate().flat_map(|(at, &len)| piece(at as u64, len));
            let all: Vec<u8> = b"head".iter().copied().chain(pieces).chain(*b"tail").collect();
            prop_assert!(*encoded.take().unwrap() == all[..]);
        }
    }

    #[test]
    fn what_finds_no_room_waits_in_a_file() {
        let directory = tempfile::tempdir().unwrap();
        let names = || std::fs::read_dir(directory.path()).unwrap().count();
        let path = directory.path().join("a");
        let output = Output::create(&path, 0, Durability::None).unwrap();
        let turnstile = Turnstile::new(output, &[]).unwrap();
        let len = (ROOM / 2 - 1) as usize;
        // Twice, to see the file of those that wait filled from its start again.
        for round in 0..2 {
            for at in (1..5).rev() {
                turnstile.put(5 * round + at, &piece(at, len)).unwrap();
                assert!(turnstile.state().held <= ROOM);
            }
            assert_eq!((names(), turnstile.state().spill.end), (2, 2 * len as u64));
            turnstile.put(5 * round, &piece(0, len)).unwrap();
            let state = turnstile.state();
            assert_eq!((state.held, state.spill.end), (0, 0));
        }
        turnstile.finish(&[]).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        for (at, found) in bytes.chunks(len).enumerate() {
            assert!(found == piece(at as u64 % 5, len), "piece {at}");
        }
        drop(turnstile);
        assert_eq!(names(), 1);
    }

    #[test]
    fn nothing_is_left_of_what_was_given_up() {
        let directory = tempfile::tempdir().unwrap();
        let output = Output::create(directory.path().join("a"), 0, Durability::None).unwrap();
        let turnstile = Turnstile::new(output, &[]).unwrap();
        for at in 1..4 {
            turnstile.put(at, &vec![1; (ROOM / 2) as usize]).unwrap();
        }
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 2);
        turnstile.discard();
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
        turnstile.put(0, &[1]).unwrap();
    }
}
