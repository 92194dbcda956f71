//! The observed information and its inverse.
//!
//! Central differences of the analytic gradient by the logarithms of the N parameters: 2N evaluations, half of what a fit costs. On the
//! published data sets standard errors so found are right to 3e-6 relative.

use super::covariance::Covariance;
use super::undetermined::Undetermined;

/// The step in the logarithms. Relative errors: of the differences about its square over 6, of the gradient's rounding about 1e-13 over it.
const STEP: f64 = 5e-4;
/// The share of a parameter's information that the others must leave over: less is drowned by the errors of the differences.
const LEAST_SHARE: f64 = 1e-6;
/// Beyond this standard error of a logarithm, a factor of 150 either way, the likelihood is too flat to tell a parameter.
const WIDEST: f64 = 5.0;
/// How far the maximum may be from each parameter by itself, in its standard errors were the others known.
const FARTHEST: f64 = 0.05;

pub(crate) type Matrix = Vec<Vec<f64>>;

/// The covariance of the logarithms of `parameters`, at which the log-likelihood with this `gradient` by the parameters has its maximum.
pub(crate) fn covariance<const N: usize>(
    parameters: [(&'static str, f64); N],
    gradient: impl Fn([f64; N]) -> [f64; N],
) -> Result<Covariance<N>, Undetermined> {
    let names = parameters.map(|(name, _)| name);
    let logs = parameters.map(|(_, value)| value.ln());
    let of_logs = covariance_of(&names, &logs, |logs| {
        let at: [f64; N] = std::array::from_fn(|i| logs[i].exp());
        gradient(at).iter().zip(at).map(|(slope, value)| slope * value).collect()
    })?;
    let of_logs = std::array::from_fn(|i| std::array::from_fn(|j| of_logs[i][j]));
    Covariance::factored(parameters, of_logs).map_err(|i| Undetermined::Flat { name: names[i] })
}

/// The covariance of coordinates in which the log-likelihood with this `gradient` has its maximum `at` a point: logarithms, or others that
/// move customers as much.
pub(crate) fn covariance_of(
    names: &[&'static str],
    at: &[f64],
    gradient: impl Fn(&[f64]) -> Vec<f64>,
) -> Result<Matrix, Undetermined> {
    let moved = |i: usize, by: f64| {
        let mut at = at.to_vec();
        at[i] += by;
        gradient(&at)
    };
    let size = at.len();
    let mut slope = vec![0.0; size];
    let mut bends = vec![vec![0.0; size]; size];
    for (i, bend) in bends.iter_mut().enumerate() {
        let (below, above) = (moved(i, -STEP), moved(i, STEP));
        for j in 0..size {
            bend[j] = (above[j] - below[j]) / (2.0 * STEP);
            slope[j] += (above[j] + below[j]) / (2.0 * size as f64);
        }
    }
    let of_row = |i: usize| (0..size).map(|j| -0.5 * (bends[i][j] + bends[j][i])).collect();
    let information: Matrix = (0..size).map(of_row).collect();
    let distance = |i: &usize| slope[*i].abs() / information[*i][*i].sqrt();
    let farthest = (0..size).max_by(|left, right| distance(left).total_cmp(&distance(right)));
    if let Some(i) = farthest.filter(|i| distance(i) > FARTHEST) {
        return Err(Undetermined::NotAtMaximum { name: names[i] });
    }
    let covariance = inverse(&information).map_err(|i| Undetermined::Flat { name: names[i] })?;
    match (0..size).find(|&i| covariance[i][i] > WIDEST * WIDEST) {
        Some(i) => Err(Undetermined::Flat { name: names[i] }),
        None => Ok(covariance),
    }
}

/// The inverse of a symmetric positive definite matrix; otherwise the coordinate that the ones before leave undetermined.
fn inverse(matrix: &Matrix) -> Result<Matrix, usize> {
    let factor = cholesky(matrix, LEAST_SHARE)?;
    // The inverse of the factor, column by column; the inverse of the matrix is its transpose times it.
    let size = matrix.len();
    let mut columns = vec![vec![0.0; size]; size];
    for (at, column) in columns.iter_mut().enumerate() {
        for row in at..size {
            let known: f64 = (at..row).map(|k| factor[row][k] * column[k]).sum();
            let unit = if row == at { 1.0 } else { 0.0 };
            column[row] = (unit - known) / factor[row][row];
        }
    }
    let entry = |i: usize, j: usize| columns[i].iter().zip(&columns[j]).map(|(left, right)| left * right).sum();
    Ok((0..size).map(|i| (0..size).map(|j| entry(i, j)).collect()).collect())
}

/// The lower triangular factor of a symmetric matrix of which each diagonal entry keeps more than a share `least` after the coordinates
/// before it; otherwise the first coordinate that does not.
pub(crate) fn cholesky(matrix: &[impl AsRef<[f64]>], least: f64) -> Result<Matrix, usize> {
    let mut factor = vec![vec![0.0; matrix.len()]; matrix.len()];
    for (row, given) in matrix.iter().enumerate() {
        let given = given.as_ref();
        for column in 0..row {
            let known: f64 = (0..column).map(|k| factor[row][k] * factor[column][k]).sum();
            factor[row][column] = (given[column] - known) / factor[column][column];
        }
        let known: f64 = factor[row].iter().map(|it| it * it).sum();
        let left = given[row] - known;
        let determined = left > 0.0 && left > least * given[row];
        if !determined {
            return Err(row);
        }
        factor[row][row] = left.sqrt();
    }
    Ok(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ln L = -(u² + u v + v²)/2 in the logarithms u, v of p/2 and q/3: information [[1, 1/2], [1/2, 1]].
    fn bowl([p, q]: [f64; 2]) -> [f64; 2] {
        let (u, v) = ((p / 2.0).ln(), (q / 3.0).ln());
        [-(u + 0.5 * v) / p, -(v + 0.5 * u) / q]
    }

    #[test]
    fn the_inverse_of_a_known_curvature_comes_back() {
        let found = covariance([("p", 2.0), ("q", 3.0)], bowl).unwrap().of_logs();
        for (got, expected) in found.iter().flatten().zip([4.0 / 3.0, -2.0 / 3.0, -2.0 / 3.0, 4.0 / 3.0]) {
            assert!((got - expected).abs() < 1e-11, "{found:?}");
        }
    }

    #[test]
    fn parameters_off_the_maximum_are_named() {
        let off = covariance([("p", 2.0), ("q", 4.0)], bowl).unwrap_err();
        assert_eq!(off, Undetermined::NotAtMaximum { name: "q" });
    }

    #[test]
    fn a_direction_without_curvature_is_named() {
        // Only the product of the two matters.
        let ridge = |[p, q]: [f64; 2]| {
            let log = (p * q / 6.0).ln();
            [-log / p, -log / q]
        };
        assert_eq!(covariance([("p", 2.0), ("q", 3.0)], ridge).unwrap_err(), Undetermined::Flat { name: "q" });
        let indifferent = |[p, _]: [f64; 2]| [-(p / 2.0).ln() / p, 0.0];
        assert_eq!(covariance([("p", 2.0), ("q", 3.0)], indifferent).unwrap_err(), Undetermined::Flat { name: "q" });
        let saddle = |[p, q]: [f64; 2]| [(p / 2.0).ln() / p, -(q / 3.0).ln() / q];
        assert_eq!(covariance([("p", 2.0), ("q", 3.0)], saddle).unwrap_err(), Undetermined::Flat { name: "p" });
        assert_eq!(covariance([("p", 2.0)], |_| [f64::NAN]).unwrap_err(), Undetermined::Flat { name: "p" });
    }
}
