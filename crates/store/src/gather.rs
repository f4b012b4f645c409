//! Many small pieces written as few large ones.

use crate::{
    Error,
    publish::Output,
    scratch::{SCRATCH, with_scratch},
};

/// Collects consecutive bytes of a file and writes them block by block.
pub(crate) struct Gather<'a> {
    output: &'a Output,
    block: &'a mut [u8],
    filled: usize,
    /// Where in the file the block starts.
    offset: u64,
}

/// Runs `work` with a [`Gather`] that starts at `offset`, and writes what is left in it.
pub(crate) fn gather(
    output: &Output,
    offset: u64,
    work: impl FnOnce(&mut Gather<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    with_scratch(|block| {
        let mut gather = Gather { output, block, filled: 0, offset };
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
            self.output.write_at(self.offset, bytes)?;
            self.offset += bytes.len() as u64;
            return Ok(());
        }
        self.block[self.filled..][..bytes.len()].copy_from_slice(bytes);
        self.filled += bytes.len();
        Ok(())
    }

    /// Appends samples of so many bytes in the other byte order.
    pub(crate) fn push_swapped(&mut self, mut bytes: &[u8], sample: usize) -> Result<(), Error> {
        while !bytes.is_empty() {
            let room = (self.block.len() - self.filled) / sample * sample;
            if room == 0 {
                self.flush()?;
                continue;
            }
            let (now, later) = bytes.split_at(bytes.len().min(room));
            let out = &mut self.block[self.filled..][..now.len()];
            out.copy_from_slice(now);
            out.chunks_exact_mut(sample).for_each(<[u8]>::reverse);
            self.filled += now.len();
            bytes = later;
        }
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
            self.output.write_at(self.offset, &self.block[..self.filled])?;
            self.offset += self.filled as u64;
            self.filled = 0;
        }
        Ok(())
    }
}
