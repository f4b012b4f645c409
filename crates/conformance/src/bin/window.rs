//! Compares windows of a huge blurred uint8 image with `OpenCV`.
//!
//! `window SOURCE WIDTH HEIGHT RESULT SIGMA` reads windows, `left top width height` a line, from
//! standard input. `SOURCE` holds bare pixels; `RESULT` too if its name ends in `.raw`, otherwise it
//! is a TIFF. For each window it prints the line and the number of pixels that differ.

use std::error::Error;
use std::io::{self, BufRead};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use gigapx_conformance::image::Dense;
use gigapx_conformance::oracle;
use raster::{Border, Depth, Region, Spec, ViewMut};
use store::{Access, RawLayout, Source};

const USAGE: &str = "usage: window SOURCE WIDTH HEIGHT RESULT SIGMA < WINDOWS";

fn main() -> ExitCode {
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(differing) => {
            eprintln!("window: {differing} pixels differ from OpenCV");
            ExitCode::from(1)
        }
        Err(error) => {
            eprintln!("window: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<usize, Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [source, width, height, result, sigma] = args.as_slice() else {
        return Err(USAGE.into());
    };
    let spec = Spec::new(width.parse()?, height.parse()?, 1, Depth::U8)?;
    let layout = RawLayout::dense(spec);
    let source = store::open_raw(source, layout, Access::Auto)?;
    let result = if Path::new(result).extension().is_some_and(|extension| extension == "raw") {
        store::open_raw(result, layout, Access::Auto)?
    } else {
        store::open(result, Access::Auto)?
    };
    if *result.spec() != spec {
        return Err(format!("the result is {:?} instead of {spec:?}", result.spec()).into());
    }
    let sigma = sigma.parse()?;
    let mut total = 0;
    for line in io::stdin().lock().lines() {
        let window = parse(&line?)?;
        if !spec.region().contains(&window) {
            return Err(format!("{window:?} is not inside the image").into());
        }
        let differing = compare(&source, &result, &window, sigma)?;
        let Region { left, top, width, height } = window;
        println!("{left} {top} {width} {height} {differing}");
        total += differing;
    }
    Ok(total)
}

fn parse(line: &str) -> Result<Region, Box<dyn Error>> {
    let numbers: Vec<u64> = line.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let [left, top, width, height] = numbers[..] else {
        return Err(USAGE.into());
    };
    Ok(Region::new(left, top, width, height))
}

/// The number of pixels of `result` in the window that are not `OpenCV`'s blur of `source`.
fn compare(
    source: &Arc<dyn Source>,
    result: &Arc<dyn Source>,
    window: &Region,
    sigma: f64,
) -> Result<usize, Box<dyn Error>> {
    // More than the kernel's radius, about 3 sigma, so that what OpenCV makes up beyond the context
    // reaches the window only where the context ends at an edge of the image. There it reflects as
    // it would for the whole image.
    let halo = (4.0 * sigma).ceil() as u64 + 2;
    let left = window.left.saturating_sub(halo);
    let top = window.top.saturating_sub(halo);
    let right = (window.right() + halo).min(source.spec().width);
    let bottom = (window.bottom() + halo).min(source.spec().height);
    let context = Region::new(left, top, right - left, bottom - top);
    let samples = read(source, &context)?;
    let spec = source.spec().resized(context.width, context.height)?;
    let image = Dense { spec, samples };
    let blurred = oracle::gaussian_blur(&image, (0, 0), (sigma, sigma), Border::Reflect101);
    let actual = read(result, window)?;
    let inside = (window.left - left) as usize;
    let expected = blurred
        .chunks_exact(context.width as usize)
        .skip((window.top - top) as usize)
        .map(|row| &row[inside..inside + window.width as usize]);
    let rows = actual.chunks_exact(window.width as usize).zip(expected);
    Ok(rows.map(|(row, other)| row.iter().zip(other).filter(|(a, b)| a != b).count()).sum())
}

fn read(source: &Arc<dyn Source>, region: &Region) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut samples = vec![0; source.spec().region_bytes(region) as usize];
    let (width, height) = (region.width as usize, region.height as usize);
    let mut view = ViewMut::new(&mut samples, width, height, source.spec()).ok_or("no pixels")?;
    source.read(region, &mut view)?;
    drop(view);
    Ok(samples)
}
