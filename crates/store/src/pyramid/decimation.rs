//! What a pixel of half an image is.

use raster::{Buffer, Depth, View};

use super::{gaussian, mean, seams::Segment};

/// What a pixel of a smaller copy is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Decimation {
    /// Two by two pixels: their mean, rounded half to even. Where a side is odd its last pixels stand in
    /// for those that are missing.
    #[default]
    Mean,
    /// Five by five pixels under the weights 1 4 6 4 1 along both axes, mirrored at the image's edges
    /// without repeating the last: what `OpenCV` calls `pyrDown`. Integers are rounded half up.
    Gaussian,
}

/// Memory to halve pixels in.
#[derive(Default)]
pub(super) struct Rows {
    /// Sums down columns, for a row of pixels.
    pub(super) sums: Buffer,
    /// A row of which every other pixel is wanted.
    pub(super) full: Buffer,
}

impl Decimation {
    /// How far a pixel at `2 * x` looks back and ahead.
    pub(super) const fn reach(self) -> (u64, u64) {
        match self {
            Self::Mean => (0, 1),
            Self::Gaussian => (2, 2),
        }
    }

    /// Writes the pixels of the next level that two segments name, densely. `pixels` are their inputs.
    pub(super) fn halve(
        self,
        pixels: &View<'_>,
        [x, y]: [&Segment; 2],
        out: &mut [u8],
        rows: &mut Rows,
    ) {
        macro_rules! of_depth {
            ($run:ident) => {
                match pixels.depth() {
                    Depth::U8 => $run::<u8>,
                    Depth::U16 => $run::<u16>,
                    Depth::I16 => $run::<i16>,
                    Depth::I32 => $run::<i32>,
                    Depth::F32 => $run::<f32>,
                }
            };
        }
        use {gaussian::halve as weigh, mean::halve as average};
        match self {
            Self::Mean => of_depth!(average)(pixels, out, rows),
            Self::Gaussian => of_depth!(weigh)(pixels, [x, y], out, rows),
        }
    }

    /// Bytes of `Rows` for rows of so many samples.
    pub(super) const fn row_bytes(self, samples: u64, depth: Depth) -> u64 {
        let sum = match depth {
            Depth::U8 => 2,
            Depth::U16 | Depth::I16 | Depth::F32 => 4,
            Depth::I32 => 8,
        };
        let full = match self {
            Self::Mean => 0,
            Self::Gaussian => depth.bytes() as u64,
        };
        samples * (sum + full)
    }
}
