//! Where the strips or tiles of an image lie.

use raster::{Region, Spec};

use super::{
    description::{Description, Grid},
    directory::{Directory, Table},
    header::Container,
    tag,
};
use crate::{Error, plane::Plane};

/// Where uncompressed pixels lie.
pub(super) enum Chunks {
    /// In one strided raster: the chunks follow one another.
    Whole(Plane),
    /// In chunks here and there.
    Apart {
        grid: Grid,
        /// Bytes of a row of a chunk.
        stride: u64,
        offsets: Offsets,
    },
}

/// The offsets of all chunks.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Offsets {
    /// Chunk `i` lies at `first + i * spacing`, so no table is kept. The sum may wrap where chunks
    /// are stored backwards.
    Regular { first: u64, spacing: u64 },
    /// As listed.
    Listed(Vec<u64>),
}

impl Offsets {
    pub(super) fn get(&self, index: u64) -> u64 {
        match self {
            Self::Regular { first, spacing } => regular(*first, *spacing, index),
            Self::Listed(offsets) => offsets[index as usize],
        }
    }
}

const fn regular(first: u64, spacing: u64, index: u64) -> u64 {
    first.wrapping_add(spacing.wrapping_mul(index))
}

/// Finds out whether offsets are regular, and keeps a table only if they are not.
struct Collector<'a> {
    offsets: &'a mut Offsets,
    seen: u64,
}

impl Collector<'_> {
    fn push(&mut self, offset: u64) {
        match self.offsets {
            Offsets::Listed(list) => list.push(offset),
            Offsets::Regular { first, spacing } => match self.seen {
                0 => *first = offset,
                1 => *spacing = offset.wrapping_sub(*first),
                seen if offset == regular(*first, *spacing, seen) => {}
                seen => {
                    let before = (0..seen).map(|index| regular(*first, *spacing, index));
                    *self.offsets = Offsets::Listed(before.chain([offset]).collect());
                }
            },
        }
        self.seen += 1;
    }
}

impl Chunks {
    /// Reads the table of offsets and checks that every chunk lies in the file.
    pub(super) fn read(
        container: &Container<'_>,
        tags: &Directory,
        description: &Description,
    ) -> Result<Self, Error> {
        let Description { spec, form, grid, .. } = description;
        let row = form.row_bytes(grid.width);
        let mut offsets = Offsets::Regular { first: 0, spacing: 0 };
        let mut collector = Collector { offsets: &mut offsets, seen: 0 };
        each_chunk(container, tags, grid, |index, offset, count| {
            let needed = row * grid.rows(spec, index % grid.count);
            check_bare(container, grid, index, offset, count, needed)?;
            collector.push(offset);
            Ok(())
        })?;
        Ok(match whole(grid, row, &offsets) {
            Some(plane) => Self::Whole(plane),
            None => Self::Apart { grid: *grid, stride: row, offsets },
        })
    }

    /// The chunks that hold `region` of one plane: the part of the region that each has, and that part
    /// within the chunk's own raster.
    pub(super) fn parts(
        &self,
        region: Region,
        plane: u64,
    ) -> impl Iterator<Item = (Region, Region, Plane)> {
        let (width, height) = match self {
            // One cell that nothing sticks out of.
            Self::Whole(_) => (Spec::MAX_SIDE, Spec::MAX_SIDE),
            Self::Apart { grid, .. } => (grid.width, grid.height),
        };
        region.cells(width, height).map(move |part| match self {
            Self::Whole(plane) => (part, part, *plane),
            Self::Apart { grid, stride, offsets } => {
                let offset = offsets.get(plane * grid.count + grid.index(&part));
                let (left, top) = (part.left % grid.width, part.top % grid.height);
                let local = Region::new(left, top, part.width, part.height);
                (part, local, Plane { offset, stride: *stride })
            }
        })
    }
}

/// Where compressed chunks lie.
pub(super) struct Index {
    /// Offset and length of each.
    chunks: Vec<(u64, u32)>,
    /// The most bytes of one.
    pub(super) longest: u64,
}

impl Index {
    /// Reads the tables and checks that every chunk lies in the file, and that none claims to become
    /// more than its compression could make of it.
    pub(super) fn read(
        container: &Container<'_>,
        tags: &Directory,
        description: &Description,
    ) -> Result<Self, Error> {
        /// What the head of a compressed stream may claim whatever its length is.
        const GRACE: u64 = 64 << 10;
        let Description { spec, form, grid, coding, .. } = description;
        let ratio = coding.codec.largest_ratio(&description.shape());
        let mut index = Self { chunks: Vec::new(), longest: 0 };
        each_chunk(container, tags, grid, |at, offset, count| {
            let needed = form.row_bytes(grid.width) * grid.rows(spec, at % grid.count);
            check_coded(container, grid, at, offset, count)?;
            let most = count.saturating_mul(ratio).saturating_add(GRACE);
            if count > 0 && needed > most {
                let (what, name) = (grid.noun(), coding.codec.name());
                return Err(container.corrupt(format!(
                    "{what} {at} cannot become {needed} bytes: it has {count}, and {name} makes at \
                     most {most} of them"
                )));
            }
            index.longest = index.longest.max(count);
            // The check has shown that the length has 32 bits.
            index.chunks.push((offset, count as u32));
            Ok(())
        })?;
        Ok(index)
    }

    /// Where chunk `index` lies, and its length: nothing if it is not stored.
    pub(super) fn get(&self, index: u64) -> (u64, u64) {
        let (offset, count) = self.chunks[index as usize];
        (offset, count.into())
    }
}

