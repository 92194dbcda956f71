//! How well clusters are told apart.

use rayon::prelude::*;

use super::{Point, distance2};

/// The mean silhouette of `points`, -1 to 1: (b - a) / max(a, b), where a is the mean distance to the others of the point's own cluster and b
/// the least mean distance to those of another. A point alone in its cluster counts 0; so do all where there is one cluster. Time grows with the
/// square of the points.
pub fn silhouette(points: &[Point], labels: &[u8]) -> f64 {
    let clusters = labels.iter().map(|label| usize::from(*label) + 1).max().unwrap_or_default();
    let mut sizes = vec![0_u32; clusters];
    for label in labels {
        sizes[usize::from(*label)] += 1;
    }
    if sizes.iter().filter(|size| **size > 0).count() < 2 {
        return 0.0;
    }
    let of_one = |(point, label): (&Point, &u8)| {
        let own = usize::from(*label);
        if sizes[own] < 2 {
            return 0.0;
        }
        let mut sums = vec![0.0; clusters];
        for (other, label) in points.iter().zip(labels) {
            sums[usize::from(*label)] += distance2(point, other).sqrt();
        }
        let within = sums[own] / f64::from(sizes[own] - 1);
        let means = (0..clusters).filter(|at| *at != own && sizes[*at] > 0).map(|at| sums[at] / f64::from(sizes[at]));
        let between = means.fold(f64::INFINITY, f64::min);
        let greater = within.max(between);
        if greater > 0.0 { (between - within) / greater } else { 0.0 }
    };
    let silhouettes: Vec<f64> = points.par_iter().zip(labels).map(of_one).collect();
    silhouettes.iter().sum::<f64>() / points.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 0, 1 | 10 on a line. The first: a = 1, b = 10, 0.9; the second: a = 1, b = 9, 8/9; the third is alone.
    #[test]
    fn a_silhouette_compares_the_own_cluster_with_the_nearest_other() {
        let points = [0.0, 1.0, 10.0].map(|x| [x, 0.0, 0.0]);
        let got = silhouette(&points, &[0, 0, 1]);
        assert!((got - (0.9 + 8.0 / 9.0) / 3.0).abs() < 1e-15, "{got}");
    }

    #[test]
    fn one_cluster_has_no_silhouette() {
        assert!(silhouette(&[[0.0; 3], [1.0; 3]], &[0, 0]).abs() < 1e-15);
        assert!(silhouette(&[], &[]).abs() < 1e-15);
    }
}
