//! Writes the pixels of image files beside them, for programs that compare. `NAME.txt` has a line for
//! each page and each of its levels: their numbers, and width, height, channels and depth of what is in
//! `NAME.PAGE.LEVEL.raw`, or `error` and what was wrong.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use gigapx_store::{Access, Selection, Source, open_selected};
use raster::{Buffer, ViewMut};

/// Pages to try where not even their number can be read.
const TRIED: u64 = 16;

fn main() -> Result<(), Box<dyn Error>> {
    for path in std::env::args().skip(1) {
        fs::write(format!("{path}.txt"), report(Path::new(&path))?)?;
    }
    Ok(())
}

fn report(path: &Path) -> Result<String, Box<dyn Error>> {
    let mut lines = String::new();
    // A page that cannot be read does not say how many there are.
    let mut pages = 1;
    let mut page = 0;
    while page < pages {
        let mut levels = 1;
        let mut level = 0;
        while level < levels {
            let line = match open_selected(path, Access::Auto, Selection { page, level }) {
                Ok(source) => {
                    pages = source.metadata().pages;
                    levels = source.metadata().levels.len() as u64;
                    let out = format!("{}.{page}.{level}.raw", path.display());
                    pixels(&*source, Path::new(&out))
                        .unwrap_or_else(|error| format!("error {error}"))
                }
                Err(gigapx_store::Error::InvalidArgument(_)) => break,
                Err(error) => {
                    pages = pages.max((page + 2).min(TRIED));
                    format!("error {error}")
                }
            };
            writeln!(lines, "{page} {level} {line}")?;
            level += 1;
        }
        page += 1;
    }
    Ok(lines)
}

fn pixels(source: &dyn Source, out: &Path) -> Result<String, Box<dyn Error>> {
    let spec = *source.spec();
    let bytes = usize::try_from(spec.bytes())?;
    let mut buffer = Buffer::zeroed(bytes);
    let (width, height) = (usize::try_from(spec.width)?, usize::try_from(spec.height)?);
    let mut view = ViewMut::new(buffer.take(bytes), width, height, &spec).ok_or("not aligned")?;
    source.read(&spec.region(), &mut view)?;
    drop(view);
    fs::write(out, &buffer.bytes()[..bytes])?;
    Ok(format!("{} {} {} {}", spec.width, spec.height, spec.channels, spec.depth))
}
