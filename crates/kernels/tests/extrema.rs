//! Extrema are those of their definition on every instruction set, for rows of any length.

use gigapx_kernels::extrema::{self, Extremum, MAX_TERMS, Places, Rolled};
use gigapx_kernels::{Isa, Ranked};
use proptest::prelude::*;

const EXTREMA: [Extremum; 2] = [Extremum::Least, Extremum::Greatest];

/// Both extrema on every instruction set.
fn ways() -> impl Iterator<Item = (Extremum, Isa)> {
    EXTREMA.into_iter().flat_map(|which| Isa::supported().map(move |isa| (which, isa)))
}

fn noise<S: Ranked>(seed: u64, len: usize) -> Vec<S> {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        S::from_f64((state >> 40) as i32 as f64 - 8_388_608.0)
    };
    (0..len).map(|_| next()).collect()
}

fn levels<S: Ranked>(samples: &[S]) -> Vec<S::Level> {
    samples.iter().map(|sample| sample.level()).collect()
}

fn best<T: Ord + Copy>(which: Extremum, levels: impl Iterator<Item = T>) -> T {
    let best = match which {
        Extremum::Least => levels.min(),
        Extremum::Greatest => levels.max(),
    };
    best.expect("a level")
}

fn spreads<S: Ranked>(seed: u64, n: usize, offsets: &[usize]) -> Result<(), TestCaseError> {
    let from = levels::<S>(&noise(seed, n + offsets.iter().max().unwrap()));
    for (which, isa) in ways() {
        let mut to = from[..n].to_vec();
        extrema::spread::<S>(&from, &mut to, offsets, which, isa);
        for (i, level) in to.iter().enumerate() {
            prop_assert!(*level == best(which, offsets.iter().map(|offset| from[i + offset])));
        }
    }
    Ok(())
}

fn gathers<S: Ranked>(seed: u64, n: usize, places: &[Places; 3]) -> Result<(), TestCaseError> {
    let lines = levels::<S>(&noise(seed, n + 400));
    for (which, isa) in ways() {
        let (mut a, mut b) = (lines[..n].to_vec(), lines[..n].to_vec());
        extrema::gather::<S>(&lines, places, [&mut a, &mut b], which, isa);
        for (row, own) in [(a, &places[1]), (b, &places[2])] {
            for (i, level) in row.into_iter().enumerate() {
                let terms = [&places[0], own]
                    .into_iter()
                    .flat_map(|places| places.once.iter().chain(places.twice.iter().flatten()));
                let neutral = which.neutral::<S>().level();
                let terms = terms.map(|place| lines[i + place]).chain([neutral]);
                prop_assert!(level == best(which, terms));
            }
        }
    }
    Ok(())
}

/// Windows of an even number of lines that roll down, two rows of results at a time.
fn rolls<S: Ranked>(seed: u64, n: usize, height: usize) -> Result<(), TestCaseError> {
    let rows = 3 * height;
    let stride = n + 3;
    let source = levels::<S>(&noise(seed, rows * stride));
    let start = |row: usize| row * stride;
    for (which, isa) in ways() {
        // Suffixes replace lines of groups that are past; the prefix comes last.
        let mut lines = source.clone();
        let prefix = lines.len();
        lines.resize(prefix + 2 * n, which.neutral::<S>().level());
        for top in (0..rows - height).step_by(2) {
            let prefixes = [prefix + top / 2 % 2 * n, prefix + (top / 2 + 1) % 2 * n];
            if top % height == 0 {
                let starts: Vec<usize> = (top..top + height).map(start).collect();
                extrema::suffix::<S>(&mut lines, &starts, n, which, isa);
                lines[prefix..].fill(which.neutral::<S>().level());
                // A line that was entered before is part of the prefix again.
                let line = source[start(top + height - 1)..][..n].to_vec();
                extrema::absorb::<S>(&mut lines[prefixes[0]..][..n], &line, which, isa);
            }
            let rolled = Rolled {
                enter: [top + height - 1, top + height].map(start),
                suffixes: [top, top + 1].map(start),
                prefixes,
            };
            let (mut a, mut b) = (lines[..n].to_vec(), lines[..n].to_vec());
            extrema::advance::<S>(&mut lines, &rolled, [&mut a, &mut b], which, isa);
            for (top, row) in [(top, a), (top + 1, b)] {
                for (i, level) in row.into_iter().enumerate() {
                    let window = (top..top + height).map(|row| source[start(row) + i]);
                    prop_assert!(level == best(which, window), "{top} {i}");
                }
            }
        }
    }
    Ok(())
}

macro_rules! every_depth {
    ($check:ident($($argument:expr),*)) => {
        $check::<u8>($($argument),*)?;
        $check::<u16>($($argument),*)?;
        $check::<i16>($($argument),*)?;
        $check::<i32>($($argument),*)?;
        $check::<f32>($($argument),*)?;
    };
}

fn places() -> impl Strategy<Value = Places> {
    (
        prop::collection::vec(0usize..400, 0..6),
        prop::collection::vec([0usize..400, 0usize..400], 0..5),
    )
        .prop_map(|(once, twice)| Places { once, twice })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn along_a_row(
        seed: u64, n in 1usize..600, offsets in prop::collection::vec(0usize..300, 1..=MAX_TERMS),
    ) {
        every_depth!(spreads(seed, n, &offsets));
    }

    #[test]
    fn at_any_places(seed: u64, n in 1usize..600, places in [places(), places(), places()]) {
        every_depth!(gathers(seed, n, &places));
    }

    #[test]
    fn down_columns(seed: u64, n in 1usize..300, half in 1usize..9) {
        every_depth!(rolls(seed, n, 2 * half));
    }
}

#[test]
fn levels_and_samples_are_the_same_on_every_instruction_set() {
    let values = [f32::NAN, -f32::NAN, f32::INFINITY, -0.0, 0.0, f32::MIN, 1e-40, -3.5];
    let samples: Vec<f32> = (0..203).map(|i| values[i * 5 % 8]).collect();
    let expected = levels(&samples);
    for isa in Isa::supported() {
        let mut to = vec![0; 203];
        extrema::levels(&samples, &mut to, isa);
        assert_eq!(to, expected);
        extrema::samples::<f32>(&mut to, isa);
        let bits: Vec<i32> =
            expected.iter().map(|&level| f32::of(level).to_bits() as i32).collect();
        assert_eq!(to, bits);
    }
}
