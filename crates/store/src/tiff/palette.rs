//! Palettes: what colours indices stand for.

use raster::Depth;

use super::{directory::Directory, header::Container, tag};
use crate::Error;

/// The colours of a palette for indices of so many bits, three samples each, and their depth.
///
/// Files list 16-bit samples. Where these are 8-bit samples in disguise (repeated or shifted into the
/// high byte, or not shifted at all) the colours are uint8, otherwise uint16.
pub(super) fn read(
    container: &Container<'_>,
    tags: &Directory,
    bits: u32,
) -> Result<(Vec<u16>, Depth), Error> {
    let missing = || container.corrupt("ColorMap is missing");
    let table = tags.table(container, tag::COLOR_MAP)?.ok_or_else(missing)?;
    let count = 1usize << bits;
    if table.count < 3 * count as u64 {
        let listed = table.count;
        let message = format!("ColorMap has {listed} values instead of {}", 3 * count);
        return Err(container.corrupt(message));
    }
    let mut listed = vec![0; 3 * count];
    table.read(container, 0, &mut listed)?;
    let (narrow, depth) = narrowing(&listed);
    let sample = |at: usize| (listed[at] >> narrow) as u16;
    // All reds come first, then all greens, then all blues.
    let colours = (0..count).flat_map(|index| [0, 1, 2].map(|of| sample(of * count + index)));
    Ok((colours.collect(), depth))
}

/// How far samples are shifted to the right, and the depth that they then have.
fn narrowing(listed: &[u64]) -> (u32, Depth) {
    let is_each = |test: fn(u64) -> bool| listed.iter().all(|&sample| test(sample & 0xffff));
    if is_each(|sample| sample < 256) {
        (0, Depth::U8)
    } else if is_each(|sample| sample % 257 == 0) || is_each(|sample| sample % 256 == 0) {
        (8, Depth::U8)
    } else {
        (0, Depth::U16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_as_deep_as_they_need_to_be() {
        assert_eq!(narrowing(&[0, 255, 3]), (0, Depth::U8));
        assert_eq!(narrowing(&[0, 65_535, 257]), (8, Depth::U8));
        assert_eq!(narrowing(&[0, 65_280, 256]), (8, Depth::U8));
        assert_eq!(narrowing(&[0, 65_535, 256]), (0, Depth::U16));
    }
}
