//! Where tiles go.

use std::path::Path;

use super::{DeepZoomOptions, descriptor::descriptor, zip::Zip};
use crate::{
    Error,
    publish::{self, Folder},
};

/// A tile by its place. The smallest level comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tile {
    /// 0 for the level of one pixel.
    pub(super) level: u32,
    pub(super) row: u32,
    pub(super) column: u32,
}

/// Files that are not visible yet.
pub(super) struct Output {
    place: Place,
    extension: &'static str,
}

enum Place {
    Directory {
        tiles: Folder,
        descriptor: publish::Output,
    },
    /// The key of the descriptor is none.
    Archive {
        zip: Zip<Option<Tile>>,
        stem: String,
    },
}

impl Output {
    /// Starts the files of an image with so many levels and tiles.
    pub(super) fn create(
        path: &Path,
        options: &DeepZoomOptions,
        levels: u32,
        tiles: u64,
    ) -> Result<Self, Error> {
        let text = descriptor(options);
        let stem = path.file_stem().unwrap_or_default();
        let bytes = if options.is_archive { 0 } else { text.len() as u64 };
        let file = publish::Output::create(path, bytes, options.durability)?;
        let place = if options.is_archive {
            let stem = stem.to_string_lossy().into_owned();
            let zip = Zip::new(file, tiles + 1);
            zip.add(None, &entry(&stem, None, ""), text.as_bytes(), &mut Vec::new())?;
            Place::Archive { zip, stem }
        } else {
            file.write_at(0, text.as_bytes())?;
            let mut name = stem.to_os_string();
            name.push("_files");
            let parts = (0..levels).map(|level| level.to_string());
            let tiles = Folder::create(&path.with_file_name(name), parts, options.durability)?;
            Place::Directory { tiles, descriptor: file }
        };
        Ok(Self { place, extension: options.format.extension() })
    }

    /// Bytes of the tables of so many tiles.
    pub(super) const fn bytes(options: &DeepZoomOptions, tiles: u64) -> u64 {
        if options.is_archive { Zip::<Option<Tile>>::bytes(tiles + 1) } else { 0 }
    }

    /// Writes the file of a tile. `record` is scratch.
    pub(super) fn add(&self, tile: Tile, file: &[u8], record: &mut Vec<u8>) -> Result<(), Error> {
        match &self.place {
            Place::Directory { tiles, .. } => tiles.add(&inside(tile, self.extension), file),
            Place::Archive { zip, stem } => {
                zip.add(Some(tile), &entry(stem, Some(tile), self.extension), file, record)
            }
        }
    }

    /// Makes everything visible: the descriptor last, which is what names the rest.
    pub(super) fn publish(&self) -> Result<(), Error> {
        match &self.place {
            Place::Directory { tiles, descriptor } => {
                tiles.publish().inspect_err(|_| descriptor.discard())?;
                descriptor.publish()
            }
            Place::Archive { zip, stem } => {
                zip.close(|tile| entry(stem, tile, self.extension))?;
                zip.output.publish()
            }
        }
    }

    /// Removes everything that is not visible yet.
    pub(super) fn discard(&self) {
        match &self.place {
            Place::Directory { tiles, descriptor } => {
                tiles.discard();
                descriptor.discard();
            }
            Place::Archive { zip, .. } => zip.output.discard(),
        }
    }
}

/// The name of a tile below the directory of all.
fn inside(Tile { level, row, column }: Tile, extension: &str) -> String {
    format!("{level}/{column}_{row}.{extension}")
}

/// The name of a file of an archive.
fn entry(stem: &str, tile: Option<Tile>, extension: &str) -> String {
    match tile {
        Some(tile) => format!("{stem}/{stem}_files/{}", inside(tile, extension)),
        None => format!("{stem}/{stem}.dzi"),
    }
}
