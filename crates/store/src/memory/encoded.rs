//! Memory that an image is encoded into.

use std::{
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::OutputBytes;
use crate::Error;

/// Bytes that are taken at once at least.
const LEAST: u64 = 64 << 10;

/// A file in memory: sinks write to it as to a file, and it grows meanwhile. Clones are the same memory,
/// one for the sink and one for whoever wants the result.
#[derive(Clone)]
pub struct Encoded {
    limit: u64,
    state: Arc<Mutex<State>>,
}

struct State {
    /// The memory, which may be larger than what is in it; none once it was given away or up.
    memory: Option<OutputBytes>,
    /// Where what was written ends.
    len: u64,
    is_complete: bool,
}

impl Encoded {
    /// Memory that grows to `limit` bytes at most.
    ///
    /// # Errors
    /// [`Error::Io`] if the system has none.
    pub fn new(limit: u64) -> Result<Self, Error> {
        let memory = Some(OutputBytes::zeroed(0)?);
        let state = State { memory, len: 0, is_complete: false };
        Ok(Self { limit, state: Arc::new(Mutex::new(state)) })
    }

    /// The result, once its sink is finished. `None` before, and if it was taken already.
    pub fn take(&self) -> Option<OutputBytes> {
        let mut state = self.state();
        let len = state.len;
        let mut bytes = if state.is_complete { state.memory.take() } else { None }?;
        bytes.resize(len).ok()?;
        Some(bytes)
    }

    /// Makes room for `len` bytes.
    pub(crate) fn reserve(&self, len: u64) -> Result<(), Error> {
        self.state().reserve(len, self.limit)
    }

    /// Writes `bytes` at `offset`. What was skipped is zeros.
    pub(crate) fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), Error> {
        let mut state = self.state();
        let end = offset.saturating_add(bytes.len() as u64);
        state.reserve(end, self.limit)?;
        state.len = state.len.max(end);
        state.memory()?[offset as usize..][..bytes.len()].copy_from_slice(bytes);
        Ok(())
    }

    /// Takes ranges out, in ascending order; what follows them moves down.
    pub(crate) fn close_gaps(&self, gaps: &[Range<u64>]) -> Result<(), Error> {
        let mut state = self.state();
        let Some(first) = gaps.first() else { return Ok(()) };
        let (end, mut to) = (state.len, first.start);
        for (at, gap) in gaps.iter().enumerate() {
            let next = gaps.get(at + 1).map_or(end, |next| next.start);
            state.memory()?.copy_within(gap.end as usize..next as usize, to as usize);
            to += next - gap.end;
        }
        state.len = to;
        Ok(())
    }

    /// Says that all is written.
    pub(crate) fn publish(&self) -> Result<(), Error> {
        let mut state = self.state();
        if !state.is_complete {
            state.memory()?;
            state.is_complete = true;
        }
        Ok(())
    }

    /// Gives the memory back, unless it is a result already.
    pub(crate) fn discard(&self) {
        let mut state = self.state();
        if !state.is_complete {
            state.memory = None;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Bytes are as valid after a panic as before.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn memory(&mut self) -> Result<&mut OutputBytes, Error> {
        let given_up = || Error::InvalidArgument("the result was taken or given up before".into());
        self.memory.as_mut().ok_or_else(given_up)
    }

    fn reserve(&mut self, len: u64, limit: u64) -> Result<(), Error> {
        if len > limit {
            return Err(Error::TooLarge { limit });
        }
        let memory = self.memory()?;
        let capacity = memory.len() as u64;
        if len > capacity {
            memory.resize(len.max(2 * capacity).max(LEAST).min(limit))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn writes_and_gaps_are_those_of_a_file(
            writes in prop::collection::vec((0usize..300_000, 1usize..100_000, any::<u8>()), 1..8),
            mut ends in prop::collection::btree_set(0usize..400_000, 0..8),
        ) {
            let encoded = Encoded::new(1 << 30).unwrap();
            let mut expected = Vec::new();
            for (offset, len, byte) in writes {
                let len = len.min(300_000);
                expected.resize(expected.len().max(offset + len), 0);
                expected[offset..][..len].fill(byte);
                encoded.write_at(offset as u64, &vec![byte; len]).unwrap();
            }
            if ends.len() % 2 == 1 {
                ends.pop_last();
            }
            let ends: Vec<usize> = ends.into_iter().map(|end| end.min(expected.len())).collect();
            let gaps: Vec<_> = ends.chunks(2).map(|pair| pair[0] as u64..pair[1] as u64).collect();
            for gap in gaps.iter().rev() {
                expected.drain(gap.start as usize..gap.end as usize);
            }
            encoded.close_gaps(&gaps).unwrap();
            prop_assert!(encoded.take().is_none());
            encoded.publish().unwrap();
            encoded.discard();
            prop_assert!(*encoded.take().unwrap() == expected[..]);
            prop_assert!(encoded.take().is_none());
        }
    }

    #[test]
    fn it_grows_to_its_limit_across_kinds_of_memory() {
        let limit = 20 << 20;
        let encoded = Encoded::new(limit).unwrap();
        for at in 0..20 {
            encoded.write_at(at << 20, &vec![at as u8 + 1; 1 << 20]).unwrap();
        }
        let error = encoded.write_at(limit, &[1]).unwrap_err();
        assert!(matches!(error, Error::TooLarge { limit: 20_971_520 }), "{error}");
        assert!(matches!(encoded.reserve(u64::MAX), Err(Error::TooLarge { .. })));
        encoded.publish().unwrap();
        let bytes = encoded.take().unwrap();
        assert_eq!(bytes.len() as u64, limit);
        assert!((0..20).all(|at| bytes[at << 20..][..1 << 20].iter().all(|&b| b == at as u8 + 1)));
    }

    #[test]
    fn what_is_given_up_is_no_result() {
        let encoded = Encoded::new(100).unwrap();
        encoded.write_at(0, b"abc").unwrap();
        encoded.discard();
        assert!(encoded.write_at(3, b"d").is_err());
        assert!(encoded.publish().is_err());
        assert!(encoded.take().is_none());
    }
}