/// Calls `each` with the number, the offset and the byte count of every chunk; the count is 0 where it
/// is not listed.
fn each_chunk(
    container: &Container<'_>,
    tags: &Directory,
    grid: &Grid,
    mut each: impl FnMut(u64, u64, u64) -> Result<(), Error>,
) -> Result<(), Error> {
    const BLOCK: usize = 1024;
    let (offsets, counts) = tables(container, tags, grid)?;
    let (mut offset_block, mut count_block) = ([0; BLOCK], [0; BLOCK]);
    let all = grid.count * grid.planes;
    for first in (0..all).step_by(BLOCK) {
        let len = (all - first).min(BLOCK as u64) as usize;
        offsets.read(container, first, &mut offset_block[..len])?;
        if let Some(counts) = counts {
            counts.read(container, first, &mut count_block[..len])?;
        }
        for (i, (&offset, &count)) in offset_block[..len].iter().zip(&count_block).enumerate() {
            each(first + i as u64, offset, count)?;
        }
    }
    Ok(())
}

/// The tables of offsets and, if there is one, of byte counts.
fn tables(
    container: &Container<'_>,
    tags: &Directory,
    grid: &Grid,
) -> Result<(Table, Option<Table>), Error> {
    let (offsets, counts) = if grid.tiled && tags.has(tag::TILE_OFFSETS) {
        (tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS)
    } else {
        // Some writers list tiles under the tags of strips, and libtiff reads them.
        (tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS)
    };
    let missing = |tag| container.corrupt(format!("{} is missing", tag::name(tag)));
    let offsets = tags.table(container, offsets)?.ok_or_else(|| missing(offsets))?;
    // The size of uncompressed chunks follows from their shape; a table only confirms it.
    let counts = tags.table(container, counts)?;
    for table in [Some(offsets), counts].into_iter().flatten() {
        let needed = grid.count * grid.planes;
        if table.count < needed {
            let (name, listed) = (table.name(), table.count);
            return Err(
                container.corrupt(format!("{name} has {listed} values instead of {needed}"))
            );
        }
    }
    Ok((offsets, counts))
}

fn check_bare(
    container: &Container<'_>,
    grid: &Grid,
    index: u64,
    offset: u64,
    count: u64,
    needed: u64,
) -> Result<(), Error> {
    let what = grid.noun();
    if offset == 0 && count == 0 {
        return Err(container.unsupported(format!(
            "{what} {index} is not stored (a sparse file); absent pixels are not supported yet"
        )));
    }
    if offset < 8 {
        return Err(
            container.corrupt(format!("{what} {index} lies at byte {offset}, in the header"))
        );
    }
    if count != 0 && count < needed {
        let message = format!("{what} {index} has {count} bytes instead of {needed}");
        return Err(container.corrupt(message));
    }
    if !container.bytes.holds(offset, needed) {
        let len = container.bytes.len();
        return Err(container.corrupt(format!(
            "{what} {index} needs {needed} bytes from byte {offset} on, past the end of the file \
             ({len} bytes)"
        )));
    }
    Ok(())
}

fn check_coded(
    container: &Container<'_>,
    grid: &Grid,
    index: u64,
    offset: u64,
    count: u64,
) -> Result<(), Error> {
    let what = grid.noun();
    // Chunks that are not stored are zeros.
    if offset == 0 && count == 0 {
        return Ok(());
    }
    if offset < 8 || count == 0 {
        return Err(container.corrupt(format!("{what} {index} has {count} bytes at byte {offset}")));
    }
    if count > u32::MAX.into() {
        return Err(container.unsupported(format!("{what} {index} has {count} compressed bytes")));
    }
    if !container.bytes.holds(offset, count) {
        let len = container.bytes.len();
        return Err(container.corrupt(format!(
            "{what} {index} has {count} bytes from byte {offset} on, past the end of the file \
             ({len} bytes)"
        )));
    }
    Ok(())
}

/// The chunks as one raster, if they stand below one another and so do their rows.
fn whole(grid: &Grid, row: u64, offsets: &Offsets) -> Option<Plane> {
    let Offsets::Regular { first, spacing } = *offsets else { return None };
    if grid.across != 1 || grid.planes != 1 {
        return None;
    }
    let stride = match grid.height {
        _ if grid.count == 1 => row,
        // Strips of one row may have gaps between them, as long as they do not go backwards.
        1 if spacing >= row && i64::try_from(spacing).is_ok() => spacing,
        height if spacing == row * height => row,
        _ => return None,
    };
    Some(Plane { offset: first, stride })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_kept_only_for_irregular_offsets() {
        let collect = |offsets: &[u64]| {
            let mut found = Offsets::Regular { first: 0, spacing: 0 };
            let mut collector = Collector { offsets: &mut found, seen: 0 };
            for &offset in offsets {
                collector.push(offset);
            }
            for (index, &offset) in offsets.iter().enumerate() {
                assert_eq!(found.get(index as u64), offset);
            }
            found
        };
        assert!(matches!(collect(&[9]), Offsets::Regular { .. }));
        assert!(matches!(collect(&[9, 20, 31, 42]), Offsets::Regular { spacing: 11, .. }));
        assert!(matches!(collect(&[42, 31, 20, 9]), Offsets::Regular { .. }));
        assert_eq!(collect(&[9, 20, 31, 41, 2]), Offsets::Listed(vec![9, 20, 31, 41, 2]));
        assert_eq!(collect(&[9, 20, 30]), Offsets::Listed(vec![9, 20, 30]));
    }
}
