//! Writing a `DeepZoom` image.

use std::path::Path;

use raster::{Region, Spec, View, ViewMut};

use super::{
    DeepZoomOptions, MAX_TILES,
    output::{Output, Tile},
    tile::TileEncoder,
};
use crate::{
    Error, Layout, Sink,
    check::{assert_shape, valid},
    pyramid::{Grid, Pyramid, Scratch},
    spare::Spare,
};

/// A `DeepZoom` image: a descriptor `NAME.dzi` beside a directory `NAME_files` of tiles, or both in a zip
/// archive.
///
/// The directory takes its name before the descriptor does. One that is there already is replaced if it
/// holds levels of tiles and nothing else.
pub struct DeepZoomSink {
    options: DeepZoomOptions,
    pyramid: Pyramid,
    output: Output,
    levels: u32,
    tiles: u64,
    tools: Spare<Tools>,
}

/// What a thread makes tiles with.
struct Tools {
    encoder: TileEncoder,
    scratch: Scratch,
    record: Vec<u8>,
}

impl DeepZoomSink {
    /// Starts the files. Their names appear when [`finish`](Sink::finish) succeeds.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if the tiles have no such size, are too many or no such files, or if
    /// the paths name something that cannot be replaced; [`Error::Io`] if no file can be made there.
    pub fn create(path: impl AsRef<Path>, options: DeepZoomOptions) -> Result<Self, Error> {
        let spec = valid(options.spec)?;
        options.check()?;
        let specs: Vec<Spec> = Pyramid::specs(spec, (1, 1)).collect();
        let tiles = tiles(&specs, options.tile_size)?;
        let levels = specs.len() as u32;
        let output = Output::create(path.as_ref(), &options, levels, tiles)?;
        let grid = Grid { cell: (options.tile_size, options.tile_size), overlap: options.overlap };
        let pyramid = Pyramid::new(specs.into_iter(), grid, options.decimation);
        Ok(Self { options, pyramid, output, levels, tiles, tools: Spare::new() })
    }

    /// Encodes and writes tiles of a level that are side by side.
    fn write_tiles(
        &self,
        level: usize,
        region: &Region,
        pixels: &View<'_>,
        encoder: &mut TileEncoder,
        record: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let DeepZoomOptions { tile_size, overlap, .. } = self.options;
        // Without an overlap tiles of the image come in runs; else each comes by itself.
        let width = if overlap == 0 { tile_size } else { region.width };
        (0..region.width).step_by(width as usize).try_for_each(|left| {
            let part = Region::new(left, 0, width.min(region.width - left), region.height);
            let tile = Tile {
                level: self.levels - 1 - level as u32,
                // Fewer than `MAX_TILES`.
                row: ((region.top + overlap) / tile_size) as u32,
                column: ((region.left + left + overlap) / tile_size) as u32,
            };
            self.output.add(tile, encoder.encode(&pixels.sub(&part))?, record)
        })
    }

    fn make_tools(&self) -> Result<Tools, Error> {
        Ok(Tools {
            encoder: TileEncoder::new(self.options.format)?,
            scratch: Scratch::default(),
            record: Vec::new(),
        })
    }
}

/// How many tiles of such a size the levels have.
fn tiles(specs: &[Spec], tile_size: u64) -> Result<u64, Error> {
    let tiles = |spec: &Spec| {
        u128::from(spec.width.div_ceil(tile_size)) * u128::from(spec.height.div_ceil(tile_size))
    };
    let count: u128 = specs.iter().map(tiles).sum();
    if count > u128::from(MAX_TILES) {
        return Err(Error::InvalidArgument(format!(
            "the image has {count} tiles of {tile_size} x {tile_size} pixels, more than {MAX_TILES}; \
             choose larger ones"
        )));
    }
    Ok(count as u64)
}

impl Sink for DeepZoomSink {
    fn layout(&self) -> Layout {
        let side = self.options.step();
        Layout::Tiles { width: side, height: side }
    }

    unsafe fn claim(&self, _region: &Region) -> Option<ViewMut<'_>> {
        None
    }

    fn write(&self, region: &Region, pixels: &View<'_>) -> Result<(), Error> {
        assert_shape(&self.options.spec, region, pixels);
        self.tools.with(
            || self.make_tools(),
            |Tools { encoder, scratch, record }| {
                self.pyramid.add(region, pixels, scratch, &mut |level, tile, pixels| {
                    self.write_tiles(level, tile, pixels, encoder, record)
                })
            },
        )
    }

    fn worker_bytes(&self) -> u64 {
        let tile = self.options.tile();
        self.pyramid.worker_bytes() + 2 * TileEncoder::bytes(self.options.format, &tile)
    }

    fn fixed_bytes(&self) -> u64 {
        self.pyramid.bytes() + Output::bytes(&self.options, self.tiles)
    }

    fn finish(&self) -> Result<(), Error> {
        self.output.publish()
    }

    fn abort(&self) {
        self.output.discard();
    }
}
