//! Differences from neighbours that are packed in place of samples, and the choice among them.

/// A row of bytes, the one above, and the bytes of a pixel. What is not in the image is zeros.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) bytes: &'a [u8],
    /// None for the first row of a band, which is packed without looking at the one before.
    pub(super) above: Option<&'a [u8]>,
    pub(super) pixel: usize,
}

const NONE: u8 = 0;
const SUB: u8 = 1;
const UP: u8 = 2;
const AVERAGE: u8 = 3;
const PAETH: u8 = 4;

/// Writes the number of the filter whose differences have the smallest sum of magnitudes, which tend to
/// pack best, and the differences.
pub(super) fn filter(row: Row<'_>, out: &mut [u8]) {
    let (kind, out) = out.split_first_mut().expect("a filtered row is a byte longer");
    let mut best = (NONE, cost::<NONE>(row));
    let mut consider = |kind, cost| {
        if cost < best.1 {
            best = (kind, cost);
        }
    };
    consider(SUB, cost::<SUB>(row));
    if row.above.is_some() {
        consider(UP, cost::<UP>(row));
        consider(AVERAGE, cost::<AVERAGE>(row));
        consider(PAETH, cost::<PAETH>(row));
    }
    *kind = best.0;
    match best.0 {
        SUB => apply::<SUB>(row, out),
        UP => apply::<UP>(row, out),
        AVERAGE => apply::<AVERAGE>(row, out),
        PAETH => apply::<PAETH>(row, out),
        _ => out.copy_from_slice(row.bytes),
    }
}

/// The difference of a byte from what its neighbours to the left, above, and above to the left predict.
#[inline]
const fn difference<const KIND: u8>(byte: u8, left: u8, above: u8, corner: u8) -> u8 {
    let predicted = match KIND {
        SUB => left,
        UP => above,
        // The mean, rounded down.
        AVERAGE => (left & above) + ((left ^ above) >> 1),
        PAETH => paeth(left as i16, above as i16, corner as i16),
        _ => 0,
    };
    byte.wrapping_sub(predicted)
}

/// The neighbour that is nearest to `left + above - corner`; the first of them if several are.
#[inline]
const fn paeth(left: i16, above: i16, corner: i16) -> u8 {
    let (to_left, to_above) = ((above - corner).abs(), (left - corner).abs());
    let to_corner = (left + above - 2 * corner).abs();
    let other = if to_above <= to_corner { above } else { corner };
    let nearest = if to_left <= to_above && to_left <= to_corner { left } else { other };
    nearest as u8
}

/// Runs `each` over the differences of a row.
#[inline]
fn for_each<const KIND: u8>(row: Row<'_>, mut each: impl FnMut(usize, u8)) {
    let Row { bytes, above, pixel } = row;
    // Any row will do for filters that do not look above.
    let above = above.unwrap_or(bytes);
    let len = bytes.len();
    for (i, (&byte, &above)) in bytes[..pixel].iter().zip(above).enumerate() {
        each(i, difference::<KIND>(byte, 0, above, 0));
    }
    let (lefts, corners) = (&bytes[..len - pixel], &above[..len - pixel]);
    let pairs = bytes[pixel..].iter().zip(&above[pixel..]).zip(lefts).zip(corners);
    for (i, (((&byte, &above), &left), &corner)) in pairs.enumerate() {
        each(pixel + i, difference::<KIND>(byte, left, above, corner));
    }
}

/// The sum of the magnitudes of differences, taken as signed.
fn cost<const KIND: u8>(row: Row<'_>) -> u64 {
    let mut sum = 0u64;
    for_each::<KIND>(row, |_, difference| {
        sum += u64::from(difference.cast_signed().unsigned_abs());
    });
    sum
}

fn apply<const KIND: u8>(row: Row<'_>, out: &mut [u8]) {
    let out = &mut out[..row.bytes.len()];
    for_each::<KIND>(row, |i, difference| out[i] = difference);
}
