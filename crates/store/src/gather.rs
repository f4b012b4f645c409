//! Many small pieces written as few large ones.

use crate::{
    Error,
    publish::Draft,
    scratch::{SCRATCH, with_scratch},
};

/// Collects consecutive bytes of a file and writes them block by block.
pub(crate) struct Gather<'a> {
    draft: &'a Draft,
    block: &'a mut [u8],
    filled: usize,
    /// Where in the file the block starts.
    offset: u64,
}

/// Runs `work` with a [`Gather`] that starts at `offset`, and writes what is left in it.
pub(crate) fn gather(
    draft: &Draft,
    offset: u64,
    work: impl FnOnce(&mut Gather<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    with_scratch(|block| {
        let mut gather = Gather { draft, block, filled: 0, offset };
        work(&mut gather)?;
        gather.flush()
    })
}

impl Gather<'_> {
    /// Appends bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.filled + bytes.len() > self.block.len() {
            self.flush()?;
        }
        // A piece that fills most of a block gains nothing from a copy.
        if self.filled == 0 && bytes.len() >= SCRATCH / 2 {
            self.draft.write_at(self.offset, bytes)?;
            self.offset += bytes.len() as u64;
            return Ok(());
        }
        self.block[self.filled..][..bytes.len()].copy_from_slice(bytes);
        self.filled += bytes.len();
        Ok(())
    }

    /// Appends `count` zeros.
    pub(crate) fn zeros(&mut self, mut count: u64) -> Result<(), Error> {
        while count > 0 {
            if self.filled == self.block.len() {
                self.flush()?;
            }
            let room = self.block.len() - self.filled;
            let step = usize::try_from(count).map_or(room, |count| count.min(room));
            self.block[self.filled..][..step].fill(0);
            self.filled += step;
            count -= step as u64;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Error> {
        if self.filled > 0 {
            self.draft.write_at(self.offset, &self.block[..self.filled])?;
            self.offset += self.filled as u64;
            self.filled = 0;
        }
        Ok(())
    }
}
