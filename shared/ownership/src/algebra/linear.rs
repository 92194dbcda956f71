//! y = b + D y for one circle.

/// Members up to which a circle is solved by elimination: a matrix of 8 MB.
const LARGEST_DENSE: usize = 1_000;
/// Rounds through a larger circle before it is given up: enough where each lets out 0.1 %.
const MOST_ROUNDS: usize = 100_000;

/// Why there is no solution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoSolution {
    /// The matrix is singular, or rounds grow without end.
    Unbounded,
    /// Rounds neither settle nor grow.
    Slow,
}

/// The solution for D as (holder, entity, share). Where the series over all rounds has no sum it may have negative members.
pub(super) fn solve(within: &[(usize, usize, f64)], b: &[f64]) -> Result<Vec<f64>, NoSolution> {
    if b.iter().any(|share| !share.is_finite()) {
        return Err(NoSolution::Unbounded);
    }
    if b.len() <= LARGEST_DENSE { eliminate(within, b).ok_or(NoSolution::Unbounded) } else { iterate(within, b) }
}

/// Gaussian elimination with partial pivoting.
fn eliminate(within: &[(usize, usize, f64)], b: &[f64]) -> Option<Vec<f64>> {
    let n = b.len();
    let mut rows: Vec<Vec<f64>> = vec![vec![0.0; n + 1]; n];
    for (member, row) in rows.iter_mut().enumerate() {
        row[member] = 1.0;
        row[n] = b[member];
    }
    for (holder, entity, share) in within {
        rows[*holder][*entity] -= share;
    }
    for column in 0..n {
        let pivot = (column..n).max_by(|i, j| rows[*i][column].abs().total_cmp(&rows[*j][column].abs()))?;
        rows.swap(column, pivot);
        let (done, below) = rows.split_at_mut(column + 1);
        let pivot_row = done.last()?;
        if pivot_row[column] == 0.0 {
            return None;
        }
        for row in below {
            let factor = row[column] / pivot_row[column];
            if factor != 0.0 {
                for (value, pivot) in row[column..].iter_mut().zip(&pivot_row[column..]) {
                    *value -= factor * pivot;
                }
            }
        }
    }
    let mut y = vec![0.0; n];
    for member in (0..n).rev() {
        let row = &rows[member];
        let known: f64 = row[member + 1..n].iter().zip(&y[member + 1..]).map(|(a, y)| a * y).sum();
        y[member] = (row[n] - known) / row[member];
    }
    Some(y)
}

/// Gauss and Seidel's rounds, until one changes nothing that is seen.
fn iterate(within: &[(usize, usize, f64)], b: &[f64]) -> Result<Vec<f64>, NoSolution> {
    let mut rows: Vec<Vec<(usize, f64)>> = vec![Vec::new(); b.len()];
    for (holder, entity, share) in within {
        rows[*holder].push((*entity, *share));
    }
    let mut y = b.to_vec();
    for _ in 0..MOST_ROUNDS {
        let (mut change, mut largest) = (0.0_f64, 0.0_f64);
        for (member, row) in rows.iter().enumerate() {
            let of_itself: f64 = row.iter().filter(|(entity, _)| *entity == member).map(|(_, share)| share).sum();
            let of_others: f64 =
                row.iter().filter(|(entity, _)| *entity != member).map(|(entity, share)| share * y[*entity]).sum();
            let next = (b[member] + of_others) / (1.0 - of_itself);
            change = change.max((next - y[member]).abs());
            largest = largest.max(next.abs());
            y[member] = next;
        }
        if !change.is_finite() || !largest.is_finite() {
            return Err(NoSolution::Unbounded);
        }
        if change <= 1e-15 * largest {
            return Ok(y);
        }
    }
    Err(NoSolution::Slow)
}
