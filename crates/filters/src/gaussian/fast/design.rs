//! The weights of one axis of the fast Gaussian.
//!
//! An axis is taken down to one node in `step` samples, blurred there, and taken up again. The
//! weights that do so are those that confuse the least of a Gaussian spectrum: among all windows of
//! `order * step` samples, the one that lets through the least of the frequencies that sampling at
//! the nodes cannot tell from those of the Gaussian. The taps between are fitted so that the whole
//! comes closest to the Gaussian. Only basic arithmetic is used, so every machine finds the same bits.

use super::solve::solve;

/// The widest cell. Beyond it the nodes are so few that fewer would save nothing.
const MAX_STEP: usize = 64;
/// Below this sigma an axis keeps its resolution.
const MIN_SIGMA: f64 = 2.7;
/// Three nodes a sample are cheaper than four, but for cells of fewer samples than this, where the grid
/// costs the most: there four nodes are worth it if they allow wider cells.
const NARROW: usize = 5;
/// What is added to every window's cost for its sum of squares, to keep it a well-posed question.
const RIDGE: f64 = 1e-9;

/// How far the weights may lie from the Gaussian, and the cells that stay below it.
///
/// The error of three nodes grows with the samples of a cell, that of four does not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tolerance {
    /// The sum over all samples of how far their weights are off.
    #[cfg(test)]
    distance: f64,
    /// The least sigma, in cells, of four nodes a sample.
    four: f64,
    /// The least sigma of three nodes: so much a sample of the cell, less the second.
    three: (f64, f64),
}

impl Tolerance {
    /// For bytes: half a level in two axes, as much as rounding.
    pub(super) const BYTES: Self = Self {
        #[cfg(test)]
        distance: 1.9e-3,
        four: 1.22,
        three: (1.8, 1.1),
    };
    /// For all other depths: 1/1000 of their range in two axes.
    pub(super) const OTHERS: Self = Self {
        #[cfg(test)]
        distance: 0.95e-3,
        four: 1.33,
        three: (2.2, 1.6),
    };

    /// Nodes a sample, and samples a cell.
    fn grid(&self, sigma: f64) -> (usize, usize) {
        let four = (sigma / self.four) as usize;
        let three = ((sigma + self.three.1) / self.three.0) as usize;
        if three < NARROW && three < four { (4, four) } else { (3, three.min(MAX_STEP)) }
    }
}

/// How one axis is resampled and blurred, in float64.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Design {
    /// Samples a node.
    pub(super) step: usize,
    /// Nodes that a sample adds to, and that a result is made of.
    pub(super) order: usize,
    /// The weight of each sample in a node: `order * step` of them.
    pub(super) down: Vec<f64>,
    /// The weight of a node in each result, for the same samples.
    pub(super) up: Vec<f64>,
    /// Symmetric taps that blur the nodes, the centre first.
    pub(super) taps: Vec<f64>,
}

impl Design {
    /// The design for a sigma; 0 leaves the axis alone.
    pub(super) fn new(sigma: f64, tolerance: Tolerance) -> Self {
        if sigma == 0.0 {
            return Self { step: 1, order: 1, down: vec![1.0], up: vec![1.0], taps: vec![1.0] };
        }
        if sigma < MIN_SIGMA {
            return Self::fitted(sigma, 1, 1, (5.0 * sigma).ceil() as usize);
        }
        let (order, step) = tolerance.grid(sigma);
        let cells = sigma / step as f64;
        let reach = if order == 4 { 2.8 * cells } else { 3.75 * cells - 1.0 };
        Self::fitted(sigma, step, order, reach.ceil() as usize)
    }

    fn fitted(sigma: f64, step: usize, order: usize, radius: usize) -> Self {
        let down = window(sigma, step, order);
        let up = in_phase(&down, step);
        let taps = fit(sigma, step, &down, &up, radius);
        Self { step, order, down, up, taps }
    }
}

/// exp(-x) for x >= 0, by the power series of a small part and squaring.
fn exp_minus(x: f64) -> f64 {
    if x > 745.0 {
        return 0.0;
    }
    let mut halvings = 0;
    let mut part = x;
    while part > 0.125 {
        part *= 0.5;
        halvings += 1;
    }
    let mut sum = 1.0;
    for n in (1..=12).rev() {
        sum = 1.0 - part / f64::from(n) * sum;
    }
    for _ in 0..halvings {
        sum *= sum;
    }
    sum
}

/// The window of `order` cells, summing to one, with the least aliased energy.
///
/// With a spectrum G(f)^2 of a Gaussian at half the variance, the energy that a window w lets through
/// around the frequencies k / step, k = 1 .. step - 1, is the quadratic form
/// sum w(i) w(j) g(i - j) (step [step divides i - j] - 1), g the Gaussian of sqrt(2) sigma.
fn window(sigma: f64, step: usize, order: usize) -> Vec<f64> {
    let len = order * step;
    if len == 1 {
        return vec![1.0];
    }
    let form: Vec<f64> = (0..len)
        .map(|d| {
            let gauss = exp_minus((d * d) as f64 / (4.0 * sigma * sigma));
            gauss * if d % step == 0 { step as f64 - 1.0 } else { -1.0 }
        })
        .collect();
    // The window is symmetric: only half of it is unknown.
    let half = len.div_ceil(2);
    let mirrored = |i: usize| i.min(len - 1 - i);
    let mut matrix = vec![0.0; half * half];
    let mut sums = vec![0.0; half];
    for i in 0..len {
        for j in 0..len {
            matrix[mirrored(i) * half + mirrored(j)] += form[i.abs_diff(j)];
        }
        matrix[mirrored(i) * half + mirrored(i)] += RIDGE * step as f64;
        sums[mirrored(i)] += 1.0;
    }
    let [weights] = solve(matrix, [sums]);
    let total: f64 = (0..len).map(|i| weights[mirrored(i)]).sum();
    (0..len).map(|i| weights[mirrored(i)] / total).collect()
}

