//! Wide rows: written past the caches they hold what they do when written in place, on every instruction
//! set.

use std::sync::Arc;

use gigapx_filters::{
    BoxBlur, Derivative, Element, Filter, GaussianBlur, GradientMagnitude, Morphology, Rank,
    Recipe, Scratch, Shape, UnsharpMask, Window,
};
use kernels::Isa;
use kernels::extrema::Extremum;
use raster::{Buffer, Depth, Region, Spec, View, ViewMut};

/// A region of the result, in memory that starts `shift` samples behind a line of the cache.
fn run(
    filter: &Arc<dyn Filter>,
    input: &[u8],
    spec: &Spec,
    shift: usize,
    streamed: bool,
) -> Vec<u8> {
    let (left, top) = (spec.width / 5, spec.height / 7);
    let region = Region::new(left, top, spec.width - left, spec.height - top);
    let demand = filter.demand(&region);
    let (columns, rows) = (demand.columns, demand.rows);
    let start = rows.start as u64 * spec.row_bytes() + columns.start as u64 * spec.pixel_bytes();
    let stride = spec.row_bytes() as usize;
    let (width, height) = (columns.len as usize, rows.len as usize);
    let view = View::new(&input[start as usize..], stride, width, height, spec).unwrap();
    let output = filter.output();
    let bytes = output.region_bytes(&region) as usize;
    let shift = shift * output.depth.bytes();
    let mut memory = Buffer::zeroed(bytes + shift);
    {
        let memory = &mut memory.take(bytes + shift)[shift..];
        let (width, height) = (region.width as usize, region.height as usize);
        let out = ViewMut::new(memory, width, height, output).unwrap();
        let mut out = if streamed { out.streamed() } else { out };
        let window = Window { view, columns, rows };
        gigapx_filters::run(filter, &window, &region, &mut out, &mut Scratch::new());
    }
    memory.bytes()[shift..shift + bytes].to_vec()
}

fn samples(spec: &Spec) -> Vec<u8> {
    match spec.depth {
        Depth::F32 => {
            let floats = (0..spec.bytes() / 4).map(|i| (i * 37 % 251) as f32 / 7.0);
            floats.flat_map(f32::to_ne_bytes).collect()
        }
        _ => (0..spec.bytes()).map(|i| (i * 37 % 251) as u8).collect(),
    }
}

fn erode(shape: Shape, size: (u32, u32)) -> Box<dyn Recipe> {
    let element = Element::new(shape, size, None).unwrap();
    Box::new(Morphology { extremum: Extremum::Least, element, border: None })
}

fn recipes() -> Vec<Box<dyn Recipe>> {
    vec![
        Box::new(GaussianBlur { sigma: (1.5, 1.5), ..Default::default() }),
        Box::new(BoxBlur::new((5, 3))),
        Box::new(BoxBlur::new((31, 9))),
        Box::new(Derivative::default()),
        Box::new(Rank::median((3, 3))),
        Box::new(Rank::median((5, 7))),
        Box::new(Rank::median((31, 27))),
        Box::new(UnsharpMask::default()),
        Box::new(GradientMagnitude::default()),
        erode(Shape::Rectangle, (40, 3)),
        erode(Shape::Rectangle, (7, 13)),
        erode(Shape::Ellipse, (9, 8)),
    ]
}

/// What a kernel carries along a row goes on from piece to piece.
#[test]
fn rows_of_many_pieces_are_the_same_on_every_instruction_set() {
    for depth in Depth::ALL {
        let spec = Spec::new(5000, 40, 1, depth).unwrap();
        let input = samples(&spec);
        let mut aligned = Buffer::zeroed(input.len());
        aligned.take(input.len()).copy_from_slice(&input);
        for recipe in recipes() {
            let filter = |isa| recipe.bind(&spec, isa).unwrap();
            let run = |isa| run(&filter(isa), aligned.bytes(), &spec, 0, false);
            let expected = run(Isa::Scalar);
            for isa in Isa::supported() {
                assert!(run(isa) == expected, "{}, {depth:?}, {}", filter(isa).name(), isa.name());
            }
        }
    }
}

#[test]
fn streaming_changes_no_byte() {
    let recipes = recipes();
    let shapes = [(1, 1, 1), (9, 5, 3), (63, 4, 1), (200, 9, 2), (1031, 7, 1), (5000, 6, 1)];
    for depth in Depth::ALL {
        for (width, height, channels) in shapes {
            let spec = Spec::new(width, height, channels, depth).unwrap();
            let input = samples(&spec);
            // Aligned for every depth.
            let mut aligned = Buffer::zeroed(input.len());
            aligned.take(input.len()).copy_from_slice(&input);
            for recipe in &recipes {
                let filter = recipe.bind(&spec, Isa::best()).unwrap();
                for shift in [0, 1, 5, 31] {
                    let run = |streamed| run(&filter, aligned.bytes(), &spec, shift, streamed);
                    assert!(run(true) == run(false), "{} of {spec:?}, {shift}", filter.name());
                }
            }
        }
    }
}
