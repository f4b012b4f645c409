//! Linear equations.

/// Solves a square system, given row by row, for several right-hand sides, by elimination with partial
/// pivoting.
pub(super) fn solve<const N: usize>(
    mut matrix: Vec<f64>,
    mut sides: [Vec<f64>; N],
) -> [Vec<f64>; N] {
    let n = sides[0].len();
    for column in 0..n {
        let size = |row: &usize| matrix[row * n + column].abs();
        let pivot = (column..n).max_by(|a, b| size(a).total_cmp(&size(b))).unwrap_or(column);
        if pivot != column {
            for k in 0..n {
                matrix.swap(column * n + k, pivot * n + k);
            }
            for side in &mut sides {
                side.swap(column, pivot);
            }
        }
        for row in column + 1..n {
            let factor = matrix[row * n + column] / matrix[column * n + column];
            for k in column..n {
                matrix[row * n + k] -= factor * matrix[column * n + k];
            }
            for side in &mut sides {
                side[row] -= factor * side[column];
            }
        }
    }
    for side in &mut sides {
        for row in (0..n).rev() {
            let known: f64 = (row + 1..n).map(|k| matrix[row * n + k] * side[k]).sum();
            side[row] = (side[row] - known) / matrix[row * n + row];
        }
    }
    sides
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_with_exchanged_rows() {
        let [x, y] = solve(vec![0.0, 2.0, 4.0, 1.0], [vec![2.0, 9.0], vec![0.0, 4.0]]);
        assert_eq!((x, y), (vec![2.0, 1.0], vec![1.0, 0.0]));
    }
}
