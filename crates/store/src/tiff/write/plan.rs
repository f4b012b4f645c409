//! The pages of a TIFF file and where everything lies, as far as that is known before the first pixel.

use raster::{Region, Spec};

use super::{
    super::MAX_CHUNKS,
    describe::{Described, describe},
    field::{Field, Storage, fields},
    head::{directory_bytes, header_bytes},
    options::{TiffChunks, TiffOptions, TiffPyramid, TiffVariant},
};
use crate::{
    Error, Layout, Tags,
    check::valid,
    codec::{Compression, Difference},
    pyramid::Pyramid,
};

/// Pixels start on a page of memory, so that a mapping of the file has every tile aligned.
pub(super) const ALIGNMENT: u64 = 4096;

/// Rows that are taken at once at least.
const MIN_ROWS: u64 = 16;

/// The largest file that 32-bit offsets reach.
const CLASSIC_LIMIT: u64 = u32::MAX as u64;

/// The layout of a file.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) pages: Vec<Page>,
    pub(super) storage: Storage,
    /// Bytes of everything before the pixels.
    pub(super) head: u64,
    /// Where pixels start.
    data: u64,
    /// Whether each page has a part of the file for its pixels, the last page the first.
    pub(super) is_apart: bool,
    /// Where the file ends, at most.
    end: u64,
}

/// An image of the file and the chunks that it is cut into.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) spec: Spec,
    /// A whole chunk. A strip is a chunk of all columns.
    pub(super) chunk: Spec,
    /// Chunks side by side.
    pub(super) across: u64,
    pub(super) count: u64,
    /// Whether chunks below the image's edge are cut rather than filled up.
    is_cut: bool,
    /// Where the part of the file starts that its pixels are in, which no other page precedes there.
    pub(super) data: u64,
    /// Where the tags start.
    pub(super) directory: u64,
    /// Where those of the next page start; 0 if there is none.
    pub(super) next: u64,
    pub(super) fields: Vec<Field>,
}

impl Page {
    fn new(spec: Spec, chunks: TiffChunks) -> Result<Self, Error> {
        let (width, height) = sides(&spec, chunks)?;
        let chunk = match spec.resized(width, height) {
            Ok(chunk) if width.max(height) <= CLASSIC_LIMIT => chunk,
            _ => return invalid(format!("tiles of {width} x {height} pixels are too large")),
        };
        let (across, down) = (spec.width.div_ceil(width), spec.height.div_ceil(height));
        // Both fit 32 bits.
        let count = across * down;
        if count > MAX_CHUNKS {
            return invalid(format!(
                "the image has {count} chunks of {width} x {height} pixels, more than {MAX_CHUNKS}; \
                 choose larger ones"
            ));
        }
        if u128::from(count) * u128::from(chunk.bytes()) >= 1 << 60 {
            return invalid(format!("{count} chunks of {width} x {height} pixels are too large"));
        }
        let is_cut = matches!(chunks, TiffChunks::Strips { .. });
        let (data, directory, next, fields) = (0, 0, 0, Vec::new());
        Ok(Self { spec, chunk, across, count, is_cut, data, directory, next, fields })
    }

    /// Columns and rows that are stored of chunk `index`.
    pub(super) const fn stored(&self, index: u64) -> (u64, u64) {
        let rows = self.spec.height - index / self.across * self.chunk.height;
        let is_cut = self.is_cut && rows < self.chunk.height;
        (self.chunk.width, if is_cut { rows } else { self.chunk.height })
    }

    /// The pages of an image and its smaller copies.
    fn pyramid(options: &TiffOptions, spec: Spec) -> Result<Vec<Self>, Error> {
        let mut pages = vec![Self::new(spec, options.chunks)?];
        let TiffChunks::Tiles { width, height } = options.chunks else {
            return match options.pyramid {
                Some(_) => invalid("expected tiles for a pyramid but received strips".to_owned()),
                None => Ok(pages),
            };
        };
        if options.pyramid.is_some() {
            let copies = Pyramid::specs(spec, (width, height)).skip(1);
            pages.extend(
                copies
                    .map(|spec| Self::new(spec, options.chunks))
                    .collect::<Result<Vec<_>, _>>()?,
            );
        }
        Ok(pages)
    }

    /// The number of the chunk whose corner a region has.
    pub(super) const fn index(&self, region: &Region) -> u64 {
        region.top / self.chunk.height * self.across + region.left / self.chunk.width
    }

    /// Where chunk `index` starts and its bytes, if chunks are not packed. They follow one another row
    /// by row.
    pub(super) const fn find(&self, index: u64) -> (u64, u64) {
        let (_, rows) = self.stored(index);
        (self.data + index * self.chunk.bytes(), rows * self.chunk.row_bytes())
    }

