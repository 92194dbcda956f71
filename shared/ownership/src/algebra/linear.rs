//! y = b + D y for one circle.

/// Members up to which a circle is solved by elimination: a matrix of 8 MB.
const LARGEST_DENSE: usize = 1_000;
/// Rounds through a larger circle before it is given up.
const MOST_ROUNDS: usize = 20_000;

/// The solution for D as (holder, entity, share), or nothing where there is none.
pub(super) fn solve(within: &[(usize, usize, f64)], b: &[f64]) -> Option<Vec<f64>> {
    if b.iter().any(|share| !share.is_finite()) {
        return None;
    }
    if b.len() <= LARGEST_DENSE { eliminate(within, b) } else { iterate(within, b) }
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
fn iterate(within: &[(usize, usize, f64)], b: &[f64]) -> Option<Vec<f64>> {
    let mut rows: Vec<Vec<(usize, f64)>> = vec![Vec::new(); b.len()];
    for (holder, entity, share) in within {
        rows[*holder].push((*entity, *share));
    }
    let mut y = b.to_vec();
    for _ in 0..MOST_ROUNDS {
        let mut change = 0.0_f64;
        for (member, row) in rows.iter().enumerate() {
            let of_itself: f64 = row.iter().filter(|(entity, _)| *entity == member).map(|(_, share)| share).sum();
            let of_others: f64 =
                row.iter().filter(|(entity, _)| *entity != member).map(|(entity, share)| share * y[*entity]).sum();
            let next = (b[member] + of_others) / (1.0 - of_itself);
            change = change.max((next - y[member]).abs());
            y[member] = next;
        }
        if !change.is_finite() {
            return None;
        }
        if change < 1e-15 {
            return Some(y);
        }
    }
    None
}
