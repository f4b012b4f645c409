//! Compares windows of a huge blurred uint8 image with `OpenCV`.
//!
//! `window SOURCE WIDTH HEIGHT CHANNELS RESULT SIGMA TIMES` reads windows, `left top width height` a line,
//! from standard input. `SOURCE` holds bare pixels; `RESULT`, which was blurred so many times, too if its
//! name ends in `.raw`, otherwise it is a TIFF. For each window it prints the line and the number of
//! samples that differ.

use std::error::Error;
use std::io::{self, BufRead};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use gigapx_conformance::image::Dense;
use gigapx_conformance::oracle;
use raster::{Border, Depth, Region, Spec, ViewMut};
use store::{Access, RawLayout, Source};

const USAGE: &str = "usage: window SOURCE WIDTH HEIGHT CHANNELS RESULT SIGMA TIMES < WINDOWS";

fn main() -> ExitCode {
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(differing) => {
            eprintln!("window: {differing} samples differ from OpenCV");
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
    let [source, width, height, channels, result, sigma, times] = args.as_slice() else {
        return Err(USAGE.into());
    };
    let spec = Spec::new(width.parse()?, height.parse()?, channels.parse()?, Depth::U8)?;
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
    let blur = Blur { sigma: sigma.parse()?, times: times.parse()? };
    let mut total = 0;
    for line in io::stdin().lock().lines() {
        let window = parse(&line?)?;
        if !spec.region().contains(&window) {
            return Err(format!("{window:?} is not inside the image").into());
        }
        let differing = compare(&source, &result, &window, blur)?;
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

/// What was done to the source.
#[derive(Clone, Copy)]
struct Blur {
    sigma: f64,
    times: u64,
}

/// The number of samples of `result` in the window that are not `OpenCV`'s blur of `source`.
fn compare(
    source: &Arc<dyn Source>,
    result: &Arc<dyn Source>,
    window: &Region,
    Blur { sigma, times }: Blur,
) -> Result<usize, Box<dyn Error>> {
    // More than the kernel's radius, about 3 sigma, so that what OpenCV makes up beyond the context
    // reaches the window only where the context ends at an edge of the image. There it reflects as
    // it would for the whole image.
    let halo = times * ((4.0 * sigma).ceil() as u64 + 2);
    let left = window.left.saturating_sub(halo);
    let top = window.top.saturating_sub(halo);
    let right = (window.right() + halo).min(source.spec().width);
    let bottom = (window.bottom() + halo).min(source.spec().height);
    let context = Region::new(left, top, right - left, bottom - top);
    let samples = read(source, &context)?;
    let spec = source.spec().resized(context.width, context.height)?;
    let blur = |samples, _| {
        let image = Dense { spec, samples };
        oracle::gaussian_blur(&image, (0, 0), (sigma, sigma), Border::Reflect101)
    };
    let blurred = (0..times).fold(samples, blur);
    let actual = read(result, window)?;
    let channels = spec.channels as usize;
    let (inside, width) =
        ((window.left - left) as usize * channels, window.width as usize * channels);
    let expected = blurred
        .chunks_exact(context.width as usize * channels)
        .skip((window.top - top) as usize)
        .map(|row| &row[inside..inside + width]);
    let rows = actual.chunks_exact(width).zip(expected);
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