    /// Bytes of all chunks, packed as badly as can be.
    const fn bound(&self, compression: Compression) -> u64 {
        match compression {
            Compression::None => {
                let (offset, bytes) = self.find(self.count - 1);
                offset - self.data + bytes
            }
            _ => self.count * compression.bound(self.chunk.bytes()).next_multiple_of(2),
        }
    }
}

impl Plan {
    pub(super) fn new(options: &TiffOptions, tags: &Tags) -> Result<Self, Error> {
        let spec = valid(options.spec)?;
        if spec.width.max(spec.height) > CLASSIC_LIMIT {
            return Err(Error::Unsupported(format!(
                "{} x {} pixels are too many for TIFF, whose sides end at {CLASSIC_LIMIT}",
                spec.width, spec.height
            )));
        }
        let described = describe(tags, options)?;
        let plan = |is_big| {
            let pages = Page::pyramid(options, spec)?;
            options.compression.check(&pages[0].chunk)?;
            let storage = Storage {
                compression: options.compression,
                difference: predictor(options)?,
                pyramid: options.pyramid,
                is_tiled: matches!(options.chunks, TiffChunks::Tiles { .. }),
                is_big,
            };
            Ok(Self::lay_out(pages, storage, &described))
        };
        let classic = plan(false)?;
        match options.variant {
            TiffVariant::Big => plan(true),
            _ if classic.end <= CLASSIC_LIMIT => Ok(classic),
            TiffVariant::Auto => plan(true),
            TiffVariant::Classic => invalid(format!(
                "the file could have {} bytes, but classic TIFF ends at {CLASSIC_LIMIT}; use BigTIFF",
                classic.end
            )),
        }
    }

    fn lay_out(pages: Vec<Page>, storage: Storage, described: &Described) -> Self {
        let is_apart = storage.pyramid == Some(TiffPyramid::Cog);
        let mut plan = Self { pages, storage, head: 0, data: 0, is_apart, end: 0 };
        plan.place_directories(described);
        plan.place_pixels();
        plan
    }

    fn place_directories(&mut self, described: &Described) {
        let count = self.pages.len();
        let mut at = header_bytes(self.storage.is_big);
        for (number, page) in self.pages.iter_mut().enumerate() {
            page.fields = fields(page, number, count, self.storage, described);
            page.directory = at;
            at += directory_bytes(&page.fields, self.storage.is_big);
        }
        self.head = at;
        // Those of OME-TIFF are found by the tags of the first.
        if self.storage.pyramid != Some(TiffPyramid::Ome) {
            for number in 1..count {
                self.pages[number - 1].next = self.pages[number].directory;
            }
        }
    }

    fn place_pixels(&mut self) {
        self.data = self.head.next_multiple_of(ALIGNMENT);
        self.end = self.data;
        let compression = self.storage.compression;
        let end = &mut self.end;
        let place = |page: &mut Page| {
            page.data = end.next_multiple_of(ALIGNMENT);
            *end = page.data + page.bound(compression);
        };
        if self.is_apart {
            self.pages.iter_mut().rev().for_each(place);
        } else {
            self.pages.iter_mut().for_each(place);
        }
    }

    /// Whether chunks have no places before they are packed.
    pub(super) fn is_packed(&self) -> bool {
        self.storage.compression != Compression::None
    }

    /// Where the part of the file ends that a page's pixels have to fit.
    pub(super) fn limit(&self, page: usize) -> u64 {
        match page.checked_sub(1) {
            Some(behind) if self.is_apart => self.pages[behind].data,
            _ if self.storage.is_big => u64::MAX,
            _ => CLASSIC_LIMIT,
        }
    }

    /// Bytes to reserve on the disk.
    pub(super) fn reserved(&self) -> u64 {
        if self.is_packed() { self.data } else { self.end }
    }

    /// Columns and rows that regions come in multiples of: a chunk, or several strips, since rows are
    /// made in pairs and short strips are better written some at a time.
    pub(super) fn step(&self) -> (u64, u64) {
        let Page { spec, chunk, .. } = &self.pages[0];
        let mut rows = chunk.height;
        while rows < spec.height && (rows < MIN_ROWS || !rows.is_multiple_of(2)) {
            rows += chunk.height;
        }
        (chunk.width, rows)
    }

    pub(super) fn layout(&self) -> Layout {
        let (width, height) = self.step();
        Layout::Tiles { width, height }
    }
}

/// Columns and rows of a chunk.
fn sides(spec: &Spec, chunks: TiffChunks) -> Result<(u64, u64), Error> {
    match chunks {
        TiffChunks::Tiles { width, height } => {
            if [width, height].iter().any(|&side| side == 0 || !side.is_multiple_of(16)) {
                return invalid(format!(
                    "expected tile sides that are multiples of 16 but received {width} x {height}"
                ));
            }
            Ok((width, height))
        }
        TiffChunks::Strips { rows: 0 } => invalid("expected strips of a row or more".to_owned()),
        TiffChunks::Strips { rows } => Ok((spec.width, rows.min(spec.height))),
    }
}

