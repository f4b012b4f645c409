//! `OpenCV` from file to file.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use memmap2::Mmap;
use raster::Spec;
use rayon::prelude::*;
use rustix::fs::{FallocateFlags, fallocate};

use super::{Operation, Stripes};

/// Filters a file of bare pixels in stripes: read through a mapping, written from scratch by position,
/// which is what beats writing through a mapping of a new file.
///
/// # Errors
/// Those of the files.
pub fn stripe_file(
    stripes: &Stripes,
    work: Operation,
    rows: usize,
    [input, output]: [&Path; 2],
    spec: &Spec,
) -> io::Result<()> {
    let input = File::open(input)?;
    // SAFETY: the benchmark's input is not changed while the benchmark runs.
    let input = unsafe { Mmap::map(&input) }?;
    let result = work.output(spec);
    let output = create(output, &result)?;
    let (row, height) = (result.row_bytes() as usize, spec.height as usize);
    (0..height.div_ceil(rows)).into_par_iter().with_max_len(1).try_for_each(|index| {
        let top = index * rows;
        let mut written = Ok(());
        stripes.stripe(work, top..(top + rows).min(height), &input, spec, |stripe| {
            written = output.write_all_at(stripe, (top * row) as u64);
        });
        written
    })
}

/// Filters a file of bare pixels by one call: read whole, filter, write whole. The memory for both
/// images is the caller's, who may have used it before.
///
/// # Errors
/// Those of the files.
pub fn call_file(
    work: Operation,
    [input, output]: [&Path; 2],
    [source, target]: [&mut [u8]; 2],
    spec: &Spec,
) -> io::Result<()> {
    File::open(input)?.read_exact_at(source, 0)?;
    work.run(source, target, spec);
    create(output, &work.output(spec))?.write_all_at(target, 0)
}

/// Opens a file for an image. One that exists keeps its pages, so that writing is warm; for a new one
/// the space is reserved, as gigapx does.
fn create(path: &Path, spec: &Spec) -> io::Result<File> {
    let file = File::options().write(true).create(true).truncate(false).open(path)?;
    if file.metadata()?.len() != spec.bytes() {
        fallocate(&file, FallocateFlags::empty(), 0, spec.bytes())?;
    }
    Ok(file)
}