/// The window scaled for each sample of a cell so that its weights sum to one: a constant stays one.
fn in_phase(window: &[f64], step: usize) -> Vec<f64> {
    let sum = |p: usize| window.iter().skip(p).step_by(step).sum::<f64>();
    let sums: Vec<f64> = (0..step).map(sum).collect();
    window.iter().enumerate().map(|(i, weight)| weight / sums[i % step]).collect()
}

/// The taps, summing to one, that bring the way down, the blur and the way up closest to the Gaussian
/// in the mean of all samples of a cell.
fn fit(sigma: f64, step: usize, down: &[f64], up: &[f64], radius: usize) -> Vec<f64> {
    // What one node makes of an impulse in the mean.
    let len = down.len();
    let mut node = vec![0.0; 2 * len - 1];
    for (i, a) in down.iter().enumerate() {
        for (j, b) in up.iter().enumerate() {
            node[i + j] += a * b / step as f64;
        }
    }
    let correlation = |shift: usize| -> f64 {
        (0..node.len().saturating_sub(shift)).map(|i| node[i] * node[i + shift]).sum()
    };
    let correlations: Vec<f64> = (0..=2 * radius).map(|k| correlation(k * step)).collect();
    let reach = (9.0 * sigma).ceil() as i64;
    let gauss = |x: i64| exp_minus((x * x) as f64 / (2.0 * sigma * sigma));
    let total: f64 = (-reach..=reach).map(gauss).sum();
    let against = |k: usize| -> f64 {
        let offset = (k * step) as i64 - (len as i64 - 1);
        node.iter().enumerate().map(|(i, c)| c * gauss(i as i64 + offset)).sum::<f64>() / total
    };
    // Taps to both sides are equal: normal equations for the centre and one side.
    let sides = |k: usize| if k == 0 { 1.0 } else { 2.0 };
    let count = radius + 1;
    let mut matrix = vec![0.0; count * count];
    for k in 0..count {
        for l in 0..count {
            let both = correlations[k.abs_diff(l)] + correlations[k + l];
            matrix[k * count + l] = 0.5 * sides(k) * sides(l) * both;
        }
    }
    let goal = (0..count).map(|k| sides(k) * against(k)).collect();
    let [free, sum] = solve(matrix, [goal, (0..count).map(sides).collect()]);
    let total = |taps: &[f64]| -> f64 { taps.iter().enumerate().map(|(k, t)| sides(k) * t).sum() };
    let share = (1.0 - total(&free)) / total(&sum);
    free.iter().zip(&sum).map(|(tap, one)| share * one + tap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sum over all samples of how far the weights of a result lie from the Gaussian, for the
    /// worst sample of a cell.
    fn error(sigma: f64, tolerance: Tolerance) -> f64 {
        let Design { step, order, down, up, taps } = Design::new(sigma, tolerance);
        let (step, radius) = (step as i64, taps.len() as i64 - 1);
        let reach = (radius + order as i64 + 1) * step + (8.0 * sigma) as i64;
        let gauss = |x: i64| (-((x * x) as f64) / (2.0 * sigma * sigma)).exp();
        let total: f64 = (-reach..=reach).map(gauss).sum();
        let distance = |phase: i64| -> f64 {
            let mut rest: Vec<f64> = (-reach..=reach).map(|x| gauss(x - phase) / total).collect();
            for node in 0..order as i64 {
                for tap in -radius..=radius {
                    let first = (tap - node) * step + reach;
                    let share =
                        up[(phase + node * step) as usize] * taps[tap.unsigned_abs() as usize];
                    for (i, weight) in down.iter().enumerate() {
                        rest[first as usize + i] -= share * weight;
                    }
                }
            }
            rest.iter().map(|rest| rest.abs()).sum()
        };
        (0..step).map(distance).fold(0.0, f64::max)
    }

    #[test]
    fn comes_close_to_the_gaussian() {
        for tolerance in [Tolerance::BYTES, Tolerance::OTHERS] {
            let mut sigma = 0.3;
            let mut worst = (0.0, 0.0);
            while sigma < 1000.0 {
                let error = error(sigma, tolerance);
                if error > worst.0 {
                    worst = (error, sigma);
                }
                sigma *= if sigma < 60.0 { 1.003 } else { 1.1 };
            }
            assert!(worst.0 < tolerance.distance, "{worst:?}");
        }
    }

    #[test]
    fn weights_sum_to_one() {
        for sigma in [0.0, 0.4, 1.0, 2.9, 3.0, 7.7, 20.0, 63.0, 200.0] {
            let Design { step, down, up, taps, .. } = Design::new(sigma, Tolerance::BYTES);
            let near_one = |sum: f64| (sum - 1.0).abs() < 1e-13;
            assert!(near_one(down.iter().sum()));
            assert!(near_one(2.0 * taps.iter().sum::<f64>() - taps[0]));
            assert!((0..step).all(|p| near_one(up.iter().skip(p).step_by(step).sum())));
        }
    }

    #[test]
    fn exponentials_are_exact_to_rounding() {
        for x in [0.0, 1e-9, 0.1, 0.125, 1.0, 18.0, 40.0] {
            assert!((exp_minus(x) / (-x).exp() - 1.0).abs() < 1e-13, "{x}");
        }
    }
}