fn predictor(options: &TiffOptions) -> Result<Difference, Error> {
    let useful = options.compression.likes_differences();
    match options.predictor {
        Some(true) if !useful => invalid(
            "expected LZW, Deflate or Zstd compression for a predictor; others have none"
                .to_owned(),
        ),
        Some(false) => Ok(Difference::None),
        _ if useful => Ok(Difference::of(options.spec.depth)),
        _ => Ok(Difference::None),
    }
}

fn invalid<T>(message: String) -> Result<T, Error> {
    Err(Error::InvalidArgument(message))
}

#[cfg(test)]
mod tests {
    use raster::Depth;

    use super::*;
    use crate::codec::Compression;

    fn plan(width: u64, height: u64, variant: TiffVariant) -> Result<Plan, Error> {
        let spec = Spec::new(width, height, 1, Depth::U8).unwrap();
        Plan::new(&TiffOptions { variant, ..TiffOptions::new(spec) }, &Tags::default())
    }

    #[test]
    fn the_head_fills_what_was_reserved_for_it() {
        for channels in [1, 2, 3, 4, 7] {
            for depth in Depth::ALL {
                for variant in [TiffVariant::Classic, TiffVariant::Big] {
                    for chunks in [
                        TiffChunks::Tiles { width: 128, height: 64 },
                        TiffChunks::Strips { rows: 7 },
                        TiffChunks::Strips { rows: 4000 },
                    ] {
                        let spec = Spec::new(1000, 700, channels, depth).unwrap();
                        let compression = Compression::Lzw;
                        let options =
                            TiffOptions { chunks, compression, variant, ..TiffOptions::new(spec) };
                        let plan = Plan::new(&options, &Tags::default()).unwrap();
                        let mut head = Vec::new();
                        let push = |bytes: &[u8]| {
                            head.extend_from_slice(bytes);
                            Ok(())
                        };
                        plan.head(&|_, _| (0, 0), push).unwrap();
                        assert_eq!(head.len() as u64, plan.head);
                        for page in &plan.pages {
                            assert!(page.fields.is_sorted_by(|a, b| a.tag < b.tag));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn classic_is_used_as_long_as_it_fits() {
        let is_big = |width, height, variant| plan(width, height, variant).unwrap().storage.is_big;
        // 128 x 64 tiles of 2^18 bytes are 2^31 bytes; twice as many no longer fit with their head.
        assert!(!is_big(65_536, 32_768, TiffVariant::Auto));
        assert!(is_big(65_536, 65_536, TiffVariant::Auto));
        assert!(!is_big(65_536, 65_536 - 1024, TiffVariant::Auto));
        let error = plan(65_536, 65_536, TiffVariant::Classic).unwrap_err();
        assert!(matches!(error, Error::InvalidArgument(_)), "{error}");
        assert!(is_big(16, 16, TiffVariant::Big));
        // What is packed may grow.
        let spec = Spec::new(65_536, 65_536 - 1024, 1, Depth::U8).unwrap();
        let packed = TiffOptions { compression: Compression::Lzw, ..TiffOptions::new(spec) };
        assert!(Plan::new(&packed, &Tags::default()).unwrap().storage.is_big);
    }

    #[test]
    fn odd_tiles_and_giant_images_are_refused() {
        let spec = Spec::new(1 << 20, 1 << 20, 1, Depth::U8).unwrap();
        for (width, height) in [(0, 16), (16, 17), (16, 16), (1 << 40, 16)] {
            let chunks = TiffChunks::Tiles { width, height };
            let error =
                Plan::new(&TiffOptions { chunks, ..TiffOptions::new(spec) }, &Tags::default())
                    .unwrap_err();
            assert!(matches!(error, Error::InvalidArgument(_)), "{chunks:?}: {error}");
        }
        let chunks = TiffChunks::Strips { rows: 0 };
        let error = Plan::new(&TiffOptions { chunks, ..TiffOptions::new(spec) }, &Tags::default())
            .unwrap_err();
        assert!(matches!(error, Error::InvalidArgument(_)), "{error}");
        let error = plan(1 << 33, 1, TiffVariant::Auto).unwrap_err();
        assert!(matches!(error, Error::Unsupported(_)), "{error}");
        let differences = TiffOptions { predictor: Some(true), ..TiffOptions::new(spec) };
        assert!(matches!(
            Plan::new(&differences, &Tags::default()),
            Err(Error::InvalidArgument(_))
        ));
        let chunks = TiffChunks::Strips { rows: 16 };
        let pyramid =
            TiffOptions { chunks, pyramid: Some(TiffPyramid::Cog), ..TiffOptions::new(spec) };
        assert!(matches!(Plan::new(&pyramid, &Tags::default()), Err(Error::InvalidArgument(_))));
    }
}
