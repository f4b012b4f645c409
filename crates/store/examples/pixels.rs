//! Writes the pixels of image files beside them, for programs that compare: `NAME.raw`, and `NAME.txt`
//! with width, height, channels and depth, or what was wrong.

use std::error::Error;
use std::fs;
use std::path::Path;

use gigapx_store::{Access, open};
use raster::{Buffer, ViewMut};

fn main() -> Result<(), Box<dyn Error>> {
    for path in std::env::args().skip(1) {
        let report = match pixels(Path::new(&path)) {
            Ok(shape) => shape,
            Err(error) => format!("error {error}"),
        };
        fs::write(format!("{path}.txt"), report)?;
    }
    Ok(())
}

fn pixels(path: &Path) -> Result<String, Box<dyn Error>> {
    let source = open(path, Access::Auto)?;
    let spec = *source.spec();
    let mut buffer = Buffer::zeroed(usize::try_from(spec.bytes())?);
    let (width, height) = (usize::try_from(spec.width)?, usize::try_from(spec.height)?);
    let pixels = buffer.take(usize::try_from(spec.bytes())?);
    let mut out = ViewMut::new(pixels, width, height, &spec).ok_or("memory is not aligned")?;
    source.read(&spec.region(), &mut out)?;
    drop(out);
    fs::write(
        format!("{}.raw", path.display()),
        &buffer.bytes()[..usize::try_from(spec.bytes())?],
    )?;
    Ok(format!("{} {} {} {}", spec.width, spec.height, spec.channels, spec.depth))
}
