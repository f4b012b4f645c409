//! Which images a file has: pages, and smaller versions of a page, which are its levels.
//!
//! Directories form a chain. Those that call themselves a reduced version belong to the page before
//! them; a page may also list its levels in `SubIFDs`. Masks are neither.

use super::{directory::Directory, header::Container, tag};
use crate::Error;

/// The most levels of a page that are looked at; halving the longest side takes 40.
const MAX_LEVELS: u64 = 256;

/// What a directory says of itself in `NewSubfileType`.
const REDUCED: u64 = 1;
const MASK: u64 = 4;

/// A version of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level {
    pub(super) size: (u64, u64),
    /// Where its directory lies.
    pub(super) offset: u64,
}

/// The pages of a file and the levels of one.
pub(super) struct Pages {
    pub(super) count: u64,
    /// The first is the page itself, whatever its size; the others follow, the largest first.
    pub(super) levels: Vec<Level>,
}

impl Pages {
    /// Finds page `page` and its levels.
    pub(super) fn read(container: &Container<'_>, page: u64) -> Result<Self, Error> {
        let directories = container.directories()?;
        let mut count = 0;
        let (mut own, mut reduced) = (None, Vec::new());
        for (at, &offset) in directories.iter().enumerate() {
            // With one directory there is nothing to tell apart.
            let kind = if directories.len() > 1 { kind(container, offset) } else { 0 };
            if at == 0 || kind & (REDUCED | MASK) == 0 {
                if count == page {
                    own = Some(offset);
                }
                count += 1;
            } else if kind & MASK == 0 && count == page + 1 {
                reduced.push(offset);
            }
        }
        let Some(own) = own else {
            let message = format!("expected a page below {count} but received {page}");
            return Err(Error::InvalidArgument(message));
        };
        let tags = Directory::read(container, own)?;
        let size = size(container, &tags)?;
        reduced.extend(listed(container, &tags)?);
        let mut levels: Vec<Level> =
            reduced.into_iter().filter_map(|offset| level(container, offset)).collect();
        // Equal sizes stay in the order of the file.
        levels.sort_by_key(|level| std::cmp::Reverse(level.size.0.max(level.size.1)));
        levels.insert(0, Level { size, offset: own });
        Ok(Self { count, levels })
    }
}

/// What the directory at `offset` says of itself; nothing, if that cannot be read.
fn kind(container: &Container<'_>, offset: u64) -> u64 {
    let read = || Directory::read(container, offset)?.scalar(container, tag::NEW_SUBFILE_TYPE);
    read().ok().flatten().unwrap_or(0)
}

fn size(container: &Container<'_>, tags: &Directory) -> Result<(u64, u64), Error> {
    let width = tags.required(container, tag::IMAGE_WIDTH)?;
    Ok((width, tags.required(container, tag::IMAGE_LENGTH)?))
}

/// The directories that a page lists.
fn listed(container: &Container<'_>, tags: &Directory) -> Result<Vec<u64>, Error> {
    let Some(table) = tags.table(container, tag::SUB_IFDS)? else { return Ok(Vec::new()) };
    let mut offsets = vec![0; table.count.min(MAX_LEVELS) as usize];
    table.read(container, 0, &mut offsets)?;
    Ok(offsets)
}

/// A smaller version; none if it is a mask or its directory is broken, which only matters to whoever
/// wants it.
fn level(container: &Container<'_>, offset: u64) -> Option<Level> {
    let tags = Directory::read(container, offset).ok()?;
    let kind = tags.scalar(container, tag::NEW_SUBFILE_TYPE).ok()?.unwrap_or(0);
    let size = size(container, &tags).ok()?;
    (kind & MASK == 0).then_some(Level { size, offset })
}
